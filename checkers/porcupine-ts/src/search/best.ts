/** The furthest that a search has come, kept at a cost in proportion to the search itself. */

import { at, grown, ints } from './ints.ts';

/** States kept for the explanation of a violation. */
const maxStates = 16;

export class Best {
  /** The `first` of the furthest accepted order. */
  first = -1;
  /** Indices in `operations`, in order. */
  #path = ints(64);
  #length = 0;
  /** Up to here the current path is the kept one. */
  #common = 0;
  /** So much of the current path is better than the kept one, which is not yet brought up to date; 0 if nothing is. */
  #better = 0;
  readonly #states = ints(maxStates);
  #stateCount = 0;

  /** The search is at an accepted order of `depth` steps that reaches `first`, in this state. */
  reach(first: number, state: number, depth: number): void {
    if (first < this.first) return;
    if (first > this.first) {
      this.first = first;
      this.#better = depth;
      this.#stateCount = 0;
    }
    if (this.#stateCount === maxStates) return;
    for (let i = 0; i < this.#stateCount; i += 1) if (at(this.#states, i) === state) return;
    this.#states[this.#stateCount] = state;
    this.#stateCount += 1;
  }

  /** The search is about to shorten its path from `depth` to `depth - 1`, or to stop. */
  retreat(path: Int32Array, depth: number): void {
    if (this.#better > 0) this.#copy(path, this.#better);
    if (depth - 1 < this.#common) this.#common = depth - 1;
  }

  /** The search begins again from the empty path; what it had reached stays. */
  restart(): void {
    this.#common = 0;
  }

  order(): Int32Array {
    return this.#path.slice(0, this.#length);
  }

  /** A copy. */
  states(): Int32Array {
    return this.#states.slice(0, this.#stateCount);
  }

  /** The same states under other numbers. */
  renumber(states: Int32Array): void {
    this.#states.set(states);
  }

  #copy(path: Int32Array, depth: number): void {
    this.#better = 0;
    this.#path = grown(this.#path, depth);
    for (let i = this.#common; i < depth; i += 1) this.#path[i] = at(path, i);
    this.#length = depth;
    this.#common = depth;
  }
}
