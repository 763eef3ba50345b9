import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { History, Operation } from '#src/history/operation';
import { attemptsOf } from '#src/metrics/attempts';
import { availability } from '#src/metrics/availability';
import {
  type Episode,
  type EpisodeEvidence,
  type EpisodeMetric,
  episodeMetrics,
  episodesOf,
  type TimedCounters,
  wholeRun,
} from '#src/metrics/episodes';
import type { FaultWindow } from '#src/metrics/faults';
import { anyHistory } from './histories.ts';

const ms = 1_000_000;

const fault = (kind: string, startMs: number, endMs: number): FaultWindow => ({
  kind,
  target: 'leader',
  resolved: ['n1'],
  startNs: startMs * ms,
  endNs: endMs * ms,
  outcome: { kind: 'installed' },
});

/** One operation every `everyMs` from 0, each taking 2 ms, all to n1; those asked in a silence are never answered. */
function steady(
  untilMs: number,
  everyMs: number,
  silences: readonly (readonly [number, number])[] = [],
): History {
  const lines: Omit<Operation, 'index'>[] = [];
  let process = 0;
  for (let at = 0; at < untilMs; at += everyMs) {
    const silent = silences.some(([from, to]) => at >= from && at < to);
    const call = { process, f: 'read', node: 'n1' };
    lines.push({ ...call, type: 'invoke', time: at * ms });
    lines.push({ ...call, type: silent ? 'info' : 'ok', time: (at + 2) * ms });
    process += 1;
  }
  return lines.map((line, index) => ({ ...line, index }));
}

const evidence = (given: Partial<EpisodeEvidence>): EpisodeEvidence => ({
  history: [],
  faults: [],
  workloadEndNs: 0,
  leaderships: [],
  electionsNs: [],
  samples: [],
  ...given,
});

const look = (
  timeMs: number,
  node: string,
  pid: number,
  [messagesSent, bytesSent, fsyncs]: readonly [number, number, number],
): TimedCounters => ({
  timeNs: timeMs * ms,
  node,
  pid,
  counters: { messagesSent, bytesSent, fsyncs },
});

const named = (episodes: readonly Episode[], name: string): Episode => {
  const found = episodes.find((episode) => episode.fault === name);
  assert.ok(found, `there is no episode ${name}`);
  return found;
};

