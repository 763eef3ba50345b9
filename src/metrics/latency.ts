/** Latency: from invocation to completion, in ms, of operations that succeeded. */

import type { Attempt } from './attempts.ts';
import type { Quantiles } from './types.ts';

/**
 * Exact quantiles by nearest rank: the smallest measured value that at least the share `q` of all values does not exceed.
 * Sorts `values` in place. Throws RangeError when there are none, or one is NaN.
 */
export function quantiles(values: Float64Array): Quantiles {
  if (values.length === 0) throw new RangeError('no quantiles of no values');
  values.sort();
  const last = values[values.length - 1] as number;
  // Typed arrays sort NaN to the end.
  if (Number.isNaN(last)) throw new RangeError('no quantiles of NaN: a duration is not a number');
  // Parts per thousand as integers: 0.9 * 10 is a little more than 9 in binary, and would pick the wrong rank.
  const at = (perMille: number): number =>
    values[Math.max(0, Math.ceil((perMille * values.length) / 1000) - 1)] as number;
  return { p50: at(500), p90: at(900), p99: at(990), p999: at(999), max: last };
}

/** How operations were to follow each other, in ms. */
export interface Pace {
  /** From one to the next on average, over all clients. */
  readonly intervalMs: number;
  /** How far the schedule may lag behind and still catch up; what is later was left out. */
  readonly lagMs: number;
}

/** Answers that one late operation may stand for; more say nothing new. */
const omittedMax = 100_000;

/**
 * Quantiles per `f` as users see them who do not wait for each other: counted from the time at which an operation was due, and with
 * those that were never asked because all clients were busy: one per interval of the delay that the schedule does not catch up, each
 * having waited that much less. (Known as the correction for coordinated omission.) Of successful operations only, like `latencyByF`;
 * equal to it when nothing was late.
 */
export function correctedLatencyByF(
  attempts: readonly Attempt[],
  { intervalMs, lagMs }: Pace,
): Record<string, Quantiles> {
  const byF = new Map<string, number[]>();
  for (const { invoke, completion, outcome } of attempts) {
    if (outcome !== 'ok' || completion === undefined) continue;
    const latencies = byF.get(invoke.f) ?? [];
    byF.set(invoke.f, latencies);
    const late = (invoke.time - (invoke.due ?? invoke.time)) / 1e6;
    const waited = (completion.time - invoke.time) / 1e6 + late;
    latencies.push(waited);
    const omitted = Math.min(Math.max(0, Math.floor((late - lagMs) / intervalMs)), omittedMax);
    for (let i = 1; i <= omitted; i += 1) latencies.push(waited - i * intervalMs);
  }
  return quantilesOf(byF);
}

const quantilesOf = (byF: ReadonlyMap<string, readonly number[]>): Record<string, Quantiles> =>
  Object.fromEntries(
    [...byF.keys()].sort().map((f) => [f, quantiles(Float64Array.from(byF.get(f) ?? []))]),
  );

/** Quantiles per `f`, of successful operations only: how long a failure took says more about timeouts than about the system. */
export function latencyByF(attempts: readonly Attempt[]): Record<string, Quantiles> {
  const byF = new Map<string, number[]>();
  for (const { invoke, completion, outcome } of attempts) {
    if (outcome !== 'ok' || completion === undefined) continue;
    const latencies = byF.get(invoke.f);
    const ms = (completion.time - invoke.time) / 1e6;
    if (latencies === undefined) byF.set(invoke.f, [ms]);
    else latencies.push(ms);
  }
  return quantilesOf(byF);
}
