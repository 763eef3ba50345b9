/** Figures of several systems side by side, and whether a difference is more than the spread of the rounds. */

import { type Episode, type EpisodeMetric, episodeMetrics } from './episodes.ts';

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Episodes that had a value. */
  readonly n: number;
}

export interface ComparedMetric {
  readonly fault: string;
  readonly role: string;
  readonly metric: EpisodeMetric;
  /** null: no episode of that system had a value. */
  readonly values: Readonly<Record<string, Spread | null>>;
  readonly verdict: ComparisonVerdict;
}

export type ComparisonVerdict =
  /** Every value of `better` is on the better side of every value of `worse`. */
  | {
      readonly kind: 'larger-than-noise';
      readonly better: string;
      readonly worse: string;
      readonly sentence: string;
    }
  | { readonly kind: 'within-noise'; readonly sentence: string }
  | { readonly kind: 'too-few'; readonly sentence: string };

/** Fewer values than this on a side say nothing about spread. */
const fewest = 3;

/** Differences below this share of the smaller median are not worth a sentence, even when they are steady. */
const smallestShare = 0.05;

const median = (sorted: readonly number[]): number => {
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
};

/** Of a non-empty list. */
function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: median(sorted), min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0, n: sorted.length };
}

/** Rows in order of fault, role and metric; one per metric that at least one system has a value for. */
export function compareEpisodes(
  systems: Readonly<Record<string, readonly Episode[]>>,
): ComparedMetric[] {
  const all = Object.values(systems).flat();
  const groups = new Map(all.map(({ fault, role }) => [`${fault} ${role}`, { fault, role }]));
  return [...groups.values()].flatMap(({ fault, role }) =>
    episodeMetrics.flatMap((metric) => {
      const values = Object.fromEntries(
        Object.entries(systems).map(([system, episodes]) => [
          system,
          valuesOf(episodes, fault, role, metric),
        ]),
      );
      const spreads = Object.entries(values).map(
        ([system, list]) => [system, list.length === 0 ? null : spreadOf(list)] as const,
      );
      if (spreads.every(([, spread]) => spread === null)) return [];
      return [
        {
          fault,
          role,
          metric,
          values: Object.fromEntries(spreads),
          verdict: judge(metric, spreads),
        },
      ];
    }),
  );
}

const valuesOf = (
  episodes: readonly Episode[],
  fault: string,
  role: string,
  metric: EpisodeMetric,
): number[] =>
  episodes.flatMap((episode) => {
    const value = episode.figures[metric];
    return episode.fault === fault && episode.role === role && value !== null ? [value] : [];
  });

/** Of two or more systems: the best against the worst median. */
function judge(
  metric: EpisodeMetric,
  spreads: readonly (readonly [string, Spread | null])[],
): ComparisonVerdict {
  const known = spreads.flatMap(([system, spread]) =>
    spread === null ? [] : [{ system, spread }],
  );
  const fewestSeen = Math.min(...known.map(({ spread }) => spread.n));
  if (known.length < 2 || known.length < spreads.length || fewestSeen < fewest) {
    const sentence = `Too few rounds to tell: ${fewest} values of each system are needed.`;
    return { kind: 'too-few', sentence };
  }
  const sign = metric === 'availability' ? -1 : 1;
  const ranked = known.toSorted((a, b) => sign * (a.spread.median - b.spread.median));
  const [best, worst] = [ranked[0], ranked.at(-1)] as const;
  if (best === undefined || worst === undefined) throw new RangeError('nothing to compare');
  const apart =
    metric === 'availability'
      ? best.spread.min > worst.spread.max
      : best.spread.max < worst.spread.min;
  const difference = Math.abs(best.spread.median - worst.spread.median);
  const least = Math.min(Math.abs(best.spread.median), Math.abs(worst.spread.median));
  if (!apart || difference <= smallestShare * least) {
    const sentence = `No difference beyond the spread of the rounds (medians ${known.map(({ system, spread }) => `${system} ${rounded(spread.median)}`).join(', ')}).`;
    return { kind: 'within-noise', sentence };
  }
  const sentence = `${best.system} did better in every round: ${rounded(best.spread.median)} against ${rounded(worst.spread.median)} of ${worst.system} (medians).`;
  return { kind: 'larger-than-noise', better: best.system, worse: worst.system, sentence };
}

const rounded = (value: number): string => String(Number(value.toPrecision(3)));
