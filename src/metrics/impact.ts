/**
 * What a fault did, step by step: when it was noticed, how much time was lost, and how long everything took to be as before.
 *
 *     ok ok ok            ok ok   ok  ok   ok  ok ok ok ok ok            successes, closer together = faster
 *     --------|======= fault ========|-------------------------|------> time
 *           start     |             healed                    next fault, or the end of the workload
 *             |-------|              |----------|
 *             detection              degraded: until latency is within 1.5 x of before
 *             |------------ lost: all 100 ms windows without a success ----------|
 *                                    |------|
 *                                    catch-up: until the nodes that were hit know what was committed at the healing
 */

import type { Attempt } from './attempts.ts';
import { availabilityWindowMs, successTimes } from './availability.ts';
import { type FaultWindow, hitBy } from './faults.ts';
import { firstAtLeast } from './gaps.ts';
import { quantiles } from './latency.ts';
import type { FaultImpact, SuccessShares } from './types.ts';

/** Latency is as before when the median of ten operations in a row is at most this many times the median before. */
export const degradedFactor = 1.5;

/** So many operations say what the latency is: fewer are luck. */
export const latencySample = 10;

/** What one node said it knew to be committed when it was looked at. */
export interface CommitLook {
  readonly timeNs: number;
  readonly node: string;
  /** Left out where the system does not say. */
  readonly commitIndex?: number;
}

export interface ImpactEvidence {
  /** In order of invocation. */
  readonly attempts: readonly Attempt[];
  readonly faults: readonly FaultWindow[];
  readonly workloadEndNs: number;
  /** When nodes began to seek leadership, pre-votes included, ns, ascending; undefined when nothing was traced. */
  readonly campaignsNs: readonly number[] | undefined;
  /** In order of time. */
  readonly looks: readonly CommitLook[];
}

interface Span {
  readonly fromNs: number;
  readonly toNs: number;
}

/** The stretches of time around one fault. */
interface Stretches {
  readonly before: Span;
  readonly during: Span;
  readonly after: Span;
  /** From its start to the next one. */
  readonly episode: Span;
  /** Until when is waited for what comes after the healing. */
  readonly limitNs: number;
}

/** Served as asked, or told a definite no that is no error, such as a compare-and-set that found another value. */
const isServed = ({ outcome, completion }: Attempt): boolean =>
  outcome === 'ok' || (outcome === 'fail' && completion?.error === undefined);

/** Attempts of one kind of operation; `invokedNs` ascending. */
interface Kind {
  readonly attempts: readonly Attempt[];
  readonly invokedNs: Float64Array;
}

function kindsOf(attempts: readonly Attempt[]): ReadonlyMap<string, Kind> {
  const byF = new Map<string, Attempt[]>();
  for (const attempt of attempts) {
    const own = byF.get(attempt.invoke.f);
    if (own === undefined) byF.set(attempt.invoke.f, [attempt]);
    else own.push(attempt);
  }
  return new Map(
    [...byF].map(([f, own]) => [
      f,
      { attempts: own, invokedNs: Float64Array.from(own, ({ invoke }) => invoke.time) },
    ]),
  );
}

const askedIn = ({ attempts, invokedNs }: Kind, { fromNs, toNs }: Span): readonly Attempt[] =>
  attempts.slice(firstAtLeast(invokedNs, fromNs), firstAtLeast(invokedNs, Math.max(fromNs, toNs)));

const shareServed = (asked: readonly Attempt[]): number | null =>
  asked.length === 0 ? null : asked.filter(isServed).length / asked.length;

function medianMs(attempts: readonly Attempt[]): number {
  const latencies = attempts.flatMap(({ invoke, completion }) =>
    completion === undefined ? [] : [(completion.time - invoke.time) / 1e6],
  );
  return quantiles(Float64Array.from(latencies)).p50;
}

/**
 * From the healing to the first of ten operations in a row that were all served, at a median within the factor of before. null:
 * not before the limit. undefined: too few were served before to say what latency was.
 */
function degradedMs(kind: Kind, { before, after, limitNs }: Stretches): number | null | undefined {
  const served = askedIn(kind, before).filter(isServed);
  if (served.length < latencySample) return undefined;
  const boundMs = degradedFactor * medianMs(served);
  const asked = askedIn(kind, { fromNs: after.fromNs, toNs: limitNs });
  let row = 0;
  for (const [i, attempt] of asked.entries()) {
    row = isServed(attempt) ? row + 1 : 0;
    if (row < latencySample) continue;
    const ten = asked.slice(i - latencySample + 1, i + 1);
    const first = ten[0] as Attempt;
    if (medianMs(ten) <= boundMs) return (first.invoke.time - after.fromNs) / 1e6;
  }
  return null;
}

/** The slowest kind of operation decides; null when one was not seen to be as before; undefined when none can be judged. */
function slowest(all: readonly (number | null | undefined)[]): number | null | undefined {
  const judged = all.filter((one) => one !== undefined);
  if (judged.length === 0) return undefined;
  return judged.includes(null) ? null : Math.max(...judged.map((one) => one ?? 0));
}

