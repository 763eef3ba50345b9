/** Everything that is put or appended, to be found at any place of a text without cutting anything out of it. */

import { at, finish, ints } from './ints.ts';

/** No part, no effect. */
export const none = -1;

/** With more lengths than that, looking for the next part takes longer than a search. */
const mostLengths = 24;
/** FNV-1a over UTF-16 units. */
const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;

/**
 * A table of texts, open addressing. Hashes grow with the text, so that one pass looks for parts of all lengths; and they are all that
 * is compared where a part is looked for inside of a text, so that whoever does it has to compare the whole.
 */
export class Parts {
  readonly texts: string[] = [];
  /** Per part: the effect that puts it, and the one that appends it. */
  readonly puts: Int32Array;
  readonly appends: Int32Array;
  readonly #hashes: Int32Array;
  /** One more than the number of a part, so that 0 is a free cell. */
  readonly #cells: Int32Array;
  /** Of the parts, each once, up to one more than may be looked for. */
  readonly #lengths: number[] = [];

  /** With room for so many. */
  constructor(most: number) {
    this.puts = ints(most).fill(none);
    this.appends = ints(most).fill(none);
    this.#hashes = ints(most);
    // Twice as many or more, a power of two.
    this.#cells = ints(2 << (32 - Math.clz32(most)));
  }

  /** The number of the part. */
  add(text: string): number {
    const hash = grow(offsetBasis, text, 0, text.length);
    const mask = this.#cells.length - 1;
    let cell = finish(hash) & mask;
    for (; at(this.#cells, cell) !== 0; cell = (cell + 1) & mask) {
      const part = at(this.#cells, cell) - 1;
      if (at(this.#hashes, part) === hash && this.texts[part] === text) return part;
    }
    const part = this.texts.push(text) - 1;
    this.#hashes[part] = hash;
    this.#cells[cell] = part + 1;
    const isKnown = this.#lengths.includes(text.length) || this.#lengths.length > mostLengths;
    if (!isKnown) this.#lengths.push(text.length);
    return part;
  }

  /**
   * True only if no part is empty or the beginning of another, and they do not have too many lengths. Then `partAt` works until
   * the next part is added.
   */
  haveOneSpelling(): boolean {
    this.#lengths.sort((a, b) => a - b);
    if (this.#lengths[0] === 0 || this.#lengths.length > mostLengths) return false;
    return this.texts.every((text) => this.partAt(text, 0, text.length) === none);
  }

  /** The only part that can stand at that place of a text, `none` if there is none shorter than `below`. */
  partAt(whole: string, start: number, below = Infinity): number {
    let hash = offsetBasis;
    let done = start;
    for (const length of this.#lengths) {
      const end = start + length;
      if (length >= below || end > whole.length) return none;
      hash = grow(hash, whole, done, end);
      done = end;
      const part = this.#like(hash, length);
      if (part !== none) return part;
    }
    return none;
  }

  #like(hash: number, length: number): number {
    const mask = this.#cells.length - 1;
    for (let cell = finish(hash) & mask; at(this.#cells, cell) !== 0; cell = (cell + 1) & mask) {
      const part = at(this.#cells, cell) - 1;
      if (at(this.#hashes, part) === hash && this.texts[part]?.length === length) return part;
    }
    return none;
  }
}

function grow(hash: number, text: string, start: number, end: number): number {
  let grown = hash;
  for (let i = start; i < end; i += 1) grown = Math.imul(grown ^ text.charCodeAt(i), prime);
  return grown;
}
