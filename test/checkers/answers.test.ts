import assert from 'node:assert/strict';
import { answers } from '#checkers/answers';
import type { Outcome } from '#src/client/connection';
import type { History, Invocation, Operation } from '#src/history/operation';
import { shippedWorkloads } from '#workloads/index';

const settings = { concurrency: 4, nodes: ['n1'] };

function workload(name: string) {
  const kind = shippedWorkloads.get(name);
  assert.ok(kind, name);
  return kind.create(kind.options.parse({}), settings);
}

/** One operation and what the workload makes of this answer. */
function asked(name: string, op: Invocation, outcome: Outcome): History {
  const both: Operation[] = [
    { index: 0, time: 0, type: 'invoke', process: 1, ...op },
    { index: 1, time: 1, process: 1, f: op.f, ...workload(name).completion(op, outcome) },
  ];
  return both;
}

const valid = (history: History) => answers().check({ history, timeLimitMs: 1000 });

const ok = (result: unknown): Outcome => ({ kind: 'ok', result });

describe('answers to other questions', () => {
  it('are none to a transaction: the steps of another one, or other values written', async () => {
    const op: Invocation = {
      f: 'txn',
      value: [
        ['append', 'k1', 2],
        ['r', 'k1', null],
      ],
    };
    const told = async (result: unknown) =>
      (await valid(asked('list-append', op, ok(result)))).valid;
    const right = [
      ['append', 'k1', 2],
      ['r', 'k1', [1, 2]],
    ];
    assert.equal(await told(right), true);
    assert.equal(await told([['append', 'k2', 2], right[1]]), false);
    assert.equal(await told([['append', 'k1', 3], right[1]]), false);
    assert.equal(await told([right[0]]), false);
    assert.equal(await told(null), false);
    assert.equal(await told([right[0], ['r', 'k1', 'whatever was there']]), true);
  });

  it('nor to what is answered with yes or no, with a number or with a list', async () => {
    const rows: readonly (readonly [string, string, unknown, unknown, boolean])[] = [
      ['register', 'cas', [1, 2], 'yes', false],
      ['register', 'cas', [1, 2], false, true],
      ['set', 'add', 1, 7, false],
      ['set', 'add', 1, true, true],
      ['counter', 'add', 1, null, false],
      ['counter', 'add', 1, 4, true],
      ['bank', 'transfer', { from: 'a1', to: 'a2', amount: 1 }, true, false],
      ['bank', 'transfer', { from: 'a1', to: 'a2', amount: 1 }, null, true],
      ['monotonic', 'inc', null, [], false],
      ['monotonic', 'inc', null, 3, true],
    ];
    for (const [name, f, value, result, isRight] of rows) {
      const history = asked(name, { f, key: 'k1', value }, ok(result));
      const checked = await valid(history);
      assert.equal(checked.valid, isRight, `${name} ${f} ${JSON.stringify(result)}`);
      if (!isRight) assert.deepEqual(checked.anomalies?.[0]?.operations, history);
    }
  });

  it('an error, or no answer, is not a wrong one', async () => {
    const op: Invocation = { f: 'cas', key: 'k1', value: [1, 2] };
    for (const kind of ['fail', 'unknown'] as const) {
      const history = asked('register', op, { kind, error: 'no leader' });
      assert.equal((await valid(history)).valid, true);
    }
    assert.equal((await valid([])).valid, true);
  });

  it('every workload judges them', () => {
    for (const name of shippedWorkloads.keys()) {
      if (name === 'consensus') continue;
      const names = workload(name).checkers.map((checker) => checker.name);
      assert.ok(names.includes('answers'), name);
    }
  });
});
