/**
 * A partition that is one text, as a history of a register, where the texts seen tell who appended what to what.
 *
 * With one spelling for every text (see `spelling.ts`) and each of its appends known, an append that somebody saw is a cas from
 * the text before to the text after. One that nobody saw can only have come between the last sight of one text and the next
 * put, or its part would be seen: it is a write of what nobody reads. So the chains of `chains.ts` decide.
 *
 * Where several operations append the same, times leave fewer: an append was called before anything later in the text returned, and
 * returned after everything earlier was called, and appended once. If that leaves a choice, one is guessed: then ok is
 * proven by its order, and illegal is not said.
 */

import { at, ints } from '../search/ints.ts';
import { betweenPasses, never, type Problem } from '../search/problem.ts';
import { isAppend, isGet, isPut, isSwap, type TextEffects } from '../search/text-effects.ts';
import { lost } from '../search/texts.ts';
import { type ChainVerdict, decideChains } from './chains.ts';
import type { Decider } from './decider.ts';
import { prefix, sources } from './sources.ts';
import { initially, type Spelling, spelling, unspelled } from './spelling.ts';
import { isCas, isRead, isWrite, none, type RegisterHistory } from './view.ts';

const illegal: ChainVerdict = { kind: 'illegal' };
const unsuited: ChainVerdict = { kind: 'unsuited' };

/** Nobody has been found yet. */
const nobody = -1;

/** What appended each of the texts that were needed, in the part of a history up to a return. */
class Appends {
  readonly #t: TextHistory;
  readonly #required: number;
  readonly #end: number;
  /** Needed states, each after those that it came about from. */
  readonly #needed: number[] = [];
  readonly #isNeeded: Int32Array;
  /** Per state: the earliest return and the latest call of its readers. */
  readonly #firstReturn: Int32Array;
  readonly #lastCall: Int32Array;
  /** Per state: the operation that put it or appended last. */
  readonly by: Int32Array;
  /** Per operation: the state that it was needed to make. */
  readonly made: Int32Array;
  isGuess = false;

  constructor(t: TextHistory, required: number, end: number) {
    this.#t = t;
    this.#required = required;
    this.#end = end;
    const { states } = t.spelling;
    this.#isNeeded = ints(states);
    this.#firstReturn = ints(states).fill(never);
    this.#lastCall = ints(states).fill(-1);
    this.by = ints(states).fill(nobody);
    this.made = ints(t.count).fill(lost);
  }

