/** What a model of the checker has to know about operations of a history. */

import type { Model } from 'porcupine-ts';
import type { Key, Operation } from '#src/history/operation';
import type { Pair } from '#src/history/pairs';

/** An operation in the terms of a model; `output` is undefined when its answer is not known or says nothing. */
export interface Translated {
  readonly input: unknown;
  readonly output: unknown;
  /** It changed nothing and says nothing: leave it out. */
  readonly idle: boolean;
}

/** One kind of object, with what it holds at first. */
export interface Subject {
  /** Inputs and outputs are what `translate` gives. Not partitioned: the caller does that. */
  readonly model: Model<unknown, unknown, unknown>;
  /** The object that an operation is about. */
  readonly keyOf: (op: Operation) => Key | undefined;
  /** `pair` is not a failure. Throws BadInput for an operation that the object does not have. */
  readonly translate: (pair: Pair) => Translated;
}

export interface SubjectKind {
  readonly name: string;
  /** One line for people. */
  readonly summary: string;
  /** Of registers: what a read can find before the first write, for the weaker models. */
  readonly initials?: (init: unknown) => readonly unknown[];
  /** `init` is undefined when nobody said; throws BadInput when it is no state of such an object. */
  create(init: unknown): Subject;
}

/** What an operation learnt: the value of its ok; undefined when there is none. */
export const learnt = ({ completion }: Pair): unknown =>
  completion?.type === 'ok' ? completion.value : undefined;

export const isOk = ({ completion }: Pair): boolean => completion?.type === 'ok';
