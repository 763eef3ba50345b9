/** `results.json`: the outcome of a run, as the harness writes it and every report reads it. */

import type { CheckResult, Valid } from '#checkers/checker';
import type { Coverage } from '#src/metrics/coverage';
import type { Availability, FaultFigures, Quantiles } from '#src/metrics/types';

export interface Results {
  readonly valid: Valid;
  readonly exitCode: number;
  /** Why it is not valid, one sentence each, worst first. */
  readonly reasons: readonly string[];
  readonly system: string;
  readonly workload: string;
  readonly world: 'real' | 'sim';
  readonly seed: number;
  readonly counts: { readonly ok: number; readonly fail: number; readonly info: number };
  readonly checkers: Readonly<Record<string, CheckResult>>;
  /** By `f`, of successful operations. */
  readonly latency: Readonly<Record<string, Quantiles>>;
  /** From when operations were due, with those that nobody was free to ask; not there when clients had no rate to keep. */
  readonly latencyCorrected?: Readonly<Record<string, Quantiles>>;
  readonly availability: Availability;
  readonly faults: readonly FaultFigures[];
  /** Left out in results of older versions. */
  readonly coverage?: Coverage;
  /** null: the nodes left no traces to tell from. */
  readonly leader: { readonly changes: number | null; readonly elections: number | null };
  readonly cost: {
    readonly messagesPerOp: number | null;
    readonly bytesPerOp: number | null;
    readonly fsyncsPerOp: number | null;
  };
  readonly traceHash?: string;
}
