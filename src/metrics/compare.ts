/**
 * Figures of several systems side by side, and whether a difference is more than the spread of the rounds.
 *
 *     raft     |--o-----|                      every value of raft is below every value of paxos:
 *     paxos                |----o--|           larger than noise
 *
 *     raft     |--o--------|                   the ranges overlap: within noise
 *     paxos              |----o--|
 */

import { awaited, type Episode, type EpisodeMetric, episodeMetrics } from './episodes.ts';
import { inWords, metricWords } from './metric-words.ts';

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
  /** Episodes without a value: what was waited for did not come before the next fault; of other figures there was nothing to measure. */
  readonly missing: Readonly<Record<string, number>>;
  readonly verdict: ComparisonVerdict;
}

export type ComparisonVerdict =
  /** Every value of `better` is on the better side of every value of `worse`. */
  | {
      readonly kind: 'larger-than-noise';
      readonly better: string;
      readonly worse: string;
      /** How likely values that differ by nothing but chance part like this, at most. */
      readonly chance: number;
      readonly sentence: string;
    }
  | { readonly kind: 'within-noise'; readonly sentence: string }
  | { readonly kind: 'too-few'; readonly sentence: string };

/** Fewer values than this on a side say nothing about spread. */
export const fewestValues = 3;

/** Differences below this share of the smaller loss are not worth a sentence, even when they are steady. */
const smallestShare = 0.05;

const median = (sorted: readonly number[]): number => {
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
};

function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return { median: median(sorted), min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0, n: sorted.length };
}

/** One system's values of one metric in one group of episodes. */
interface Side {
  readonly system: string;
  readonly values: readonly number[];
  readonly missing: number;
  /** Of the missing ones those that are known to be at least this. */
  readonly atLeast: readonly number[];
}

/** Rows in order of fault, role and metric; one per metric that at least one system has a value for. */
export function compareEpisodes(
  systems: Readonly<Record<string, readonly Episode[]>>,
): ComparedMetric[] {
  const all = Object.values(systems).flat();
  const groups = new Map(
    all.map(({ fault, role }) => [JSON.stringify([fault, role]), { fault, role }]),
  );
  return [...groups.values()].flatMap(({ fault, role }) =>
    episodeMetrics.flatMap((metric) => {
      const sides = Object.entries(systems).map(([system, episodes]) =>
        sideOf(
          system,
          episodes.filter((episode) => episode.fault === fault && episode.role === role),
          metric,
        ),
      );
      return isWorthARow(sides) ? [rowOf({ fault, role }, metric, sides)] : [];
    }),
  );
}

function sideOf(system: string, episodes: readonly Episode[], metric: EpisodeMetric): Side {
  const values = episodes.flatMap(({ figures }) => figures[metric] ?? []);
  const asked = episodes.filter(({ figures }) => figures[metric] !== undefined).length;
  const key = awaited.find((name) => name === metric);
  const atLeast =
    key === undefined ? [] : episodes.flatMap((episode) => episode.atLeast[key] ?? []);
  return { system, values, missing: asked - values.length, atLeast };
}

/** That something did not happen is worth one, too. */
const isWorthARow = (sides: readonly Side[]): boolean =>
  sides.some(({ values, atLeast }) => values.length + atLeast.length > 0);

const rowOf = (
  group: Pick<Episode, 'fault' | 'role'>,
  metric: EpisodeMetric,
  sides: readonly Side[],
): ComparedMetric => ({
  ...group,
  metric,
  values: Object.fromEntries(sides.map(({ system, values }) => [system, spreadOf(values)])),
  missing: Object.fromEntries(sides.map(({ system, missing }) => [system, missing])),
  verdict: judge(metric, sides),
});

/**
 * Losses, the less the better (of availability what is missing to 1). What was waited for in vain may have taken anything from its
 * `atLeast` to for ever: leaving it out would reward a system for the rounds in which it did not come back.
 */
interface Ranked {
  readonly system: string;
  readonly count: number;
  /** If all that is unknown was as short as it can have been. */
  readonly least: number;
  /** If all that is unknown was endless. */
  readonly most: number;
  readonly median: number;
}

function ranked(metric: EpisodeMetric, sides: readonly Side[]): Ranked[] {
  const { unit } = metricWords[metric];
  return sides
    .map(({ system, values, atLeast }) => {
      const known = values.map((value) => (unit === 'share' ? 1 - value : value));
      const endless = [...known, ...atLeast.map(() => Infinity)].sort((a, b) => a - b);
      return {
        system,
        count: endless.length,
        least: Math.min(...known, ...atLeast),
        most: endless.at(-1) ?? 0,
        median: median(endless),
      };
    })
    .sort((a, b) => (a.median === b.median ? 0 : a.median - b.median));
}

/** Of two or more systems: the best against the worst median. */
function judge(metric: EpisodeMetric, sides: readonly Side[]): ComparisonVerdict {
  const order = ranked(metric, sides);
  const [best, worst] = [order[0], order.at(-1)] as const;
  if (best === undefined || worst === undefined || best === worst) {
    return { kind: 'too-few', sentence: 'There is nothing to compare with.' };
  }
  if (order.some(({ count }) => count < fewestValues)) {
    const counts = order.map(({ system, count }) => `${system} has ${count}`).join(', ');
    const sentence = `Too few values to tell: ${fewestValues} of each system are needed, ${counts}.`;
    return { kind: 'too-few', sentence };
  }
  if (!(best.most < worst.least)) {
    const open = sides.some(({ atLeast }) => atLeast.length > 0);
    const sentence = open
      ? 'Some were not seen in time, which leaves it open: no more than noise.'
      : 'The ranges overlap: no more than noise.';
    return { kind: 'within-noise', sentence };
  }
  if (worst.median - best.median <= smallestShare * best.median) {
    const sentence = 'Steady, but the medians are less than 5 % apart: not worth naming.';
    return { kind: 'within-noise', sentence };
  }
  const write = (loss: number): string =>
    inWords(metric, metricWords[metric].unit === 'share' ? 1 - loss : loss);
  const medians = order.map(({ system, median: m }) => `${system} ${write(m)}`).join(', ');
  const sentence = `${best.system} was ${metricWords[metric].better} every time (medians ${medians}).`;
  const chance = chanceOf(best.count, worst.count, order.length);
  return { kind: 'larger-than-noise', better: best.system, worse: worst.system, chance, sentence };
}

/**
 * How likely all of `m` values lie on one side of all of `n` others when all were drawn alike: the one order of 1 / C(m + n, m),
 * either way round. With more than two systems some pair does so at most as many times more often as there are pairs.
 */
export function chanceOf(m: number, n: number, systems = 2): number {
  let orders = 1;
  for (let i = 1; i <= m; i += 1) orders = (orders * (n + i)) / i;
  return Math.min(1, (systems * (systems - 1)) / orders);
}
