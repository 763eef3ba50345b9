/** What `check` is told and what it answers. */

import type { PartitionKey } from './model.ts';
import type { Operation } from './operation.ts';

/** `unknown` means that a limit was reached first. It is neither good nor bad news. */
export type Verdict = 'ok' | 'illegal' | 'unknown';

export interface CheckOptions {
  /** Past it the answer is `unknown`. Default: no limit. Integer or fraction of ms, above 0. */
  readonly timeLimitMs?: number;
  /**
   * How much the search may remember, in bytes. A search that has filled it forgets and goes on: slower, never wrong.
   * Default 512 MiB, at least 1 MiB.
   */
  readonly memoryLimitBytes?: number;
  /**
   * Whether to go on with the other partitions after one turned out illegal. Default false: the rest stays `unknown`. `'cheap'`: until
   * all have got what it got, so that everything that takes near-linear time is decided, and no search goes on for long. True: until
   * all are decided. `checkInWorkers` ends the other threads unless it is true.
   */
  readonly exhaustive?: boolean | 'cheap';
  /** Uses nothing of the model but init, step, equal, hash and partition. For measuring and for cross-checks. Default false. */
  readonly ignoreHints?: boolean;
  /** Called now and then, at most about every 100 ms. */
  readonly onProgress?: (progress: Progress) => void;
  /**
   * Gives up as `unknown` once it is aborted. `check` looks at `aborted` wherever it looks at the clock (it blocks, so
   * no timer or event can abort it meanwhile, but `onProgress` can); `checkInWorkers` stops at once.
   */
  readonly signal?: StopSignal;
}

/** What is needed of an `AbortSignal`, so that these types need neither those of Node nor those of a browser. */
export interface StopSignal {
  readonly aborted: boolean;
  readonly addEventListener?: (type: 'abort', listener: () => void) => void;
  readonly removeEventListener?: (type: 'abort', listener: () => void) => void;
}

export interface Progress {
  readonly elapsedMs: number;
  /** Model steps and configurations tried so far. */
  readonly steps: number;
  readonly partitionsDecided: number;
  readonly partitions: number;
}

/** Why a partition is `unknown`: a limit, the signal, or another partition was illegal already and `exhaustive` was not true. */
export type UnknownReason = 'time-limit' | 'aborted' | 'another-partition-is-illegal';

interface Judged<Input, Output> {
  /** What the model's `partition` said; absent without one. */
  readonly key?: PartitionKey;
  /** All operations of this partition, in the order given. */
  readonly operations: readonly Operation<Input, Output>[];
  /** Configurations tried. */
  readonly steps: number;
}

export interface OkPartition<Input, Output> extends Judged<Input, Output> {
  readonly verdict: 'ok';
  /** Every completed operation, and those unknown ones that had to take effect, in an order the model accepts. */
  readonly linearization: readonly Operation<Input, Output>[];
}

/** Where the verdict is much cheaper than its reasons, these are worked out when they are read: `blocked` and what goes with it. */
export interface IllegalPartition<State, Input, Output> extends Judged<Input, Output> {
  readonly verdict: 'illegal';
  /**
   * Orders that the model accepts and that go as far as any can; the longest first. At least one, perhaps empty; of a register
   * with up to 10 000 operations up to nine, which are looked for when this is read.
   */
  readonly partialLinearizations: readonly (readonly Operation<Input, Output>[])[];
  /**
   * No order can hold this operation together with all that returned before it. The first such operation by return, unless
   * finding that one would have taken a long search.
   */
  readonly blocked: Operation<Input, Output>;
  /** States that the object can have been in where `blocked` should have taken effect; some of them, when there are many. */
  readonly statesBefore: readonly State[];
  /** A few operations that cannot be held together, where the method that found out knows them. */
  readonly conflict?: readonly Operation<Input, Output>[];
}

export interface UnknownPartition<Input, Output> extends Judged<Input, Output> {
  readonly verdict: 'unknown';
  readonly reason: UnknownReason;
  /** How far the search got: the longest accepted orders it has seen, the longest first. */
  readonly partialLinearizations: readonly (readonly Operation<Input, Output>[])[];
}

export type PartitionResult<State, Input, Output> =
  | OkPartition<Input, Output>
  | IllegalPartition<State, Input, Output>
  | UnknownPartition<Input, Output>;

export interface CheckResult<State, Input, Output> {
  /** `illegal` if any partition is, else `unknown` if any partition is, else `ok`. */
  readonly verdict: Verdict;
  /** In order of first appearance. */
  readonly partitions: readonly PartitionResult<State, Input, Output>[];
  readonly steps: number;
  readonly elapsedMs: number;
}
