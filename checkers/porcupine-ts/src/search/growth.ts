/**
 * Looking ahead where states grow step by step, as texts do that are appended to.
 *
 * A state that does not lead to what a read saw, must be replaced before the read returns, by an operation that jumps. When
 * nobody is left to jump to a state that leads there, there is no way on.
 */

import { none } from './effects.ts';
import { at, ints } from './ints.ts';
import type { Problem } from './problem.ts';
import type { Supply } from './supply.ts';
import { isGet, isPut, isSwap, type TextEffects } from './text-effects.ts';
import { impossible, type Transitions } from './transitions.ts';
import type { Window } from './window.ts';

/** So many jumps are looked at before it is assumed that one will do. */
const maxLooks = 64;
/** More pairs of a state and an effect are not remembered. */
const maxKnown = 1_000_000;
/** An estimate. */
const bytesPerPair = 40;

/** How states grow, in numbers. */
interface Growing {
  jumps(effect: number): boolean;
  /** False only if operations that do not jump never lead from the state to one in which the effect is legal. */
  leadsTo(state: number, effect: number): boolean;
  /** The numbers of states mean something else from now on. */
  forget(): void;
  /** A guess at the memory held. */
  readonly bytes: number;
}

/** How states grow, by the number of the effect: promised by the model, or guessed. As `Growth` of the model. */
export interface EffectGrowth<State> {
  jumps(effect: number): boolean;
  leadsTo(state: State, effect: number): boolean;
}

class ModelGrowth<State, Input, Output> implements Growing {
  readonly #effects: number;
  readonly #growth: EffectGrowth<State>;
  readonly #tick: () => void;
  readonly #transitions: Transitions<State, Input, Output>;
  /** By state and effect: whether the one leads to the other. */
  #leads = new Map<number, boolean>();

  constructor(
    p: Problem<State, Input, Output>,
    growth: EffectGrowth<State>,
    transitions: Transitions<State, Input, Output>,
  ) {
    this.#effects = p.inputs.length;
    this.#tick = p.tick;
    this.#growth = growth;
    this.#transitions = transitions;
  }

  jumps(effect: number): boolean {
    return this.#growth.jumps(effect);
  }

  leadsTo(state: number, effect: number): boolean {
    const key = state * this.#effects + effect;
    const known = this.#leads.get(key);
    if (known !== undefined) return known;
    this.#tick();
    const leads = this.#growth.leadsTo(this.#transitions.state(state), effect);
    if (this.#leads.size >= maxKnown) this.#leads.clear();
    this.#leads.set(key, leads);
    return leads;
  }

  get bytes(): number {
    return bytesPerPair * this.#leads.size;
  }

  forget(): void {
    this.#leads = new Map();
  }
}

/** Of a text: what was seen begins with what is there. */
class TextGrowth implements Growing {
  readonly bytes = 0;
  readonly #text: TextEffects;

  constructor(text: TextEffects) {
    this.#text = text;
  }

