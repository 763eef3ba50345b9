/** A checker looks at a finished run and gives a verdict with its evidence. */

import type { History, Operation } from '#src/history/operation';

/** Worst wins: false over unknown over true. Unknown is never a pass. */
export type Valid = true | 'unknown' | false;

/** Something that should not have happened, with the operations that prove it. */
export interface Anomaly {
  /** A name from the literature or a plain one: `nonlinearizable`, `lost-update`, `stale-read`, ... */
  readonly name: string;
  /** A sentence or a few for a reader who has not seen the history. */
  readonly explanation: string;
  readonly operations: readonly Operation[];
  /** `index` of the invocation or the completion of the one operation that fits nowhere, where there is one: reports highlight it. */
  readonly impossible?: number;
  /** Where the anomaly is a circle of transactions: what reports draw. */
  readonly cycle?: AnomalyCycle;
}

/** Transactions of which each must come before the next, round in a circle. */
export interface AnomalyCycle {
  readonly transactions: readonly {
    /** T1, T2, ..., as in the explanation. */
    readonly name: string;
    /** `index` of its invocation. */
    readonly operation: number;
    readonly text: string;
  }[];
  /** `from` and `to` are places in `transactions`. */
  readonly dependencies: readonly {
    readonly from: number;
    readonly to: number;
    readonly kind: 'ww' | 'wr' | 'rw' | 'process' | 'realtime';
    /** Why, in a few words. */
    readonly label: string;
  }[];
}

export interface CheckResult {
  readonly valid: Valid;
  /** Why it is not true, in a sentence. */
  readonly reason?: string;
  readonly anomalies?: readonly Anomaly[];
  /** Why it is unknown: all was looked at, and nothing in the history could have shown an error. More time would not help. */
  readonly provesNothing?: true;
  readonly [detail: string]: unknown;
}

export interface CheckContext {
  readonly history: History;
  /** The run folder, where there is one: node logs are in it. */
  readonly folder?: string;
  /** Budget in ms; past it the answer is `unknown` and says how far it got. */
  readonly timeLimitMs: number;
}

/** Laws: depends on nothing but the context; keeps its budget; never throws for a history that is merely wrong. */
export interface Checker {
  readonly name: string;
  /** One line for `dissent list`. */
  readonly summary: string;
  check(context: CheckContext): CheckResult | Promise<CheckResult>;
}

const severity = new Map<Valid, number>([
  [true, 0],
  ['unknown', 1],
  [false, 2],
]);

/** The worst of several verdicts; true for none. */
export const worst = (verdicts: readonly Valid[]): Valid =>
  verdicts.reduce<Valid>((a, b) => ((severity.get(b) ?? 1) > (severity.get(a) ?? 1) ? b : a), true);
