/**
 * Histories: what clients asked and what they learnt, and when.
 *
 *     client 1   |--- write 7 ---|
 *     client 2           |--- read -> 7 ---|
 *     client 3      |--- write 9 ................. (nobody knows: it may take effect at any later time, or never)
 */

interface Called<Input> {
  /** For messages; the checker does not need it. */
  readonly id?: string | number;
  readonly client?: string | number;
  readonly input: Input;
  /** When it was called, in any unit and on any clock that all operations of the history share. */
  readonly call: number;
}

/** Took effect exactly once, at some moment in [call, return]. */
export interface CompletedOperation<Input, Output> extends Called<Input> {
  readonly kind: 'completed';
  /** `undefined` when the answer tells nothing. */
  readonly output: Output | undefined;
  readonly return: number;
}

/** Took effect once at some moment after its call, or never. */
export interface UnknownOperation<Input> extends Called<Input> {
  readonly kind: 'unknown';
}

/**
 * An interval. Intervals are closed: when one operation returns at the very time at which another is called, either may
 * come first. Operations that definitely did not happen do not belong in the history.
 */
export type Operation<Input, Output> = CompletedOperation<Input, Output> | UnknownOperation<Input>;

/** The other form of a history, for those who have no clock: what happened, in order. */
export type Event<Input, Output> =
  | {
      readonly kind: 'call';
      readonly id: string | number;
      readonly client?: string | number;
      readonly input: Input;
    }
  | { readonly kind: 'return'; readonly id: string | number; readonly output: Output | undefined }
  /** Did not happen. */
  | { readonly kind: 'failed'; readonly id: string | number }
  /** Nobody will ever know. The same as never saying anything more about this id. */
  | { readonly kind: 'unknown'; readonly id: string | number };
