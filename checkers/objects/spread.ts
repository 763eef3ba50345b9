/** How long things took, in a few figures. */

/** Shares of all values at most this long; ms. */
export interface Spread {
  readonly p0: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly p100: number;
}

/** By nearest rank, of durations in ns. Nothing of nothing. */
export function spread(durationsNs: readonly number[]): Spread | undefined {
  if (durationsNs.length === 0) return undefined;
  const sorted = Float64Array.from(durationsNs).sort();
  const at = (perCent: number): number =>
    (sorted[Math.max(0, Math.ceil((perCent * sorted.length) / 100) - 1)] as number) / 1e6;
  return { p0: at(0), p50: at(50), p95: at(95), p99: at(99), p100: at(100) };
}
