/** Everything that is put or appended, to be found at any place of a text without cutting anything out of it. */

import { at, finish, grown, ints } from './ints.ts';

/** No part, no effect. */
export const none = -1;

/** With more lengths than that, looking for the next part takes longer than a search. */
const mostLengths = 24;
const firstCells = 64;
/** FNV-1a over UTF-16 units. */
const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;

/** A table of texts, open addressing. Its hashes grow with the text, so that one pass looks for parts of all lengths. */
export class Parts {
  readonly texts: string[] = [];
  /** Per part: the effect that puts it, and the one that appends it. */
  readonly puts: number[] = [];
  readonly appends: number[] = [];
  /** Of the parts, each once, up to one more than may be looked for. */
  readonly #lengths: number[] = [];
  #hashes = ints(firstCells / 2);
  /** One more than the number of a part, so that 0 is a free cell. */
  #cells = ints(firstCells);

  /** The number of the part. */
  add(text: string): number {
    const hash = grow(offsetBasis, text, 0, text.length);
    const known = this.#find(hash, text, 0, text.length);
    if (known !== none) return known;
    const part = this.texts.push(text) - 1;
    this.puts.push(none);
    this.appends.push(none);
    const isKnown = this.#lengths.includes(text.length) || this.#lengths.length > mostLengths;
    if (!isKnown) this.#lengths.push(text.length);
    this.#hashes = grown(this.#hashes, part + 1);
    this.#hashes[part] = hash;
    if (2 * this.texts.length > this.#cells.length) this.#widen();
    else this.#place(part);
    return part;
  }

  /**
   * True if no part is empty or the beginning of another, and they do not have too many lengths. Then `partAt` works until
   * the next part is added.
   */
  haveOneSpelling(): boolean {
    this.#lengths.sort((a, b) => a - b);
    if (this.#lengths[0] === 0 || this.#lengths.length > mostLengths) return false;
    return this.texts.every((text) => this.partAt(text, 0, text.length) === none);
  }

  /** The part at that place of a text, `none` if there is none shorter than `below`. */
  partAt(whole: string, start: number, below = Infinity): number {
    let hash = offsetBasis;
    let done = start;
    for (const length of this.#lengths) {
      const end = start + length;
      if (length >= below || end > whole.length) return none;
      hash = grow(hash, whole, done, end);
      done = end;
      const part = this.#find(hash, whole, start, length);
      if (part !== none) return part;
    }
    return none;
  }

  #find(hash: number, whole: string, start: number, length: number): number {
    const cells = this.#cells;
    const mask = cells.length - 1;
    for (let cell = finish(hash) & mask; ; cell = (cell + 1) & mask) {
      const part = at(cells, cell) - 1;
      if (part === none) return none;
      if (at(this.#hashes, part) !== hash) continue;
      const text = this.texts[part] as string;
      if (text.length === length && isAt(whole, start, text)) return part;
    }
  }

  #place(part: number): void {
    const mask = this.#cells.length - 1;
    let cell = finish(at(this.#hashes, part)) & mask;
    while (at(this.#cells, cell) !== 0) cell = (cell + 1) & mask;
    this.#cells[cell] = part + 1;
  }

  #widen(): void {
    this.#cells = ints(4 * this.#cells.length);
    for (let part = 0; part < this.texts.length; part += 1) this.#place(part);
  }
}

function grow(hash: number, text: string, start: number, end: number): number {
  let grown = hash;
  for (let i = start; i < end; i += 1) grown = Math.imul(grown ^ text.charCodeAt(i), prime);
  return grown;
}

/** For parts, which are short mostly, faster than `startsWith`. */
function isAt(whole: string, start: number, part: string): boolean {
  for (let i = 0; i < part.length; i += 1) {
    if (whole.charCodeAt(start + i) !== part.charCodeAt(i)) return false;
  }
  return true;
}
