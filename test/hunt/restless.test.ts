import assert from 'node:assert/strict';
import { type Rise, restless, restlessIn } from '#src/hunt/restless';
import type { FaultRecord } from '#src/schedule/player';

const fault = (kind: string, fromMs: number, untilMs: number): FaultRecord => ({
  index: 0,
  entry: { at: fromMs, for: untilMs - fromMs, fault: { kind }, target: 'n1' },
  resolved: ['n1'],
  startNs: fromMs * 1e6,
  endNs: untilMs * 1e6,
  outcome: { kind: 'installed' },
});

const rises = (...ms: number[]): Rise[] =>
  ms.map((at, i) => ({ node: `n${(i % 3) + 1}`, timeNs: at * 1e6 }));

const limits = { limitMs: 3000, endNs: 10_000e6 };

describe('leaders that do not stay', () => {
  it('two new ones in the second half of a calm are one too many', () => {
    const found = restless(rises(100, 6000, 7000), [], limits);
    assert.deepEqual(found?.rises, rises(0, 6000, 7000).slice(1));
    assert.deepEqual([found?.fromNs, found?.untilNs], [0, 10_000e6]);
  });

  it('one may be late, and before that anything goes', () => {
    assert.equal(restless(rises(100, 200, 900, 4999, 9000), [], limits), undefined);
    assert.equal(restless([], [], limits), undefined);
  });

  it('nothing is asked while a fault is in effect, begins or ends, nor after the workload', () => {
    const many = rises(...Array.from({ length: 200 }, (_, i) => 100 * i));
    assert.equal(restless(many, [fault('partition', 0, 10_000)], limits), undefined);
    const often = [1, 2, 3, 4].map((n) => fault('partition', 2000 * n, 2000 * n + 500));
    assert.equal(restless(many, often, limits), undefined);
    assert.equal(restless(rises(10_500, 11_000, 12_000), [], limits), undefined);
    assert.equal(restless(many, [fault('partition', 0, 5000)], limits)?.fromNs, 5000e6);
  });

  it('nor does anybody lead anew while nobody asks for anything', () => {
    const idle = { fromNs: 1000e6, untilNs: 3000e6, down: new Set<string>() };
    assert.equal(restlessIn(rises(1100, 1900, 2500, 3100), idle), undefined);
    assert.equal(restlessIn(rises(2500, 2600), idle)?.rises.length, 2);
  });

  it('who is down disturbs nobody', () => {
    const down = [fault('kill', 1000, 10_000), fault('power-loss', 1500, 20_000)];
    assert.equal(restless(rises(1200, 8000, 8100), down, limits)?.rises.length, 2);
    assert.equal(restless(rises(1200, 2000), down, limits), undefined);
    assert.equal(restless(rises(8000, 8100), [fault('pause', 1000, 10_000)], limits), undefined);
  });
});
