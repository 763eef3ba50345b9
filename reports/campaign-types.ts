/** The contract between a campaign and its report: plain data of bounded size, however many runs there were. Strings are never markup. */

import type { Valid } from '#checkers/checker';
import type { ComparedMetric } from '#src/metrics/compare';
import type { KindCoverage } from '#src/metrics/coverage';

/** What became of a run or a hunt. */
export type Outcome = 'valid' | 'violation' | 'not-recovered' | 'unknown' | 'harness';

export interface CampaignFailure {
  readonly world: 'real' | 'sim';
  readonly outcome: Exclude<Outcome, 'valid'>;
  readonly system: string;
  readonly group: string;
  readonly seed: number;
  /** What went wrong, worst first. */
  readonly reasons: readonly string[];
  /** Path of the run's report, relative to this one's; left out when there is none. */
  readonly report?: string;
  /** The line that does it again; left out when there is none. */
  readonly replay?: string;
}

/** Of several values. What was waited for and did not come before the next fault is counted, and stands behind all others. */
export interface Spreading {
  readonly n: number;
  readonly missing: number;
  /** null: not seen, or no value. */
  readonly median: number | null;
  readonly p90: number | null;
  readonly max: number | null;
}

export const impactMetrics = [
  'lostMs',
  'detectionMs',
  'timeToFirstOkMs',
  'recoveryMs',
  'degradedMs',
  'catchUpMs',
] as const;
export type ImpactMetric = (typeof impactMetrics)[number];

/** What one kind of fault did to one system, over all real runs. */
export interface ImpactRow {
  readonly kind: string;
  readonly system: string;
  readonly tookEffect: number;
  readonly skipped: number;
  readonly failed: number;
  readonly figures: Readonly<Record<ImpactMetric, Spreading>>;
}

/** Who lost less time under one kind of fault. */
export interface ContestRow {
  /** null: all kinds together. */
  readonly kind: string | null;
  /** Lost altogether in the firings that both had, ms. */
  readonly lostMs: Readonly<Record<string, number>>;
  /** The two that are furthest apart; firing by firing. */
  readonly less: string;
  readonly more: string;
  readonly lessOften: number;
  readonly moreOften: number;
  readonly ties: number;
  readonly chance: number;
  readonly verdict: 'more-than-noise' | 'within-noise' | 'too-few';
}

export interface GroupRow {
  readonly group: string;
  readonly kinds: readonly string[];
  readonly system: string;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Shares; null without a run. */
  readonly availabilityMedian: number | null;
  readonly availabilityMin: number | null;
}

export interface HuntRow {
  readonly group: string;
  readonly system: string;
  readonly seeds: number;
  readonly virtualSeconds: number;
  readonly seconds: number;
  readonly undecided: number;
  readonly failures: number;
}

export interface CounterRow {
  readonly name: string;
  /** By system; left out where it has no such counter. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface RunRow {
  readonly system: string;
  readonly group: string;
  readonly seed: number;
  readonly outcome: Outcome;
  readonly availability: number;
  readonly report?: string;
}

export interface CampaignReportData {
  readonly version: 1;
  readonly valid: Valid;
  readonly exitCode: number;
  readonly systems: readonly string[];
  readonly startedAt: string;
  readonly minutes: number;
  readonly seconds: number;
  readonly seed: number;
  /** Names: `2/4`, or `cuts 2/4` of one that plays these faults only. */
  readonly shards: { readonly had: readonly string[]; readonly missing: readonly string[] };
  /** Groups of faults that there are and that nothing in it was to play. */
  readonly leftOut: readonly string[];
  readonly interrupted: boolean;
  readonly command: string;
  readonly totals: {
    readonly runs: number;
    readonly seeds: number;
    readonly virtualSeconds: number;
    readonly operations: number;
    readonly faults: number;
    readonly kinds: number;
    readonly outcomes: Readonly<Record<Outcome, number>>;
  };
  readonly notRun: readonly string[];
  /** Runs in which some planned fault never took effect, as it did in others of the same system. */
  readonly madeUpFor: number;
  /** Violations first. */
  readonly failures: readonly CampaignFailure[];
  readonly failuresLeft: number;
  /** All kinds together first. Empty with fewer than two systems. */
  readonly contest: readonly ContestRow[];
  /** Other figures that differ, by fault and role, as a comparison judges them. */
  readonly differences: readonly ComparedMetric[];
  /** How many were judged, and how many chance alone would make look different. */
  readonly chanceNote?: string;
  readonly impacts: readonly ImpactRow[];
  readonly groups: readonly GroupRow[];
  readonly coverage: readonly {
    readonly system: string;
    readonly kinds: readonly KindCoverage[];
  }[];
  readonly hunts: readonly HuntRow[];
  readonly counters: readonly CounterRow[];
  readonly runs: readonly RunRow[];
  readonly runsLeft: number;
}
