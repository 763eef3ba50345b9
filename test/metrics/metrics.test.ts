import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { History, Operation } from '#src/history/operation';
import { attemptsOf, countOutcomes } from '#src/metrics/attempts';
import { availability } from '#src/metrics/availability';
import { costPerOp } from '#src/metrics/cost';
import { coverageOf } from '#src/metrics/coverage';
import { faultWindowsOf } from '#src/metrics/fault-windows';
import { type FaultWindow, faultFigures } from '#src/metrics/faults';
import { gapsOf } from '#src/metrics/gaps';
import { latencyByF, quantiles } from '#src/metrics/latency';
import { measure } from '#src/metrics/measure';
import { niceBinMs, throughput } from '#src/metrics/throughput';
import { anyHistory } from './histories.ts';

const ms = 1_000_000;
const installed = { kind: 'installed' } as const;

/** `[process, type, ms, node]` lines, `f` always read. */
function history(
  ...lines: readonly (readonly [number, Operation['type'], number, string?])[]
): History {
  return lines.map(([process, type, at, node], index) => ({
    index,
    process,
    type,
    time: at * ms,
    f: 'read',
    ...(node === undefined ? {} : { node }),
  }));
}

const anyFault = fc.tuple(fc.nat(2_000 * ms), fc.nat(2_000 * ms)).map(
  ([startNs, length]): FaultWindow => ({
    kind: 'kill',
    target: 'one',
    resolved: ['n1'],
    startNs,
    endNs: startNs + length,
    outcome: installed,
  }),
);

describe('metrics: attempts', () => {
  it('joins each completion with the open invocation of its process', () => {
    const found = attemptsOf(
      history([0, 'invoke', 1], [1, 'invoke', 2], [1, 'fail', 3], [0, 'ok', 4], [1, 'invoke', 5]),
    );
    assert.deepEqual(
      found.map((a) => [a.invoke.index, a.completion?.index, a.outcome]),
      [
        [0, 3, 'ok'],
        [1, 2, 'fail'],
        [4, undefined, 'info'],
      ],
    );
  });

  it('leaves out the nemesis and survives completions from nowhere', () => {
    const lines: History = [
      { index: 0, time: 0, type: 'info', process: 'nemesis', f: 'kill' },
      { index: 1, time: 1, type: 'ok', process: 3, f: 'read' },
    ];
    assert.deepEqual(attemptsOf(lines), []);
  });

  it('counts every invocation exactly once', () => {
    fc.assert(
      fc.property(anyHistory, (lines) => {
        const counts = countOutcomes(attemptsOf(lines));
        const invocations = lines.filter((op) => op.type === 'invoke').length;
        assert.equal(counts.ok + counts.fail + counts.info, invocations);
        assert.equal(counts.ok, lines.filter((op) => op.type === 'ok').length);
      }),
    );
  });
});

describe('metrics: latency', () => {
  it('is exact by nearest rank', () => {
    const values = Float64Array.from({ length: 1000 }, (_, i) => 1000 - i);
    assert.deepEqual(quantiles(values), { p50: 500, p90: 900, p99: 990, p999: 999, max: 1000 });
    assert.deepEqual(quantiles(Float64Array.of(7)), { p50: 7, p90: 7, p99: 7, p999: 7, max: 7 });
    assert.equal(quantiles(Float64Array.from({ length: 10 }, (_, i) => i + 1)).p90, 9);
    assert.throws(() => quantiles(new Float64Array()), RangeError);
    assert.throws(() => quantiles(Float64Array.of(1, Number.NaN)), RangeError);
  });

  it('leaves at most the share above it (naive twin: counting)', () => {
    const some = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(some, (values) => {
        const found = quantiles(Float64Array.from(values));
        for (const [key, perMille] of [
          ['p50', 500],
          ['p90', 900],
          ['p99', 990],
          ['p999', 999],
        ] as const) {
          const enough = (v: number) =>
            values.filter((x) => x <= v).length * 1000 >= perMille * values.length;
          assert.equal(found[key], Math.min(...values.filter(enough)));
        }
      }),
    );
  });

  it('counts successes only, per f', () => {
    const lines = history([0, 'invoke', 0], [0, 'ok', 5], [1, 'invoke', 5], [1, 'fail', 900]);
    assert.deepEqual(latencyByF(attemptsOf(lines)), {
      read: { p50: 5, p90: 5, p99: 5, p999: 5, max: 5 },
    });
  });
});

