/** First in, first out. */

import { canonical } from '../canonical.ts';
import { illegal, type Model } from '../model.ts';
import type { BufferView } from '../shape.ts';
import { textHash } from './hash.ts';
import { same, show } from './values.ts';

export type QueueInput<Value> =
  | { readonly kind: 'enqueue'; readonly value: Value }
  | { readonly kind: 'dequeue' };

/** What a dequeue answered. */
export type TakeOutput<Value> =
  | { readonly kind: 'value'; readonly value: Value }
  /** There was nothing to take. */
  | { readonly kind: 'empty' };

/** Multiplies the hash for each place in the queue; odd, so that it has an inverse modulo 2^32. */
const base = 0x01000193;
const inverse = 0x359c449b;

/**
 * An immutable queue. Versions that continue one another share one array, to which only the newest appends, so that both
 * operations take constant time in a straight line of versions.
 */
export class QueueState<Value> {
  readonly #log: Value[];
  readonly #from: number;
  readonly #to: number;
  /** `base` to the power of the length. */
  readonly #power: number;
  /** Of the values in their order. */
  readonly hash: number;

  private constructor(log: Value[], from: number, to: number, power: number, hash: number) {
    this.#log = log;
    this.#from = from;
    this.#to = to;
    this.#power = power;
    this.hash = hash;
  }

  static of<Value>(values: readonly Value[]): QueueState<Value> {
    let state = new QueueState<Value>([], 0, 0, 1, 0);
    for (const value of values) state = state.enqueue(value);
    return state;
  }

  get size(): number {
    return this.#to - this.#from;
  }

  get first(): Value | undefined {
    return this.size === 0 ? undefined : this.#log[this.#from];
  }

  enqueue(value: Value): QueueState<Value> {
    const isNewest = this.#log.length === this.#to;
    const log = isNewest ? this.#log : this.values();
    const from = isNewest ? this.#from : 0;
    log.push(value);
    const hash = (this.hash + Math.imul(textHash(canonical(value)), this.#power)) | 0;
    return new QueueState(log, from, log.length, Math.imul(this.#power, base), hash);
  }

  /** Without its first value; the queue is not empty. */
  dequeue(): QueueState<Value> {
    const first = textHash(canonical(this.first));
    const hash = Math.imul(this.hash - first, inverse);
    const power = Math.imul(this.#power, inverse);
    return new QueueState(this.#log, this.#from + 1, this.#to, power, hash);
  }

  equals(other: QueueState<Value>): boolean {
    if (this.hash !== other.hash || this.size !== other.size) return false;
    if (this.#log === other.#log && this.#from === other.#from) return true;
    for (let i = 0; i < this.size; i += 1) {
      if (!same(this.#log[this.#from + i], other.#log[other.#from + i])) return false;
    }
    return true;
  }

  /** The first to be taken first. */
  values(): Value[] {
    return this.#log.slice(this.#from, this.#to);
  }
}

/** What a dequeue or a pop does, for the methods without search. */
export const viewOfTake = (output: TakeOutput<unknown> | undefined): BufferView => {
  if (output === undefined) return { kind: 'take-unknown' };
  return output.kind === 'empty' ? { kind: 'found-empty' } : { kind: 'take', value: output.value };
};

export const describeTake = (output: TakeOutput<unknown> | undefined): string => {
  if (output === undefined) return '?';
  return output.kind === 'empty' ? 'empty' : show(output.value);
};

/**
 * A queue that holds `init` at first. A dequeue answers the first value or `empty`; one with an unknown answer takes the
 * first value if there is one.
 */
export const queue = <Value>(
  init: readonly Value[] = [],
): Model<QueueState<Value>, QueueInput<Value>, TakeOutput<Value>> => ({
  name: 'queue',
  init: () => QueueState.of(init),
  step: (state, input, output) => {
    if (input.kind === 'enqueue') return state.enqueue(input.value);
    if (state.size === 0) return output?.kind === 'value' ? illegal : state;
    if (output?.kind === 'empty') return illegal;
    if (output !== undefined && !same(state.first, output.value)) return illegal;
    return state.dequeue();
  },
  equal: (a, b) => a.equals(b),
  hash: (state) => state.hash,
  describe: (input, output) =>
    input.kind === 'enqueue'
      ? `enqueue(${show(input.value)})`
      : `dequeue() -> ${describeTake(output)}`,
  describeState: (state) => show(state.values()),
  readonly: (input, output) => input.kind === 'dequeue' && output?.kind === 'empty',
  shape: {
    kind: 'queue',
    initial: init,
    view: (input, output) =>
      input.kind === 'enqueue' ? { kind: 'put', value: input.value } : viewOfTake(output),
  },
});
