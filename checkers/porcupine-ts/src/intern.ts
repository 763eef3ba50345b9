/** Small integers for values, so that the search compares and stores integers only. */

import { canonical } from './canonical.ts';

export interface Interner<T> {
  /** The number of this value: the same for equal values, 0, 1, 2, ... in order of appearance. */
  idOf(value: T): number;
  valueOf(id: number): T;
  readonly size: number;
  /** A guess at the memory held, in bytes. */
  readonly bytes: number;
}

/** Both an estimate: the value itself and its place in the table. */
const bytesPerValue = 160;
const bytesOf = (value: unknown): number =>
  bytesPerValue + (typeof value === 'string' ? 2 * value.length : 0);

/** Compares values as `canonical` does. */
export class PlainInterner<T> implements Interner<T> {
  readonly #values: T[] = [];
  readonly #primitives = new Map<T, number>();
  #objects: Map<string, number> | undefined;
  bytes = 0;

  get size(): number {
    return this.#values.length;
  }

  idOf(value: T): number {
    if (typeof value !== 'object' || value === null) {
      const known = this.#primitives.get(value);
      if (known !== undefined) return known;
      this.#primitives.set(value, this.#values.length);
      return this.#add(value, 0);
    }
    this.#objects ??= new Map();
    const text = canonical(value);
    const known = this.#objects.get(text);
    if (known !== undefined) return known;
    this.#objects.set(text, this.#values.length);
    return this.#add(value, 2 * text.length);
  }

  valueOf(id: number): T {
    return this.#values[id] as T;
  }

  #add(value: T, extraBytes: number): number {
    this.bytes += bytesOf(value) + extraBytes;
    return this.#values.push(value) - 1;
  }
}

/** Compares values with the model's own functions. */
export class HashingInterner<T> implements Interner<T> {
  readonly #values: T[] = [];
  readonly #buckets = new Map<number | string, number[]>();
  readonly #equal: (a: T, b: T) => boolean;
  readonly #hash: (value: T) => number | string;
  bytes = 0;

  constructor(equal: (a: T, b: T) => boolean, hash: (value: T) => number | string) {
    this.#equal = equal;
    this.#hash = hash;
  }

  get size(): number {
    return this.#values.length;
  }

  idOf(value: T): number {
    const hash = this.#hash(value);
    const bucket = this.#buckets.get(hash);
    const known = bucket?.find((id) => this.#equal(this.valueOf(id), value));
    if (known !== undefined) return known;
    const id = this.#values.push(value) - 1;
    if (bucket === undefined) this.#buckets.set(hash, [id]);
    else bucket.push(id);
    this.bytes += bytesOf(value);
    return id;
  }

  valueOf(id: number): T {
    return this.#values[id] as T;
  }
}
