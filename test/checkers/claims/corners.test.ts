import assert from 'node:assert/strict';
import { bank } from '#checkers/bank';
import { causal } from '#checkers/causal';
import type { Checker, CheckResult } from '#checkers/checker';
import { nothingRead, when } from '#checkers/found';
import { log } from '#checkers/log';
import { longFork } from '#checkers/long-fork';
import { monotonic } from '#checkers/monotonic';
import type { Operation, OperationType } from '#src/history/operation';
import { stream } from '#src/random/random';
import { validHistory } from './valid.ts';

type Line = readonly [
  type: OperationType,
  process: number,
  f: string,
  value: unknown,
  key?: string,
];

const judged = (checker: Checker, lines: readonly Line[]): CheckResult =>
  checker.check({
    history: lines.map(([type, process, f, value, key], index) => ({
      index,
      time: index * 1000,
      type,
      process,
      f,
      value,
      ...(key === undefined ? {} : { key }),
    })),
    timeLimitMs: 60_000,
  }) as CheckResult;

describe('corners of what workloads claim', () => {
  it('where nothing was read, nothing is called valid', () => {
    const unread: readonly (readonly [Checker, ...Line[]])[] = [
      [bank(), ['invoke', 0, 'read', null], ['info', 0, 'read', null]],
      [log(), ['invoke', 0, 'send', 'a', 'x'], ['ok', 0, 'send', [0, 'a'], 'x']],
      [longFork(), ['invoke', 0, 'write', [['w', 'x', 1]]], ['ok', 0, 'write', [['w', 'x', 1]]]],
      [monotonic(), ['invoke', 0, 'inc', null, 'a'], ['fail', 0, 'inc', null, 'a']],
      [causal(), ['invoke', 0, 'write', 1, 'x'], ['ok', 0, 'write', 1, 'x']],
    ];
    for (const [checker, ...lines] of unread) {
      const { valid, reason } = judged(checker, lines);
      assert.deepEqual([checker.name, valid, reason], [checker.name, 'unknown', nothingRead]);
    }
  });

  it('times are told as times from the first line on, and as positions where there are none', () => {
    const line = (index: number, time: number): Operation => ({
      index,
      time,
      type: 'ok',
      process: 0,
      f: 'read',
    });
    assert.equal(when(line(0, 0), line(3, 5000)), '0.000 ms');
    assert.equal(when(line(3, 5000), line(0, 0)), '0.005 ms');
    assert.deepEqual([when(line(0, 0), line(3, 3)), when(line(3, 3))], ['step 0', 'step 3']);
  });

  it('a read that learnt nothing shows nothing of a bank', () => {
    const read = (value: unknown): Line[] => [
      ['invoke', 0, 'read', null],
      ['ok', 0, 'read', value],
    ];
    const initial = { a: 1, b: 2 };
    for (const checker of [bank(), bank({ initial })]) {
      const right = judged(checker, [...read(null), ...read(undefined), ...read(initial)]);
      assert.deepEqual([right.valid, right['reads'], right['total']], [true, 1, 3]);
      const wrong = [...read(null), ...read(initial), ...read({ a: 1, b: 3 })];
      assert.equal(judged(checker, wrong).valid, false);
      assert.equal(judged(checker, read(null)).valid, 'unknown');
    }
  });

  it('balances beyond the safe integers add up in any order', () => {
    const big = 2 ** 53;
    const reads = (second: object): Line[] => [
      ['invoke', 0, 'read', null],
      ['ok', 0, 'read', { a: big, b: 1, c: 1 }],
      ['invoke', 0, 'read', null],
      ['ok', 0, 'read', second],
    ];
    assert.equal(judged(bank(), reads({ b: 1, c: 1, a: big })).valid, true);
    assert.equal(judged(bank(), reads({ b: 1, c: 1, a: big * 2 })).valid, false);
  });

  it('causality and logs keep to their budgets, too, and do not call valid what they did not look at', () => {
    for (const [name, checker] of [
      ['causal', causal()],
      ['log', log()],
    ] as const) {
      const history = validHistory(name, stream(1, name), {
        operations: 5000,
        concurrency: 5,
        troubleOneIn: 100,
      });
      const { valid, reason } = checker.check({ history, timeLimitMs: 1e-6 }) as CheckResult;
      assert.equal(valid, 'unknown');
      assert.match(reason ?? '', /the time was up/);
      assert.match(reason ?? '', /checked up to operation \d+/);
    }
  });

  it('counters that only grow are whole numbers', () => {
    const told = (value: number): Line[] => [
      ['invoke', 0, 'inc', null, 'a'],
      ['ok', 0, 'inc', value, 'a'],
    ];
    assert.equal(judged(monotonic(), told(3)).valid, true);
    assert.throws(() => judged(monotonic(), told(1.25)), /whole number/);
    assert.throws(() => judged(monotonic(), told(2 ** 60)), /whole number/);
  });

  it('an increment that was not told its result lost nothing', () => {
    const result = judged(monotonic(), [
      ['invoke', 0, 'inc', null, 'a'],
      ['ok', 0, 'inc', null, 'a'],
      ['invoke', 1, 'inc', null, 'a'],
      ['ok', 1, 'inc', null, 'a'],
      ['invoke', 1, 'read', null],
      ['ok', 1, 'read', { a: 2 }],
    ]);
    assert.equal(result.valid, true, result.reason);
  });

  it('nobody polls what is sent only later', () => {
    const result = judged(log(), [
      ['invoke', 0, 'poll', 0, 'x'],
      ['ok', 0, 'poll', [[0, 'a']], 'x'],
      ['invoke', 1, 'send', 'a', 'x'],
      ['ok', 1, 'send', [0, 'a'], 'x'],
    ]);
    assert.equal(result.valid, false);
    assert.match(result.anomalies?.[0]?.explanation ?? '', /had asked to send it there by then/);
  });

  it('nobody reads what is written only later', () => {
    const result = judged(longFork(), [
      ['invoke', 0, 'read', [['r', 'x', null]]],
      ['ok', 0, 'read', [['r', 'x', 1]]],
      ['invoke', 1, 'write', [['w', 'x', 1]]],
      ['ok', 1, 'write', [['w', 'x', 1]]],
    ]);
    assert.equal(result.valid, false);
    assert.match(result.anomalies?.[0]?.explanation ?? '', /nobody had asked to write it by then/);
  });

  it('fractions of money do not add up to the last digit, and a cent that is lost shows', () => {
    const moved = (b: number): readonly Line[] => [
      ['invoke', 0, 'read', null],
      ['ok', 0, 'read', { a: 0.1, b: 0.2 }],
      ['invoke', 1, 'transfer', { from: 'a', to: 'b', amount: 0.1 }],
      ['ok', 1, 'transfer', { from: 'a', to: 'b', amount: 0.1 }],
      ['invoke', 0, 'read', null],
      ['ok', 0, 'read', { a: 0, b }],
    ];
    // Whoever keeps the books adds in one order or in another.
    for (const b of [0.3, 0.1 + 0.2]) {
      for (const initial of [undefined, { a: 0.1, b: 0.2 }]) {
        const result = judged(bank(initial === undefined ? {} : { initial }), moved(b));
        assert.equal(result.valid, true, result.reason);
      }
    }
    assert.equal(judged(bank(), moved(0.29)).valid, false);
  });
});
