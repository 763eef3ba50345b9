/** The decisions of the search, and what it takes to undo each. */

import { at, grown, ints } from './ints.ts';

/** The only choice that made sense: nothing else is tried in its place. */
export const forced = 1;
/** The step overdrew its class of optional operations. */
export const overdrew = 2;
/** The step was taken right after one that an overwrite would make superfluous. */
export const afterDirty = 4;
/** An overwritten overwrite, see `order.ts`. */
export const hidden = 8;

/** Words of a step. */
const stepWords = 6;
const choiceWord = 0;
const stateWord = 1;
const markWord = 2;
const firstWord = 3;
const coveredWord = 4;
const flagsWord = 5;

export class Stack {
  depth = 0;
  /** Index in `operations`; of a hidden one its complement. */
  path: Int32Array<ArrayBuffer>;
  #steps: Int32Array<ArrayBuffer>;

  /** With room for that many steps before it has to grow. */
  constructor(steps: number) {
    this.path = ints(steps);
    this.#steps = ints(stepWords * steps);
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
    const steps = this.#steps;
    const step = stepWords * d;
    steps[step + choiceWord] = choice;
    steps[step + stateWord] = state;
    steps[step + markWord] = mark;
    steps[step + firstWord] = first;
    steps[step + coveredWord] = covered;
    steps[step + flagsWord] = flags;
    this.depth = d + 1;
  }

  /** A required operation j, or the number of required operations plus a class. */
  choice(d: number): number {
    return at(this.#steps, stepWords * d + choiceWord);
  }

  /** Before the step; likewise those that follow. */
  state(d: number): number {
    return at(this.#steps, stepWords * d + stateWord);
  }

  mark(d: number): number {
    return at(this.#steps, stepWords * d + markWord);
  }

  first(d: number): number {
    return at(this.#steps, stepWords * d + firstWord);
  }

  /** What was open at the latest overwrite, see `Search`. */
  covered(d: number): number {
    return at(this.#steps, stepWords * d + coveredWord);
  }

  flags(d: number): number {
    return at(this.#steps, stepWords * d + flagsWord);
  }

  /** A copy of the states before all steps. */
  states(): Int32Array {
    return Int32Array.from({ length: this.depth }, (_, d) => this.state(d));
  }

  /** The same states under other numbers. */
  renumber(states: Int32Array): void {
    for (let d = 0; d < states.length; d += 1) {
      this.#steps[stepWords * d + stateWord] = at(states, d);
    }
  }

  /** How often this choice was made since the last required operation was placed. */
  runOf(choice: number, requiredCount: number): number {
    let uses = 0;
    for (let d = this.depth - 1; d >= 0 && this.choice(d) >= requiredCount; d -= 1) {
      if (this.choice(d) === choice) uses += 1;
    }
    return uses;
  }

  #grow(length: number): void {
    this.path = grown(this.path, length);
    this.#steps = grown(this.#steps, stepWords * length);
  }
}
