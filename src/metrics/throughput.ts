/** Throughput over time: completions per bin, by outcome. */

import type { Attempt } from './attempts.ts';

export interface Throughput {
  readonly binMs: number;
  /** Bin i holds what completed in [i * binMs, (i + 1) * binMs) since the start of the run. */
  readonly ok: readonly number[];
  readonly fail: readonly number[];
  readonly info: readonly number[];
}

/** Steps a reader can divide by in the head, ms. */
const niceBinsMs = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 600_000];

/** The finest nice bin, in ms, that cuts `durationMs` into at most `most` bins. */
export function niceBinMs(durationMs: number, most: number): number {
  return niceBinsMs.find((bin) => durationMs / bin <= most) ?? Math.ceil(durationMs / most);
}

/** Attempts that never completed are in no bin. Throws RangeError unless `binMs` is above 0. */
export function throughput(attempts: readonly Attempt[], binMs: number): Throughput {
  if (!(binMs > 0)) throw new RangeError(`binMs must be above 0; got ${binMs}`);
  let lastNs = -1;
  for (const { completion } of attempts) lastNs = Math.max(lastNs, completion?.time ?? -1);
  const bins = lastNs < 0 ? 0 : Math.floor(lastNs / 1e6 / binMs) + 1;
  const empty = (): number[] => Array.from({ length: bins }, () => 0);
  const counts = { ok: empty(), fail: empty(), info: empty() };
  for (const { completion, outcome } of attempts) {
    if (completion === undefined) continue;
    const bin = Math.floor(completion.time / 1e6 / binMs);
    counts[outcome][bin] = (counts[outcome][bin] ?? 0) + 1;
  }
  return { binMs, ...counts };
}
