/** Availability: how much of the workload's time saw at least one success. */

import type { Attempt } from './attempts.ts';
import type { Availability } from './types.ts';

/** Width of a window, ms: longer than a healthy operation, shorter than an election. */
export const availabilityWindowMs = 100;

/** Times of all successful completions, ascending, in ns. */
export function successTimes(attempts: readonly Attempt[]): Float64Array {
  const times: number[] = [];
  for (const { outcome, completion } of attempts) {
    if (outcome === 'ok' && completion !== undefined) times.push(completion.time);
  }
  return Float64Array.from(times).sort();
}

/** Longest gap in ns within [fromNs, toNs] between neighbours of: fromNs, the ascending `times` in it, toNs. */
function longestGap(times: Float64Array, fromNs: number, toNs: number): number {
  let longest = 0;
  let previous = fromNs;
  for (const time of times) {
    if (time < fromNs) continue;
    if (time > toNs) break;
    longest = Math.max(longest, time - previous);
    previous = time;
  }
  return Math.max(longest, toNs - previous);
}

/**
 * Measured from the first invocation to `workloadEndNs`. That time is cut into windows of 100 ms; what is left at the end
 * and is shorter belongs to the last window. A window is available when a successful completion lies in it. The longest
 * outage is the longest time without a successful completion, the two ends counting as edges. Without any invocation
 * before the end: fraction 0, outage 0.
 *
 *     invoke                                        workload end
 *     |--ok-ok-|-ok-----|--------|-----ok-|-ok---ok-|--|
 *          1        1        0        1        1           fraction 0.8
 *                 |------- longest outage --|
 */
export function availability(attempts: readonly Attempt[], workloadEndNs: number): Availability {
  const windowMs = availabilityWindowMs;
  const startNs = attempts[0]?.invoke.time;
  if (startNs === undefined || startNs >= workloadEndNs) {
    return { fraction: 0, windowMs, longestOutageMs: 0 };
  }
  const times = successTimes(attempts);
  const windows = Math.max(1, Math.floor((workloadEndNs - startNs) / (windowMs * 1e6)));
  const available = new Uint8Array(windows);
  for (const time of times) {
    if (time > workloadEndNs) break;
    const window = Math.floor((time - startNs) / (windowMs * 1e6));
    available[Math.min(window, windows - 1)] = 1;
  }
  const seen = available.reduce((sum, bit) => sum + bit, 0);
  const longestOutageMs = longestGap(times, startNs, workloadEndNs) / 1e6;
  return { fraction: seen / windows, windowMs, longestOutageMs };
}