describe('metrics: episodes', () => {
  it('an outage from a fault on counts to that fault, until the next one', () => {
    const episodes = episodesOf(
      evidence({
        history: steady(4000, 10, [
          [1000, 1300],
          [3000, 3100],
        ]),
        faults: [fault('pause', 3000, 3500), fault('kill', 1000, 2000)],
        workloadEndNs: 4000 * ms,
      }),
    );
    assert.deepEqual(
      episodes.map((one) => one.fault),
      [wholeRun, 'kill', 'pause'],
    );
    const { figures } = named(episodes, 'kill');
    // The last answer before the fault came at 992 ms, but only the time since the fault is its doing.
    assert.equal(figures.longestOutageMs, 302);
    assert.equal(figures.timeToFirstOkMs, 302);
    assert.equal(figures.recoveryMs, 2);
    assert.equal(figures.availability, 17 / 20);
    assert.equal(figures.latencyBeforeP50Ms, 2);
    assert.equal(named(episodes, 'pause').figures.longestOutageMs, 102);
  });

  it('what comes only after the next fault is not seen, and is known to take at least until then', () => {
    const episodes = episodesOf(
      evidence({
        history: steady(4000, 10, [[1000, 3200]]),
        faults: [fault('kill', 1000, 1500), fault('pause', 3000, 3100)],
        workloadEndNs: 4000 * ms,
      }),
    );
    const { figures, atLeast } = named(episodes, 'kill');
    assert.equal(figures.timeToFirstOkMs, null);
    assert.equal(figures.recoveryMs, null);
    assert.deepEqual(atLeast, { timeToFirstOkMs: 2000, degradedMs: 1500, recoveryMs: 1500 });
    assert.equal(figures.availability, 0);
    assert.equal(figures.latencyDuringP50Ms, null);
    assert.equal(named(episodes, 'pause').figures.timeToFirstOkMs, 202);
  });

  it('when the next fault begins before this one is healed nothing is known of its recovery', () => {
    const { figures, atLeast } = named(
      episodesOf(
        evidence({
          history: steady(4000, 10),
          faults: [fault('kill', 1000, 3200), fault('pause', 3000, 3500)],
          workloadEndNs: 4000 * ms,
        }),
      ),
      'kill',
    );
    assert.equal(figures.recoveryMs, null);
    assert.equal(atLeast.recoveryMs, 0);
    assert.equal(figures.latencyAfterP50Ms, null);
  });

  it('faults without effect, or after the workload, are no episodes', () => {
    const skipped = {
      ...fault('kill', 100, 100),
      outcome: { kind: 'skipped', reason: 'x' },
    } as const;
    const episodes = episodesOf(
      evidence({
        history: steady(500, 10),
        faults: [skipped, fault('pause', 600, 700)],
        workloadEndNs: 500 * ms,
      }),
    );
    assert.equal(episodes.length, 1);
  });

  it('counts what nodes spent per success, processes that started in between from zero', () => {
    const [whole] = episodesOf(
      evidence({
        history: steady(1000, 10),
        workloadEndNs: 1000 * ms,
        samples: [
          look(5, 'n1', 1, [100, 1000, 10]),
          look(5, 'n2', 2, [50, 500, 5]),
          look(500, 'n1', 1, [200, 2000, 20]),
          look(900, 'n1', 3, [40, 400, 4]),
          look(900, 'n2', 2, [110, 1100, 11]),
          look(1100, 'n2', 2, [9999, 9999, 9999]),
        ],
      }),
    );
    // 100 of n1 before it was killed, 40 after, 60 of n2; 100 successes.
    assert.equal(whole?.figures.messagesPerOp, 2);
    assert.equal(whole?.figures.bytesPerOp, 20);
    assert.equal(whole?.figures.fsyncsPerOp, 0.2);
  });

  it('counts elections and leaders that came after the first one', () => {
    const leaderships = [
      { node: 'n1', term: 1, startMs: 0, endMs: 1000 },
      { node: 'n2', term: 2, startMs: 1400, endMs: 4000 },
    ];
    const electionsNs = [0, 1200 * ms, 1390 * ms];
    const episodes = episodesOf(
      evidence({
        history: steady(2000, 10),
        faults: [fault('kill', 1000, 1500)],
        workloadEndNs: 2000 * ms,
        leaderships,
        electionsNs,
      }),
    );
    assert.equal(named(episodes, wholeRun).figures.elections, 3);
    assert.equal(named(episodes, wholeRun).figures.leaderChanges, 1);
    assert.equal(named(episodes, 'kill').figures.elections, 2);
    assert.equal(named(episodes, 'kill').figures.leaderChanges, 1);
  });

  it('without traces nothing is said about leaders', () => {
    const [whole] = episodesOf(evidence({ history: steady(500, 10), workloadEndNs: 500 * ms }));
    assert.equal(whole?.figures.elections, null);
    assert.equal(whole?.figures.leaderChanges, null);
  });

  it('a run without any operation has episodes without figures', () => {
    const episodes = episodesOf(
      evidence({ faults: [fault('kill', 10, 400)], workloadEndNs: 500 * ms }),
    );
    assert.equal(named(episodes, wholeRun).figures.availability, 0);
    assert.equal(named(episodes, 'kill').figures.timeToFirstOkMs, null);
    assert.equal(named(episodes, 'kill').figures.messagesPerOp, null);
  });
});

const anyFaults = fc
  .array(fc.tuple(fc.nat(2500), fc.nat(1500), fc.boolean()), { maxLength: 5 })
  .map((list) =>
    list.map(
      ([start, length, works], i): FaultWindow => ({
        ...fault(`f${i}`, start, start + length),
        ...(works ? {} : { outcome: { kind: 'failed', error: 'x' } }),
      }),
    ),
  );

