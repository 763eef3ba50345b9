import assert from 'node:assert/strict';
import { askedOf, type HuntResult, merge, verdictOf } from '#src/hunt/tally';

const failure = {
  seed: 3,
  by: 'invariant',
  invariant: 'I1 election-safety',
  explanation: 'two leaders',
  faults: 1,
  operations: 2,
  repro: 'a.json',
  shrinkSeconds: 1,
} as const;

const shard = (index: number, change: Partial<HuntResult> = {}): HuntResult => ({
  valid: true,
  system: 'raft',
  seed: 1,
  shard: { index, of: 2 },
  asked: { runs: 20 },
  runs: 10,
  undecided: 0,
  idle: 0,
  seconds: 5,
  seedsPerSecond: 2,
  virtualSeconds: 100,
  coverage: { elected: index, truncated: 0, deduped: index - 1 },
  neverReached: [],
  failures: [],
  ...change,
});

const parts = (...results: HuntResult[]) =>
  results.map((result, i) => ({ file: `${i}.json`, result }));

describe('what shards of a hunt come to together', () => {
  it('adds up', () => {
    const { merged, missing } = merge(parts(shard(1), shard(2, { seconds: 8 })));
    assert.equal(missing, 0);
    assert.equal(merged.valid, true);
    assert.equal(merged.runs, 20);
    assert.equal(merged.seconds, 8);
    assert.equal(merged.seedsPerSecond, 2.5);
    assert.equal(merged.virtualSeconds, 200);
    assert.deepEqual(merged.coverage, { elected: 3, truncated: 0, deduped: 1 });
    assert.deepEqual(merged.neverReached, ['truncated']);
  });

  it('tells which seeds were not decided and why, the first of them, in order', () => {
    const told = (...seeds: number[]) =>
      seeds.map((seed) => ({ seed, reason: 'linearizable: the time limit was reached' }));
    const one = shard(1, { undecided: 2, undecidedSeeds: told(1, 7) });
    const two = shard(2, { undecided: 1, undecidedSeeds: told(4) });
    assert.deepEqual(merge(parts(one, two)).merged.undecidedSeeds, told(1, 4, 7));
    assert.equal(merge(parts(shard(1), shard(2))).merged.undecidedSeeds, undefined);
    const many = told(...Array.from({ length: 80 }, (_, i) => i));
    const all = merge(parts(shard(1, { undecided: 80, undecidedSeeds: many }), shard(2))).merged;
    assert.deepEqual([all.undecided, all.undecidedSeeds?.length], [80, 50]);
  });

  it('is a violation when one of them found one, and unknown when one is missing', () => {
    const bad = shard(2, { valid: false, failures: [failure] });
    assert.equal(merge(parts(shard(1), bad)).merged.valid, false);
    assert.deepEqual(merge(parts(shard(1), bad)).merged.failures, [failure]);
    const { merged, missing } = merge(parts(shard(1)));
    assert.deepEqual([merged.valid, missing], ['unknown', 1]);
    assert.equal(merge(parts(bad)).merged.valid, false);
    assert.equal(merge(parts(shard(1), shard(2, { undecided: 1 }))).merged.valid, 'unknown');
  });

  it('refuses shards of different hunts, and the same one twice', () => {
    assert.throws(
      () => merge(parts(shard(1), shard(2, { system: 'paxos' }))),
      /1\.json is of another/,
    );
    assert.throws(() => merge(parts(shard(1), shard(2, { seed: 2 }))), /another hunt/);
    for (const asked of [{}, { runs: 21 }, { runs: 20, nemesis: ['kill'] }]) {
      assert.throws(() => merge(parts(shard(1), shard(2, { asked }))), /another hunt/);
    }
    assert.throws(() => merge(parts(shard(2), shard(2))), /shard 2 of 2 is there twice/);
    assert.throws(() => merge([]), /nothing to merge/);
  });

  it('is unknown when one of them was stopped by hand, and says so', () => {
    const { merged } = merge(parts(shard(1), shard(2, { interrupted: true })));
    assert.deepEqual([merged.valid, merged.interrupted], ['unknown', true]);
    assert.equal(merge(parts(shard(1), shard(2))).merged.interrupted, undefined);
    const bad = shard(2, { interrupted: true, valid: false, failures: [failure] });
    assert.equal(merge(parts(shard(1), bad)).merged.valid, false);
  });

  it('names the options of a hunt in one order', () => {
    const told = { systemOptions: undefined, workload: 'bank', nemesis: ['pause', 'kill'] };
    assert.deepEqual(askedOf({ ...told, runs: 3 }), {
      runs: 3,
      workload: 'bank',
      nemesis: ['kill', 'pause'],
    });
  });

  it('never passes when nothing was run', () => {
    const nothing = { failures: [], undecided: 0, idle: 0 };
    assert.equal(verdictOf({ ...nothing, runs: 0 }), 'unknown');
    assert.equal(verdictOf({ ...nothing, runs: 1 }), true);
    assert.equal(verdictOf({ ...nothing, failures: [failure], undecided: 1, runs: 1 }), false);
  });

  it('never passes when none of its tests could have shown an error', () => {
    const nothing = { failures: [], undecided: 0 };
    assert.equal(verdictOf({ ...nothing, idle: 3, runs: 3 }), 'unknown');
    assert.equal(verdictOf({ ...nothing, idle: 2, runs: 3 }), true);
    const idle = merge(parts(shard(1, { idle: 10 }), shard(2, { idle: 10 }))).merged;
    assert.deepEqual([idle.valid, idle.idle], ['unknown', 20]);
    assert.equal(merge(parts(shard(1, { idle: 10 }), shard(2))).merged.valid, true);
  });
});