describe('metrics: availability', () => {
  it('counts windows between the first invocation and the end of the workload', () => {
    const lines = history(
      [0, 'invoke', 1000],
      [0, 'ok', 1050],
      [0, 'invoke', 1060],
      [0, 'ok', 1390],
    );
    assert.deepEqual(availability(attemptsOf(lines), 1450 * ms), {
      fraction: 0.5,
      windowMs: 100,
      longestOutageMs: 340,
    });
  });

  it('has an answer for nothing at all, and for no success', () => {
    const none = { fraction: 0, windowMs: 100, longestOutageMs: 0 };
    assert.deepEqual(availability([], 5), none);
    const failing = attemptsOf(history([0, 'invoke', 0], [0, 'fail', 10]));
    assert.deepEqual(availability(failing, 3000 * ms), { ...none, longestOutageMs: 3000 });
  });

  it('agrees with looking at every window and every pair of successes (naive twin)', () => {
    fc.assert(
      fc.property(anyHistory, fc.nat(3_000 * ms), (lines, endNs) => {
        const start = lines[0]?.time ?? 0;
        fc.pre(start < endNs && lines.length > 0);
        const oks = lines.filter((op) => op.type === 'ok' && op.time <= endNs).map((op) => op.time);
        const windows = Math.max(1, Math.floor((endNs - start) / (100 * ms)));
        let seen = 0;
        for (let w = 0; w < windows; w += 1) {
          const from = start + w * 100 * ms;
          const to = w === windows - 1 ? Infinity : from + 100 * ms;
          if (oks.some((t) => t >= from && t < to)) seen += 1;
        }
        const edges = [start, ...oks, endNs];
        const gaps = edges.slice(1).map((edge, i) => edge - (edges[i] as number));
        const found = availability(attemptsOf(lines), endNs);
        assert.equal(found.fraction, seen / windows);
        assert.equal(found.longestOutageMs, Math.max(...gaps) / ms);
      }),
    );
  });
});

describe('metrics: gaps', () => {
  it('finds the longest gap in any stretch, also over many blocks (naive twin)', () => {
    const sorted = fc
      .array(fc.nat(5_000), { maxLength: 2_000, size: 'max' })
      .map((values) => Float64Array.from(values).sort());
    fc.assert(
      fc.property(sorted, fc.nat(5_000), fc.nat(5_000), (values, from, to) => {
        const edges = [from, ...[...values].filter((v) => v >= from && v < to), to];
        const widest = Math.max(...edges.slice(1).map((edge, i) => edge - (edges[i] as number)));
        assert.equal(gapsOf(values).longest(from, to), to <= from ? 0 : widest);
      }),
      { numRuns: 60 },
    );
  });
});

