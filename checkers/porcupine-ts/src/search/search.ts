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
import { none } from './effects.ts';
import { type GrowthLookahead, growthLookahead } from './growth.ts';
import { at, ints } from './ints.ts';
import { Lookahead } from './lookahead.ts';
import { unfolded } from './order.ts';
import type { Problem } from './problem.ts';
import { replay } from './replay.ts';
import { Seen } from './seen.ts';
import { afterDirty, forced, hidden, overdrew, Stack } from './stack.ts';
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

/** Steps beyond the least possible after which a search is not easy. */
const lookaheadAfterSteps = 256;
/** A stack begins no larger than for so many steps. */
const firstStackSteps = 1024;
/** The cursor when hiding the first operation has been tried, and nothing else. */
const afterHiding = -2;
/** The groups of candidates, in the order in which they are tried. */
const helpful = 0;
const helpfulOptional = 1;
const other = 2;
const otherOptional = 3;

export class Search<State, Input, Output> {
  /** Candidates tried so far. */
  steps = 0;
  readonly #p: Problem<State, Input, Output>;
  readonly transitions: Transitions<State, Input, Output>;
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
  readonly #stack: Stack;
  #state: number;
  /** The step before was in vain if an overwrite comes next: it was optional, or an overwrite that this one could hide. */
  #dirty = false;
  /** Of the operations in the order of their calls, so many were called when the latest overwrite was placed. */
  #covered = 0;
  /** True in a configuration just reached, false when it is to try what comes after `#cursor`. */
  #entering = true;
  #cursor = -1;
  /** Effects met in the current walk over the candidates carry the current stamp; then those met in what cannot be hidden. */
  readonly #stamps: Int32Array;
  #stamp = 0;
  readonly #key: Int32Array;
  readonly #anyReadonly: boolean;
  /** Used optional operations, then the open overwrites that cannot be hidden: the fewer the better. */
  #used: Int32Array;
  readonly #anyBlind: boolean;
  #lookahead: Lookahead | undefined;
  #growth: GrowthLookahead | undefined;
  #looksAhead = false;
  #memoryLimitBytes = Infinity;

  constructor(p: Problem<State, Input, Output>) {
    this.#p = p;
    this.transitions = new Transitions(p);
    this.#counted = ints(p.classEffect.length);
    this.#stamps = ints(2 * p.inputs.length);
    this.#anyReadonly = p.readonly.includes(1);
    this.#anyBlind = p.blind.includes(1);
    this.#window = new Window(p);
    this.#key = ints(2 + this.#window.bits.length);
    this.#supply = new Supply(p, this.#counted);
    this.#stack = new Stack(Math.min(this.#window.count + 8, firstStackSteps));
    this.#used = this.#usedWords();
    this.#seen = new Seen(this.#key.length, this.#used.length);
    this.#state = this.transitions.initial();
  }

  /** A guess at the memory held. */
  get bytes(): number {
    return this.#seen.bytes + this.transitions.bytes + (this.#growth?.bytes ?? 0);
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
      const easySteps = this.#p.text === undefined ? lookaheadAfterSteps : 0;
      const isHard = this.steps > this.#window.count + easySteps;
      if (isHard && !this.#looksAhead) this.#lookAhead();
      this.#forgetIfFull();
    }
    return 'paused';
  }

  /** The longest accepted order so far; all of it after `ok`. */
  order(): readonly Operation<Input, Output>[] {
    return this.ids().map((i) => this.#operation(i));
  }

  /** The same as indices in `operations`. */
  ids(): readonly number[] {
    const { path, depth } = this.#stack;
    const done = this.#window.first === this.#window.count && !this.#supply.overdrawn;
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
    return this.#best.states().map((id) => this.transitions.state(id));
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
    return this.#isHopeless() || this.#tried() ? this.#retreat() : this.#proceed();
  }

  /** Preparing to look ahead takes a moment, which easy searches do not need. */
  #isHopeless(): boolean {
    if (this.#lookahead !== undefined) {
      return this.#lookahead.isHopeless(this.#window, this.#supply, this.#state);
    }
    return this.#growth?.isHopeless(this.#window, this.#supply, this.#state) === true;
  }

