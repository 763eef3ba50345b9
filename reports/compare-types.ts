/** The contract between a comparison and its report: plain data. Strings in it are never markup. */

import type { Valid } from '#checkers/checker';
import type { ComparedMetric } from '#src/metrics/compare';
import type { Throughput } from '#src/metrics/throughput';
import type { FaultFigures, Leadership } from '#src/metrics/types';

/** One system's part of one round. */
export interface ComparedRun {
  readonly system: string;
  readonly valid: Valid;
  readonly exitCode: number;
  /** Why it is not valid. */
  readonly reasons: readonly string[];
  /** Its own report.html, relative to the comparison's. */
  readonly report: string;
  readonly throughput: Throughput;
  readonly faults: readonly FaultFigures[];
  readonly leaderships: readonly Leadership[];
}

export interface ComparedRound {
  /** From 1. */
  readonly round: number;
  readonly seed: number;
  readonly runs: readonly ComparedRun[];
}

export interface CompareReportData {
  readonly version: 1;
  readonly valid: Valid;
  readonly systems: readonly string[];
  readonly workload: string;
  readonly claim: string;
  readonly nodes: readonly string[];
  readonly clients: number;
  readonly rate: number;
  /** Seconds of workload in each run. */
  readonly time: number;
  readonly seed: number;
  readonly nemesis: readonly string[];
  readonly startedAt: string;
  /** Makes the same comparison again. */
  readonly command: string;
  /** Held equal for all systems. */
  readonly controls: Readonly<Record<string, string>>;
  /** The algorithms' own settings, by system. */
  readonly differences: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The plain answer: what differed by more than the noise, worst first; or that nothing did. */
  readonly headlines: readonly string[];
  readonly table: readonly ComparedMetric[];
  readonly rounds: readonly ComparedRound[];
  /** Time axis of every chart: 0 to this. */
  readonly durationMs: number;
}
