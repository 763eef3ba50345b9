/** What is said between the thread that asks and the threads that check. Operations are sent once and named by index after. */

import type { Operation } from '../operation.ts';
import type { Progress, UnknownReason } from '../result.ts';
import type { ModelReference } from './reference.ts';

export type AnyOperation = Operation<unknown, unknown>;

export type ToThread =
  | {
      readonly kind: 'begin';
      readonly model: ModelReference;
      readonly memoryLimitBytes: number;
      readonly exhaustive: boolean | 'cheap';
      readonly ignoreHints: boolean;
      /** One Int32 that becomes 1 when the thread should stop and say how far it got. */
      readonly stop: SharedArrayBuffer | undefined;
    }
  /** Some at a time, so that sending many does not block. */
  | { readonly kind: 'operations'; readonly operations: readonly AnyOperation[] }
  | { readonly kind: 'check'; readonly timeLimitMs: number };

/** States that are instances of classes would arrive without their class; those are said as where some of the orders lead. */
export type SentStates =
  | { readonly kind: 'plain'; readonly states: readonly unknown[] }
  | { readonly kind: 'after'; readonly orders: readonly number[] };

/** Orders are indices of operations, in the order in which they were sent. */
export type SentPartition = { readonly steps: number } & (
  | { readonly verdict: 'ok'; readonly linearization: Int32Array }
  | {
      readonly verdict: 'illegal';
      readonly partialLinearizations: readonly Int32Array[];
      readonly blocked: number;
      readonly statesBefore: SentStates;
      readonly conflict: Int32Array | undefined;
    }
  | {
      readonly verdict: 'unknown';
      readonly partialLinearizations: readonly Int32Array[];
      readonly reason: UnknownReason;
    }
);

export type FromThread =
  | { readonly kind: 'progress'; readonly progress: Progress }
  /** In the order in which the partitions were sent. */
  | { readonly kind: 'result'; readonly partitions: readonly SentPartition[] }
  /** What the model threw, or importing it. */
  | { readonly kind: 'failed'; readonly error: Error };
