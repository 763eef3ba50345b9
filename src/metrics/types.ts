/** The figures of a run, as `results.json` holds them. Durations are milliseconds. */

export interface Quantiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export interface Availability {
  /** Share of windows with at least one successful operation. */
  readonly fraction: number;
  readonly windowMs: number;
  /** Longest time without a success. */
  readonly longestOutageMs: number;
}

/** Of the operations asked in each of three stretches of time the share that was served; null: none was asked. */
export interface SuccessShares {
  /** Between the healing of the fault before (or the start) and the start of this one. */
  readonly before: number | null;
  readonly during: number | null;
  /** From its healing to the next fault, or the end of the workload. */
  readonly after: number | null;
}

/** What a fault did, step by step; `impact.ts` has the drawing. What cannot be told of a run is left out. */
export interface FaultImpact {
  /** Windows of 100 ms without a success, from its start to the next fault. null: it was shorter than a window. */
  readonly lostMs?: number | null;
  /** From its start until a node sought leadership because of it, or of chance. null: none did before the next fault. */
  readonly detectionMs?: number | null;
  /** From healing until latency was within 1.5 times of before. null: not before the next fault. */
  readonly degradedMs?: number | null;
  /** From healing until the nodes that were hit knew what had been committed. null: not before the next fault. */
  readonly catchUpMs?: number | null;
  readonly success?: SuccessShares;
  readonly byOperation?: Readonly<Record<string, SuccessShares>>;
}

export interface FaultFigures extends FaultImpact {
  readonly kind: string;
  /** As scheduled: `leader`, `n2`, ... */
  readonly target: string;
  /** The nodes it resolved to, without those that it had to pass over, since another fault had taken them already. */
  readonly resolved: readonly string[];
  /** Who led when it fired; left out when nobody did, or nobody knew. */
  readonly leader?: string;
  /** When it really took effect and when it was really healed, since the start of the run. */
  readonly startMs: number;
  readonly endMs: number;
  readonly outcome:
    | { readonly kind: 'installed' }
    | { readonly kind: 'skipped'; readonly reason: string }
    | { readonly kind: 'failed'; readonly error: string };
  /** From the start of the fault to the first operation invoked after it that succeeded. null: none did. */
  readonly timeToFirstOkMs: number | null;
  /** From healing until operations succeed on every node again, but for those of `givenUp`. null: never seen. */
  readonly recoveryMs: number | null;
  /** Nodes that recovery did not wait for: what a fault left of their disks is unusable, so they were never started again. */
  readonly givenUp?: readonly string[];
  /** Longest time without any success between its start and its recovery. */
  readonly unavailableMs: number;
  readonly parameters?: unknown;
}

/** A stretch of time in which a node thought it led. */
export interface Leadership {
  readonly node: string;
  readonly term: number;
  readonly startMs: number;
  readonly endMs: number;
}