describe('metrics: faults', () => {
  it('measures a fault as the picture in docs/metrics.md says', () => {
    const lines = history(
      [0, 'invoke', 90, 'n1'],
      [0, 'ok', 105, 'n1'], // invoked before the fault: only fills the gap
      [0, 'invoke', 110, 'n1'],
      [1, 'invoke', 120, 'n2'],
      [0, 'ok', 350, 'n1'],
      [1, 'ok', 380, 'n2'],
      [0, 'invoke', 390, 'n1'],
      [0, 'ok', 420, 'n1'], // invoked before healing
      [0, 'invoke', 430, 'n1'],
      [1, 'invoke', 431, 'n2'],
      [0, 'ok', 440, 'n1'],
      [1, 'ok', 475, 'n2'],
    );
    const [found] = faultFigures(attemptsOf(lines), [
      {
        kind: 'kill',
        target: 'leader',
        resolved: ['n3'],
        startNs: 100 * ms,
        endNs: 400 * ms,
        outcome: installed,
      },
    ]);
    assert.deepEqual(found, {
      kind: 'kill',
      target: 'leader',
      resolved: ['n3'],
      startMs: 100,
      endMs: 400,
      outcome: installed,
      timeToFirstOkMs: 250,
      recoveryMs: 75,
      unavailableMs: 245,
    });
  });

  it('says never, and measures nothing of a fault that was skipped', () => {
    const lines = history([0, 'invoke', 0, 'n1'], [0, 'ok', 1, 'n1'], [0, 'invoke', 2, 'n1']);
    const fault = { kind: 'kill', target: 'n1', resolved: ['n1'], startNs: 2 * ms, endNs: 9 * ms };
    const skipped = { kind: 'skipped', reason: 'nobody leads' } as const;
    const [dead, never] = faultFigures(attemptsOf(lines), [
      { ...fault, outcome: installed },
      { ...fault, outcome: skipped },
    ]);
    assert.deepEqual(
      [dead?.timeToFirstOkMs, dead?.recoveryMs, dead?.unavailableMs],
      [null, null, 7],
    );
    assert.deepEqual(
      [never?.timeToFirstOkMs, never?.recoveryMs, never?.unavailableMs],
      [null, null, 0],
    );
  });

  it('waits for every node but those that were given up', () => {
    const lines = history(
      [0, 'invoke', 0, 'n1'],
      [1, 'invoke', 1, 'n2'],
      [0, 'ok', 2, 'n1'],
      [1, 'ok', 3, 'n2'],
      [0, 'invoke', 20, 'n1'],
      [1, 'invoke', 21, 'n2'],
      [0, 'ok', 25, 'n1'],
    );
    const fault = { kind: 'damage', target: 'n2', resolved: ['n2'], startNs: 5 * ms };
    const window = { ...fault, endNs: 10 * ms, outcome: installed };
    const [waiting, excused, other] = faultFigures(attemptsOf(lines), [
      window,
      { ...window, givenUp: ['n2', 'n3'] },
      { ...window, givenUp: ['n1'] },
    ]);
    assert.deepEqual([waiting?.recoveryMs, waiting?.givenUp], [null, undefined]);
    assert.deepEqual([excused?.recoveryMs, excused?.givenUp], [15, ['n2']]);
    assert.deepEqual([other?.recoveryMs, other?.givenUp], [null, undefined]);
  });

  it('agrees with searching the whole history for each fault (naive twin)', () => {
    fc.assert(
      fc.property(anyHistory, anyFault, (lines, fault) => {
        const attempts = attemptsOf(lines);
        const [found] = faultFigures(attempts, [fault]);
        const firstOk = (fromNs: number, node?: string) => {
          const times = attempts
            .filter((a) => a.outcome === 'ok' && a.invoke.time >= fromNs)
            .filter((a) => node === undefined || a.invoke.node === node)
            .map((a) => a.completion?.time ?? 0);
          return times.length === 0 ? null : Math.min(...times);
        };
        const first = firstOk(fault.startNs);
        assert.equal(found?.timeToFirstOkMs, first === null ? null : (first - fault.startNs) / ms);
        const perNode = [...new Set(attempts.map((a) => a.invoke.node))].map((node) =>
          firstOk(fault.endNs, node),
        );
        const reached = perNode.filter((time) => time !== null);
        const all = reached.length === perNode.length && reached.length > 0;
        const recovered = all ? Math.max(...reached) : null;
        assert.equal(found?.recoveryMs, recovered === null ? null : (recovered - fault.endNs) / ms);
        const until = recovered ?? Math.max(lines.at(-1)?.time ?? 0, fault.endNs);
        const inside = lines
          .filter((op) => op.type === 'ok' && op.time >= fault.startNs && op.time <= until)
          .map((op) => op.time);
        const edges = [fault.startNs, ...inside, until];
        const gaps = edges.slice(1).map((edge, i) => edge - (edges[i] as number));
        assert.equal(found?.unavailableMs, Math.max(0, ...gaps) / ms);
      }),
      { numRuns: 300 },
    );
  });

  it('reads the faults back out of the nemesis lines of a history', () => {
    const line = (index: number, at: number, type: 'invoke' | 'info', f: string, value: unknown) =>
      ({ index, time: at * ms, type, process: 'nemesis', f, value }) as const;
    const value = { index: 0, target: 'leader', parameters: { kind: 'kill' } };
    const found = faultWindowsOf([
      line(0, 10, 'invoke', 'kill', value),
      line(1, 20, 'info', 'kill', { ...value, resolved: ['n2'], outcome: installed }),
      line(2, 25, 'info', 'pause', {
        index: 1,
        target: 'leader',
        outcome: { kind: 'skipped', reason: 'nobody leads' },
      }),
      line(3, 27, 'info', 'kill', { index: 2, target: 'n1', resolved: ['n1'], outcome: 7 }),
      line(4, 28, 'info', 'note', 'not a fault'),
      line(5, 30, 'invoke', 'heal-kill', { index: 0 }),
      line(6, 40, 'info', 'heal-kill', { index: 0 }),
    ]);
    assert.deepEqual(
      found.map((f) => [f.kind, f.resolved, f.startNs / ms, f.endNs / ms, f.outcome.kind]),
      [
        ['kill', ['n2'], 20, 40, 'installed'],
        ['pause', [], 25, 25, 'skipped'],
        ['kill', ['n1'], 27, 40, 'failed'],
      ],
    );
    assert.deepEqual(found[0]?.parameters, { kind: 'kill' });
  });

  it('a fault that passed over some of its targets has hit the others only: it covers no cell of all of them', () => {
    const value = { index: 0, target: 'all', resolved: ['n1', 'n2', 'n3'], outcome: installed };
    const figuresOf = (more: object) =>
      faultFigures(
        [],
        faultWindowsOf([
          {
            index: 0,
            time: ms,
            type: 'info',
            process: 'nemesis',
            f: 'damage',
            value: { ...value, ...more },
          },
        ]),
      );
    const some = figuresOf({ hit: ['n1'] });
    assert.deepEqual(some[0]?.resolved, ['n1']);
    const count = (figures: typeof some) =>
      coverageOf(figures, 3, ['damage:all']).required[0]?.count;
    assert.deepEqual([count(some), count(figuresOf({}))], [0, 1]);
  });
});

