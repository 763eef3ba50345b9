/**
 * The contract between a run and the viewer inside report.html: plain data, and nothing else is shared. `data.ts` builds it,
 * `pack.ts` carries it, `viewer/` shows it. Strings in it may come from a hostile history and are never markup.
 */

import type { AnomalyCycle, Valid } from '#checkers/checker';
import type { Throughput } from '#src/metrics/throughput';
import type { Leadership } from '#src/metrics/types';
import type { Results } from './results.ts';

export type { AnomalyCycle } from '#checkers/checker';

/** What was tested, in words that can be shown as they are. */
export interface TestFacts {
  readonly name: string;
  /** The claim under test, in a sentence. */
  readonly claim?: string;
  /** All members, in order. */
  readonly nodes: readonly string[];
  readonly clients: number;
  /** Operations per second over all clients, as asked for. */
  readonly rate?: number;
  /** Runs the same test again. */
  readonly command?: string;
  /** Date and time of the run, for people. */
  readonly startedAt?: string;
  /** What else a reader may want to know: which Toxiproxy, options of the workload, ... */
  readonly more?: Readonly<Record<string, string>>;
}

/** Codes of outcomes in `OperationColumns.outcome`. */
export const outcomeNames = ['ok', 'fail', 'info'] as const;
export type OutcomeName = (typeof outcomeNames)[number];

/**
 * All operations of clients, one column per field, in order of invocation. Columns keep a million operations small enough to
 * embed and quick enough to draw.
 */
export interface OperationColumns {
  readonly count: number;
  /** Since the start of the run. */
  readonly invokeNs: Float64Array;
  /** -1: never completed. */
  readonly latencyNs: Float64Array;
  /** Place in `outcomeNames`. */
  readonly outcome: Uint8Array;
  /** Place in `fNames`. */
  readonly f: Uint16Array;
  readonly process: Float64Array;
  /** Place in `nodeNames`. */
  readonly node: Uint16Array;
  /** `index` of the invocation in the history. */
  readonly index: Float64Array;
  /** Place in `texts`: what was asked and answered, such as `k3 → 7`. */
  readonly text: Uint32Array;
  readonly fNames: readonly string[];
  readonly nodeNames: readonly string[];
  readonly texts: readonly string[];
}

/** One operation that proves an anomaly. */
export interface EvidenceOperation {
  /** `index` of its invocation in the history. */
  readonly index: number;
  readonly process: string;
  readonly node: string;
  /** As in the history: `write k1 5`, `read k1 → 3`. */
  readonly text: string;
  readonly outcome: OutcomeName;
  readonly error?: string;
  readonly startMs: number;
  /** null: it may take effect at any later time. */
  readonly endMs: number | null;
  /** This is the one that fits nowhere. */
  readonly impossible: boolean;
}

export interface ReportAnomaly {
  readonly checker: string;
  readonly name: string;
  readonly explanation: string;
  /** In order of invocation; perhaps only those nearest to the impossible one. */
  readonly operations: readonly EvidenceOperation[];
  /** Operations of the anomaly that are not listed. */
  readonly left: number;
  /** Where each must come before the next, round in a circle. */
  readonly cycle?: AnomalyCycle;
}

export type VerdictKind = 'valid' | 'violation' | 'unknown' | 'not-recovered';

/** The verdict for a reader who has never seen the project. */
export interface Verdict {
  readonly kind: VerdictKind;
  /** One or two words. */
  readonly word: string;
  /** One plain sentence. */
  readonly sentence: string;
  /** What speaks for it, or why it is not valid; a sentence each. */
  readonly why: readonly string[];
}

export interface CheckerSummary {
  readonly name: string;
  readonly valid: Valid;
  readonly reason?: string;
  /** The checker's own figures, printable. */
  readonly details: readonly (readonly [name: string, value: string])[];
}

export interface ReportData {
  readonly version: 1;
  readonly verdict: Verdict;
  /** Without anomalies and details of checkers: those are below, in a form that can be shown. */
  readonly results: Omit<Results, 'checkers'>;
  readonly test: TestFacts;
  /** Settings held equal between systems under comparison. */
  readonly controls: Readonly<Record<string, string>>;
  readonly checkers: readonly CheckerSummary[];
  readonly anomalies: readonly ReportAnomaly[];
  readonly leaderships: readonly Leadership[];
  readonly throughput: Throughput;
  /** Time axis of every chart: 0 to this. */
  readonly durationMs: number;
  /** Where the workload ended and the final operations began. */
  readonly workloadEndMs: number;
  readonly operations: OperationColumns;
}
