/**
 * Where the search stands between the events of a history, and how to step forward and exactly back.
 *
 *     returns:   0   1   2   [3]   4   5   6          "first" = 3: the first required operation, by return,
 *     placed:    x   x   x         x                  that is not placed yet
 *     bits:                        1   0              4 is placed ahead of time, 5 is open, 6 is not called yet
 *
 * What may be placed next are the operations called before `first` returns. Hence everything before `first` is placed, and
 * one bit for each operation open at its return says the rest: the window. Its size depends on how many operations overlap,
 * not on how many there are (just-in-time linearization, Lowe 2017).
 */

import { at, ints } from './ints.ts';
import type { Problem } from './problem.ts';
import { slots } from './slots.ts';

type Intervals = Pick<
  Problem<unknown, unknown, unknown>,
  'required' | 'byCall' | 'call' | 'return' | 'tick'
>;

export class Window {
  /** The number of required operations; also the sentinel of the list. */
  readonly count: number;
  /** The first required operation that is not placed; `count` when all are. */
  first = 0;
  /** When it returns: whatever is called earlier may be placed. */
  deadline = -1;
  /** Bits of the operations placed ahead of time, by slot. */
  readonly bits: Int32Array;
  /** The open and unplaced operations in the order of their returns, as a ring with the sentinel. */
  readonly next: Int32Array;
  /** 1 for what is placed, at `first` and later. */
  readonly placed: Int32Array;
  readonly slot: Int32Array;
  /** Per required operation: its place in the order of calls. */
  readonly callIndex: Int32Array;
  readonly #prev: Int32Array;
  readonly #p: Intervals;
  /** How many of `byCall` have been called before the deadline. */
  #called = 0;

  constructor(p: Intervals) {
    this.#p = p;
    this.count = p.required.length;
    const coloured = slots(p);
    this.slot = coloured.slot;
    this.bits = ints(Math.ceil(coloured.count / 32));
    p.tick();
    this.callIndex = ints(this.count);
    for (let i = 0; i < this.count; i += 1) this.callIndex[at(p.byCall, i)] = i;
    p.tick();
    this.next = ints(this.count + 1).fill(this.count);
    this.#prev = ints(this.count + 1).fill(this.count);
    this.placed = ints(this.count + 1);
    this.#advance();
  }

  /** What `unplace` needs to go back to here: how many have been called. */
  get mark(): number {
    return this.#called;
  }

  /** Places an operation that is in the list. */
  place(j: number): void {
    this.#unlink(j);
    this.placed[j] = 1;
    if (j !== this.first) {
      this.#flip(j);
      return;
    }
    let first = j + 1;
    while (at(this.placed, first) === 1) {
      this.#flip(first);
      first += 1;
    }
    this.first = first;
    this.#advance();
  }

  /** Takes back the latest `place(j)` that is not taken back; `mark` and `first` as they were before it. */
  unplace(j: number, mark: number, first: number): void {
    while (this.#called > mark) {
      this.#called -= 1;
      this.#unlink(at(this.#p.byCall, this.#called));
    }
    if (j === first) {
      for (let k = this.first - 1; k > first; k -= 1) this.#flip(k);
      this.first = first;
      this.deadline = at(this.#p.return, first);
    } else {
      this.#flip(j);
    }
    this.placed[j] = 0;
    this.next[at(this.#prev, j)] = j;
    this.#prev[at(this.next, j)] = j;
  }

  /** Opens everything called before the deadline of `first`. */
  #advance(): void {
    this.deadline = this.first < this.count ? at(this.#p.return, this.first) : -1;
    while (this.#called < this.count) {
      const j = at(this.#p.byCall, this.#called);
      if (at(this.#p.call, j) > this.deadline) return;
      this.#link(j);
      this.#called += 1;
    }
  }

  /** Later calls mostly return later: look from the end. */
  #link(j: number): void {
    let before = at(this.#prev, this.count);
    while (before !== this.count && before > j) before = at(this.#prev, before);
    const after = at(this.next, before);
    this.next[before] = j;
    this.#prev[j] = before;
    this.next[j] = after;
    this.#prev[after] = j;
  }

  #unlink(j: number): void {
    this.next[at(this.#prev, j)] = at(this.next, j);
    this.#prev[at(this.next, j)] = at(this.#prev, j);
  }

  #flip(j: number): void {
    const slot = at(this.slot, j);
    const word = slot >> 5;
    this.bits[word] = at(this.bits, word) ^ (1 << (slot & 31));
  }
}
