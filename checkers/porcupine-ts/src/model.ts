/** What one object does when operations reach it one at a time. Concurrency is the checker's business. */

import type { Shape } from './shape.ts';

/** What `step` answers for an operation that cannot have happened in this state. */
export const illegal: unique symbol = Symbol('illegal');
export type Illegal = typeof illegal;

export type PartitionKey = string | number;

/**
 * A sequential specification. Only `init` and `step` are needed; everything else makes checking faster or results
 * easier to read. All functions are pure: same arguments, same answer, nothing changed.
 */
export interface Model<State, Input, Output> {
  /** For messages. */
  readonly name?: string;

  /** The state of a fresh object (of every partition, when there are partitions). */
  init(): State;

  /**
   * The state after `input` took effect in `state` and answered `output`, or `illegal` if it cannot answer that there.
   * `output` is `undefined` when nothing is known about the answer (the outcome is unknown, or a call that tells nothing):
   * then accept whatever the object could have answered. Must not change `state`: return a new one.
   */
  step(state: State, input: Input, output: Output | undefined): State | Illegal;

  /**
   * The independent object that this input is about. A history is linearizable iff each object's part is, and parts are
   * much cheaper to decide. Inputs with different keys must not influence each other. `undefined`: it is about all of them;
   * a history with such an input is decided as a whole.
   */
  partition?(input: Input): PartitionKey | undefined;

  /**
   * Whether two states are the same. Default: equal primitives, or plain objects, arrays, maps and sets with equal
   * contents; other objects are equal only to themselves (which is always right, and slow).
   */
  equal?(a: State, b: State): boolean;

  /** Equal states have equal hashes. Give it whenever you give `equal`, or states are compared one by one. */
  hash?(state: State): number | string;

  /** One operation for people: `read() -> 3`. */
  describe?(input: Input, output: Output | undefined): string;

  /** One state for people. */
  describeState?(state: State): string;

  /**
   * A promise: in every state, `step` with these arguments gives the same state back or `illegal`. Such operations never
   * need to be tried in several places. A wrong promise makes wrong verdicts; no promise is always right.
   */
  readonly?(input: Input, output: Output | undefined): boolean;

  /**
   * A promise: in every state, `step` with these arguments is legal and gives one and the same state (a plain overwrite).
   * A wrong promise makes wrong verdicts; no promise is always right.
   */
  blind?(input: Input, output: Output | undefined): boolean;

  /**
   * A promise: in every state, `step` with these arguments is legal. Not needed of what is `blind`. A wrong promise makes wrong
   * verdicts; no promise is always right.
   */
  total?(input: Input, output: Output | undefined): boolean;

  /** A promise about objects that grow step by step, as a text does that is appended to. */
  readonly growth?: Growth<State, Input, Output>;

  /**
   * What this operation does if the object is one register: `step` legal exactly when the view says so, and leaving what it
   * says. With `isUnknown`, of an operation with an unknown outcome: what it does if it takes effect and changes something.
   * `undefined` if it cannot be said that way. A wrong view makes wrong verdicts; no view is always right.
   */
  asRegister?(
    input: Input,
    output: Output | undefined,
    isUnknown: boolean,
  ): RegisterView<State> | undefined;

  /** A promise: what this object is, if it is one for which there are methods without search. */
  readonly shape?: Shape<Input, Output>;
}

/** A wrong promise makes wrong verdicts; no promise is always right. */
export interface Growth<State, Input, Output> {
  /** Whether the operation may replace the state by one that has not grown out of it. */
  jumps(input: Input, output: Output | undefined): boolean;
  /** False only if operations that do not jump never lead from this state to one in which this operation is legal. */
  leadsTo(state: State, input: Input, output: Output | undefined): boolean;
}

/** `cas` is a successful one: it is legal exactly when the register holds `from`, and leaves `to`. */
export type RegisterView<Value> =
  | { readonly kind: 'read'; readonly value: Value }
  | { readonly kind: 'write'; readonly value: Value }
  | { readonly kind: 'cas'; readonly from: Value; readonly to: Value };
