/** The required operations that are open at a moment, as sets of bits, one bit for each slot. */

import { at, ints } from '../search/ints.ts';
import { isRead, isWrite, type RegisterHistory } from './view.ts';

/** Sets of slots take `words` words; those by value lie one after the other. */
export class Open {
  readonly words: number;
  /** Per slot: the operation; -1 if it is free. */
  readonly holder: Int32Array;
  readonly reads: Int32Array;
  readonly writes: Int32Array;
  readonly swaps: Int32Array;
  readonly readsOf: Int32Array;
  readonly writesOf: Int32Array;
  readonly swapsFrom: Int32Array;
  readonly swapsTo: Int32Array;
  /** Values that open operations need to find, in no order; `wantedCount` of them. */
  readonly wanted: Int32Array;
  wantedCount = 0;
  /** Per value: how many need it, and where it is in `wanted`. */
  readonly #wants: Int32Array;
  readonly #place: Int32Array;
  readonly #h: RegisterHistory;
  readonly #slot: Int32Array;

  constructor(h: RegisterHistory, slot: Int32Array, slots: number) {
    this.#h = h;
    this.#slot = slot;
    this.words = Math.max(1, Math.ceil(slots / 32));
    this.holder = ints(slots).fill(-1);
    this.reads = ints(this.words);
    this.writes = ints(this.words);
    this.swaps = ints(this.words);
    this.readsOf = ints(h.values * this.words);
    this.writesOf = ints(h.values * this.words);
    this.swapsFrom = ints(h.values * this.words);
    this.swapsTo = ints(h.values * this.words);
    this.wanted = ints(slots);
    this.#wants = ints(h.values);
    this.#place = ints(h.values);
  }

  /** An operation is called, or returns. */
  toggle(j: number): void {
    const { kind, from, to } = this.#h;
    const slot = at(this.#slot, j);
    this.holder[slot] = at(this.holder, slot) < 0 ? j : -1;
    if (at(kind, j) === isRead) this.#flip(this.reads, this.readsOf, at(from, j), slot);
    else if (at(kind, j) === isWrite) this.#flip(this.writes, this.writesOf, at(to, j), slot);
    else {
      this.#flip(this.swaps, this.swapsFrom, at(from, j), slot);
      const cell = at(this.#h.to, j) * this.words + (slot >> 5);
      this.swapsTo[cell] = at(this.swapsTo, cell) ^ (1 << (slot & 31));
    }
    if (at(kind, j) !== isWrite) this.#want(at(from, j), at(this.holder, slot) < 0 ? -1 : 1);
  }

  #want(value: number, change: number): void {
    const before = at(this.#wants, value);
    this.#wants[value] = before + change;
    if (before === 0) {
      this.wanted[this.wantedCount] = value;
      this.#place[value] = this.wantedCount;
      this.wantedCount += 1;
    } else if (before + change === 0) {
      this.wantedCount -= 1;
      const last = at(this.wanted, this.wantedCount);
      const place = at(this.#place, value);
      this.wanted[place] = last;
      this.#place[last] = place;
    }
  }

  #flip(all: Int32Array, byValue: Int32Array, value: number, slot: number): void {
    const word = slot >> 5;
    const bit = 1 << (slot & 31);
    all[word] = at(all, word) ^ bit;
    byValue[value * this.words + word] = at(byValue, value * this.words + word) ^ bit;
  }

  /** Back to an earlier moment, by what `holder` was then. */
  restore(earlier: Int32Array): void {
    for (const j of this.holder) if (j >= 0) this.toggle(j);
    for (const j of earlier) if (j >= 0) this.toggle(j);
  }
}
