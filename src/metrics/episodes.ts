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
import { availabilityWindowMs, successTimes } from './availability.ts';
import type { CounterSample } from './cost.ts';
import { type FaultWindow, faultFigures } from './faults.ts';
import { firstAtLeast, gapsOf } from './gaps.ts';
import { quantiles } from './latency.ts';
import type { Leadership } from './types.ts';

/** What is compared, in the order in which it is shown. Times in ms; `availability` is a share; the last three are per success. */
export const episodeMetrics = [
  'availability',
  'longestOutageMs',
  'timeToFirstOkMs',
  'recoveryMs',
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

/** null: nothing was there to measure (no success, no sample). */
export type EpisodeFigures = Readonly<Record<EpisodeMetric, number | null>>;

export interface Episode {
  /** The kind of fault; `whole run` for the run as one episode. */
  readonly fault: string;
  /** The target as scheduled: a role, or a node's name. */
  readonly role: string;
  readonly figures: EpisodeFigures;
}

export interface TimedCounters extends CounterSample {
  readonly timeNs: number;
}

export interface EpisodeEvidence {
  readonly history: History;
  readonly faults: readonly FaultWindow[];
  readonly workloadEndNs: number;
  readonly leaderships: readonly Leadership[];
  /** When nodes started to campaign, ns, ascending. */
  readonly electionsNs: readonly number[];
  readonly samples: readonly TimedCounters[];
}

interface Span {
  readonly fromNs: number;
  readonly toNs: number;
}

const within = (timeNs: number, { fromNs, toNs }: Span): boolean =>
  timeNs >= fromNs && timeNs < toNs;

/** One episode for the whole workload, then one per fault that took effect, in order of time. */
export function episodesOf(evidence: EpisodeEvidence): Episode[] {
  const attempts = attemptsOf(evidence.history);
  const times = successTimes(attempts);
  const installed = evidence.faults
    .filter(({ outcome }) => outcome.kind === 'installed')
    .toSorted((a, b) => a.startNs - b.startNs);
  const figures = faultFigures(attempts, installed);
  const whole: Span = { fromNs: attempts[0]?.invoke.time ?? 0, toNs: evidence.workloadEndNs };
  const nothing = { fromNs: 0, toNs: 0 };
  const view = { evidence, attempts, times };
  const run: Episode = {
    fault: 'whole run',
    role: 'all',
    figures: {
      ...shared(view, whole, { before: nothing, during: whole, after: nothing }),
      timeToFirstOkMs: null,
      recoveryMs: null,
    },
  };
  const episodes = installed.map((fault, i): Episode => {
    const span = { fromNs: fault.startNs, toNs: installed[i + 1]?.startNs ?? whole.toNs };
    const phases = {
      before: { fromNs: installed[i - 1]?.endNs ?? whole.fromNs, toNs: fault.startNs },
      during: { fromNs: fault.startNs, toNs: fault.endNs },
      after: { fromNs: fault.endNs, toNs: span.toNs },
    };
    const { timeToFirstOkMs, recoveryMs } = figures[i] ?? {
      timeToFirstOkMs: null,
      recoveryMs: null,
    };
    return {
      fault: fault.kind,
      role: fault.target,
      figures: { ...shared(view, span, phases), timeToFirstOkMs, recoveryMs },
    };
  });
  return [run, ...episodes];
}

interface View {
  readonly evidence: EpisodeEvidence;
  readonly attempts: readonly Attempt[];
  /** Successful completions, ascending, ns. */
  readonly times: Float64Array;
}

type Phases = Readonly<Record<'before' | 'during' | 'after', Span>>;

function shared(
  view: View,
  span: Span,
  phases: Phases,
): Omit<EpisodeFigures, 'timeToFirstOkMs' | 'recoveryMs'> {
  const { evidence, attempts, times } = view;
  const before = latencyIn(attempts, phases.before);
  const during = latencyIn(attempts, phases.during);
  const after = latencyIn(attempts, phases.after);
  const okCount = firstAtLeast(times, span.toNs) - firstAtLeast(times, span.fromNs);
  return {
    availability: shareAvailable(times, span),
    longestOutageMs: gapsOf(times).longest(span.fromNs, span.toNs) / 1e6,
    latencyBeforeP50Ms: before?.p50 ?? null,
    latencyBeforeP99Ms: before?.p99 ?? null,
    latencyDuringP50Ms: during?.p50 ?? null,
    latencyDuringP99Ms: during?.p99 ?? null,
    latencyAfterP50Ms: after?.p50 ?? null,
    latencyAfterP99Ms: after?.p99 ?? null,
    elections: evidence.electionsNs.filter((timeNs) => within(timeNs, span)).length,
    // The first leader of a run is an election, not a change.
    leaderChanges: evidence.leaderships.filter(
      ({ startMs }, i) => i > 0 && within(startMs * 1e6, span),
    ).length,
    ...costIn(evidence.samples, span, okCount),
  };
}

/** Of successful operations invoked in the span. */
function latencyIn(attempts: readonly Attempt[], span: Span) {
  const values: number[] = [];
  for (const { invoke, completion, outcome } of attempts) {
    if (outcome !== 'ok' || completion === undefined || !within(invoke.time, span)) continue;
    values.push((completion.time - invoke.time) / 1e6);
  }
  return values.length === 0 ? undefined : quantiles(Float64Array.from(values));
}

/** Share of the 100 ms windows of the span with a success; null for a span shorter than one. */
function shareAvailable(times: Float64Array, { fromNs, toNs }: Span): number | null {
  const windowNs = availabilityWindowMs * 1e6;
  const windows = Math.floor((toNs - fromNs) / windowNs);
  if (windows < 1) return null;
  let available = 0;
  for (let window = 0; window < windows; window += 1) {
    const startNs = fromNs + window * windowNs;
    const next = times[firstAtLeast(times, startNs)];
    if (next !== undefined && next < startNs + windowNs) available += 1;
  }
  return available / windows;
}

/** What the nodes counted between the last looks at or before the two ends; a process that started in between from zero. */
function costIn(samples: readonly TimedCounters[], { fromNs, toNs }: Span, okCount: number) {
  const nothing = { messagesPerOp: null, bytesPerOp: null, fsyncsPerOp: null };
  const ends = new Map<
    string,
    { start?: CounterSample['counters']; end?: CounterSample['counters'] }
  >();
  for (const { timeNs, node, pid, counters } of samples) {
    if (timeNs > toNs) continue;
    const key = `${node}/${pid}`;
    const known = ends.get(key) ?? {};
    if (timeNs <= fromNs) known.start = counters;
    known.end = counters;
    ends.set(key, known);
  }
  if (okCount === 0 || ends.size === 0) return nothing;
  const spent = (name: keyof CounterSample['counters']): number =>
    [...ends.values()].reduce(
      (sum, { start, end }) => sum + (end?.[name] ?? 0) - (start?.[name] ?? 0),
      0,
    ) / okCount;
  return {
    messagesPerOp: spent('messagesSent'),
    bytesPerOp: spent('bytesSent'),
    fsyncsPerOp: spent('fsyncs'),
  };
}