describe('metrics: throughput', () => {
  it('puts every completion into its bin', () => {
    const lines = history([0, 'invoke', 0], [0, 'ok', 99], [0, 'invoke', 99], [0, 'fail', 100]);
    assert.deepEqual(throughput(attemptsOf(lines), 100), {
      binMs: 100,
      ok: [1, 0],
      fail: [0, 1],
      info: [0, 0],
    });
    assert.throws(() => throughput([], 0), RangeError);
  });

  it('loses nothing', () => {
    fc.assert(
      fc.property(anyHistory, fc.integer({ min: 1, max: 500 }), (lines, binMs) => {
        const bins = throughput(attemptsOf(lines), binMs);
        for (const type of ['ok', 'fail', 'info'] as const) {
          const completed = lines.filter((op) => op.type === type).length;
          assert.equal(
            bins[type].reduce((a, b) => a + b, 0),
            completed,
          );
        }
      }),
    );
  });

  it('chooses a bin that a reader can divide by', () => {
    assert.equal(niceBinMs(30_000, 300), 100);
    assert.equal(niceBinMs(31_000, 300), 200);
    assert.equal(niceBinMs(7 * 86_400_000, 300), 2_016_000);
  });
});

describe('metrics: cost and all together', () => {
  it('adds up processes by their last counters', () => {
    const sample = (node: string, pid: number, n: number) => ({
      node,
      pid,
      counters: { messagesSent: n, bytesSent: 10 * n, fsyncs: 1 },
    });
    const samples = [
      sample('n1', 1, 5),
      sample('n1', 1, 9),
      sample('n1', 2, 1),
      sample('n2', 1, 2),
    ];
    assert.deepEqual(costPerOp(samples, 4), {
      messagesPerOp: 3,
      bytesPerOp: 30,
      fsyncsPerOp: 0.75,
    });
    assert.equal(costPerOp(samples, 0).messagesPerOp, null);
    assert.equal(costPerOp([], 4).fsyncsPerOp, null);
  });

  it('ends a killed leader at its kill', () => {
    const found = measure({
      history: history([0, 'invoke', 0], [0, 'ok', 1000]),
      workloadEndNs: 1000 * ms,
      faults: [
        {
          kind: 'kill',
          target: 'leader',
          resolved: ['n1'],
          startNs: 400 * ms,
          endNs: 600 * ms,
          outcome: installed,
        },
      ],
      roleEvents: [
        { timeNs: 100 * ms, node: 'n1', incarnation: 1, ev: 'becomeLeader', term: 1 },
        { timeNs: 600 * ms, node: 'n1', incarnation: 2, ev: 'started', term: 0 },
      ],
    });
    assert.deepEqual(found.leaderships, [{ node: 'n1', term: 1, startMs: 100, endMs: 400 }]);
    assert.deepEqual(found.leader, { changes: 0, elections: 0 });
  });

  it('without traces nobody knows who led: that is no figure, and not none', () => {
    const found = measure({ history: [], workloadEndNs: ms, faults: [], roleEvents: [] });
    assert.deepEqual(found.leader, { changes: null, elections: null });
  });
});
