import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type ScriptedTest, shrink } from '#src/hunt/shrink';
import type { ScheduleEntry } from '#src/schedule/schedule';

const base: ScriptedTest = {
  name: 'a',
  system: 'raft',
  systemOptions: {},
  workload: 'register',
  workloadOptions: {},
  nemesis: [],
  nodes: 5,
  clients: 5,
  rate: 100,
  time: 10,
  opTimeoutMs: 1000,
  recoveryTimeoutMs: 1000,
  checkTimeoutMs: 1000,
  seed: 7,
  world: 'sim',
  trace: false,
  schedule: [],
  operations: [],
};

const fault = (at: number, target = 'leader'): ScheduleEntry => ({
  at,
  for: 2000,
  fault: { kind: 'kill' },
  target,
});

const operation = (at: number) => ({ at, thread: 0, f: 'write', value: at });

/** Fails as long as it has these faults and operations. */
const needs =
  (faults: readonly number[], operations: readonly number[]) => (test: ScriptedTest) => {
    const has = (ats: readonly number[], all: readonly { readonly at: number }[]) =>
      ats.every((at) => all.some((one) => one.at === at));
    return Promise.resolve(has(faults, test.schedule) && has(operations, test.operations));
  };

const forever = { budgetMs: 60_000, nowMs: () => 0, seeds: 1 };

describe('shrinking a test', () => {
  it('leaves exactly the faults and operations without which it would pass', async () => {
    const ats = fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(ats, ats, async (faults, operations) => {
        const test = {
          ...base,
          schedule: Array.from({ length: 60 }, (_, at) => fault(at)),
          operations: Array.from({ length: 60 }, (_, at) => operation(at)),
        };
        const shrunk = await shrink(test, { ...forever, fails: needs(faults, operations) });
        const sorted = (values: readonly number[]) => values.toSorted((a, b) => a - b);
        assert.deepEqual(
          shrunk.test.schedule.map(({ at }) => at),
          sorted(faults),
        );
        assert.deepEqual(
          shrunk.test.operations.map(({ at }) => at),
          sorted(operations),
        );
        assert.equal(shrunk.ended, 'minimal');
      }),
      { numRuns: 50 },
    );
  });

  it('takes away nodes, but none that a fault names, and shortens faults and the run', async () => {
    const small = await shrink(
      { ...base, schedule: [fault(100)], operations: [operation(300)] },
      { ...forever, fails: needs([100], [300]) },
    );
    assert.equal(small.test.nodes, 3);
    assert.equal(small.test.schedule[0]?.for, 50);
    assert.equal(small.test.time, 0.301);
    assert.equal(small.test.clients, 1);
    const named = await shrink(
      { ...base, schedule: [fault(100, 'n4')] },
      { ...forever, fails: needs([100], []) },
    );
    assert.equal(named.test.nodes, 4);
  });

  it('begins with the first thing that matters, and keeps only clients who do something', async () => {
    const test = {
      ...base,
      schedule: [fault(5000)],
      operations: [{ ...operation(6000), thread: 3 }],
    };
    const fails = ({ schedule, operations, time }: ScriptedTest) => {
      const gap = (operations[0]?.at ?? 0) - (schedule[0]?.at ?? 0);
      return Promise.resolve(
        schedule.length + operations.length === 2 && gap === 1000 && time >= 0.5,
      );
    };
    const { test: small } = await shrink(test, { ...forever, fails });
    assert.deepEqual([small.schedule[0]?.at, small.operations[0]?.at], [0, 1000]);
    assert.deepEqual([small.operations[0]?.thread, small.clients], [0, 1]);
  });

  it('finds the seed with which a smaller test still fails', async () => {
    const operations = [1, 2, 3].map(operation);
    const fails = (test: ScriptedTest) =>
      Promise.resolve(
        test.operations.length > 1
          ? test.seed === 7
          : test.operations.length === 1 && test.seed === 9,
      );
    const once = await shrink({ ...base, operations }, { ...forever, fails });
    assert.equal(once.test.operations.length, 2);
    const often = await shrink({ ...base, operations }, { ...forever, seeds: 3, fails });
    assert.equal(often.test.operations.length, 1);
    assert.equal(often.test.seed, 9);
  });

  it('stops at its budget with the best so far', async () => {
    let nowMs = 0;
    const operations = Array.from({ length: 50 }, (_, at) => operation(at));
    const shrunk = await shrink(
      { ...base, operations },
      {
        seeds: 1,
        budgetMs: 5,
        nowMs: () => nowMs,
        fails: (test) => {
          nowMs += 1;
          return needs([], [3, 40])(test);
        },
      },
    );
    assert.equal(shrunk.ended, 'budget');
    assert.ok(shrunk.tried >= 5 && shrunk.test.operations.some(({ at }) => at === 40));
  });
});
