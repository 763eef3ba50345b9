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

/** Places that are expected in each of the longest texts. */
const roomPerText = 8;

/** The same as `text.startsWith(start)`, and faster. */
const startsWith = (text: string, start: string): boolean =>
  text.length >= start.length && text.slice(0, start.length) === start;

function commonLength(a: string, b: string): number {
  const least = Math.min(a.length, b.length);
  let length = 0;
  while (length < least && a.charCodeAt(length) === b.charCodeAt(length)) length += 1;
  return length;
}

/** Of so many runs, the latest, it is asked whether a text belongs to them. */
const runsAsked = 8;

/** Whether one text is the beginning of the other. */
const areAlong = (a: string, b: string): boolean =>
  a.length < b.length ? startsWith(b, a) : startsWith(a, b);

/**
 * Texts as they are seen, one after the other. Most begin with one that was seen a moment ago, or that begins with them: such are
 * one *run*, and only its longest text needs to be compared with others.
 */
export class Sights {
  /** Per run: the longest text. */
  readonly tips: string[] = [];
  /** Per sight: its run and its length. */
  readonly #run: number[] = [];
  readonly #length: number[] = [];
  #latest: string | undefined;
  #latestRun = 0;

  /** The number of the sight; the same as before for the same text as before. */
  add(text: string): number {
    if (text !== this.#latest) {
      this.#latest = text;
      this.#latestRun = this.#runOf(text);
      this.#run.push(this.#latestRun);
      this.#length.push(text.length);
    }
    return this.count - 1;
  }

  #runOf(text: string): number {
    const { tips } = this;
    const first = Math.max(0, tips.length - runsAsked);
    let run = this.#latestRun;
    if (tips.length === 0 || !areAlong(tips[run] as string, text)) {
      run = tips.length - 1;
      while (run >= first && !areAlong(tips[run] as string, text)) run -= 1;
    }
    if (run < first) return tips.push(text) - 1;
    if (text.length > (tips[run] as string).length) tips[run] = text;
    return run;
  }

  get count(): number {
    return this.#run.length;
  }

  run(sight: number): number {
    return this.#run[sight] as number;
  }

  length(sight: number): number {
    return this.#length[sight] as number;
  }
}

export class Places {
  /** The longest texts that were seen, sorted. */
  readonly longest: readonly string[];
  /** How much text i has in common with text i + 1. */
  readonly #common: Int32Array;
  readonly #sights: Sights;
  /** Per run: one of the longest texts that begin with its tip. */
  readonly #longestOf: Int32Array;
  readonly #known: PairTable;
  /** Per state: the first of the longest texts that begin with it, the one after the last, its length. */
  readonly #first: number[] = [-1];
  readonly #end: number[] = [-1];
  readonly #length: number[] = [-1];

  constructor(sights: Sights) {
    const { tips } = sights;
    const sorted = [...tips].sort();
    const longest = sorted.filter((text, i) => {
      const next = sorted[i + 1];
      return next === undefined || !startsWith(next, text);
    });
    this.longest = longest;
    const count = longest.length;
    this.#common = ints(count);
    for (let i = 0; i + 1 < count; i += 1) {
      this.#common[i] = commonLength(longest[i] as string, longest[i + 1] as string);
    }
    this.#sights = sights;
    this.#longestOf = ints(tips.length);
    for (let run = 0; run < tips.length; run += 1) {
      this.#longestOf[run] = this.#notBefore(tips[run] as string);
    }
    this.#known = new PairTable(roomPerText * count);
  }

  /** How many states there are so far. */
  get count(): number {
    return this.#first.length;
  }

  /** The state of a text. */
  of(text: string): number {
    const i = this.#notBefore(text);
    const longest = this.longest[i];
    return longest !== undefined && startsWith(longest, text) ? this.#state(i, text.length) : lost;
  }

  /** The state of a text that was seen. */
  seen(sight: number): number {
    const longest = at(this.#longestOf, this.#sights.run(sight));
    return this.beginning(longest, this.#sights.length(sight));
  }

  /** The state of the first so many characters of one of the longest texts. */
  beginning(longest: number, length: number): number {
    let first = longest;
    while (first > 0 && at(this.#common, first - 1) >= length) first -= 1;
    return this.#state(first, length);
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

  /** The first of the longest texts that does not stand before this one. */
  #notBefore(text: string): number {
    let low = 0;
    let high = this.longest.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.longest[middle] ?? '') < text) low = middle + 1;
      else high = middle;
    }
    return low;
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
