import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type CycleName, nameOfCycle, withImplied } from '#checkers/transactions/anomalies';
import { components } from '#checkers/transactions/components';
import { dependency, GraphBuilder } from '#checkers/transactions/graph';
import { findCycles } from '#checkers/transactions/search';

interface Edge {
  readonly from: number;
  readonly to: number;
  readonly kind: number;
}

const nodes = 6;
const { ww, wr, rw, process, realtime } = dependency;
const everything = ww | wr | rw | process | realtime;

/** Processes and clocks only lead forwards. */
const isSensible = ({ from, to, kind }: Edge): boolean =>
  from < to || (kind & (process | realtime)) === 0;

const someEdges = (kinds: readonly number[]) =>
  fc
    .array(
      fc.record({
        from: fc.nat(nodes - 1),
        to: fc.nat(nodes - 1),
        kind: fc.constantFrom(...kinds),
      }),
      { maxLength: 14 },
    )
    .map((edges) => edges.filter(isSensible));

function graphOf(edges: readonly Edge[]) {
  const graph = new GraphBuilder(nodes);
  for (const { from, to, kind } of edges) graph.add(from, to, kind);
  return graph.build();
}

/** Every simple cycle, as the edges it is made of. */
function allCycles(edges: readonly Edge[]): Edge[][] {
  const found: Edge[][] = [];
  const walk = (path: readonly Edge[], seen: ReadonlySet<number>): void => {
    const [first, last] = [path[0] as Edge, path.at(-1) as Edge];
    for (const edge of edges) {
      if (edge.from !== last.to || edge.from === edge.to) continue;
      if (edge.to === first.from) found.push([...path, edge]);
      // Each cycle once: from its smallest node.
      else if (!seen.has(edge.to) && edge.to > first.from) {
        walk([...path, edge], new Set([...seen, edge.to]));
      }
    }
  };
  for (const edge of edges) {
    if (edge.from !== edge.to) walk([edge], new Set([edge.from, edge.to]));
  }
  return found.filter((cycle) => cycle.every((edge) => edge.from >= (cycle[0] as Edge).from));
}

const search = (edges: readonly Edge[]) =>
  findCycles(graphOf(edges), { order: '-realtime', endMs: Infinity, nowMs: () => 0 });

