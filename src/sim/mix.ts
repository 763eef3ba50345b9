/**
 * Randomness by identity: a decision about a message or a write is a hash of the seed and of what that message or write is (which
 * link, which incarnation of the sender, the how many-th), not the next number of a stream. Taking one fault out of a run
 * then changes only what that fault touched, which is what makes shrinking work.
 */

import type { RandomSource } from '../consensus/algorithm.ts';

/** 32 well-mixed bits of two integers (the finalizer of MurmurHash3 over their combination). */
export function mix(a: number, b: number): number {
  let h = Math.imul(a ^ Math.imul(b ^ 0x9e3779b9, 0x85ebca6b), 0xc2b2ae35) + b;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  return h >>> 0;
}

/** 32 bits of a seed up to 2^53 and a name. */
export function mixName(seed: number, name: string): number {
  let h = mix(seed | 0, Math.floor(seed / 2 ** 32));
  for (let i = 0; i < name.length; i += 1) h = mix(h, name.charCodeAt(i));
  return h;
}

/** A uniform number in [0, 1) from 32 bits. */
export const unit = (bits: number): number => bits / 2 ** 32;

/** Whether an event of this probability happens, decided by the identity `key` and a salt that names the decision. */
export const happens = (probability: number, key: number, salt: number): boolean =>
  probability > 0 && unit(mix(key, salt)) < probability;

/** Draws by counting: cheap, and as good as is needed for timeouts. */
export function countingRandom(key: number): RandomSource {
  let drawn = 0;
  return {
    below(bound) {
      drawn += 1;
      return Math.floor(unit(mix(key, drawn)) * bound);
    },
  };
}

const tailSteps = 1024;
/** Quantiles of the exponential distribution with mean 1, cut off where one in a thousand lies: a tail, but no eternity. */
const tail = Float64Array.from(
  { length: tailSteps },
  (_, i) => -Math.log1p(-(i + 0.5) / tailSteps),
);

/** A duration: never less than `min`, on average `mean`, with a tail. */
export interface Spread {
  readonly min: number;
  readonly mean: number;
}

/** A draw of the spread, in its unit, decided by these 32 bits. */
export function draw({ min, mean }: Spread, bits: number): number {
  return min + (mean - min) * (tail[bits >>> 22] as number);
}