  find(): 'found' | 'illegal' {
    const { text, effect, call, return: returned } = this.#t;
    for (let i = 0; i < this.#required; i += 1) {
      const e = at(effect, i);
      if (at(text.kind, e) !== isGet) continue;
      const state = at(text.from, e);
      this.#firstReturn[state] = Math.min(at(this.#firstReturn, state), at(returned, i));
      this.#lastCall[state] = Math.max(at(this.#lastCall, state), at(call, i));
      if (!this.#need(state)) return 'illegal';
    }
    return this.#assign();
  }

  /** Whether it can have come about. */
  #need(state: number): boolean {
    const { by, from } = this.#t.spelling;
    const needed = this.#needed;
    let low = needed.length;
    for (let s = state; at(this.#isNeeded, s) === 0; s = at(from, s)) {
      if (at(by, s) === unspelled) return false;
      this.#isNeeded[s] = 1;
      needed.push(s);
      if (at(from, s) === lost) break;
    }
    // What came first belongs first.
    for (let high = needed.length - 1; low < high; low += 1, high -= 1) {
      const later = needed[low] as number;
      needed[low] = needed[high] as number;
      needed[high] = later;
    }
    return true;
  }

  /** The first one, from there on in the list of an effect, that had been called. */
  #nextOf(start: number): number {
    let i = start;
    while (i !== nobody && i >= this.#required && at(this.#t.call, i) > this.#end) {
      i = at(this.#t.nextOf, i);
    }
    return i;
  }

  #assign(): 'found' | 'illegal' {
    const { by } = this.#t.spelling;
    const open: number[] = [];
    for (const state of this.#needed) {
      const effect = at(by, state);
      if (effect === initially) continue;
      const one = this.#nextOf(at(this.#t.firstOf, effect));
      if (one === nobody) return 'illegal';
      const isOnly = this.#nextOf(at(this.#t.nextOf, one)) === nobody;
      const isPutHere = at(this.#t.spelling.from, state) === lost;
      // What was put again can be seen again, so that no choice among puts is sure.
      if (isPutHere && !isOnly) this.isGuess = true;
      if (!isOnly) open.push(state);
      else if (!this.#give(state, one)) return 'illegal';
    }
    return open.length === 0 || this.#choose(open) ? 'found' : 'illegal';
  }

  /** False if the operation was needed already. */
  #give(state: number, i: number): boolean {
    if (at(this.made, i) !== lost) return false;
    this.made[i] = state;
    this.by[state] = i;
    return true;
  }

  /** Narrows down who appended; false if nobody is left for some state. */
  #choose(open: readonly number[]): boolean {
    let left = this.#candidates(open);
    while (left.length > 0) {
      left = left.map(({ state, those }) => ({
        state,
        those: those.filter((i) => at(this.made, i) === lost),
      }));
      if (left.some(({ those }) => those.length === 0)) return false;
      let sure = left.filter(({ those }) => those.length === 1);
      if (sure.length === 0) {
        this.isGuess = true;
        sure = left.slice(0, 1);
      }
      for (const { state, those } of sure) if (!this.#give(state, those[0] as number)) return false;
      left = left.filter(({ state }) => at(this.by, state) === nobody);
    }
    return true;
  }

  /** Per state those that times allow, the likeliest first: of appends the first to return, of puts the last. */
  #candidates(open: readonly number[]): { state: number; those: readonly number[] }[] {
    const { spelling: spelled, call, return: returned } = this.#t;
    const { from, by, states } = spelled;
    const before = ints(states).fill(-1);
    const after = this.#firstReturn.slice();
    for (const state of this.#needed) {
      const source = at(from, state);
      if (source === lost) continue;
      const made = at(this.by, source);
      const called = made === nobody ? -1 : at(call, made);
      before[state] = Math.max(at(before, source), at(this.#lastCall, source), called);
    }
    for (let i = this.#needed.length - 1; i >= 0; i -= 1) {
      const state = this.#needed[i] as number;
      const source = at(from, state);
      if (source === lost) continue;
      const made = at(this.by, state);
      const until = made === nobody || made >= this.#required ? never : at(returned, made);
      after[source] = Math.min(at(after, source), at(after, state), until);
    }
    return open.map((state) => ({
      state,
      those: this.#between(at(by, state), at(before, state), at(after, state)),
    }));
  }

  /** Those with the effect that can have taken effect after one time and before another. */
  #between(effect: number, before: number, after: number): readonly number[] {
    const { call, return: returned, firstOf, nextOf } = this.#t;
    const those: number[] = [];
    let i = this.#nextOf(at(firstOf, effect));
    for (; i !== nobody; i = this.#nextOf(at(nextOf, i))) {
      const isOpen = i >= this.#required || at(returned, i) > before;
      if (isOpen && at(call, i) < after) those.push(i);
    }
    const sign = at(this.#t.text.kind, effect) === isPut ? -1 : 1;
    return those.sort((a, b) => sign * (at(returned, a) - at(returned, b)));
  }
}

/** Operations 0 .. required - 1 are the required ones in the order of their returns, the others the optional ones. */
class TextHistory implements Decider {
  readonly required: number;
  readonly count: number;
  readonly text: TextEffects;
  readonly spelling: Spelling;
  /** Per operation; calls and returns also of the initial text. */
  readonly effect: Int32Array;
  readonly call: Int32Array;
  readonly return: Int32Array;
  /** Puts and appends, by effect: the first, and per operation the next; `nobody` at the end. */
  readonly firstOf: Int32Array;
  readonly nextOf: Int32Array;
  readonly #byCall: Int32Array;
  readonly #look: () => void;

  constructor(p: Problem<unknown, unknown, unknown>, text: TextEffects, spelled: Spelling) {
    this.text = text;
    this.spelling = spelled;
    this.required = p.required.length;
    this.count = this.required + p.optional.length;
    this.#byCall = p.byCall;
    this.#look = betweenPasses(this.count, p.look);
    this.effect = ints(this.count);
    this.effect.set(p.effect);
    for (let k = 0; k < p.classEffect.length; k += 1) {
      const [start, end] = [at(p.classStart, k), at(p.classStart, k + 1)];
      this.effect.fill(at(p.classEffect, k), this.required + start, this.required + end);
    }
    this.call = ints(this.count + 1).fill(-1);
    this.call.set(p.call);
    this.call.set(p.optionalCall, this.required);
    this.return = ints(this.count + 1).fill(never);
    this.return.set(p.return);
    this.return[this.count] = -1;
    this.firstOf = ints(text.kind.length).fill(nobody);
    this.nextOf = ints(this.count);
    for (let i = this.count - 1; i >= 0; i -= 1) {
      const e = at(this.effect, i);
      const kind = at(text.kind, e);
      if (kind !== isPut && kind !== isAppend) continue;
      this.nextOf[i] = at(this.firstOf, e);
      this.firstOf[e] = i;
    }
  }

  decide(required: number): ChainVerdict {
    const returned = required === 0 ? -1 : at(this.return, required - 1);
    const end = required < this.required ? returned : Infinity;
    const appends = new Appends(this, required, end);
    const found = appends.find();
    const isGuess = appends.isGuess || this.spelling.isGuess;
    if (found === 'illegal') return isGuess ? unsuited : illegal;
    const p = prefix(this.#register(appends), required);
    const known = sources(p);
    const verdict = known === undefined ? illegal : decideChains(p, known);
    return verdict.kind === 'illegal' && isGuess ? unsuited : verdict;
  }

  #register(appends: Appends): RegisterHistory {
    const { count, text } = this;
    const kind = ints(count + 1);
    const from = ints(count + 1).fill(none);
    const to = ints(count + 1).fill(none);
    for (let i = 0; i < count; i += 1) {
      const e = at(this.effect, i);
      switch (at(text.kind, e)) {
        case isPut: {
          const state = at(text.to, e);
          const by = at(appends.by, state);
          kind[i] = isWrite;
          to[i] = by === nobody || by === i ? state : lost;
          break;
        }
        case isAppend: {
          const made = at(appends.made, i);
          kind[i] = made === lost ? isWrite : isCas;
          if (made !== lost) from[i] = at(this.spelling.from, made);
          to[i] = made;
          break;
        }
        default:
          kind[i] = isRead;
          from[i] = at(text.from, e);
      }
    }
    kind[count] = isWrite;
    to[count] = text.initial;
    const { required, call, return: returned } = this;
    const values = this.spelling.states;
    return {
      required,
      count,
      values,
      kind,
      from,
      to,
      call,
      return: returned,
      byCall: this.#byCall,
      look: this.#look,
    };
  }
}

/** `undefined` when it cannot be told who appended what to what. */
export function textDecider(p: Problem<unknown, unknown, unknown>): Decider | undefined {
  const { text } = p;
  if (text === undefined || text.kind.includes(isSwap)) return undefined;
  const spelled = spelling(text);
  return spelled === undefined ? undefined : new TextHistory(p, text, spelled);
}
