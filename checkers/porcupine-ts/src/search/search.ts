/**
 * Depth-first search for a linearization (Wing and Gong 1993, with the memory of tried configurations of Lowe 2017) over
 * windows, see `window.ts`. Iterative and resumable; a pure function of its problem.
 *
 * What keeps it small, each an exchange argument on a linearization that uses the fewest optional operations:
 * - An operation that changes nothing and is legal now is placed now (needs the model's promise `readonly`).
 * - Of open operations with equal effect the one that returns first goes first, optional ones last.
 * - An optional operation that leaves the state as it is, or right before one that overwrites the state whatever it is
 *   (`blind`), is superfluous. A required overwrite right before another one is hidden, see `order.ts`.
 * - What cannot end well is given up at once, see `lookahead.ts`.
 * - Candidates are tried in the order of their returns, optional ones last: witnesses are found early.
 */

import { illegal } from '../model.ts';
import type { Operation } from '../operation.ts';
import { Best } from './best.ts';
import {
  Candidates,
  foundEndless,
  foundNothing,
  foundOptional,
  foundRequired,
} from './candidates.ts';
import { type GrowthLookahead, growthLookahead } from './growth.ts';
import { at, ints } from './ints.ts';
import { Lookahead } from './lookahead.ts';
import { unfolded } from './order.ts';
import { Position } from './position.ts';
import type { Problem } from './problem.ts';
import { replay } from './replay.ts';
import { forced, hidden } from './stack.ts';
import { Transitions } from './transitions.ts';
import { Tried } from './tried.ts';

/** `paused`: out of steps, call again. */
export type Progress = 'ok' | 'illegal' | 'paused';

/** Steps between looks at the memory. */
const stepsPerLook = 256;
/** After an illegal verdict the search may go on this long to make its explanation exact. */
const explanationSteps = 20_000;
/** Steps beyond the least possible after which a search is not easy. */
const lookaheadAfterSteps = 256;
/** The cursor before anything has been tried. */
const atStart = -1;
/** The cursor when hiding the first operation has been tried, and nothing else. */
const afterHiding = -2;

export class Search<State, Input, Output> {
  /** Candidates tried so far. */
  steps = 0;
  readonly transitions: Transitions<State, Input, Output>;
  readonly #p: Problem<State, Input, Output>;
  readonly #candidates: Candidates<State, Input, Output>;
  readonly #best = new Best();
  readonly #anyReadonly: boolean;
  readonly #anyBlind: boolean;
  readonly #stepsPerLook: number;
  #nextLook: number;
  /** 1 for the classes of optional operations that are counted. */
  readonly #counted: Int32Array;
  #position: Position;
  #tried: Tried;
  /** True in a configuration just reached, false when it is to try what comes after `#cursor`. */
  #entering = true;
  #cursor = atStart;
  /** The furthest `first` that any order reached, overdrawn or not, and what it overdrew. */
  #furthest = -1;
  #furthestOverdrew: readonly number[] = [];
  /** Set once the verdict is illegal and only the explanation is sought: give up at this step. */
  #explainUntil = Infinity;
  #blocked = -1;
  #lookahead: Lookahead | undefined;
  #growth: GrowthLookahead | undefined;
  #looksAhead = false;
  #memoryLimitBytes = Infinity;

  /** Looks at the memory after every so many steps. Throws what the model and `tick` of the problem throw. */
  constructor(p: Problem<State, Input, Output>, everySteps = stepsPerLook) {
    this.#p = p;
    this.#stepsPerLook = everySteps;
    this.#nextLook = everySteps;
    this.transitions = new Transitions(p);
    this.#candidates = new Candidates(p, this.transitions);
    this.#anyReadonly = p.readonly.includes(1);
    this.#anyBlind = p.blind.includes(1);
    this.#counted = ints(p.classEffect.length);
    this.#position = new Position(p, this.#counted, this.transitions.initial());
    this.#tried = new Tried(p, this.#position);
  }

  /** A guess at the memory held. */
  get bytes(): number {
    return this.#tried.bytes + this.transitions.bytes + (this.#growth?.bytes ?? 0);
  }

