/**
 * Optional operations: what may have taken effect after its call, or never.
 *
 * Those with the same effect form a class and are interchangeable, so only the number used matters and the earliest called
 * goes first. Counting is what makes searches explode, and most histories never need more of a class than there are. So the
 * search begins with an endless supply of every class; only the classes that an answer overdrew are counted, and then it
 * starts again (abstraction refined by counterexamples). Illegal with an endless supply is illegal.
 */

import { at, ints } from './ints.ts';
import type { Problem } from './problem.ts';

type Optional = Pick<
  Problem<unknown, unknown, unknown>,
  'classEffect' | 'classStart' | 'optional' | 'optionalCall'
>;

const noClasses: readonly number[] = [];

export class Supply {
  readonly classes: number;
  /** One bit per use of a counted class, plus one (the first) that the search may use itself. */
  readonly bits: Int32Array;
  /** How often each class is used right now. */
  readonly #used: Int32Array;
  readonly #counted: Int32Array;
  /** First bit of each class. */
  readonly #firstBit: Int32Array;
  readonly #p: Optional;
  /** Classes overdrawn right now, in the order of use. */
  readonly #overdrawn: number[] = [];

  /** Counts the classes marked 1. */
  constructor(p: Optional, counted: Int32Array) {
    this.#p = p;
    this.classes = p.classEffect.length;
    this.#used = ints(this.classes);
    this.#counted = counted;
    this.#firstBit = ints(this.classes);
    let bit = 1;
    for (let k = 0; k < this.classes; k += 1) {
      this.#firstBit[k] = bit;
      if (at(counted, k) === 1) bit += at(p.classStart, k + 1) - at(p.classStart, k);
    }
    this.bits = ints(Math.ceil(bit / 32));
  }

  /** True while some class is used more often than it was called. */
  get overdrawn(): boolean {
    return this.#overdrawn.length > 0;
  }

  /** The classes overdrawn right now. */
  overdrawnClasses(): readonly number[] {
    return this.overdrawn ? [...this.#overdrawn] : noClasses;
  }

  /** When the first of the class was called. Classes are in this order. */
  firstCall(k: number): number {
    return at(this.#p.optionalCall, at(this.#p.classStart, k));
  }

  /** How many there are of a class that is not counted; endless for a counted one, which needs no other limit. */
  size(k: number): number {
    if (at(this.#counted, k) === 1) return Infinity;
    return at(this.#p.classStart, k + 1) - at(this.#p.classStart, k);
  }

  /** Whether one more can be used by an operation that takes effect before `deadline`. */
  available(k: number, deadline: number): boolean {
    return at(this.#counted, k) === 0 ? this.firstCall(k) < deadline : this.#left(k, deadline);
  }

  /** The index in `operations` of the one that would be used next; one of the class if there is none left. */
  nextOperation(k: number): number {
    const start = at(this.#p.classStart, k);
    const last = at(this.#p.classStart, k + 1) - 1;
    return at(this.#p.optional, Math.min(start + at(this.#used, k), last));
  }

  /** Returns whether this overdraws. */
  use(k: number, deadline: number): boolean {
    const overdraws = !this.#left(k, deadline);
    if (overdraws) this.#overdrawn.push(k);
    if (at(this.#counted, k) === 1) this.#flip(at(this.#firstBit, k) + at(this.#used, k));
    this.#used[k] = at(this.#used, k) + 1;
    return overdraws;
  }

  /** Takes back the latest `use(k)`, which returned `overdrew`. */
  unuse(k: number, overdrew: boolean): void {
    if (overdrew) this.#overdrawn.pop();
    this.#used[k] = at(this.#used, k) - 1;
    if (at(this.#counted, k) === 1) this.#flip(at(this.#firstBit, k) + at(this.#used, k));
  }

  #left(k: number, deadline: number): boolean {
    const next = at(this.#p.classStart, k) + at(this.#used, k);
    return next < at(this.#p.classStart, k + 1) && at(this.#p.optionalCall, next) < deadline;
  }

  #flip(bit: number): void {
    const word = bit >> 5;
    this.bits[word] = at(this.bits, word) ^ (1 << (bit & 31));
  }
}
