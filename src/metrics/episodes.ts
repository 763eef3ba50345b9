/**
 * Episodes: what one firing of a fault did, set against the time right before and after it, so that systems can be compared
 * fault by fault.
 *
 *     ... previous healed |---- before ----|===== during =====|----- after -----| next fault starts, or the workload ends
 *                                        start              healed
 *                                          |<--------- the episode ----------->|
 */

import type { History } from '../history/operation.ts';
import { type Attempt, attemptsOf } from './attempts.ts';
import { availability, availabilityWindowMs, successTimes } from './availability.ts';
import type { CounterSample } from './cost.ts';
import { type FaultWindow, faultFigures } from './faults.ts';
import { firstAtLeast, gapsOf } from './gaps.ts';
import { impactsOf, lostMs } from './impact.ts';
import { quantiles } from './latency.ts';
import type { FaultImpact, Leadership } from './types.ts';

/** What is compared, in the order in which it is shown. Times in ms; `availability` and `success...` are shares; the last three are per success. */
export const episodeMetrics = [
  'availability',
  'lostMs',
  'longestOutageMs',
  'detectionMs',
  'timeToFirstOkMs',
  'recoveryMs',
  'degradedMs',
  'catchUpMs',
  'successBefore',
  'successDuring',
  'successAfter',
  'latencyBeforeP50Ms',
  'latencyBeforeP99Ms',
  'latencyDuringP50Ms',
  'latencyDuringP99Ms',
  'latencyAfterP50Ms',
  'latencyAfterP99Ms',
  'elections',
  'leaderChanges',
  'messagesPerOp',
  'bytesPerOp',
  'fsyncsPerOp',
] as const;
export type EpisodeMetric = (typeof episodeMetrics)[number];

/**
 * null: nothing was there to measure (no success, no sample), or for a moment that was waited for: it did not come in time.
 * Absent: it means nothing here, such as the recovery of a whole run.
 */
export type EpisodeFigures = Readonly<Partial<Record<EpisodeMetric, number | null>>>;

export interface Episode {
  /** The kind of fault; `whole run` for the run as one episode. */
  readonly fault: string;
  /** The target as scheduled: a role, or a node's name. */
  readonly role: string;
  readonly figures: EpisodeFigures;
  /** How long those of `awaited` that are null were waited for, ms: until the next fault, or the end of the history. */
  readonly atLeast: Awaited;
}

/** Moments that may not come before the next fault; what is seen after that is not this fault's doing alone. */
export const awaited = [
  'timeToFirstOkMs',
  'recoveryMs',
  'degradedMs',
  'catchUpMs',
] as const satisfies EpisodeMetric[];
type Awaited = Readonly<Partial<Record<(typeof awaited)[number], number>>>;

export interface TimedCounters extends CounterSample {
  readonly timeNs: number;
  /** What the node knew to be committed; left out where the system does not say. */
  readonly commitIndex?: number;
}

export interface EpisodeEvidence {
  readonly history: History;
  readonly faults: readonly FaultWindow[];
  readonly workloadEndNs: number;
  readonly leaderships: readonly Leadership[];
  /** When nodes started to campaign, ns, ascending. */
  readonly electionsNs: readonly number[];
  /** When nodes sought leadership, pre-votes included, ns, ascending; left out: as `electionsNs`. */
  readonly campaignsNs?: readonly number[];
  readonly samples: readonly TimedCounters[];
}

interface Span {
  readonly fromNs: number;
  readonly toNs: number;
}

const within = (timeNs: number, { fromNs, toNs }: Span): boolean =>
  timeNs >= fromNs && timeNs < toNs;

