/**
 * Two systems under the same faults, firing by firing: who lost less, how often, and could that be chance?
 *
 *     firing        1    2    3    4    5    6    7
 *     raft, s      0.4  0.3  0.6  0.0  0.4  0.5  0.3
 *     paxos, s     0.7  0.5  0.5  0.0  0.8  0.9  0.6        raft less in 5, paxos in 1, one tie
 *
 * The sign test: if the systems were alike, each pair that is no tie would fall either way like a coin. It asks nothing of how the
 * losses are spread, and pairs that differ in kind (a killed leader, a killed follower) may stand side by side.
 */

export interface PairedCount {
  /** Pairs in which the first had the smaller value, the second had it, and neither. */
  readonly first: number;
  readonly second: number;
  readonly ties: number;
  /** How likely alike systems are at least as far apart, either way round. 1 without a pair that is no tie. */
  readonly chance: number;
}

/** A difference is called more than noise when chance alone makes one like it at most this often. */
export const chanceMax = 0.05;

/** Fewer pairs than this cannot reach it, however they fall: 2 / 2^5 is 6 %. */
export const fewestPairs = 6;

/** Binomial coefficients as a share of 2^n, by the recurrence, so that nothing overflows. */
function tail(n: number, most: number): number {
  let term = 0.5 ** n;
  let sum = 0;
  for (let k = 0; k <= most; k += 1) {
    sum += term;
    term = (term * (n - k)) / (k + 1);
  }
  return sum;
}

/** Exact for up to 1000 pairs that are no ties; beyond that the share is so small or so large that it does not matter: 0 or 1. */
export function comparePairs(
  pairs: readonly (readonly [first: number, second: number])[],
): PairedCount {
  const first = pairs.filter(([a, b]) => a < b).length;
  const second = pairs.filter(([a, b]) => b < a).length;
  const n = first + second;
  const fewer = Math.min(first, second);
  const ties = pairs.length - n;
  if (n === 0) return { first, second, ties, chance: 1 };
  if (n > 1000) return { first, second, ties, chance: fewer < n / 2 - 2 * Math.sqrt(n) ? 0 : 1 };
  return { first, second, ties, chance: Math.min(1, 2 * tail(n, fewer)) };
}
