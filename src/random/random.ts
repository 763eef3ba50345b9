/** Seeded randomness. Every stream is named, so that drawing more from one never reshuffles another. */

import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export interface Random {
  /** A uniform integer in [0, bound). `bound` is an integer in 1..2^31. */
  below(bound: number): number;
}

/** A uniform number in [0, 1), from 30 random bits. */
export const fraction = (random: Random): number => random.below(2 ** 30) / 2 ** 30;

/** One element of a non-empty list. Throws RangeError when it is empty. */
export function pick<T>(random: Random, from: readonly T[]): T {
  if (from.length === 0) throw new RangeError('cannot pick from an empty list');
  return from[random.below(from.length)] as T;
}

/** A new list with the same elements in random order (Fisher-Yates). */
export function shuffle<T>(random: Random, from: readonly T[]): T[] {
  const out = [...from];
  for (let i = out.length - 1; i > 0; i -= 1) {
    const j = random.below(i + 1);
    [out[i], out[j]] = [out[j] as T, out[i] as T];
  }
  return out;
}

/** FNV-1a, 32 bits: spreads a stream's name over the seed space. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h | 0;
}

/** The stream called `name` of the run with this integer seed. The same pair always gives the same draws. */
export function stream(seed: number, name: string): Random {
  const generator = xoroshiro128plus(hash(`${seed}/${name}`));
  return { below: (bound) => uniformInt(generator, 0, bound - 1) };
}