/** One episode for the whole workload, then one per fault that took effect before its end, in order of time. */
export function episodesOf(evidence: EpisodeEvidence): Episode[] {
  const attempts = attemptsOf(evidence.history);
  const view = { evidence, attempts, times: successTimes(attempts) };
  const endNs = evidence.workloadEndNs;
  const whole: Span = { fromNs: Math.min(attempts[0]?.invoke.time ?? 0, endNs), toNs: endNs };
  const run = { fault: wholeRun, role: 'all', figures: wholeFigures(view, whole), atLeast: {} };
  const installed = evidence.faults
    .filter(({ outcome, startNs }) => outcome.kind === 'installed' && startNs < endNs)
    .toSorted((a, b) => a.startNs - b.startNs);
  const figures = faultFigures(attempts, installed);
  const traced = evidence.electionsNs.length + evidence.leaderships.length > 0;
  const impacts = impactsOf({
    attempts,
    faults: installed,
    workloadEndNs: endNs,
    campaignsNs: traced ? (evidence.campaignsNs ?? evidence.electionsNs) : undefined,
    looks: evidence.samples,
  });
  const historyEndNs = Math.max(endNs, evidence.history.at(-1)?.time ?? 0);
  let quietFromNs = whole.fromNs;
  const episodes = installed.map((fault, i): Episode => {
    const healedNs = Math.min(fault.endNs, endNs);
    const span = { fromNs: fault.startNs, toNs: installed[i + 1]?.startNs ?? endNs };
    const phases: Phases = {
      Before: { fromNs: quietFromNs, toNs: fault.startNs },
      During: { fromNs: fault.startNs, toNs: healedNs },
      After: { fromNs: healedNs, toNs: span.toNs },
    };
    quietFromNs = Math.max(quietFromNs, healedNs);
    const limitNs = installed[i + 1]?.startNs ?? historyEndNs;
    const first = inTime(figures[i]?.timeToFirstOkMs, fault.startNs, limitNs);
    const recovery = inTime(figures[i]?.recoveryMs, fault.endNs, limitNs);
    return {
      fault: fault.kind,
      role: fault.target,
      figures: {
        ...clientFigures(view, span),
        timeToFirstOkMs: first.ms,
        recoveryMs: recovery.ms,
        ...impactFigures(impacts[i]),
        ...latencies(attempts, phases),
        ...nodeFigures(view, span),
      },
      atLeast: {
        ...(first.ms === null && { timeToFirstOkMs: first.atLeastMs }),
        ...(recovery.ms === null && { recoveryMs: recovery.atLeastMs }),
        ...(impacts[i]?.degradedMs === null && { degradedMs: recovery.atLeastMs }),
        ...(impacts[i]?.catchUpMs === null && { catchUpMs: recovery.atLeastMs }),
      },
    };
  });
  return [run, ...episodes];
}

/** Those that a fault has and a whole run has not, and the time that it cost. */
function impactFigures(impact: FaultImpact | undefined): EpisodeFigures {
  const { lostMs: lost, detectionMs, degradedMs, catchUpMs, success } = impact ?? {};
  return {
    lostMs: lost ?? null,
    detectionMs: detectionMs ?? null,
    degradedMs: degradedMs ?? null,
    catchUpMs: catchUpMs ?? null,
    successBefore: success?.before ?? null,
    successDuring: success?.during ?? null,
    successAfter: success?.after ?? null,
  };
}

/** What came `ms` after a moment, unless that was after the limit. */
function inTime(ms: number | null | undefined, fromNs: number, limitNs: number) {
  const atLeastMs = Math.max(0, limitNs - fromNs) / 1e6;
  const seen = ms !== null && ms !== undefined && fromNs + ms * 1e6 <= limitNs;
  return { ms: seen ? ms : null, atLeastMs };
}

/** What the run as a whole is called where a fault is named otherwise. */
export const wholeRun = 'whole run';

/** The same availability as in the run's own results. */
function wholeFigures(view: View, whole: Span): EpisodeFigures {
  const { fraction, longestOutageMs } = availability(view.attempts, whole.toNs);
  return {
    availability: fraction,
    lostMs: lostMs(view.times, whole),
    longestOutageMs,
    ...latencies(view.attempts, { During: whole }),
    ...nodeFigures(view, whole),
  };
}

interface View {
  readonly evidence: EpisodeEvidence;
  readonly attempts: readonly Attempt[];
  /** Successful completions, ascending, ns. */
  readonly times: Float64Array;
}

type Phases = Readonly<Partial<Record<'Before' | 'During' | 'After', Span>>>;

const clientFigures = ({ times }: View, span: Span): EpisodeFigures => ({
  availability: shareAvailable(times, span),
  longestOutageMs: gapsOf(times).longest(span.fromNs, span.toNs) / 1e6,
});

