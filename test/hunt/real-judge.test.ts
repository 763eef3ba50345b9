import assert from 'node:assert/strict';
import type { CheckResult } from '#checkers/checker';
import type { Results } from '#reports/results';
import type { Operation } from '#src/history/operation';
import { evidenceIn, verdictOf } from '#src/hunt/real-judge';
import type { Finding } from '#src/run/findings';

const results = (checkers: Readonly<Record<string, CheckResult>>): Results => ({
  valid: true,
  exitCode: 0,
  reasons: [],
  system: 'raft',
  workload: 'register',
  world: 'real',
  seed: 1,
  counts: { ok: 1, fail: 0, info: 0 },
  checkers,
  latency: {},
  availability: { fraction: 1, windowMs: 100, longestOutageMs: 0 },
  faults: [],
  leader: { changes: 0, elections: 1 },
  cost: { messagesPerOp: null, bytesPerOp: null, fsyncsPerOp: null },
});

const finding = (kind: Finding['kind'], valid: Finding['valid'], reason: string): Finding => ({
  kind,
  valid,
  reason,
});

const good = { linearizable: { valid: true }, invariants: { valid: true } } as const;
const stale: CheckResult = {
  valid: false,
  reason: '1 of 2 keys is not linearizable',
  anomalies: [{ name: 'stale-read', explanation: 'x read 1 after 2', operations: [] }],
};

describe('what a run on real processes came to', () => {
  it('names the checker that found it, and the invariant before the checker', () => {
    assert.deepEqual(verdictOf(results({ ...good, linearizable: stale }), []), {
      kind: 'failed',
      by: 'checker',
      name: 'linearizable',
      explanation: 'x read 1 after 2',
    });
    const broken: CheckResult = {
      valid: false,
      anomalies: [{ name: 'I3 election-safety', explanation: 'two leaders', operations: [] }],
    };
    assert.deepEqual(verdictOf(results({ linearizable: stale, invariants: broken }), []), {
      kind: 'failed',
      by: 'invariant',
      name: 'I3 election-safety',
      explanation: 'two leaders',
    });
  });

  it('tells a node that ended itself from one that did not come back, by a name without numbers', () => {
    const exit = finding('node-exit', false, 'node n2 ended by itself: index 17 is out of range');
    const dark = finding('not-recovered', false, 'n1 did not serve any client');
    const ended = verdictOf(results(good), [dark, exit]);
    assert.deepEqual(ended, {
      kind: 'failed',
      by: 'crash',
      name: 'node n ended by itself: index 0 is out of range',
      explanation: exit.reason,
    });
    const away = verdictOf(results(good), [dark]);
    assert.ok(away.kind === 'failed' && away.by === 'liveness');
    assert.equal(away.name, 'healed-cluster-serves');
  });

  it('a fault that did not take effect is no doubt, a run cut short or an unknown checker is', () => {
    const missing = finding('fault-missing', 'unknown', 'the planned fault kill never took effect');
    const cut = finding('interrupted', 'unknown', 'the run was cut short');
    assert.deepEqual(verdictOf(results(good), [missing]), { kind: 'passed' });
    assert.deepEqual(verdictOf(results(good), [missing, cut]), {
      kind: 'undecided',
      reason: 'the run was cut short',
    });
    const late: CheckResult = { valid: 'unknown', reason: 'out of time' };
    assert.deepEqual(verdictOf(results({ ...good, linearizable: late }), []), {
      kind: 'undecided',
      reason: 'linearizable: out of time',
    });
    const idle: CheckResult = { valid: 'unknown', reason: 'no cas succeeded' };
    assert.deepEqual(verdictOf(results({ ...good, stats: idle }), []), { kind: 'passed' });
  });

  it('is idle where clients were left with nothing, as in the simulated world, unless something else is open', () => {
    const nothing: CheckResult = {
      valid: 'unknown',
      reason: 'nothing was read',
      provesNothing: true,
    };
    const late: CheckResult = { valid: 'unknown', reason: 'out of time' };
    const missing = finding('fault-missing', 'unknown', 'the planned fault kill never took effect');
    const cut = finding('interrupted', 'unknown', 'the run was cut short');
    const idle = results({ ...good, linearizable: nothing });
    assert.deepEqual(verdictOf(idle, [missing]), { kind: 'idle' });
    assert.equal(verdictOf(idle, [cut]).kind, 'undecided');
    assert.deepEqual(verdictOf(results({ linearizable: nothing, invariants: late }), []), {
      kind: 'undecided',
      reason: 'invariants: out of time',
    });
    const dark = finding('not-recovered', false, 'n1 did not serve any client');
    assert.equal(verdictOf(idle, [dark]).kind, 'failed');
  });

  it('knows when the evidence was over: by the answers of its operations, or by the events of the nodes', () => {
    const line = { process: 4, f: 'read', key: 'k1' } as const;
    const read: Operation = { ...line, index: 0, time: 5e6, type: 'invoke', value: null };
    const answer: Operation = { ...line, index: 1, time: 9e6, type: 'ok', value: 1 };
    const anomalies = [{ name: 'stale-read', explanation: '', operations: [read] }];
    const seen = evidenceIn(
      results({ linearizable: { valid: false, anomalies } }),
      [read, answer],
      0,
    );
    assert.deepEqual(seen, { untilMs: 9, key: 'k1' });
    const violations = [{ events: [{ timeNs: 7_000_000_000 }, { timeNs: 8_500_000_000 }] }];
    const told = evidenceIn(results({ invariants: { valid: false, violations } }), [], 6e9);
    assert.deepEqual(told, { untilMs: 2500 });
    assert.equal(evidenceIn(results(good), [], 0), undefined);
  });
});