/** Windows of 100 ms without a success, ms; a rest that is shorter than a window is not looked at. null when there is no whole one. */
export function lostMs(successesNs: Float64Array, { fromNs, toNs }: Span): number | null {
  const windowNs = availabilityWindowMs * 1e6;
  const windows = Math.floor((toNs - fromNs) / windowNs);
  if (windows < 1) return null;
  let lost = 0;
  for (let window = 0; window < windows; window += 1) {
    const startNs = fromNs + window * windowNs;
    const next = successesNs[firstAtLeast(successesNs, startNs)];
    if (next === undefined || next >= startNs + windowNs) lost += 1;
  }
  return lost * availabilityWindowMs;
}

/**
 * Until every node that was hit knew all that anybody knew to be committed when the fault was healed. Nodes are looked at four
 * times a second, so this is late by that much at most. undefined: nobody was looked at before the healing.
 */
function catchUpMs(
  looks: readonly CommitLook[],
  fault: FaultWindow,
  limitNs: number,
): number | null | undefined {
  let goal = 0;
  const { givenUp = [] } = fault;
  const awaited = hitBy(fault).filter((node) => !givenUp.includes(node));
  // Of a disk that is lost for good nobody catches up: that is no figure at all, not one that did not come in time.
  if (awaited.length === 0) return undefined;
  const missing = new Set(awaited);
  for (const { timeNs, node, commitIndex } of looks) {
    if (commitIndex === undefined) continue;
    if (timeNs <= fault.endNs) {
      goal = Math.max(goal, commitIndex);
      continue;
    }
    if (goal === 0) return undefined;
    if (timeNs > limitNs) return null;
    if (commitIndex >= goal) missing.delete(node);
    if (missing.size === 0) return (timeNs - fault.endNs) / 1e6;
  }
  return goal === 0 ? undefined : null;
}

/** In order of the faults given; `quiet`: when the last fault before was over. */
function stretchesOf(
  { attempts, faults, workloadEndNs }: ImpactEvidence,
  historyEndNs: number,
): ReadonlyMap<FaultWindow, Stretches> {
  const installed = faults
    .filter(({ outcome, startNs }) => outcome.kind === 'installed' && startNs < workloadEndNs)
    .toSorted((a, b) => a.startNs - b.startNs);
  let quietFromNs = Math.min(attempts[0]?.invoke.time ?? 0, workloadEndNs);
  return new Map(
    installed.map((fault, i) => {
      const next = installed[i + 1]?.startNs;
      const untilNs = next ?? workloadEndNs;
      const healedNs = Math.min(fault.endNs, workloadEndNs);
      const before = { fromNs: quietFromNs, toNs: fault.startNs };
      quietFromNs = Math.max(quietFromNs, healedNs);
      const stretches: Stretches = {
        before,
        during: { fromNs: fault.startNs, toNs: healedNs },
        after: { fromNs: healedNs, toNs: untilNs },
        episode: { fromNs: fault.startNs, toNs: untilNs },
        limitNs: next ?? historyEndNs,
      };
      return [fault, stretches];
    }),
  );
}

/**
 * The impact of every fault, in the order given; undefined for one that was skipped, failed, or began after the workload.
 * Where faults overlap there is no quiet time before to compare with, so latency is not judged.
 */
export function impactsOf(evidence: ImpactEvidence): (FaultImpact | undefined)[] {
  const { attempts, faults, workloadEndNs, campaignsNs, looks } = evidence;
  const kinds = kindsOf(attempts);
  const times = successTimes(attempts);
  const lastNs = attempts.reduce(
    (last, { invoke, completion }) => Math.max(last, (completion ?? invoke).time),
    workloadEndNs,
  );
  const stretches = stretchesOf(evidence, lastNs);
  return faults.map((fault) => {
    const own = stretches.get(fault);
    if (own === undefined) return undefined;
    const byOperation: Record<string, SuccessShares> = {};
    for (const [f, kind] of kinds) byOperation[f] = sharesOf(kind, own);
    const noticedNs = campaignsNs?.find((ns) => ns >= own.episode.fromNs && ns < own.episode.toNs);
    const degraded = slowest([...kinds.values()].map((kind) => degradedMs(kind, own)));
    const catchUp = catchUpMs(looks, fault, own.limitNs);
    return {
      lostMs: lostMs(times, own.episode),
      ...(campaignsNs !== undefined && {
        detectionMs: noticedNs === undefined ? null : (noticedNs - fault.startNs) / 1e6,
      }),
      ...(degraded !== undefined && { degradedMs: degraded }),
      ...(catchUp !== undefined && { catchUpMs: catchUp }),
      success: sharesOf(all(attempts), own),
      byOperation,
    };
  });
}

const all = (attempts: readonly Attempt[]): Kind => ({
  attempts,
  invokedNs: Float64Array.from(attempts, ({ invoke }) => invoke.time),
});

const sharesOf = (kind: Kind, { before, during, after }: Stretches): SuccessShares => ({
  before: shareServed(askedIn(kind, before)),
  during: shareServed(askedIn(kind, during)),
  after: shareServed(askedIn(kind, after)),
});
