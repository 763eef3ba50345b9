/** Clocks of foreign processes as lines over the machine's, in whole nanoseconds, exactly as the machine code in `blob/clock.c` computes them. */

/**
 * Shows `shownNs` when the machine's clock shows `sinceNs`, and from there `rate` / 2^32 ns per ns. Before that it is the line that held
 * until then: a process that comes to see a change a little before it holds, or looks at its clock across it, sees no step.
 */
export interface NsLine {
  readonly sinceNs: bigint;
  readonly shownNs: bigint;
  /** In 2^-32, as `rate`. */
  readonly rateBefore: bigint;
  readonly rate: bigint;
}

/** A rate of 1. */
export const rightRate = 1n << 32n;

/** The machine's clock itself. */
export const trueNsLine: NsLine = {
  sinceNs: 0n,
  shownNs: 0n,
  rateBefore: rightRate,
  rate: rightRate,
};

/** The nearest rate that a line can have; throws RangeError for none or a negative one. */
export function fixedRate(rate: number): bigint {
  const fixed = Math.round(rate * 2 ** 32);
  if (!(fixed > 0) || !Number.isSafeInteger(fixed)) {
    throw new RangeError(`a clock cannot run at ${rate} times the right rate; allowed: above 0`);
  }
  return BigInt(fixed);
}

export const rateOf = ({ rate }: NsLine): number => Number(rate) / 2 ** 32;

/** What the clock shows when the machine's shows `trueNs`. */
export function shownAt({ sinceNs, shownNs, rateBefore, rate }: NsLine, trueNs: bigint): bigint {
  const elapsed = trueNs - sinceNs;
  return shownNs + ((elapsed * (elapsed < 0n ? rateBefore : rate)) >> 32n);
}

/** The same clock, `offsetNs` further at all times; negative: back. */
export const jumpedBy = (line: NsLine, offsetNs: bigint): NsLine => ({
  ...line,
  shownNs: line.shownNs + offsetNs,
});

/** The same clock until `fromNs`, then at `rate`: without a step. Not from before its last change on, which is not known any more. */
export function atRate(line: NsLine, fromNs: bigint, rate: bigint): NsLine {
  if (rate === line.rate) return line;
  const sinceNs = fromNs > line.sinceNs ? fromNs : line.sinceNs;
  return { sinceNs, shownNs: shownAt(line, sinceNs), rateBefore: line.rate, rate };
}

/** Whether it never shows anything else than the machine's clock. */
export const isTrue = ({ sinceNs, shownNs, rateBefore, rate }: NsLine): boolean =>
  sinceNs === shownNs && rateBefore === rightRate && rate === rightRate;
