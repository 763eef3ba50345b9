import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type Direction,
  directions,
  partitionLinks,
  type Shape,
  shapes,
} from '#nemesis/partition-links';
import { stream } from '#src/random/random';
import type { Link } from '#src/schedule/world';

const named = (count: number) => Array.from({ length: count }, (_, i) => `n${i + 1}`);

/** A star around the first node. */
const graphOf = (nodes: readonly string[]): [string, string][] =>
  nodes.slice(1).map((other) => [nodes[0] ?? '', other]);

const cutOf = (
  shape: Shape,
  direction: Direction,
  targets: readonly string[],
  nodes: readonly string[],
  seed: number,
): readonly Link[] => {
  const cuts = graphOf(nodes);
  const cut = partitionLinks(shape, {
    direction,
    targets,
    nodes,
    random: stream(seed, 'cut'),
    cuts,
  });
  assert.equal(cut.kind, 'links');
  return cut.kind === 'links' ? cut.links : [];
};

/** Whom each node still hears, itself included. */
const heard = (nodes: readonly string[], links: readonly Link[]) =>
  new Map(
    nodes.map((node) => [
      node,
      nodes.filter((other) => !links.some(({ from, to }) => from === other && to === node)),
    ]),
  );

const text = (links: readonly Link[]) => links.map(({ from, to }) => `${from}->${to}`).sort();
const reversed = (links: readonly Link[]) => links.map(({ from, to }) => ({ from: to, to: from }));

/** A cluster, some of it as targets, and a seed. */
const situation = (least: number) =>
  fc.integer({ min: least, max: 11 }).chain((count) =>
    fc.record({
      nodes: fc.constant(named(count)),
      targets: fc.subarray(named(count), { minLength: 1 }),
      seed: fc.integer(),
    }),
  );