const anyEvidence: fc.Arbitrary<EpisodeEvidence> = fc
  .tuple(
    anyHistory,
    anyFaults,
    fc.nat(4000),
    fc.array(fc.tuple(fc.nat(4000), fc.nat(2), fc.nat(500)), { maxLength: 8 }),
  )
  .map(([history, faults, endMs, looks]) =>
    evidence({
      history,
      faults,
      workloadEndNs: endMs * ms,
      electionsNs: [3, 70, 900].map((at) => at * ms),
      samples: looks
        .toSorted(([a], [b]) => a - b)
        .map(([at, pid], i) => look(at, 'n1', pid, [i, i, i])),
    }),
  );

describe('metrics: episodes of anything', () => {
  it('holds no NaN and nothing negative or infinite, and shares are shares', () => {
    fc.assert(
      fc.property(anyEvidence, (given) => {
        for (const { figures, atLeast } of episodesOf(given)) {
          for (const value of [...Object.values(figures), ...Object.values(atLeast)]) {
            assert.ok(value === null || (Number.isFinite(value) && value >= 0), String(value));
          }
          assert.ok((figures.availability ?? 0) <= 1);
        }
      }),
    );
  });

  it('agrees with the results of the run about its availability', () => {
    fc.assert(
      fc.property(anyEvidence, (given) => {
        const [whole] = episodesOf(given);
        const own = availability(attemptsOf(given.history), given.workloadEndNs);
        assert.equal(whole?.figures.availability, own.fraction);
        assert.equal(whole?.figures.longestOutageMs, own.longestOutageMs);
      }),
    );
  });

  it('agrees with a naive twin about what clients saw', () => {
    fc.assert(
      fc.property(anyEvidence, (given) => {
        const installed = given.faults
          .filter(
            ({ outcome, startNs }) => outcome.kind === 'installed' && startNs < given.workloadEndNs,
          )
          .toSorted((a, b) => a.startNs - b.startNs);
        const episodes = episodesOf(given).slice(1);
        assert.equal(episodes.length, installed.length);
        installed.forEach((one, i) => {
          const toNs = installed[i + 1]?.startNs ?? given.workloadEndNs;
          const expected = naive(given.history, one.startNs, toNs);
          const { figures } = episodes[i] as Episode;
          assert.equal(figures.availability, expected.availability);
          assert.equal(figures.longestOutageMs, expected.longestOutageMs);
        });
      }),
    );
  });

  it('what was waited for is either seen before the next fault, or known to take longer', () => {
    fc.assert(
      fc.property(anyEvidence, (given) => {
        for (const { fault: name, figures, atLeast } of episodesOf(given)) {
          if (name === wholeRun) continue;
          for (const metric of ['timeToFirstOkMs', 'recoveryMs'] as const) {
            assert.equal(figures[metric] === null, atLeast[metric] !== undefined);
          }
        }
      }),
    );
  });

  it('has every figure that there is for every fault', () => {
    fc.assert(
      fc.property(anyEvidence, (given) => {
        for (const { figures } of episodesOf(given).slice(1)) {
          const names = new Set<string>(Object.keys(figures));
          assert.deepEqual(
            episodeMetrics.filter((metric: EpisodeMetric) => !names.has(metric)),
            [],
          );
        }
      }),
    );
  });
});

/** Straight from the definitions, looking at every success for every window. */
function naive(history: History, fromNs: number, toNs: number) {
  const times = history
    .filter((op) => op.type === 'ok' && op.process !== 'nemesis')
    .map((op) => op.time)
    .sort((a, b) => a - b);
  const windows = Math.floor((toNs - fromNs) / (100 * ms));
  let available = 0;
  for (let i = 0; i < windows; i += 1) {
    const start = fromNs + i * 100 * ms;
    const end = i === windows - 1 ? toNs : start + 100 * ms;
    if (times.some((time) => time >= start && time < end)) available += 1;
  }
  const marks = [fromNs, ...times.filter((time) => time > fromNs && time < toNs), toNs];
  let longest = 0;
  for (let i = 1; i < marks.length; i += 1) {
    longest = Math.max(longest, (marks[i] as number) - (marks[i - 1] as number));
  }
  return { availability: windows < 1 ? null : available / windows, longestOutageMs: longest / ms };
}
