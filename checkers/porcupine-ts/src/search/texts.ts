/**
 * Texts that are put, appended to and read, as numbers.
 *
 * A text that is not the beginning of anything that anybody saw can never be seen again, whatever is appended to it: all such
 * texts behave alike until the next put and are one state, `lost`. All others are places in the texts that were seen: a
 * text and a length. So a step compares a few characters, and no text is ever built or hashed.
 */

import { at, ints } from './ints.ts';
import { PairTable } from './pairs.ts';

/** The state of what nobody can ever see. */
export const lost = 0;

/** The same as `text.startsWith(start)`, and faster. */
const startsWith = (text: string, start: string): boolean =>
  text.length >= start.length && text.slice(0, start.length) === start;

function commonLength(a: string, b: string): number {
  const least = Math.min(a.length, b.length);
  let length = 0;
  while (length < least && a.charCodeAt(length) === b.charCodeAt(length)) length += 1;
  return length;
}

export class Places {
  /** The longest texts that were seen, sorted. */
  readonly longest: readonly string[];
  /** How much text i has in common with text i + 1. */
  readonly #common: Int32Array;
  readonly #known: PairTable;
  /** Per state: the first of the longest texts that begin with it, the one after the last, its length. */
  readonly #first: number[] = [-1];
  readonly #end: number[] = [-1];
  readonly #length: number[] = [-1];

  /** `seen` may hold texts repeatedly, in any order. `note` is told the state of each. */
  constructor(seen: readonly string[], note: (text: string, state: number) => void) {
    const sorted = [...seen].sort();
    // Not everything that was the state was seen.
    this.#known = new PairTable(2 * sorted.length);
    const longest: string[] = [];
    const first = ints(sorted.length);
    for (let i = 0; i < sorted.length; i += 1) {
      const text = sorted[i] as string;
      first[i] = longest.length;
      const next = sorted[i + 1];
      if (next === undefined || !startsWith(next, text)) longest.push(text);
    }
    this.longest = longest;
    const count = longest.length;
    this.#common = ints(count);
    for (let i = 0; i + 1 < count; i += 1) {
      this.#common[i] = commonLength(longest[i] as string, longest[i + 1] as string);
    }
    for (let i = 0; i < sorted.length; i += 1) {
      const text = sorted[i] as string;
      note(text, this.#state(at(first, i), text.length));
    }
  }

  /** How many states there are so far. */
  get count(): number {
    return this.#first.length;
  }

  /** The state of a text. */
  of(text: string): number {
    let low = 0;
    let high = this.longest.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.longest[middle] ?? '') < text) low = middle + 1;
      else high = middle;
    }
    const longest = this.longest[low];
    return longest !== undefined && startsWith(longest, text)
      ? this.#state(low, text.length)
      : lost;
  }

  /** The state after something is appended. */
  after(state: number, appended: string): number {
    if (state === lost) return lost;
    const length = this.length(state);
    const end = this.#end[state] as number;
    for (let i = this.first(state); i < end; i += 1) {
      if (this.longest[i]?.startsWith(appended, length) === true) {
        return this.#state(i, length + appended.length);
      }
    }
    return lost;
  }

  /** Whether the text of `to` begins with that of `from`. */
  leadsTo(from: number, to: number): boolean {
    if (from === lost || to === lost) return from === to;
    const first = this.first(to);
    const isBelow = first >= this.first(from) && first < (this.#end[from] as number);
    return isBelow && this.length(to) >= this.length(from);
  }

  /** The first of the longest texts that begin with the text of the state, which is not `lost`. */
  first(state: number): number {
    return this.#first[state] as number;
  }

  length(state: number): number {
    return this.#length[state] as number;
  }

  /** The text of a state; `undefined` of a lost one, which can be many. */
  text(state: number): string | undefined {
    return state === lost
      ? undefined
      : this.longest[this.first(state)]?.slice(0, this.length(state));
  }

  #state(first: number, length: number): number {
    const fresh = this.#first.length;
    const state = this.#known.numberOf(first, length, fresh);
    if (state < fresh) return state;
    let end = first + 1;
    while (end < this.longest.length && at(this.#common, end - 1) >= length) end += 1;
    this.#first.push(first);
    this.#end.push(end);
    this.#length.push(length);
    return state;
  }
}