  /** Begins to look ahead, from the start, as that changes the order in which things are tried. */
  #lookAhead(): void {
    this.#looksAhead = true;
    const { register } = this.#p;
    if (register !== undefined) this.#lookahead = new Lookahead(this.#p, register);
    else this.#growth = growthLookahead(this.#p, this.transitions);
    if (this.#lookahead !== undefined || this.#growth !== undefined) this.#refine([]);
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
    if (!this.#anyBlind) return this.#seen.covers(this.#key, optional);
    this.#used.fill(0, optional.length);
    this.#used.set(optional);
    if (this.#window.mark > this.#covered) this.#markExposed(optional.length);
    return this.#seen.covers(this.#key, this.#used);
  }

  #usedWords(): Int32Array {
    const words = this.#anyBlind ? this.#window.bits.length : 0;
    return ints(this.#supply.bits.length + words);
  }

  /** Marks the open overwrites that nothing hides. */
  #markExposed(from: number): void {
    const w = this.#window;
    for (let j = at(w.next, w.count); j !== w.count; j = at(w.next, j)) {
      if (at(this.#p.total, at(this.#p.effect, j)) === 0) continue;
      if (at(w.callIndex, j) < this.#covered) continue;
      const slot = at(w.slot, j);
      const word = from + (slot >> 5);
      this.#used[word] = at(this.#used, word) | (1 << (slot & 31));
    }
  }

  /** Places one operation that changes nothing and is legal now, if there is one. */
  #placeReadonly(): boolean {
    const w = this.#window;
    for (let j = at(w.next, w.count); j !== w.count; j = at(w.next, j)) {
      const effect = at(this.#p.effect, j);
      if (at(this.#p.readonly, effect) === 0) continue;
      if (this.transitions.next(this.#state, effect) !== this.#state) continue;
      this.#place(j, this.#state, forced);
      return true;
    }
    return false;
  }

  /**
   * Tries the next candidate after the cursor, or gives up on this configuration. First comes what helps the operation that
   * must return next: a required one that brings the value that it needs, or, if there is none, an optional one.
   */
  #proceed(): Progress {
    this.steps += 1;
    const w = this.#window;
    const cursor = this.#cursor;
    if (cursor === -1 && this.#hide(w.first)) return 'paused';
    const wanted = this.#wanted();
    const brought = wanted === none || this.#lookahead?.isBrought(w.first, wanted, w) === true;
    const turn = this.#turn(wanted, brought);
    const afterClass = cursor - w.count + 1;
    if (turn === helpful && this.#tryRequired(cursor, wanted, true)) return 'paused';
    if (turn <= helpfulOptional && !brought) {
      if (this.#tryOptional(turn === helpful ? 0 : afterClass, wanted)) return 'paused';
    }
    if (this.#tryRequired(turn < other ? -1 : cursor, wanted, false)) return 'paused';
    const from = turn < otherOptional ? 0 : afterClass;
    return this.#tryOptional(from, none, brought ? none : wanted) ? 'paused' : this.#retreat();
  }

  /** The value that the first operation needs and does not find; `none` if that is not its trouble. */
  #wanted(): number {
    if (this.#lookahead === undefined) return none;
    const effect = at(this.#p.effect, this.#window.first);
    const need = this.#lookahead.need(effect);
    return need === none || need === this.#state ? none : need;
  }

  /** To which group of candidates the cursor belongs. */
  #turn(wanted: number, brought: boolean): number {
    const { count } = this.#window;
    const cursor = this.#cursor;
    if (wanted === none) return cursor < count ? other : otherOptional;
    if (cursor < 0) return helpful;
    const ahead = this.#lookahead;
    if (cursor < count) {
      return ahead?.brings(at(this.#p.effect, cursor), wanted) === true ? helpful : other;
    }
    if (brought) return otherOptional;
    return ahead?.classBrings(cursor - count, wanted) === true ? helpfulOptional : otherOptional;
  }

  /** Required candidates after the cursor that bring what is wanted, or all that do not. */
  #tryRequired(cursor: number, wanted: number, helping: boolean): boolean {
    const w = this.#window;
    this.#stamp += 1;
    let beyond = cursor < 0;
    for (let j = at(w.next, w.count); j !== w.count; j = at(w.next, j)) {
      const effect = at(this.#p.effect, j);
      const again = this.#isMet(j, effect);
      if (beyond && !again && !this.#superfluous(effect)) {
        const helps = wanted !== none && this.#lookahead?.brings(effect, wanted) === true;
        const to = helps === helping ? this.transitions.next(this.#state, effect) : impossible;
        if (to !== impossible) {
          this.#place(j, to, 0);
          return true;
        }
      }
      if (j === cursor) beyond = true;
    }
    return false;
  }

  /**
   * Whether one with this effect that returns earlier is among the candidates, so that it can trade places with j; notes j. They
   * cannot trade if that one can be hidden before an overwrite that is placed, j cannot, and neither is an overwrite itself.
   */
  #isMet(j: number, effect: number): boolean {
    const { total, blind, inputs } = this.#p;
    const isExposed =
      at(total, effect) === 1 &&
      at(blind, effect) === 0 &&
      at(this.#window.callIndex, j) >= this.#covered;
    const own = isExposed ? inputs.length + effect : effect;
    const isMet =
      at(this.#stamps, inputs.length + effect) === this.#stamp ||
      (!isExposed && at(this.#stamps, effect) === this.#stamp);
    this.#stamps[effect] = this.#stamp;
    this.#stamps[own] = this.#stamp;
    return isMet;
  }

  /** Optional candidates from class `from` on that bring what is wanted, if anything is; none of those that bring `but`. */
  #tryOptional(from: number, wanted: number, but = none): boolean {
    const supply = this.#supply;
    const { count, deadline } = this.#window;
    for (let k = from; k < supply.classes && supply.firstCall(k) < deadline; k += 1) {
      const effect = at(this.#p.classEffect, k);
      if (at(this.#stamps, effect) === this.#stamp || this.#superfluous(effect)) continue;
      if (wanted !== none && this.#lookahead?.classBrings(k, wanted) !== true) continue;
      if (but !== none && this.#lookahead?.classBrings(k, but) === true) continue;
      if (!supply.available(k, deadline)) continue;
      const to = this.transitions.next(this.#state, effect);
      if (to === impossible || (to === this.#state && !this.#coversMore(effect))) continue;
      // Without a required operation in between, an endless supply could go on to ever new states: count it.
      if (this.#stack.runOf(count + k, count) >= supply.size(k)) this.#refine([k]);
      else this.#use(k, to);
      return true;
    }
    return false;
  }

  /** Though it leaves the state as it is, an overwrite may be of use: others can be hidden before it from now on. */
  #coversMore(effect: number): boolean {
    return at(this.#p.blind, effect) === 1 && this.#covered < this.#window.mark;
  }

  /** Places an overwrite that must return soon where nobody sees it. */
  #hide(j: number): boolean {
    const w = this.#window;
    if (!this.#anyBlind || at(this.#p.total, at(this.#p.effect, j)) === 0) return false;
    if (at(w.callIndex, j) >= this.#covered) return false;
    this.#push(~at(this.#p.required, j), j, hidden);
    w.place(j);
    this.#entering = true;
    return true;
  }

  /** An optional operation right before an overwrite would have been in vain. */
  #superfluous(effect: number): boolean {
    return this.#dirty && at(this.#p.blind, effect) === 1;
  }

  #place(j: number, to: number, flags: number): void {
    this.#push(at(this.#p.required, j), j, flags);
    const w = this.#window;
    const effect = at(this.#p.effect, j);
    // What is called only when `first` has been placed could not have come before it.
    const isChoice = (flags & forced) === 0 && j !== w.first;
    const couldBeHidden = isChoice && at(this.#p.total, effect) === 1;
    if (at(this.#p.blind, effect) === 1) this.#covered = w.mark;
    w.place(j);
    this.#arrive(to, couldBeHidden);
  }

  #push(operation: number, choice: number, flags: number): void {
    const w = this.#window;
    const all = flags | (this.#dirty ? afterDirty : 0);
    this.#stack.push(operation, choice, this.#state, w.mark, w.first, this.#covered, all);
  }

  #use(k: number, to: number): void {
    const w = this.#window;
    const operation = this.#supply.nextOperation(k);
    const overdraws = this.#supply.use(k, w.deadline);
    this.#push(operation, w.count + k, overdraws ? overdrew : 0);
    if (at(this.#p.blind, at(this.#p.classEffect, k)) === 1) this.#covered = w.mark;
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
      this.#covered = at(stack.covered, d);
      this.#dirty = (flags & afterDirty) !== 0;
      if ((flags & forced) !== 0) continue;
      this.#entering = false;
      this.#cursor = (flags & hidden) !== 0 ? afterHiding : choice;
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
    this.#used = this.#usedWords();
    this.#seen = new Seen(this.#key.length, this.#used.length);
    this.#stack.depth = 0;
    this.#cursor = -1;
    this.#covered = 0;
    this.#arrive(this.transitions.initial(), false);
  }

  /** Remembering less costs time, never the verdict. */
  #forgetIfFull(): void {
    if (this.bytes <= this.#memoryLimitBytes) return;
    this.#seen.forgetHalf();
    const current = Int32Array.of(this.#state);
    const best = Int32Array.from(this.#best.states());
    const seen = this.#seen.column(stateWord);
    const stack = this.#stack.state.subarray(0, this.#stack.depth);
    this.transitions.keepOnly([stack, current, best, seen]);
    this.#seen.replaceColumn(stateWord, seen);
    this.#state = at(current, 0);
    this.#best.renumber([...best]);
    this.#growth?.forget();
  }
}