  jumps(effect: number): boolean {
    const kind = at(this.#text.kind, effect);
    return kind === isPut || kind === isSwap;
  }

  leadsTo(state: number, effect: number): boolean {
    const kind = at(this.#text.kind, effect);
    if (kind !== isGet && kind !== isSwap) return true;
    return this.#text.places.leadsTo(state, at(this.#text.from, effect));
  }

  forget(): void {}
}

/** `undefined` if nothing is promised. */
function growing<State, Input, Output>(
  p: Problem<State, Input, Output>,
  transitions: Transitions<State, Input, Output>,
): Growing | undefined {
  if (p.text !== undefined) return new TextGrowth(p.text);
  const { growth } = p;
  return growth === undefined ? undefined : new ModelGrowth(p, growth, transitions);
}

/** `undefined` if the model promises nothing about growth. */
export function growthLookahead<State, Input, Output>(
  p: Problem<State, Input, Output>,
  transitions: Transitions<State, Input, Output>,
): GrowthLookahead | undefined {
  const growth = growing(p, transitions);
  return growth === undefined ? undefined : new GrowthLookahead(p, growth, transitions);
}

type Flat = Pick<
  Problem<unknown, unknown, unknown>,
  | 'byCall'
  | 'effect'
  | 'call'
  | 'return'
  | 'readonly'
  | 'blind'
  | 'total'
  | 'classEffect'
  | 'required'
  | 'inputs'
>;

export class GrowthLookahead {
  readonly #p: Flat;
  readonly #growth: Growing;
  readonly #transitions: Pick<Transitions<never, never, never>, 'next' | 'initial'>;
  /** Per effect: 1 if it jumps. */
  readonly #jumps: Int32Array;
  /** Required operations that jump, in the order of their calls. */
  readonly #jumpers: Int32Array;
  readonly #optionalJumpers: readonly number[];
  /** Per required operation: the first read at or after it, in the order of returns; the number of all if there is none. */
  readonly #nextRead: Int32Array;
  /** Per effect: the state that it jumps to, `none` if that depends. Emptied when states get new numbers. */
  #landing: (number | undefined)[] = [];

  constructor(
    p: Flat,
    growth: Growing,
    transitions: Pick<Transitions<never, never, never>, 'next' | 'initial'>,
  ) {
    this.#p = p;
    this.#growth = growth;
    this.#transitions = transitions;
    this.#jumps = ints(p.inputs.length);
    for (let e = 0; e < p.inputs.length; e += 1) this.#jumps[e] = growth.jumps(e) ? 1 : 0;
    this.#jumpers = p.byCall.filter((j) => at(this.#jumps, at(p.effect, j)) === 1);
    this.#optionalJumpers = [...p.classEffect.keys()].filter(
      (k) => at(this.#jumps, at(p.classEffect, k)) === 1,
    );
    const count = p.required.length;
    this.#nextRead = ints(count + 1);
    this.#nextRead[count] = count;
    for (let j = count - 1; j >= 0; j -= 1) {
      const isRead = at(p.readonly, at(p.effect, j)) === 1;
      this.#nextRead[j] = isRead ? j : at(this.#nextRead, j + 1);
    }
  }

  /** A guess at the memory held. */
  get bytes(): number {
    return this.#growth.bytes;
  }

  /** The numbers of states mean something else from now on. */
  forget(): void {
    this.#growth.forget();
    this.#landing = [];
  }

  /** Whether some open operation, or the next read, waits in vain. */
  isHopeless(w: Window, supply: Supply, state: number): boolean {
    for (let j = at(w.next, w.count); j !== w.count; j = at(w.next, j)) {
      if (this.#waitsInVain(j, w, supply, state)) return true;
    }
    let next = at(this.#nextRead, w.first);
    while (next < w.count && at(w.placed, next) === 1) next = at(this.#nextRead, next + 1);
    return next < w.count && this.#waitsInVain(next, w, supply, state);
  }

  #waitsInVain(j: number, w: Window, supply: Supply, state: number): boolean {
    const effect = at(this.#p.effect, j);
    if (at(this.#p.total, effect) === 1 || this.#growth.leadsTo(state, effect)) return false;
    const returned = at(this.#p.return, j);
    if (this.#isJumpLeft(j, effect, returned, w)) return false;
    for (const k of this.#optionalJumpers) {
      if (supply.available(k, returned) && this.#feeds(at(this.#p.classEffect, k), effect)) {
        return false;
      }
    }
    return true;
  }

  #isJumpLeft(j: number, effect: number, returned: number, w: Window): boolean {
    let low = 0;
    let high = this.#jumpers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (at(this.#p.call, at(this.#jumpers, middle)) < returned) low = middle + 1;
      else high = middle;
    }
    const stop = Math.max(0, low - maxLooks);
    for (let i = low - 1; i >= stop; i -= 1) {
      const jumper = at(this.#jumpers, i);
      if (jumper < w.first || jumper === j || at(w.placed, jumper) === 1) continue;
      if (this.#feeds(at(this.#p.effect, jumper), effect)) return true;
    }
    return stop > 0;
  }

  /** Whether what it jumps to leads to what the effect needs. */
  #feeds(jump: number, effect: number): boolean {
    const landing = this.#landingOf(jump);
    return landing === none || this.#growth.leadsTo(landing, effect);
  }

  #landingOf(jump: number): number {
    const known = this.#landing[jump];
    if (known !== undefined) return known;
    const isBlind = at(this.#p.blind, jump) === 1;
    const state = isBlind ? this.#transitions.next(this.#transitions.initial(), jump) : none;
    const landing = state === impossible ? none : state;
    this.#landing[jump] = landing;
    return landing;
  }
}
