/** The decisions of the search, and what it takes to undo each: parallel arrays that grow together. */

import { at, grown, ints } from './ints.ts';

/** The only choice that made sense: nothing else is tried in its place. */
export const forced = 1;
/** The step overdrew its class of optional operations. */
export const overdrew = 2;
/** The step was taken right after one that an overwrite would make superfluous. */
export const afterDirty = 4;
/** An overwritten overwrite, see `order.ts`. */
export const hidden = 8;

export class Stack {
  depth = 0;
  /** Index in `operations`; of a hidden one its complement. */
  path: Int32Array<ArrayBuffer>;
  /** A required operation j, or the number of required operations plus a class. */
  choice: Int32Array<ArrayBuffer>;
  /** Before the step: */
  state: Int32Array<ArrayBuffer>;
  mark: Int32Array<ArrayBuffer>;
  first: Int32Array<ArrayBuffer>;
  /** What was open at the latest overwrite, see `Search`. */
  covered: Int32Array<ArrayBuffer>;
  flags: Int32Array<ArrayBuffer>;

  /** With room for that many steps before it has to grow. */
  constructor(steps: number) {
    this.path = ints(steps);
    this.choice = ints(steps);
    this.state = ints(steps);
    this.mark = ints(steps);
    this.first = ints(steps);
    this.covered = ints(steps);
    this.flags = ints(steps);
  }

  push(
    operation: number,
    choice: number,
    state: number,
    mark: number,
    first: number,
    covered: number,
    flags: number,
  ): void {
    const d = this.depth;
    if (d === this.path.length) this.#grow(d + 1);
    this.path[d] = operation;
    this.choice[d] = choice;
    this.state[d] = state;
    this.mark[d] = mark;
    this.first[d] = first;
    this.covered[d] = covered;
    this.flags[d] = flags;
    this.depth = d + 1;
  }

  /** How often this choice was made since the last required operation was placed. */
  runOf(choice: number, requiredCount: number): number {
    let uses = 0;
    for (let d = this.depth - 1; d >= 0 && at(this.choice, d) >= requiredCount; d -= 1) {
      if (at(this.choice, d) === choice) uses += 1;
    }
    return uses;
  }

  #grow(length: number): void {
    this.path = grown(this.path, length);
    this.choice = grown(this.choice, length);
    this.state = grown(this.state, length);
    this.mark = grown(this.mark, length);
    this.first = grown(this.first, length);
    this.covered = grown(this.covered, length);
    this.flags = grown(this.flags, length);
  }
}
