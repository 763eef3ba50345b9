/** Random numbers by seed, fast enough for millions of histories. */

export interface Random {
  /** 0 .. bound - 1. */
  below(bound: number): number;
  /** True in one of `n` cases. */
  oneIn(n: number): boolean;
  pick<T>(options: readonly T[]): T;
}

/** The same numbers for the same seed (SplitMix32, public domain). */
export function random(seed: number): Random {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  const below = (bound: number): number => next() % bound;
  return {
    below,
    oneIn: (n) => below(n) === 0,
    pick: (options) => {
      const chosen = options[below(options.length)];
      if (chosen === undefined) throw new Error('nothing to pick from');
      return chosen;
    },
  };
}

/** A seed of its own for each history of a campaign. */
export const seedOf = (seed: number, run: number): number =>
  (Math.imul(seed, 0x2545f491) + Math.imul(run, 0x9e3779b1) + 1) | 0;
