/**
 * What a search tries next, and in which order: required operations by their returns, then optional ones. When looking ahead says
 * that the operation that must return next needs something, what brings it comes first.
 */

import { none } from './effects.ts';
import { at, ints } from './ints.ts';
import type { Lookahead } from './lookahead.ts';
import type { Position } from './position.ts';
import type { Problem } from './problem.ts';
import { impossible, type Transitions } from './transitions.ts';

/** The groups of candidates, in the order in which they are tried. */
const helpful = 0;
const helpfulOptional = 1;
const other = 2;
const otherOptional = 3;

/** What was found: a required operation, a class of optional ones, or nothing. */
export const foundNothing = 0;
export const foundRequired = 1;
export const foundOptional = 2;
/** Using that class once more would overdraw it without end: it must be counted. */
export const foundEndless = 3;
export type Found = 0 | 1 | 2 | 3;

export class Candidates<State, Input, Output> {
  /** The operation or class found, and the state that it leads to. */
  choice = 0;
  to = 0;
  lookahead: Lookahead | undefined;
  readonly #p: Problem<State, Input, Output>;
  readonly #transitions: Transitions<State, Input, Output>;
  /** Effects met in the current walk over the candidates carry the current stamp; then those met in what cannot be hidden. */
  readonly #stamps: Int32Array;
  #stamp = 0;

  constructor(p: Problem<State, Input, Output>, transitions: Transitions<State, Input, Output>) {
    this.#p = p;
    this.#transitions = transitions;
    this.#stamps = ints(2 * p.inputs.length);
  }

  /** An open operation that changes nothing and is legal now; -1 if there is none. */
  readonlyNow(position: Position): number {
    const { readonly, effect } = this.#p;
    const w = position.window;
    for (let j = at(w.next, w.count); j !== w.count; j = at(w.next, j)) {
      const e = at(effect, j);
      if (at(readonly, e) === 1 && this.#transitions.next(position.state, e) === position.state) {
        return j;
      }
    }
    return -1;
  }

  /** The next one after the cursor: the choice that was tried last, negative if none was. */
  find(position: Position, cursor: number): Found {
    const w = position.window;
    const wanted = this.#wanted(position);
    const brought = wanted === none || this.lookahead?.isBrought(w.first, wanted, w) === true;
    const turn = this.#turn(wanted, brought, cursor, w.count);
    const afterClass = cursor - w.count + 1;
    if (turn === helpful && this.#findRequired(position, cursor, wanted, true)) {
      return foundRequired;
    }
    if (turn <= helpfulOptional && !brought) {
      const found = this.#findOptional(position, turn === helpful ? 0 : afterClass, wanted, none);
      if (found !== foundNothing) return found;
    }
    const afterRequired = turn < other ? -1 : cursor;
    if (this.#findRequired(position, afterRequired, wanted, false)) return foundRequired;
    const from = turn < otherOptional ? 0 : afterClass;
    return this.#findOptional(position, from, none, brought ? none : wanted);
  }

  /** The value that the first operation needs and does not find; `none` if that is not its trouble. */
  #wanted(position: Position): number {
    if (this.lookahead === undefined) return none;
    const need = this.lookahead.need(at(this.#p.effect, position.window.first));
    return need === none || need === position.state ? none : need;
  }

  /** To which group of candidates the cursor belongs. */
  #turn(wanted: number, brought: boolean, cursor: number, count: number): number {
    if (wanted === none) return cursor < count ? other : otherOptional;
    if (cursor < 0) return helpful;
    const ahead = this.lookahead;
    if (cursor < count) {
      return ahead?.brings(at(this.#p.effect, cursor), wanted) === true ? helpful : other;
    }
    if (brought) return otherOptional;
    return ahead?.classBrings(cursor - count, wanted) === true ? helpfulOptional : otherOptional;
  }

  /** Required candidates after the cursor that bring what is wanted, or all that do not. */
  #findRequired(position: Position, cursor: number, wanted: number, helping: boolean): boolean {
    const w = position.window;
    this.#stamp += 1;
    let beyond = cursor < 0;
    for (let j = at(w.next, w.count); j !== w.count; j = at(w.next, j)) {
      const effect = at(this.#p.effect, j);
      const again = this.#isMet(position, j, effect);
      if (beyond && !again && !this.#superfluous(position, effect)) {
        const helps = wanted !== none && this.lookahead?.brings(effect, wanted) === true;
        const to = helps === helping ? this.#transitions.next(position.state, effect) : impossible;
        if (to !== impossible) {
          this.choice = j;
          this.to = to;
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
  #isMet(position: Position, j: number, effect: number): boolean {
    const { total, blind, inputs } = this.#p;
    const isExposed =
      at(total, effect) === 1 &&
      at(blind, effect) === 0 &&
      at(position.window.callIndex, j) >= position.covered;
    const own = isExposed ? inputs.length + effect : effect;
    const isMet =
      at(this.#stamps, inputs.length + effect) === this.#stamp ||
      (!isExposed && at(this.#stamps, effect) === this.#stamp);
    this.#stamps[effect] = this.#stamp;
    this.#stamps[own] = this.#stamp;
    return isMet;
  }

  /** Optional candidates from class `from` on that bring what is wanted, if anything is; none of those that bring `but`. */
  #findOptional(position: Position, from: number, wanted: number, but: number): Found {
    const { supply, state, stack } = position;
    const { count, deadline } = position.window;
    for (let k = from; k < supply.classes && supply.firstCall(k) < deadline; k += 1) {
      const effect = at(this.#p.classEffect, k);
      if (at(this.#stamps, effect) === this.#stamp || this.#superfluous(position, effect)) continue;
      if (wanted !== none && this.lookahead?.classBrings(k, wanted) !== true) continue;
      if (but !== none && this.lookahead?.classBrings(k, but) === true) continue;
      if (!supply.available(k, deadline)) continue;
      const to = this.#transitions.next(state, effect);
      if (to === impossible || (to === state && !this.#coversMore(position, effect))) continue;
      this.choice = k;
      this.to = to;
      // Without a required operation in between, an endless supply could go on to ever new states: count it.
      return stack.runOf(count + k, count) >= supply.size(k) ? foundEndless : foundOptional;
    }
    return foundNothing;
  }

  /** Though it leaves the state as it is, an overwrite may be of use: others can be hidden before it from now on. */
  #coversMore(position: Position, effect: number): boolean {
    return at(this.#p.blind, effect) === 1 && position.covered < position.window.mark;
  }

  /** An optional operation right before an overwrite would have been in vain. */
  #superfluous(position: Position, effect: number): boolean {
    return position.dirty && at(this.#p.blind, effect) === 1;
  }
}
