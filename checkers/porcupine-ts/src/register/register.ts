/** The near-linear methods for partitions that are one register, and what they have to say. */

import { lazily } from '../lazily.ts';
import { illegal } from '../model.ts';
import type { Operation } from '../operation.ts';
import { none, type RegisterEffects } from '../search/effects.ts';
import { at, ints } from '../search/ints.ts';
import type { Problem } from '../search/problem.ts';
import { replay } from '../search/replay.ts';
import { type ChainVerdict, decideChains } from './chains.ts';
import type { Decider } from './decider.ts';
import { toldApart } from './epochs.ts';
import { isRejected } from './rejections.ts';
import { prefix, sources } from './sources.ts';
import { textDecider } from './text.ts';
import { type RegisterHistory, registerHistory } from './view.ts';

export type RegisterVerdict<State, Input, Output> =
  | { readonly kind: 'ok'; readonly linearization: readonly Operation<Input, Output>[] }
  | ({ readonly kind: 'illegal'; readonly isLate?: true } & Explanation<State, Input, Output>)
  /** Not a register, or one that needs a search. */
  | { readonly kind: 'unsuited' };

interface Explanation<State, Input, Output> {
  readonly blocked: Operation<Input, Output>;
  /** A linearization of what returned before `blocked`, with the state at its end; unknown where a search would be needed. */
  readonly before?:
    | {
        readonly order: readonly Operation<Input, Output>[];
        readonly state: State;
      }
    | undefined;
  /** `blocked` is the first such operation by return, as `before` shows. */
  readonly isExact?: true | undefined;
}

/** Of up to so many operations an exact verdict is explained when somebody asks: that takes several times as long as the verdict. */
const mostLateOperations = 10_000;

/** The verdict on the first `required` operations of a register. */
export function decidePrefix(h: RegisterHistory, required: number): ChainVerdict {
  const p = prefix(h, required);
  const found = sources(p);
  if (found === undefined) return { kind: 'illegal' };
  const verdict = decideChains(p, found);
  if (verdict.kind !== 'unsuited') return verdict;
  return isRejected(p, found) ? { kind: 'illegal', isRough: true } : verdict;
}

/** Several values may have several sources. */
const registerDecider = (h: RegisterHistory): Decider => ({
  required: h.required,
  decide: (required) => decidePrefix(h, required),
});

class Register<State, Input, Output> {
  readonly #p: Problem<State, Input, Output>;
  readonly #decider: Decider;
  readonly #tick: () => void;

  constructor(p: Problem<State, Input, Output>, decider: Decider, tick: () => void) {
    this.#p = p;
    this.#decider = decider;
    this.#tick = tick;
  }

  decide(): RegisterVerdict<State, Input, Output> {
    const verdict = this.#decider.decide(this.#decider.required);
    switch (verdict.kind) {
      case 'unsuited':
        return verdict;
      case 'illegal':
        return verdict.isRough === true || this.#decider.required > mostLateOperations
          ? { kind: 'illegal', ...this.#explain() }
          : this.#late();
      case 'ok': {
        const order = this.#indices(verdict.order);
        // The order is the proof. It is cheap to check, and so it is.
        return replay(this.#p, order) === illegal
          ? { kind: 'unsuited' }
          : { kind: 'ok', linearization: this.#operations(order) };
      }
    }
  }

  /** Explained when it is read. */
  #late(): RegisterVerdict<State, Input, Output> {
    const explanation = lazily(() => this.#explain());
    return {
      kind: 'illegal',
      isLate: true,
      get blocked() {
        return explanation().blocked;
      },
      get before() {
        return explanation().before;
      },
      get isExact() {
        return explanation().isExact;
      },
    };
  }

  /** The shortest prefix that is illegal, by bisection: prefixes of a linearizable one are linearizable. */
  #explain(): Explanation<State, Input, Output> {
    let low = 0;
    let high = this.#decider.required;
    while (low + 1 < high) {
      this.#tick();
      const middle = (low + high) >> 1;
      if (this.#decider.decide(middle).kind === 'illegal') high = middle;
      else low = middle;
    }
    const [blocked] = this.#operations(this.#indices([high - 1]));
    if (blocked === undefined) throw new Error('illegal without a required operation');
    const before = this.#decider.decide(high - 1);
    if (before.kind !== 'ok') return { blocked };
    const order = this.#indices(before.order);
    const state = replay(this.#p, order);
    if (state === illegal) return { blocked };
    return { blocked, before: { order: this.#operations(order), state }, isExact: true };
  }

  /** Indices in `operations`. */
  #indices(order: readonly number[]): readonly number[] {
    const { required, optional } = this.#p;
    const count = required.length;
    return order.map((i) => (i < count ? at(required, i) : at(optional, i - count)));
  }

  #operations(indices: readonly number[]): readonly Operation<Input, Output>[] {
    return indices.map((i) => this.#p.operations[i] as Operation<Input, Output>);
  }
}

/**
 * Whether several operations can have written a value that somebody found, and none that was found has nobody who wrote it. Then no method
 * here is exact.
 */
function isAmbiguous(
  { required, effect, classEffect, classStart }: Problem<unknown, unknown, unknown>,
  { from, to, initial, values }: RegisterEffects<unknown>,
): boolean {
  const found = ints(values.size);
  const writers = ints(values.size);
  const add = (value: number, count: number): void => {
    if (value !== none) writers[value] = at(writers, value) + count;
  };
  add(initial, 1);
  for (let j = 0; j < required.length; j += 1) {
    const e = at(effect, j);
    add(at(to, e), 1);
    if (at(from, e) !== none) found[at(from, e)] = 1;
  }
  for (let k = 0; k < classEffect.length; k += 1) {
    add(at(to, at(classEffect, k)), at(classStart, k + 1) - at(classStart, k));
  }
  let most = 0;
  for (let value = 0; value < found.length; value += 1) {
    if (at(found, value) === 0) continue;
    if (at(writers, value) === 0) return false;
    most = Math.max(most, at(writers, value));
  }
  return most > 1;
}

/**
 * Decides a partition without search, if it can. Of an `easy` one what could only be refused, and not explained, is not looked at. Throws what
 * `tick`, called now and then, throws.
 */
export function decideRegister<State, Input, Output>(
  p: Problem<State, Input, Output>,
  tick: () => void,
  easy = false,
): RegisterVerdict<State, Input, Output> {
  const isUnclear = p.register !== undefined && isAmbiguous(p, p.register);
  if (easy && isUnclear) return { kind: 'unsuited' };
  const h = registerHistory(p);
  const decider = h === undefined ? textDecider(p) : registerDecider(isUnclear ? toldApart(h) : h);
  if (decider === undefined) return { kind: 'unsuited' };
  tick();
  return new Register(p, decider, tick).decide();
}
