import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stream } from '#src/random/random';
import { type Harm, hasQuorum, healthyNodes } from '#src/schedule/harm';
import { majoritySize } from '#src/schedule/sizes';
import { resolveTarget } from '#src/schedule/targets';

const named = (count: number) => Array.from({ length: count }, (_, i) => `n${i + 1}`);

/** A cluster and whatever faults may have done to it. */
const situation = fc.integer({ min: 1, max: 7 }).chain((count) => {
  const node = fc.constantFrom(...named(count));
  const harm: fc.Arbitrary<Harm> = fc.oneof(
    fc.record({ kind: fc.constantFrom('down' as const, 'paused' as const), node }),
    fc.record({ kind: fc.constant('cut' as const), from: node, to: node }),
  );
  return fc.record({
    nodes: fc.constant(named(count)),
    harms: fc.array(harm, { maxLength: 8 }),
    seed: fc.integer(),
  });
});

/** The same by trying out every group. */
function largestGroup(nodes: readonly string[], harms: readonly Harm[]): number {
  const isFit = (group: readonly string[]) =>
    harms.every((harm) =>
      harm.kind === 'cut'
        ? harm.from === harm.to || !group.includes(harm.from) || !group.includes(harm.to)
        : !group.includes(harm.node),
    );
  const groups = Array.from({ length: 2 ** nodes.length }, (_, bits) =>
    nodes.filter((_, i) => (bits & (1 << i)) !== 0),
  );
  return Math.max(...groups.filter(isFit).map(({ length }) => length));
}

describe('harm', () => {
  it('leaves the largest group of nodes that run and hear each other', () => {
    fc.assert(
      fc.property(situation, ({ nodes, harms }) => {
        const healthy = healthyNodes(nodes, harms);
        assert.equal(healthy.length, largestGroup(nodes, harms));
        assert.equal(largestGroup(healthy, harms), healthy.length, 'it is such a group');
      }),
    );
  });

  it('quorum-safe never takes the quorum, whatever is in effect, and finds somebody if anybody can be spared', () => {
    fc.assert(
      fc.property(situation, ({ nodes, harms, seed }) => {
        const about = { nodes, leaders: [], harms };
        const found = resolveTarget('quorum-safe', about, stream(seed, 'target'));
        const spare = healthyNodes(nodes, harms).length - majoritySize(nodes.length);
        assert.equal(found.kind, spare > 0 ? 'resolved' : 'skipped');
        if (found.kind === 'skipped') return;
        const down = found.nodes.map((node): Harm => ({ kind: 'down', node }));
        assert.ok(hasQuorum(nodes, [...harms, ...down]));
      }),
    );
  });

  it('quorum-losing takes the quorum, with no node more than it takes', () => {
    fc.assert(
      fc.property(situation, ({ nodes, harms, seed }) => {
        const about = { nodes, leaders: [], harms };
        const found = resolveTarget('quorum-losing', about, stream(seed, 'target'));
        assert.equal(found.kind, hasQuorum(nodes, harms) ? 'resolved' : 'skipped');
        if (found.kind === 'skipped') return;
        const down = found.nodes.map((node): Harm => ({ kind: 'down', node }));
        // Of several groups of the same size another one may still be whole: cuts alone cannot tell them apart.
        const onlyDown = harms.every(({ kind }) => kind !== 'cut');
        if (onlyDown) assert.ok(!hasQuorum(nodes, [...harms, ...down]));
        if (onlyDown) assert.ok(hasQuorum(nodes, [...harms, ...down.slice(1)]));
      }),
    );
  });

  it('a random role means nodes that run, as long as there are any', () => {
    const harms: Harm[] = [
      { kind: 'down', node: 'n1' },
      { kind: 'paused', node: 'n2' },
    ];
    for (let seed = 0; seed < 50; seed += 1) {
      const of = (target: string, nodes: readonly string[]) => {
        const found = resolveTarget(target, { nodes, leaders: ['n9'], harms }, stream(seed, 't'));
        return found.kind === 'resolved' ? found.nodes : [];
      };
      assert.deepEqual(of('one', ['n1', 'n2', 'n3']), ['n3']);
      assert.deepEqual(of('follower', ['n1', 'n3', 'n9']), ['n3']);
      assert.ok(!of('minority', named(5)).some((node) => node === 'n1' || node === 'n2'));
      assert.equal(of('one', ['n1', 'n2']).length, 1);
    }
  });
});
