/** Where a search stands: what is placed, in which order, and the state that it leaves. Goes forward, and exactly back. */

import { at } from './ints.ts';
import type { Problem } from './problem.ts';
import { afterDirty, forced, hidden, overdrew, Stack } from './stack.ts';
import { Supply } from './supply.ts';
import { Window } from './window.ts';

/** A stack begins no larger than for so many steps. */
const firstStackSteps = 1024;

export class Position {
  readonly window: Window;
  readonly supply: Supply;
  readonly stack: Stack;
  /** The number of the state. */
  state: number;
  /** The step before was in vain if an overwrite comes next: it was optional, or an overwrite that this one could hide. */
  dirty = false;
  /** Of the operations in the order of their calls, so many were called when the latest overwrite was placed. */
  covered = 0;
  readonly #p: Problem<unknown, unknown, unknown>;

  /** At the beginning, in this state. Counts the classes of optional operations marked 1. */
  constructor(p: Problem<unknown, unknown, unknown>, counted: Int32Array, state: number) {
    this.#p = p;
    this.window = new Window(p);
    this.supply = new Supply(p, counted);
    this.stack = new Stack(Math.min(this.window.count + 8, firstStackSteps));
    this.state = state;
  }

  /** Everything required is placed, and there were as many optional operations as were used. */
  get isEnd(): boolean {
    return this.window.first === this.window.count && !this.supply.overdrawn;
  }

  /** Places a required operation that is open and leads to this state. */
  place(j: number, to: number, flags: number): void {
    const w = this.window;
    this.#push(at(this.#p.required, j), j, flags);
    const effect = at(this.#p.effect, j);
    // What is called only when `first` has been placed could not have come before it.
    const isChoice = (flags & forced) === 0 && j !== w.first;
    this.dirty = isChoice && at(this.#p.total, effect) === 1;
    if (at(this.#p.blind, effect) === 1) this.covered = w.mark;
    w.place(j);
    this.state = to;
  }

  /** Places the operation that must return next where nobody sees it, if an overwrite was placed while it was open. */
  hide(): boolean {
    const w = this.window;
    const j = w.first;
    if (at(this.#p.total, at(this.#p.effect, j)) === 0) return false;
    if (at(w.callIndex, j) >= this.covered) return false;
    this.#push(~at(this.#p.required, j), j, hidden);
    w.place(j);
    return true;
  }

  /** Uses an optional operation of the class. */
  use(k: number, to: number): void {
    const w = this.window;
    const operation = this.supply.nextOperation(k);
    const overdraws = this.supply.use(k, w.deadline);
    this.#push(operation, w.count + k, overdraws ? overdrew : 0);
    if (at(this.#p.blind, at(this.#p.classEffect, k)) === 1) this.covered = w.mark;
    this.dirty = true;
    this.state = to;
  }

  /** Takes back the latest step: its choice and its flags can be read from the stack until the next one. */
  takeBack(): void {
    const { stack, window: w } = this;
    stack.depth -= 1;
    const d = stack.depth;
    const choice = stack.choice(d);
    const flags = stack.flags(d);
    if (choice < w.count) w.unplace(choice, stack.mark(d), stack.first(d));
    else this.supply.unuse(choice - w.count, (flags & overdrew) !== 0);
    this.state = stack.state(d);
    this.covered = stack.covered(d);
    this.dirty = (flags & afterDirty) !== 0;
  }

  #push(operation: number, choice: number, flags: number): void {
    const w = this.window;
    const all = flags | (this.dirty ? afterDirty : 0);
    this.stack.push(operation, choice, this.state, w.mark, w.first, this.covered, all);
  }
}