describe('links that a partition cuts', () => {
  it('never repeat, never lead from a node to itself, and stay among the nodes', () => {
    fc.assert(
      fc.property(
        situation(1),
        fc.constantFrom(...shapes),
        fc.constantFrom(...directions),
        ({ nodes, targets, seed }, shape, direction) => {
          const cuts = graphOf(nodes);
          const cut = partitionLinks(shape, {
            direction,
            targets,
            nodes,
            random: stream(seed, 'cut'),
            cuts,
          });
          if (cut.kind === 'impossible') return assert.match(cut.reason, /\w/);
          assert.ok(cut.links.length > 0);
          assert.equal(new Set(text(cut.links)).size, cut.links.length);
          for (const { from, to } of cut.links) {
            assert.notEqual(from, to);
            assert.ok(nodes.includes(from) && nodes.includes(to));
          }
        },
      ),
    );
  });

  it('"in" and "out" of isolate and each are each other turned round, and "both" is the two together', () => {
    fc.assert(
      fc.property(
        situation(2),
        fc.constantFrom<Shape>('isolate', 'each'),
        ({ nodes, targets, seed }, shape) => {
          fc.pre(targets.length < nodes.length);
          const [both, inward, outward] = directions.map((direction) =>
            cutOf(shape, direction, targets, nodes, seed),
          );
          assert.deepEqual(text(inward ?? []), text(reversed(outward ?? [])));
          const union = new Set([...text(inward ?? []), ...text(outward ?? [])]);
          assert.deepEqual([...union].sort(), text(both ?? []));
        },
      ),
    );
  });

  it('isolate: targets hear each other and nobody else, and the rest hear each other', () => {
    fc.assert(
      fc.property(situation(2), ({ nodes, targets, seed }) => {
        fc.pre(targets.length < nodes.length);
        const rest = nodes.filter((node) => !targets.includes(node));
        const hears = heard(nodes, cutOf('isolate', 'both', targets, nodes, seed));
        for (const node of targets) assert.deepEqual(hears.get(node), targets);
        for (const node of rest) assert.deepEqual(hears.get(node), rest);
      }),
    );
  });

  it('isolate one way: a target hears its own side only ("in"), or everybody ("out")', () => {
    const nodes = named(3);
    assert.deepEqual(text(cutOf('isolate', 'in', ['n1'], nodes, 1)), ['n2->n1', 'n3->n1']);
    assert.deepEqual(text(cutOf('isolate', 'out', ['n1'], nodes, 1)), ['n1->n2', 'n1->n3']);
  });

  it('each: every target hears only itself', () => {
    fc.assert(
      fc.property(situation(2), ({ nodes, targets, seed }) => {
        const hears = heard(nodes, cutOf('each', 'both', targets, nodes, seed));
        for (const node of targets) assert.deepEqual(hears.get(node), [node]);
      }),
    );
  });

  it('halves: two groups that differ by at most one node, a single target in the smaller one', () => {
    fc.assert(
      fc.property(situation(2), ({ nodes, targets, seed }) => {
        const one = targets.slice(0, 1);
        const hears = heard(nodes, cutOf('halves', 'both', one, nodes, seed));
        const groups = new Set([...hears.values()].map((group) => group.join()));
        assert.equal(groups.size, 2);
        assert.equal(hears.get(one[0] ?? '')?.length, Math.floor(nodes.length / 2));
      }),
    );
  });

  it('bridge: one target sees everybody, and every other path between the two sides is cut', () => {
    fc.assert(
      fc.property(situation(3), ({ nodes, targets, seed }) => {
        const hears = heard(nodes, cutOf('bridge', 'both', targets, nodes, seed));
        const middles = nodes.filter((node) => hears.get(node)?.length === nodes.length);
        assert.equal(middles.length, 1);
        const middle = middles[0] ?? '';
        assert.ok(targets.includes(middle));
        const sides = nodes
          .filter((node) => node !== middle)
          .map((node) => hears.get(node)?.filter((other) => other !== middle) ?? []);
        for (const side of sides) {
          assert.ok(Math.abs(side.length - (nodes.length - 1) / 2) <= 0.5);
        }
        assert.equal(new Set(sides.map((side) => side.join())).size, 2);
      }),
    );
  });

  it('majorities ring: everybody keeps a majority, and no two nodes the same one', () => {
    fc.assert(
      fc.property(
        situation(3),
        fc.constantFrom(...directions),
        ({ nodes, targets, seed }, direction) => {
          const links = cutOf('majorities-ring', direction, targets, nodes, seed);
          const hears = heard(nodes, direction === 'out' ? reversed(links) : links);
          const majority = Math.floor(nodes.length / 2) + 1;
          for (const [node, group] of hears) {
            assert.ok(group.includes(node));
            assert.ok(group.length >= majority);
            if (direction !== 'both') assert.equal(group.length, majority);
          }
          assert.equal(
            new Set([...hears.values()].map((group) => group.join())).size,
            nodes.length,
          );
          if (direction === 'both' && nodes.length > 3) {
            assert.deepEqual(text(links), text(reversed(links)));
          }
        },
      ),
    );
  });

  it('random halves: two groups that differ by at most one node, whoever the targets are', () => {
    const sides = new Set<number>();
    fc.assert(
      fc.property(situation(2), ({ nodes, seed }) => {
        const hears = heard(nodes, cutOf('random-halves', 'both', nodes.slice(0, 1), nodes, seed));
        const groups = new Set([...hears.values()].map((group) => group.join()));
        assert.equal(groups.size, 2);
        const size = hears.get('n1')?.length ?? 0;
        assert.ok(Math.abs(size - nodes.length / 2) <= 0.5);
        sides.add(Math.sign(size - nodes.length / 2));
      }),
    );
    assert.ok(sides.has(1) && sides.has(-1), 'the target is on either side');
  });

  it('graph: exactly the given pairs, in the given direction', () => {
    const cuts: [string, string][] = [
      ['n1', 'n2'],
      ['n3', 'n1'],
      ['n1', 'n2'],
    ];
    const aim = { targets: ['n4'], nodes: named(4), random: stream(1, 'cut'), cuts };
    const links = (direction: Direction) => {
      const cut = partitionLinks('graph', { ...aim, direction });
      return cut.kind === 'links' ? text(cut.links) : [];
    };
    assert.deepEqual(links('out'), ['n1->n2', 'n3->n1']);
    assert.deepEqual(links('in'), ['n1->n3', 'n2->n1']);
    assert.deepEqual(links('both'), ['n1->n2', 'n1->n3', 'n2->n1', 'n3->n1']);
    assert.equal(
      partitionLinks('graph', { ...aim, direction: 'both', cuts: [['n1', 'n1']] }).kind,
      'impossible',
    );
  });

  it('shapes that do not exist among so few nodes say so', () => {
    const impossible = (shape: Shape, nodes: readonly string[], targets: readonly string[]) => {
      const random = stream(1, 'cut');
      const cut = partitionLinks(shape, { direction: 'both', targets, nodes, random });
      return cut.kind === 'impossible' ? cut.reason : '';
    };
    assert.match(impossible('isolate', named(3), named(3)), /nobody is left/);
    assert.match(impossible('each', named(1), named(1)), /single node/);
    assert.match(impossible('halves', named(1), named(1)), /single node/);
    assert.match(impossible('bridge', named(2), named(1)), /at least 3 nodes/);
    assert.match(impossible('majorities-ring', named(2), named(1)), /at least 3 nodes/);
  });
});
