/**
 * Numbers for values of any kind: equal numbers only for equal values. Two equal objects may get different numbers, if their
 * fields are in different orders; that costs the search some symmetry, never the verdict. Texts are looked up, not copied.
 */

import { canonical } from '../canonical.ts';
import { PairTable } from './pairs.ts';

/** The beginnings of all objects, of all arrays, and of what is neither. */
const objects = 0;
const arrays = 1;
const others = 2;

export class Numbers {
  #count = 3;
  readonly #primitives = new Map<unknown, number>();
  readonly #pairs = new PairTable();

  of(value: unknown): number {
    if (typeof value !== 'object' || value === null) {
      return typeof value === 'function' ? this.#other(value) : this.#primitive(value);
    }
    if (Array.isArray(value)) {
      let number = arrays;
      for (const element of value) number = this.pair(number, this.of(element));
      return number;
    }
    const isPlain = Object.getPrototypeOf(value) === Object.prototype;
    if (!isPlain || Object.getOwnPropertySymbols(value).length > 0) return this.#other(value);
    let number = objects;
    for (const [name, field] of Object.entries(value)) {
      number = this.pair(this.pair(number, this.#primitive(name)), this.of(field));
    }
    return number;
  }

  /** The number of two things together. */
  pair(first: number, second: number): number {
    const number = this.#pairs.numberOf(first, second, this.#count);
    if (number === this.#count) this.#count += 1;
    return number;
  }

  #primitive(value: unknown): number {
    const known = this.#primitives.get(value);
    if (known !== undefined) return known;
    this.#primitives.set(value, this.#count);
    this.#count += 1;
    return this.#count - 1;
  }

  #other(value: unknown): number {
    return this.pair(others, this.#primitive(canonical(value)));
  }
}