  /**
   * Goes on for so many steps. What it does at which step does not depend on how they are asked for. Throws what the model and
   * `tick` of the problem throw; then it is good for nothing but `order`.
   */
  run(steps: number, memoryLimitBytes: number): Progress {
    this.#memoryLimitBytes = memoryLimitBytes;
    const until = this.steps + steps;
    while (this.steps < until) {
      const end = this.#entering ? this.#enter() : this.#proceed();
      if (end !== 'paused') return end;
      if (this.steps < this.#nextLook) continue;
      this.#nextLook = this.steps + this.#stepsPerLook;
      if (this.steps >= this.#explainUntil) return 'illegal';
      this.#look();
    }
    return 'paused';
  }

  /** The longest accepted order so far; all of it after `ok`. */
  order(): readonly Operation<Input, Output>[] {
    const order: Operation<Input, Output>[] = [];
    for (const i of this.ids()) order.push(this.#operation(i));
    return order;
  }

  /** The same as indices in `operations`. */
  ids(): Int32Array {
    const { path, depth } = this.#position.stack;
    const done = this.#position.isEnd;
    if (!done) this.#best.retreat(path, depth);
    const ids = done ? path.slice(0, depth) : this.#best.order();
    const { blind, effectOf } = this.#p;
    return unfolded(ids, (i) => at(blind, at(effectOf, i)) === 1);
  }

  /** After `illegal`. */
  blocked(): Operation<Input, Output> {
    return this.#operation(at(this.#p.required, this.#blocked));
  }

  /** After `illegal`: states in which `blocked` was tried in vain. */
  statesBefore(): readonly State[] {
    if (this.#best.first !== this.#blocked) return [];
    if (this.#p.text !== undefined) {
      const state = replay(this.#p, this.ids());
      return state === illegal ? [] : [state];
    }
    return Array.from(this.#best.states(), (id) => this.transitions.state(id));
  }

  #operation(index: number): Operation<Input, Output> {
    return this.#p.operations[index] as Operation<Input, Output>;
  }

  #enter(): Progress {
    this.steps += 1;
    const { window, supply, state, stack } = this.#position;
    const { first, count } = window;
    if (first > this.#furthest) {
      this.#furthest = first;
      this.#furthestOverdrew = supply.overdrawnClasses();
    }
    if (!supply.overdrawn) {
      if (first === count) return 'ok';
      this.#best.reach(first, state, stack.depth);
    } else if (first === count) {
      this.#refine(supply.overdrawnClasses());
      return 'paused';
    }
    if (this.#anyReadonly && this.#placeReadonly()) return 'paused';
    this.#entering = false;
    this.#cursor = atStart;
    const isOver = this.#isHopeless() || this.#tried.covers(this.#position);
    return isOver ? this.#retreat() : this.#proceed();
  }

  /** Tries the next candidate after the cursor, or gives up on this configuration. */
  #proceed(): Progress {
    this.steps += 1;
    const position = this.#position;
    if (this.#cursor === atStart && this.#anyBlind && position.hide()) {
      this.#entering = true;
      return 'paused';
    }
    const candidates = this.#candidates;
    const found = candidates.find(position, this.#cursor);
    if (found === foundNothing) return this.#retreat();
    const { choice, to } = candidates;
    if (found === foundRequired) position.place(choice, to, 0);
    else if (found === foundOptional) position.use(choice, to);
    else if (found === foundEndless) this.#refine([choice]);
    this.#entering = true;
    return 'paused';
  }

  /** Places one operation that changes nothing and is legal now, if there is one. */
  #placeReadonly(): boolean {
    const j = this.#candidates.readonlyNow(this.#position);
    if (j < 0) return false;
    this.#position.place(j, this.#position.state, forced);
    return true;
  }

  /** Takes back steps up to one that has alternatives. */
  #retreat(): Progress {
    const position = this.#position;
    const { stack } = position;
    while (stack.depth > 0) {
      this.#best.retreat(stack.path, stack.depth);
      position.takeBack();
      const flags = stack.flags(stack.depth);
      if ((flags & forced) !== 0) continue;
      this.#entering = false;
      this.#cursor = (flags & hidden) !== 0 ? afterHiding : stack.choice(stack.depth);
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
    const { path, depth } = this.#position.stack;
    this.#best.retreat(path, depth);
    this.#best.restart();
    this.#furthest = -1;
    this.#furthestOverdrew = [];
    this.#position = new Position(this.#p, this.#counted, this.transitions.initial());
    this.#tried = new Tried(this.#p, this.#position);
    this.#entering = true;
  }

  #isHopeless(): boolean {
    const { window, supply, state } = this.#position;
    if (this.#lookahead !== undefined) return this.#lookahead.isHopeless(window, supply, state);
    return this.#growth?.isHopeless(window, supply, state) === true;
  }

  /** Looks ahead from when it is hard, and at the memory. */
  #look(): void {
    const easySteps = this.#p.text === undefined ? lookaheadAfterSteps : 0;
    const isHard = this.steps > this.#p.required.length + easySteps;
    if (isHard && !this.#looksAhead) this.#lookAhead();
    if (this.bytes > this.#memoryLimitBytes) this.#forget();
  }

  /**
   * Begins to look ahead, from the start, as that changes the order in which things are tried. Preparing it takes a moment, which
   * easy searches do not need.
   */
  #lookAhead(): void {
    this.#looksAhead = true;
    const { register } = this.#p;
    if (register !== undefined) this.#lookahead = new Lookahead(this.#p, register);
    else this.#growth = growthLookahead(this.#p, this.transitions);
    this.#candidates.lookahead = this.#lookahead;
    if (this.#lookahead !== undefined || this.#growth !== undefined) this.#refine([]);
  }

  /** Remembering less costs time, never the verdict. */
  #forget(): void {
    const { stack, window } = this.#position;
    this.#tried.forget(window.first);
    const current = Int32Array.of(this.#position.state);
    const best = this.#best.states();
    const tried = this.#tried.states();
    const states = stack.states();
    this.transitions.keepOnly([states, current, best, tried]);
    stack.renumber(states);
    this.#tried.renumber(tried);
    this.#position.state = at(current, 0);
    this.#best.renumber(best);
    this.#growth?.forget();
  }
}
