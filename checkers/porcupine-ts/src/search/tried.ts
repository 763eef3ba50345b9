/** The configurations that a search has tried, see `seen.ts`: what a position is, in words. */

import { gates } from './gates.ts';
import { at, ints } from './ints.ts';
import type { Position } from './position.ts';
import type { Problem } from './problem.ts';
import { Seen } from './seen.ts';

/** Where things stand in the key; the bits of the window come after them. */
const firstWord = 0;
const stateWord = 1;
const bitsWord = 2;

export class Tried {
  readonly #p: Problem<unknown, unknown, unknown>;
  readonly #seen: Seen;
  readonly #key: Int32Array;
  /** Used optional operations, then the open overwrites that cannot be hidden: the fewer the better. */
  readonly #used: Int32Array;
  readonly #anyBlind: boolean;
  /** Made when memory is short. */
  #gates: Int32Array | undefined;

  /** For positions of that problem which count the same classes of optional operations. */
  constructor(p: Problem<unknown, unknown, unknown>, { window, supply }: Position) {
    this.#p = p;
    this.#anyBlind = p.blind.includes(1);
    this.#key = ints(bitsWord + window.bits.length);
    this.#used = ints(supply.bits.length + (this.#anyBlind ? window.bits.length : 0));
    this.#seen = new Seen(this.#key.length, this.#used.length, window.count, p.tick);
  }

  get bytes(): number {
    return this.#seen.bytes;
  }

  /** Whether the position needs no search because one at least as good has been tried; it has been from now on. */
  covers(position: Position): boolean {
    const { bits, first } = position.window;
    const optional = position.supply.bits;
    this.#key[firstWord] = first;
    this.#key[stateWord] = position.state;
    for (let i = 0; i < bits.length; i += 1) this.#key[bitsWord + i] = at(bits, i);
    // A configuration right after an optional operation may do less: it counts as one more used.
    optional[0] = (at(optional, 0) & ~1) | (position.dirty ? 1 : 0);
    if (!this.#anyBlind) return this.#seen.covers(this.#key, optional);
    // A word or two mostly: less than what a call of `set` or `fill` costs.
    for (let i = 0; i < optional.length; i += 1) this.#used[i] = at(optional, i);
    for (let i = optional.length; i < this.#used.length; i += 1) this.#used[i] = 0;
    if (position.window.mark > position.covered) this.#markExposed(position, optional.length);
    return this.#seen.covers(this.#key, this.#used);
  }

  /** Forgets about half, of the sections that are behind `first` if possible. */
  forget(first: number): void {
    this.#gates ??= gates(this.#p);
    this.#seen.forget(firstWord, this.#gates, first);
  }

  /** The states of all that is remembered, in an order that lasts until the next change. */
  states(): Int32Array {
    return this.#seen.column(stateWord);
  }

  /** The same states under other numbers. */
  renumber(states: Int32Array): void {
    this.#seen.replaceColumn(stateWord, states);
  }

  /** Marks the open overwrites that nothing hides. */
  #markExposed({ window: w, covered }: Position, from: number): void {
    for (let j = at(w.next, w.count); j !== w.count; j = at(w.next, j)) {
      if (at(this.#p.total, at(this.#p.effect, j)) === 0) continue;
      if (at(w.callIndex, j) < covered) continue;
      const slot = at(w.slot, j);
      const word = from + (slot >> 5);
      this.#used[word] = at(this.#used, word) | (1 << (slot & 31));
    }
  }
}
