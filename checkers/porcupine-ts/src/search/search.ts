/**
 * Depth-first search for a linearization (Wing and Gong 1993, with the memory of tried configurations of Lowe 2017) over
 * windows, see `window.ts`. Iterative and resumable; a pure function of its problem.
 *
 * What keeps it small, each an exchange argument on a linearization that uses the fewest optional operations:
 * - An operation that changes nothing and is legal now is placed now (needs the model's promise `readonly`).
 * - Of open operations with equal effect the one that returns first goes first, optional ones last.
 * - An optional operation that leaves the state as it is, or right before one that overwrites the state whatever it is
 *   (`blind`), is superfluous.
 * - Candidates are tried in the order of their returns, optional ones last: witnesses are found early.
 */

import type { Operation } from '../operation.ts';
import { Best } from './best.ts';
import { at } from './ints.ts';
import type { Problem } from './problem.ts';
import { Seen } from './seen.ts';
import { afterOptional, forced, overdrew, Stack } from './stack.ts';
import { Supply } from './supply.ts';
import { impossible, Transitions } from './transitions.ts';
import { Window } from './window.ts';

/** `paused`: out of steps, call again. */
export type Progress = 'ok' | 'illegal' | 'paused';

/** Steps between looks at the memory. */
const stepsPerLook = 256;
/** Where the state stands in the key of a configuration. */
const stateWord = 1;
/** After an illegal verdict the search may go on this long to make its explanation exact. */
const explanationSteps = 20_000;

export class Search<State, Input, Output> {
  /** Candidates tried so far. */
  steps = 0;
  readonly #p: Problem<State, Input, Output>;
  readonly #transitions: Transitions<State, Input, Output>;
  readonly #best = new Best();
  readonly #counted: Int32Array;
  /** The furthest `first` that any order reached, overdrawn or not, and what it overdrew. */
  #furthest = -1;
  #furthestOverdrew: readonly number[] = [];
  /** Set once the verdict is illegal and only the explanation is sought: give up at this step. */
  #explainUntil = Infinity;
  #blocked = -1;

  #window: Window;
  #supply: Supply;
  #seen: Seen;
  #stack = new Stack();
  #state: number;
  /** The step before was an optional operation. */
  #dirty = false;
  /** True in a configuration just reached, false when it is to try what comes after `#cursor`. */
  #entering = true;
  #cursor = -1;
  /** Effects met in the current walk over the candidates carry the current stamp. */
  readonly #stamps: Int32Array;
  #stamp = 0;
  readonly #key: Int32Array;
  readonly #anyReadonly: boolean;
  #memoryLimitBytes = Infinity;

  constructor(p: Problem<State, Input, Output>) {
    this.#p = p;
    this.#transitions = new Transitions(p.model, p.inputs, p.outputs);
    this.#counted = new Int32Array(p.classEffect.length);
    this.#stamps = new Int32Array(p.inputs.length);
    this.#anyReadonly = p.readonly.includes(1);
    this.#window = new Window(p);
    this.#key = new Int32Array(2 + this.#window.bits.length);
    this.#supply = new Supply(p, this.#counted);
    this.#seen = new Seen(this.#key.length, this.#supply.bits.length);
    this.#state = this.#transitions.initial();
  }

