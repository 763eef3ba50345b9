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

/** Parts of values between two looks at the clock: a value can be as large as a history. */
const partsPerTick = 8192;

/** Equal to nothing, not even to itself. */
const nothing = Number.NaN;

/** Some names of fields in a row. Most objects of a history have the same ones. */
class Names {
  readonly number: number;
  /** The value that the last of them had the latest time, and its number. */
  latestValue: unknown = nothing;
  latestNumber = 0;
  #latest: string | undefined;
  #afterLatest: Names = this;
  /** All that came after it, once there are several. */
  #after: Map<string, Names> | undefined;

  constructor(number: number) {
    this.number = number;
  }

  /** With one more; `fresh` is called for the number of a row that is new. */
  with(name: string, fresh: () => number): Names {
    if (name === this.#latest) return this.#afterLatest;
    if (this.#latest !== undefined) {
      this.#after ??= new Map([[this.#latest, this.#afterLatest]]);
    }
    let after = this.#after?.get(name);
    if (after === undefined) {
      after = new Names(fresh());
      this.#after?.set(name, after);
    }
    this.#latest = name;
    this.#afterLatest = after;
    return after;
  }
}

type Fields = Readonly<Record<string, unknown>>;

/** What its own fields with names say everything about. */
const isPlain = (value: object): value is Fields =>
  Object.getPrototypeOf(value) === Object.prototype &&
  Object.getOwnPropertySymbols(value).length === 0;

export class Numbers {
  #count = 3;
  #parts = 0;
  readonly #primitives = new Map<unknown, number>();
  readonly #pairs: PairTable;
  readonly #noNames = new Names(objects);
  readonly #tick: () => void;
  readonly #fresh = (): number => {
    this.#count += 1;
    return this.#count - 1;
  };

  /** With room for so many different pairs at first. `tick` is called now and then. */
  constructor(tick: () => void, pairs: number) {
    this.#tick = tick;
    this.#pairs = new PairTable(pairs);
  }

  /** Throws what `tick` throws. */
  of(value: unknown): number {
    this.#parts += 1;
    if (this.#parts % partsPerTick === 0) this.#tick();
    if (typeof value !== 'object' || value === null) {
      return typeof value === 'function' ? this.#other(value) : this.#primitive(value);
    }
    if (Array.isArray(value)) {
      let number = arrays;
      for (const element of value) number = this.pair(number, this.of(element));
      return number;
    }
    return isPlain(value) ? this.#object(value) : this.#other(value);
  }

  /** The number of two things together. */
  pair(first: number, second: number): number {
    const number = this.#pairs.numberOf(first, second, this.#count);
    if (number === this.#count) this.#count += 1;
    return number;
  }

  /** The fields one after the other, and then their names. */
  #object(value: Fields): number {
    let names = this.#noNames;
    let number = objects;
    for (const name in value) {
      names = names.with(name, this.#fresh);
      const field = value[name];
      // Many have the same kind, or are about the same key.
      if (field !== names.latestValue) {
        names.latestNumber = this.of(field);
        names.latestValue = typeof field === 'object' ? nothing : field;
      }
      number = this.pair(number, names.latestNumber);
    }
    return this.pair(names.number, number);
  }

  #primitive(value: unknown): number {
    const known = this.#primitives.get(value);
    if (known !== undefined) return known;
    const number = this.#fresh();
    this.#primitives.set(value, number);
    return number;
  }

  #other(value: unknown): number {
    return this.pair(others, this.#primitive(canonical(value)));
  }
}
