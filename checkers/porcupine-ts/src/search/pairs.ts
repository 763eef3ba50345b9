/** Numbers for pairs of numbers. */

import { at, finish, ints, mix } from './ints.ts';

const smallestTable = 16;

/** Open addressing; a free cell has number 0, so that stored numbers are one more than given ones. */
export class PairTable {
  #first: Int32Array;
  #second: Int32Array;
  #number: Int32Array;
  #size = 0;

  /** With room for half as many before it has to grow; a power of two. */
  constructor(cells = smallestTable) {
    this.#first = ints(cells);
    this.#second = ints(cells);
    this.#number = ints(cells);
  }

  /** The number of the pair, which is `fresh` if the pair is new. Numbers are not negative. */
  numberOf(first: number, second: number, fresh: number): number {
    const cell = this.#cell(first, second);
    const known = at(this.#number, cell);
    if (known !== 0) return known - 1;
    this.#first[cell] = first;
    this.#second[cell] = second;
    this.#number[cell] = fresh + 1;
    this.#size += 1;
    if (this.#size * 2 > this.#number.length) this.#grow();
    return fresh;
  }

  #cell(first: number, second: number): number {
    const mask = this.#number.length - 1;
    let cell = finish(mix(first, second)) & mask;
    while (at(this.#number, cell) !== 0) {
      if (at(this.#first, cell) === first && at(this.#second, cell) === second) return cell;
      cell = (cell + 1) & mask;
    }
    return cell;
  }

  #grow(): void {
    const [first, second, number] = [this.#first, this.#second, this.#number];
    const length = number.length * 4;
    this.#first = ints(length);
    this.#second = ints(length);
    this.#number = ints(length);
    for (let i = 0; i < number.length; i += 1) {
      if (at(number, i) === 0) continue;
      const cell = this.#cell(at(first, i), at(second, i));
      this.#first[cell] = at(first, i);
      this.#second[cell] = at(second, i);
      this.#number[cell] = at(number, i);
    }
  }
}