describe('the search for cycles', () => {
  const kinds = [ww, wr, rw, rw, rw, process, realtime];

  it('components: two nodes are in the same one when each reaches the other', () => {
    fc.assert(
      fc.property(someEdges(kinds), fc.nat(everything), (edges, allowed) => {
        const own = edges.filter(({ kind }) => (kind & ~allowed) === 0);
        const reach = Array.from({ length: nodes }, (_, n) => new Set([n]));
        for (let i = 0; i < nodes; i += 1) {
          for (const { from, to } of own) {
            for (const set of reach) if (set.has(from)) set.add(to);
          }
        }
        const { of } = components(graphOf(edges), allowed);
        for (let a = 0; a < nodes; a += 1) {
          for (let b = 0; b < a; b += 1) {
            const together = reach[a]?.has(b) === true && reach[b]?.has(a) === true;
            assert.equal((of[a] as number) >= 0 && of[a] === of[b], together);
          }
        }
      }),
    );
  });

  it('shows nothing but cycles that are there, by their right names', () => {
    fc.assert(
      fc.property(someEdges(kinds), (edges) => {
        for (const { name, steps } of search(edges).cycles) {
          for (const [i, { from, to, kind }] of steps.entries()) {
            assert.ok(
              edges.some((edge) => edge.from === from && edge.to === to && edge.kind === kind),
            );
            assert.equal(to, steps[(i + 1) % steps.length]?.from);
          }
          assert.equal(new Set(steps.map((step) => step.from)).size, steps.length);
          assert.equal(nameOfCycle(steps.map((step) => step.kind)), name);
        }
      }),
    );
  });

  it('misses no kind of cycle, unless something worse is in the same component', () => {
    fc.assert(
      fc.property(someEdges(kinds), (edges) => {
        const { of } = components(graphOf(edges), everything);
        const said = search(edges).cycles;
        for (const cycle of allCycles(edges)) {
          const name = nameOfCycle(cycle.map((edge) => edge.kind));
          const home = of[(cycle[0] as Edge).from];
          const near = said.filter(({ steps }) => of[steps[0]?.from ?? -1] === home);
          assert.ok(
            near.some((one) => withImplied([one.name]).has(name)),
            `${name} is missing among ${near.map((one) => one.name).join(', ')}`,
          );
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('shows a shortest cycle', () => {
    const ring = (from: number, length: number): Edge[] =>
      Array.from({ length }, (_, i) => ({
        from: i === 0 ? 0 : from + i,
        to: i === length - 1 ? 0 : from + i + 1,
        kind: ww,
      }));
    const graph = new GraphBuilder(100);
    for (const { from, to, kind } of [...ring(10, 9), ...ring(30, 4), ...ring(50, 7)]) {
      graph.add(from, to, kind);
    }
    const found = findCycles(graph.build(), { order: '', endMs: Infinity, nowMs: () => 0 });
    assert.deepEqual(
      found.cycles.map(({ steps }) => steps.length),
      [4],
    );
    assert.equal(found.largest, 18);
  });

  it('takes the short way through a chain of moments', () => {
    const graph = new GraphBuilder(50);
    const moments = Array.from({ length: 50 }, () => graph.addVirtualNode());
    for (let n = 0; n < 50; n += 1) {
      graph.add(n, moments[n] as number, realtime);
      if (n > 0) graph.add(moments[n - 1] as number, n, dependency.pass);
      if (n > 0) graph.add(moments[n - 1] as number, moments[n] as number, dependency.pass);
      if (n > 0) graph.add(n - 1, n, ww);
    }
    graph.add(49, 0, rw);
    const found = findCycles(graph.build(), {
      order: '-realtime',
      endMs: Infinity,
      nowMs: () => 0,
    });
    const longAgo = found.cycles.filter(({ name }) => name === 'G-single');
    assert.deepEqual(
      longAgo.map(({ steps }) => steps.length),
      [50],
    );
    const withoutWrites = new GraphBuilder(50);
    const chain = Array.from({ length: 50 }, () => withoutWrites.addVirtualNode());
    for (let n = 0; n < 50; n += 1) {
      withoutWrites.add(n, chain[n] as number, realtime);
      if (n > 0) withoutWrites.add(chain[n - 1] as number, n, dependency.pass);
      if (n > 0) withoutWrites.add(chain[n - 1] as number, chain[n] as number, dependency.pass);
    }
    withoutWrites.add(49, 0, rw);
    const short = findCycles(withoutWrites.build(), {
      order: '-realtime',
      endMs: Infinity,
      nowMs: () => 0,
    });
    assert.deepEqual(
      short.cycles.map(({ name, steps }) => [name, steps.length]),
      [['G-single-realtime', 2]],
    );
  });

  it('all of some before all of others: the same order with virtual nodes as without', () => {
    const side = fc.uniqueArray(fc.nat(nodes - 1), { maxLength: nodes });
    fc.assert(
      fc.property(side, side, someEdges([ww, wr]), (before, after, others) => {
        const pairs = before.flatMap((from) => after.map((to) => ({ from, to, kind: rw })));
        const plain = search([...pairs, ...others]);
        const graph = new GraphBuilder(nodes);
        graph.addAll(before, after, rw, after);
        for (const { from, to, kind } of others) graph.add(from, to, kind);
        const found = findCycles(graph.build(), { order: '', endMs: Infinity, nowMs: () => 0 });
        const names = (cycles: readonly { readonly name: CycleName }[]): readonly string[] =>
          [...new Set(cycles.map((one) => one.name))].toSorted();
        assert.deepEqual(names(found.cycles), names(plain.cycles));
        for (const { steps } of found.cycles) {
          for (const { kind, to, about } of steps) if (kind === rw) assert.equal(about, to);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('out of time it still shows that there is a cycle, and says that it stopped', () => {
    let now = 0;
    const nowMs = (): number => {
      now += 1;
      return now;
    };
    const edges = [
      { from: 0, to: 1, kind: ww },
      { from: 1, to: 0, kind: rw },
    ];
    const found = findCycles(graphOf(edges), { order: '', endMs: 0, nowMs });
    assert.deepEqual(
      found.cycles.map(({ name }) => name),
      ['G-single'],
    );
    assert.ok(found.exhausted);
  });
});
