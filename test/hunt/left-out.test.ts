import assert from 'node:assert/strict';
import type { History, Operation } from '#src/history/operation';
import { calmsOf } from '#src/hunt/calms';
import { leftOut } from '#src/hunt/left-out';
import type { FaultRecord } from '#src/schedule/player';

const options = {
  nodes: ['n1', 'n2', 'n3'],
  away: new Set<string>(),
  settleMs: 100,
  fewest: 4,
  spanMs: 300,
};

const calm = { fromNs: 0, untilNs: 10_000e6, down: new Set<string>() };

type Kind = 'ok' | 'fail' | 'info' | 'refused' | 'overloaded';

/** One operation of process `n`, a client of node 1 + n % 3, from `at` to `at + 50` ms. */
function asked(n: number, f: string, at: number, kind: Kind): Operation[] {
  const same = { process: n, f, value: null, node: `n${1 + (n % 3)}`, index: 0 };
  const type = kind === 'refused' || kind === 'overloaded' ? 'fail' : kind;
  const error = kind === 'ok' ? {} : { error: kind === 'refused' ? 'precondition: no' : kind };
  return [
    { ...same, type: 'invoke', time: at * 1e6 },
    { ...same, type, time: (at + 50) * 1e6, ...error },
  ];
}

const history = (...operations: Operation[][]): History =>
  operations
    .flat()
    .toSorted((a, b) => a.time - b.time)
    .map((op, index) => ({ ...op, index }));

/** Every 100 ms from `from` on. */
const often = (n: number, f: string, from: number, times: number, kind: Kind): Operation[] =>
  Array.from({ length: times }, (_, i) => asked(n, f, from + 100 * i, kind)).flat();

describe('who is left out in a calm', () => {
  it('the clients of one node, while those of the others are served', () => {
    const found = leftOut(
      history(often(0, 'write', 200, 20, 'ok'), often(1, 'write', 200, 20, 'fail')),
      [calm],
      options,
    );
    assert.deepEqual(found, {
      who: 'the clients of n2',
      // With nine tenths of the others served, and no more of them than these, chance would make six in a row too often.
      asked: 7,
      fromNs: 200e6,
      untilNs: 850e6,
    });
  });

  it('nobody, where so many of the others ask in vain that a streak is chance', () => {
    const others = Array.from({ length: 20 }, (_, i) =>
      asked(0, 'write', 210 + 100 * i, i % 2 === 0 ? 'ok' : 'fail'),
    );
    const inVain = (times: number): History =>
      history(...others, often(1, 'write', 200, times, 'fail'));
    assert.equal(leftOut(inVain(16), [calm], options), undefined);
    assert.equal(leftOut(inVain(30), [calm], options)?.who, 'the clients of n2');
  });

  it('nobody who asked before others of the same kind were served, however long he waits', () => {
    const served = often(0, 'read', 200, 10, 'ok');
    const waiting = Array.from({ length: 10 }, (_, i) => {
      const [invoke, completion] = asked(3 + 3 * i, 'read', 210 + i, 'overloaded');
      assert.ok(invoke && completion);
      return [invoke, { ...completion, time: (3000 + i) * 1e6 }];
    });
    assert.equal(leftOut(history(served, ...waiting), [calm], options), undefined);
    const later = often(0, 'read', 3100, 20, 'overloaded');
    assert.equal(leftOut(history(served, ...waiting, later), [calm], options)?.fromNs, 3100e6);
  });

  it('all who read, while others change things', () => {
    const both = (n: number): Operation[][] => [
      often(n, 'read', 200, 3, 'fail'),
      often(n + 3, 'write', 210, 3, 'ok'),
    ];
    const found = leftOut(history(...both(0), ...both(1), ...both(2)), [calm], {
      ...options,
      spanMs: 200,
    });
    assert.equal(found?.who, 'all who read');
  });

  it('one answer is enough, and a refusal is an answer', () => {
    for (const kind of ['ok', 'refused'] as const) {
      const run = history(
        often(1, 'write', 200, 3, 'info'),
        asked(1, 'write', 500, kind),
        often(1, 'write', 600, 3, 'info'),
      );
      assert.equal(leftOut(run, [calm], options), undefined);
    }
  });

  it('who is turned away where many ask is left out only if all are', () => {
    const turnedAway = often(1, 'read', 200, 20, 'overloaded');
    const served = history(turnedAway, often(0, 'read', 250, 20, 'ok'));
    assert.equal(leftOut(served, [calm], options), undefined);
    assert.equal(leftOut(history(turnedAway), [calm], options)?.who, 'all who read');
  });

  it('nothing is asked at the beginning of a calm, of few attempts, or of many at once', () => {
    const early = history(often(1, 'write', 0, 4, 'fail'));
    assert.equal(leftOut(early, [calm], { ...options, settleMs: 400 }), undefined);
    assert.equal(leftOut(history(often(1, 'write', 200, 3, 'fail')), [calm], options), undefined);
    const atOnce = [1, 4, 7, 10, 13].map((n) => asked(n, 'write', 200, 'fail'));
    assert.equal(leftOut(history(...atOnce), [calm], options), undefined);
  });

  it('nor of nodes that are down or gone, nor where no majority runs', () => {
    const run = history(often(1, 'write', 200, 20, 'fail'));
    assert.notEqual(leftOut(run, [calm], options), undefined);
    assert.equal(leftOut(run, [{ ...calm, down: new Set(['n2']) }], options), undefined);
    assert.equal(leftOut(run, [calm], { ...options, away: new Set(['n2']) }), undefined);
    assert.equal(leftOut(run, [{ ...calm, down: new Set(['n1', 'n3']) }], options), undefined);
  });
});

const fault = (kind: string, fromMs: number, untilMs: number): FaultRecord => ({
  index: 0,
  entry: { at: fromMs, for: untilMs - fromMs, fault: { kind }, target: 'n1' },
  resolved: ['n1'],
  startNs: fromMs * 1e6,
  endNs: untilMs * 1e6,
  outcome: { kind: 'installed' },
});

describe('calms', () => {
  it('lie between the changes of faults, if they are long enough', () => {
    const calms = calmsOf([fault('partition', 1000, 2000), fault('kill', 2500, 9000)], {
      limitMs: 1000,
      endNs: 9500e6,
    });
    assert.deepEqual(calms, [
      { fromNs: 0, untilNs: 1000e6, down: new Set() },
      { fromNs: 2500e6, untilNs: 9000e6, down: new Set(['n1']) },
    ]);
  });
});