  /** Goes on for about that many steps. */
  run(steps: number, memoryLimitBytes: number): Progress {
    this.#memoryLimitBytes = memoryLimitBytes;
    const until = this.steps + steps;
    while (this.steps < until) {
      const look = Math.min(until, this.steps + stepsPerLook);
      while (this.steps < look) {
        const end = this.#entering ? this.#enter() : this.#proceed();
        if (end !== 'paused') return end;
      }
      if (this.steps >= this.#explainUntil) return 'illegal';
      this.#forgetIfFull();
    }
    return 'paused';
  }

  /** The longest accepted order so far; all of it after `ok`. */
  order(): readonly Operation<Input, Output>[] {
    const { path, depth } = this.#stack;
    const done = this.#window.first === this.#window.count && !this.#supply.overdrawn;
    if (!done) this.#best.retreat(path, depth);
    const ids = done ? path.slice(0, depth) : this.#best.order();
    return [...ids].map((i) => this.#operation(i));
  }

  /** After `illegal`. */
  blocked(): Operation<Input, Output> {
    return this.#operation(at(this.#p.required, this.#blocked));
  }

  /** After `illegal`: states in which `blocked` was tried in vain. */
  statesBefore(): readonly State[] {
    if (this.#best.first !== this.#blocked) return [];
    return this.#best.states().map((id) => this.#transitions.state(id));
  }

  #operation(index: number): Operation<Input, Output> {
    return this.#p.operations[index] as Operation<Input, Output>;
  }

  #enter(): Progress {
    this.steps += 1;
    const { first, count } = this.#window;
    if (first > this.#furthest) {
      this.#furthest = first;
      this.#furthestOverdrew = this.#supply.overdrawnClasses();
    }
    if (!this.#supply.overdrawn) {
      if (first === count) return 'ok';
      this.#best.reach(first, this.#state, this.#stack.depth);
    } else if (first === count) {
      this.#refine(this.#supply.overdrawnClasses());
      return 'paused';
    }
    if (this.#anyReadonly && this.#placeReadonly()) return 'paused';
    this.#entering = false;
    this.#cursor = -1;
    return this.#tried() ? this.#retreat() : this.#proceed();
  }

  /** Whether this configuration needs no search because one at least as good has been. */
  #tried(): boolean {
    const bits = this.#window.bits;
    const optional = this.#supply.bits;
    this.#key[0] = this.#window.first;
    this.#key[stateWord] = this.#state;
    for (let i = 0; i < bits.length; i += 1) this.#key[i + 2] = at(bits, i);
    // A configuration right after an optional operation may do less: it counts as one more used.
    optional[0] = (at(optional, 0) & ~1) | (this.#dirty ? 1 : 0);
    return this.#seen.covers(this.#key, optional);
  }

  /** Places one operation that changes nothing and is legal now, if there is one. */
  #placeReadonly(): boolean {
    const w = this.#window;
    for (let j = at(w.next, w.count); j !== w.count; j = at(w.next, j)) {
      const effect = at(this.#p.effect, j);
      if (at(this.#p.readonly, effect) === 0) continue;
      if (this.#transitions.next(this.#state, effect) === impossible) continue;
      this.#place(j, this.#state, forced);
      return true;
    }
    return false;
  }

  /** Tries the next candidate after the cursor, or gives up on this configuration. */
  #proceed(): Progress {
    this.steps += 1;
    this.#stamp += 1;
    const w = this.#window;
    let beyond = this.#cursor < 0;
    for (let j = at(w.next, w.count); j !== w.count; j = at(w.next, j)) {
      const effect = at(this.#p.effect, j);
      const again = at(this.#stamps, effect) === this.#stamp;
      this.#stamps[effect] = this.#stamp;
      if (beyond && !again && !this.#superfluous(effect)) {
        const to = this.#transitions.next(this.#state, effect);
        if (to !== impossible) {
          this.#place(j, to, 0);
          return 'paused';
        }
      }
      if (j === this.#cursor) beyond = true;
    }
    return this.#proceedOptional(Math.max(0, this.#cursor + 1 - w.count));
  }

  #proceedOptional(from: number): Progress {
    const supply = this.#supply;
    const { deadline } = this.#window;
    for (let k = from; k < supply.classes && supply.firstCall(k) < deadline; k += 1) {
      const effect = at(this.#p.classEffect, k);
      if (at(this.#stamps, effect) === this.#stamp || this.#superfluous(effect)) continue;
      if (!supply.available(k, deadline)) continue;
      const to = this.#transitions.next(this.#state, effect);
      if (to === impossible || to === this.#state) continue;
      // Without a required operation in between, an endless supply could go on to ever new states: count it.
      if (this.#stack.runOf(this.#window.count + k, this.#window.count) >= supply.size(k)) {
        this.#refine([k]);
      } else {
        this.#use(k, to);
      }
      return 'paused';
    }
    return this.#retreat();
  }

  /** An optional operation right before an overwrite would have been in vain. */
  #superfluous(effect: number): boolean {
    return this.#dirty && at(this.#p.blind, effect) === 1;
  }

  #place(j: number, to: number, flags: number): void {
    const w = this.#window;
    const all = flags | (this.#dirty ? afterOptional : 0);
    this.#stack.push(at(this.#p.required, j), j, this.#state, w.mark, w.first, all);
    w.place(j);
    this.#arrive(to, false);
  }

  #use(k: number, to: number): void {
    const w = this.#window;
    const operation = this.#supply.nextOperation(k);
    const overdraws = this.#supply.use(k, w.deadline);
    const flags = (overdraws ? overdrew : 0) | (this.#dirty ? afterOptional : 0);
    this.#stack.push(operation, w.count + k, this.#state, w.mark, w.first, flags);
    this.#arrive(to, true);
  }

  #arrive(state: number, dirty: boolean): void {
    this.#state = state;
    this.#dirty = dirty;
    this.#entering = true;
  }

  /** Takes back steps up to one that has alternatives. */
  #retreat(): Progress {
    const stack = this.#stack;
    while (stack.depth > 0) {
      this.#best.retreat(stack.path, stack.depth);
      stack.depth -= 1;
      const d = stack.depth;
      const choice = at(stack.choice, d);
      const flags = at(stack.flags, d);
      if (choice < this.#window.count) {
        this.#window.unplace(choice, at(stack.mark, d), at(stack.first, d));
      } else {
        this.#supply.unuse(choice - this.#window.count, (flags & overdrew) !== 0);
      }
      this.#state = at(stack.state, d);
      this.#dirty = (flags & afterOptional) !== 0;
      if ((flags & forced) !== 0) continue;
      this.#entering = false;
      this.#cursor = choice;
      return 'paused';
    }
    return this.#exhausted();
  }

  /** Nothing is left to try: illegal. If the furthest order overdrew, look once more, for an exact explanation. */
  #exhausted(): Progress {
    this.#blocked = this.#furthest;
    if (this.#furthestOverdrew.length === 0) return 'illegal';
    if (this.#explainUntil === Infinity) {
      this.#explainUntil = this.steps + Math.max(explanationSteps, this.steps);
    }
    this.#refine(this.#furthestOverdrew);
    return 'paused';
  }

  /** Starts again and counts these classes too. */
  #refine(overdrawn: readonly number[]): void {
    for (const k of overdrawn) this.#counted[k] = 1;
    this.#best.retreat(this.#stack.path, this.#stack.depth);
    this.#best.restart();
    this.#furthest = -1;
    this.#furthestOverdrew = [];
    this.#window = new Window(this.#p);
    this.#supply = new Supply(this.#p, this.#counted);
    this.#seen = new Seen(this.#key.length, this.#supply.bits.length);
    this.#stack.depth = 0;
    this.#cursor = -1;
    this.#arrive(this.#transitions.initial(), false);
  }

  /** Remembering less costs time, never the verdict. */
  #forgetIfFull(): void {
    if (this.#seen.bytes + this.#transitions.bytes <= this.#memoryLimitBytes) return;
    this.#seen.forgetHalf();
    const current = Int32Array.of(this.#state);
    const best = Int32Array.from(this.#best.states());
    const seen = this.#seen.column(stateWord);
    const stack = this.#stack.state.subarray(0, this.#stack.depth);
    this.#transitions.keepOnly([stack, current, best, seen]);
    this.#seen.replaceColumn(stateWord, seen);
    this.#state = at(current, 0);
    this.#best.renumber([...best]);
  }
}
