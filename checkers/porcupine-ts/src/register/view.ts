/** A partition seen as one register: every operation is a read, a write or a successful cas of numbered values. */

import type { RegisterView } from '../model.ts';
import { at } from '../search/ints.ts';
import { never, type Problem } from '../search/problem.ts';
import { stateInterner } from '../search/transitions.ts';

export const isRead = 0;
export const isWrite = 1;
export const isCas = 2;

/** No value. */
export const none = -1;

/**
 * Operations 0 .. required - 1 are the required ones in the order of their returns, the others the optional ones. The one
 * after the last is the imaginary write of the initial value, before everything else.
 */
export interface RegisterHistory {
  readonly required: number;
  readonly count: number;
  readonly values: number;
  readonly kind: Int32Array;
  /** The value that it needs to find; `none` for a write. */
  readonly from: Int32Array;
  /** The value that it leaves; `none` for a read. A cas from a value to itself is a read. */
  readonly to: Int32Array;
  readonly call: Int32Array;
  readonly return: Int32Array;
  /** Required operations in the order of their calls. */
  readonly byCall: Int32Array;
}

class Builder<State> {
  readonly kind: Int32Array;
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly #idOf: (value: State) => number;

  constructor(count: number, idOf: (value: State) => number) {
    this.kind = new Int32Array(count + 1);
    this.from = new Int32Array(count + 1).fill(none);
    this.to = new Int32Array(count + 1).fill(none);
    this.#idOf = idOf;
  }

  set(i: number, view: RegisterView<State>): void {
    if (view.kind === 'write') {
      this.kind[i] = isWrite;
      this.to[i] = this.#idOf(view.value);
      return;
    }
    this.from[i] = this.#idOf(view.kind === 'read' ? view.value : view.from);
    const to = view.kind === 'read' ? at(this.from, i) : this.#idOf(view.to);
    if (to === at(this.from, i)) return;
    this.kind[i] = isCas;
    this.to[i] = to;
  }
}

/** `undefined` when the model cannot say it of some operation. */
export function registerHistory<State, Input, Output>(
  p: Problem<State, Input, Output>,
): RegisterHistory | undefined {
  const { model } = p;
  if (model.asRegister === undefined) return undefined;
  const required = p.required.length;
  const count = required + p.optional.length;
  const interner = stateInterner(model);
  const builder = new Builder<State>(count, (value) => interner.idOf(value));
  builder.set(count, { kind: 'write', value: model.init() });
  const call = new Int32Array(count + 1).fill(-1);
  const returned = new Int32Array(count + 1).fill(never);
  returned[count] = -1;
  call.set(p.call);
  returned.set(p.return);
  call.set(p.optionalCall, required);
  const add = (i: number, effect: number, isUnknown: boolean): boolean => {
    const input = p.inputs[effect] as Input;
    const view = model.asRegister?.(input, p.outputs[effect], isUnknown);
    if (view !== undefined) builder.set(i, view);
    return view !== undefined;
  };
  for (let j = 0; j < required; j += 1) {
    if (!add(j, at(p.effect, j), false)) return undefined;
  }
  for (let k = 0; k < p.classEffect.length; k += 1) {
    for (let i = at(p.classStart, k); i < at(p.classStart, k + 1); i += 1) {
      if (!add(required + i, at(p.classEffect, k), true)) return undefined;
    }
  }
  const { kind, from, to } = builder;
  const { byCall } = p;
  return { required, count, values: interner.size, kind, from, to, call, return: returned, byCall };
}
