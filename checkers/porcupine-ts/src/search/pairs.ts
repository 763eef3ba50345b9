/** Numbers for pairs of numbers. */

import { at, finish, ints, mix } from './ints.ts';

const fewestPairs = 8;
/** Words of a cell: the pair, and one more than its number, so that 0 is a free cell. */
const cellWords = 3;
const secondWord = 1;
const numberWord = 2;

/** Open addressing. */
export class PairTable {
  #cells: Int32Array;
  #mask: number;
  #size = 0;

  /** With room for so many before it has to grow. */
  constructor(pairs = fewestPairs) {
    // Twice as many, rounded up to a power of two.
    const cells = 2 << (32 - Math.clz32(Math.max(fewestPairs, pairs) - 1));
    this.#cells = ints(cellWords * cells);
    this.#mask = cells - 1;
  }

  /** The number of the pair, which is `fresh` if the pair is new. Numbers are not negative. */
  numberOf(first: number, second: number, fresh: number): number {
    const cell = this.#cell(first, second);
    const cells = this.#cells;
    const known = at(cells, cell + numberWord);
    if (known !== 0) return known - 1;
    cells[cell] = first;
    cells[cell + secondWord] = second;
    cells[cell + numberWord] = fresh + 1;
    this.#size += 1;
    if (this.#size * 2 > this.#mask + 1) this.#grow();
    return fresh;
  }

  /** Where the pair is or belongs. */
  #cell(first: number, second: number): number {
    const cells = this.#cells;
    const mask = this.#mask;
    let place = finish(mix(first, second)) & mask;
    for (;;) {
      const cell = cellWords * place;
      if (at(cells, cell + numberWord) === 0) return cell;
      if (at(cells, cell) === first && at(cells, cell + secondWord) === second) return cell;
      place = (place + 1) & mask;
    }
  }

  #grow(): void {
    const old = this.#cells;
    this.#mask = 4 * this.#mask + 3;
    this.#cells = ints(cellWords * (this.#mask + 1));
    for (let from = 0; from < old.length; from += cellWords) {
      if (at(old, from + numberWord) === 0) continue;
      const cell = this.#cell(at(old, from), at(old, from + secondWord));
      for (let i = 0; i < cellWords; i += 1) this.#cells[cell + i] = at(old, from + i);
    }
  }
}