function latencies(attempts: readonly Attempt[], phases: Phases): EpisodeFigures {
  const { Before, During, After } = phases;
  const of = (span: Span) => latencyIn(attempts, span);
  const [before, during, after] = [Before && of(Before), During && of(During), After && of(After)];
  return {
    ...(before && { latencyBeforeP50Ms: before.p50, latencyBeforeP99Ms: before.p99 }),
    ...(during && { latencyDuringP50Ms: during.p50, latencyDuringP99Ms: during.p99 }),
    ...(after && { latencyAfterP50Ms: after.p50, latencyAfterP99Ms: after.p99 }),
  };
}

/** What the nodes did, and what it cost for each success. */
function nodeFigures({ evidence, times }: View, span: Span): EpisodeFigures {
  const { electionsNs, leaderships } = evidence;
  const okCount = firstAtLeast(times, span.toNs) - firstAtLeast(times, span.fromNs);
  // Without traces nothing is known of leaders; a traced run has at least tried to elect one.
  const traced = electionsNs.length + leaderships.length > 0;
  // The first leader of a run is an election, not a change.
  const changes = leaderships.filter(({ startMs }, i) => i > 0 && within(startMs * 1e6, span));
  return {
    elections: traced ? electionsNs.filter((timeNs) => within(timeNs, span)).length : null,
    leaderChanges: traced ? changes.length : null,
    ...costIn(evidence.samples, span, okCount),
  };
}

const nothing = { p50: null, p99: null };

/** Of successful operations invoked in the span. */
function latencyIn(
  attempts: readonly Attempt[],
  span: Span,
): { readonly p50: number | null; readonly p99: number | null } {
  const values: number[] = [];
  for (const { invoke, completion, outcome } of attempts) {
    if (outcome !== 'ok' || completion === undefined || !within(invoke.time, span)) continue;
    values.push((completion.time - invoke.time) / 1e6);
  }
  return values.length === 0 ? nothing : quantiles(Float64Array.from(values));
}

/** Share of the 100 ms windows of the span with a success, a shorter rest belonging to the last; null when there is no whole one. */
function shareAvailable(times: Float64Array, { fromNs, toNs }: Span): number | null {
  const windowNs = availabilityWindowMs * 1e6;
  const windows = Math.floor((toNs - fromNs) / windowNs);
  if (windows < 1) return null;
  let available = 0;
  for (let window = 0; window < windows; window += 1) {
    const startNs = fromNs + window * windowNs;
    const endNs = window === windows - 1 ? toNs : startNs + windowNs;
    const next = times[firstAtLeast(times, startNs)];
    if (next !== undefined && next < endNs) available += 1;
  }
  return available / windows;
}

/**
 * What the nodes counted between the last looks at or before the two ends; a process that started in between from zero. What
 * they had counted when the run began (they were up before the first operation) is not part of it.
 */
function costIn(samples: readonly TimedCounters[], { fromNs, toNs }: Span, okCount: number) {
  const unknown = { messagesPerOp: null, bytesPerOp: null, fsyncsPerOp: null };
  const firstLookNs = samples[0]?.timeNs;
  const ends = new Map<
    string,
    { start?: CounterSample['counters']; end?: CounterSample['counters'] }
  >();
  for (const { timeNs, node, pid, counters } of samples) {
    if (timeNs > toNs) continue;
    const key = `${node}/${pid}`;
    const known = ends.get(key) ?? {};
    if (timeNs <= fromNs || timeNs === firstLookNs) known.start = counters;
    known.end = counters;
    ends.set(key, known);
  }
  if (okCount === 0 || ends.size === 0) return unknown;
  const spent = (name: keyof CounterSample['counters']): number =>
    [...ends.values()].reduce(
      (sum, { start, end }) => sum + (end?.[name] ?? 0) - (start?.[name] ?? 0),
      0,
    ) / okCount;
  const isCounted = [...ends.values()].every(({ end }) => end?.messagesSent !== undefined);
  return {
    messagesPerOp: isCounted ? spent('messagesSent') : null,
    bytesPerOp: spent('bytesSent'),
    fsyncsPerOp: spent('fsyncs'),
  };
}
