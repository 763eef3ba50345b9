/** Which of the keys in use an operation is about: how hot the hottest one is. */

import { z } from 'zod';
import { fraction, type Random } from '#src/random/random';

/**
 * uniform: all alike. zipf: the i-th key 1/i as often as the first one. hot: the first key nine times out of ten, the others
 * share the rest.
 */
export const keyDistribution = z.enum(['uniform', 'zipf', 'hot']);
export type KeyDistribution = z.infer<typeof keyDistribution>;

/** How often the hot key is taken. */
const hotShare = 0.9;

/** A place in 0..count-1. Throws RangeError for a count below 1. */
export type ChooseKey = (random: Random, count: number) => number;

/** 1/1 + 1/2 + ... + 1/i, for i = 1..count: computed once per count. */
const harmonicSums = new Map<number, Float64Array>();

function sumsUpTo(count: number): Float64Array {
  const known = harmonicSums.get(count);
  if (known !== undefined) return known;
  const sums = new Float64Array(count);
  let sum = 0;
  for (let i = 0; i < count; i += 1) {
    sum += 1 / (i + 1);
    sums[i] = sum;
  }
  harmonicSums.set(count, sums);
  return sums;
}

/** The first place whose sum is above the drawn one, by bisection. */
function zipf(random: Random, count: number): number {
  const sums = sumsUpTo(count);
  const drawn = fraction(random) * (sums[count - 1] as number);
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] as number) > drawn) high = middle;
    else low = middle + 1;
  }
  return low;
}

const choices: Readonly<Record<KeyDistribution, ChooseKey>> = {
  uniform: (random, count) => random.below(count),
  zipf,
  hot: (random, count) =>
    count === 1 || fraction(random) < hotShare ? 0 : 1 + random.below(count - 1),
};

/** Run folders from before there was a choice have none: uniform. */
export function chooseKey(distribution: KeyDistribution = 'uniform'): ChooseKey {
  const choose = choices[distribution];
  return (random, count) => {
    if (count < 1) throw new RangeError(`cannot choose one of ${count} keys; there must be one`);
    return choose(random, count);
  };
}
