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

export interface FaultFigures {
  readonly kind: string;
  /** As scheduled: `leader`, `n2`, ... */
  readonly target: string;
  /** The nodes it resolved to. */
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
  /** From healing until operations succeed on every node again. null: never seen. */
  readonly recoveryMs: number | null;
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
