import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stream } from '#src/random/random';
import { targetSchema } from '#src/schedule/schedule';
import { majoritySize, minoritySize } from '#src/schedule/sizes';
import { resolveTarget } from '#src/schedule/targets';

const nodes = ['n1', 'n2', 'n3', 'n4', 'n5'];
const resolve = (target: string, leaders: readonly string[] = ['n3'], members = nodes, seed = 1) =>
  resolveTarget(target, { nodes: members, leaders }, stream(seed, 'target'));

describe('targets', () => {
  it('roles mean what they say', () => {
    assert.deepEqual(resolve('leader'), { kind: 'resolved', nodes: ['n3'] });
    assert.deepEqual(resolve('followers'), { kind: 'resolved', nodes: ['n1', 'n2', 'n4', 'n5'] });
    assert.deepEqual(resolve('all'), { kind: 'resolved', nodes });
    assert.deepEqual(resolve('n4'), { kind: 'resolved', nodes: ['n4'] });
    assert.deepEqual(resolve('n4,n2,n4'), { kind: 'resolved', nodes: ['n2', 'n4'] });
  });

  it('of several who think they lead, the one of the newest term is the leader', () => {
    assert.deepEqual(resolve('leader', ['n5', 'n1']), { kind: 'resolved', nodes: ['n5'] });
    assert.deepEqual(resolve('followers', ['n5', 'n1']), {
      kind: 'resolved',
      nodes: ['n1', 'n2', 'n3', 'n4'],
    });
  });

  it('without a leader, targets that need one are skipped with the reason', () => {
    for (const target of ['leader', 'follower', 'followers']) {
      const found = resolve(target, []);
      assert.equal(found.kind, 'skipped');
      assert.match(found.kind === 'skipped' ? found.reason : '', /no node says that it leads/);
    }
    assert.equal(resolve('one', []).kind, 'resolved');
  });

  it('what does not exist in a small cluster is skipped', () => {
    assert.equal(resolve('minority', [], ['n1', 'n2']).kind, 'skipped');
    assert.equal(resolve('follower', ['n1'], ['n1']).kind, 'skipped');
    assert.equal(resolve('followers', ['n1'], ['n1']).kind, 'skipped');
    assert.equal(resolve('n9').kind, 'skipped');
  });

  it('random ones have the right size, are members in order, and depend on nothing but the seed', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 3, max: 15 }), (seed, count) => {
        const members = Array.from({ length: count }, (_, i) => `n${i + 1}`);
        const sizes = {
          one: 1,
          follower: 1,
          minority: minoritySize(count),
          majority: majoritySize(count),
        };
        assert.ok(sizes.minority + sizes.majority <= count);
        for (const [target, size] of Object.entries(sizes)) {
          assert.equal(targetSchema.parse(target), target);
          const found = resolve(target, ['n2'], members, seed);
          assert.deepEqual(resolve(target, ['n2'], members, seed), found);
          assert.ok(found.kind === 'resolved');
          assert.equal(found.nodes.length, size);
          assert.deepEqual(
            members.filter((node) => found.nodes.includes(node)),
            found.nodes,
          );
          if (target === 'follower') assert.ok(!found.nodes.includes('n2'));
        }
      }),
    );
  });

  it('every node gets its turn', () => {
    const hit = new Set(
      Array.from({ length: 100 }, (_, seed) => {
        const found = resolve('one', [], nodes, seed);
        return found.kind === 'resolved' ? found.nodes.join() : '';
      }),
    );
    assert.equal(hit.size, nodes.length);
  });
});
