/** The near-linear methods for partitions that are one register, and what they have to say. */

import type { Operation } from '../operation.ts';
import { at, ints } from '../search/ints.ts';
import type { Problem } from '../search/problem.ts';
import { impossible, Transitions } from '../search/transitions.ts';
import { type ChainVerdict, decideChains } from './chains.ts';
import { isRejected } from './rejections.ts';
import { prefix, sources } from './sources.ts';
import { type RegisterHistory, registerHistory } from './view.ts';

export type RegisterVerdict<State, Input, Output> =
  | { readonly kind: 'ok'; readonly linearization: readonly Operation<Input, Output>[] }
  | ({ readonly kind: 'illegal' } & Explanation<State, Input, Output>)
  /** Not a register, or one that needs a search. */
  | { readonly kind: 'unsuited' };

interface Explanation<State, Input, Output> {
  readonly blocked: Operation<Input, Output>;
  /** A linearization of what returned before `blocked`, with the state at its end; unknown where a search would be needed. */
  readonly before?: {
    readonly order: readonly Operation<Input, Output>[];
    readonly state: State;
  };
}

/** The verdict on the first `required` operations by return, and those called until then. */
export function decidePrefix(h: RegisterHistory, required: number): ChainVerdict {
  const p = prefix(h, required);
  const found = sources(p);
  if (found === undefined) return { kind: 'illegal' };
  const verdict = decideChains(p, found);
  if (verdict.kind !== 'unsuited') return verdict;
  return isRejected(p, found) ? { kind: 'illegal' } : verdict;
}

class Register<State, Input, Output> {
  readonly #p: Problem<State, Input, Output>;
  readonly #h: RegisterHistory;
  readonly #tick: () => void;
  readonly #transitions: Transitions<State, Input, Output>;
  readonly #optionalEffect: Int32Array;

  constructor(p: Problem<State, Input, Output>, h: RegisterHistory, tick: () => void) {
    this.#p = p;
    this.#h = h;
    this.#tick = tick;
    this.#transitions = new Transitions(p);
    this.#optionalEffect = ints(p.optional.length);
    for (let k = 0; k < p.classEffect.length; k += 1) {
      const [start, end] = [at(p.classStart, k), at(p.classStart, k + 1)];
      this.#optionalEffect.fill(at(p.classEffect, k), start, end);
    }
  }

  decide(): RegisterVerdict<State, Input, Output> {
    const verdict = decidePrefix(this.#h, this.#h.required);
    switch (verdict.kind) {
      case 'unsuited':
        return verdict;
      case 'illegal':
        return { kind: 'illegal', ...this.#explain() };
      case 'ok':
        // The order is the proof. It is cheap to check, and so it is.
        return this.#finalState(verdict.order) === impossible
          ? { kind: 'unsuited' }
          : { kind: 'ok', linearization: this.#operations(verdict.order) };
    }
  }

  /** The shortest prefix that is illegal, by bisection: prefixes of a linearizable one are linearizable. */
  #explain(): Explanation<State, Input, Output> {
    let low = 0;
    let high = this.#h.required;
    while (low + 1 < high) {
      this.#tick();
      const middle = (low + high) >> 1;
      if (decidePrefix(this.#h, middle).kind === 'illegal') high = middle;
      else low = middle;
    }
    const blocked = this.#operation(high - 1);
    const before = decidePrefix(this.#h, high - 1);
    if (before.kind !== 'ok') return { blocked };
    const state = this.#finalState(before.order);
    if (state === impossible) return { blocked };
    return {
      blocked,
      before: { order: this.#operations(before.order), state: this.#transitions.state(state) },
    };
  }

  /** The state at the end of an order; `impossible` if the model or real time refuses it. */
  #finalState(order: readonly number[]): number {
    let state = this.#transitions.initial();
    let lastCall = -1;
    for (const i of order) {
      if (at(this.#h.return, i) < lastCall) return impossible;
      lastCall = Math.max(lastCall, at(this.#h.call, i));
      state = this.#transitions.next(state, this.#effect(i));
      if (state === impossible) return impossible;
    }
    return state;
  }

  #effect(i: number): number {
    const { required } = this.#h;
    if (i < required) return at(this.#p.effect, i);
    return at(this.#optionalEffect, i - required);
  }

  #operation(i: number): Operation<Input, Output> {
    const { required } = this.#h;
    const index = i < required ? at(this.#p.required, i) : at(this.#p.optional, i - required);
    return this.#p.operations[index] as Operation<Input, Output>;
  }

  #operations(order: readonly number[]): readonly Operation<Input, Output>[] {
    return order.map((i) => this.#operation(i));
  }
}

/** Decides a partition without search, if it can. Throws what `tick`, called now and then, throws. */
export function decideRegister<State, Input, Output>(
  p: Problem<State, Input, Output>,
  tick: () => void,
): RegisterVerdict<State, Input, Output> {
  const h = registerHistory(p);
  if (h === undefined) return { kind: 'unsuited' };
  tick();
  return new Register(p, h, tick).decide();
}
