/** A partition seen as one register: every operation is a read, a write or a successful cas of numbered values. */

import { none } from '../search/effects.ts';
import { at, ints } from '../search/ints.ts';
import { betweenPasses, never, type Problem } from '../search/problem.ts';

export { none } from '../search/effects.ts';

export const isRead = 0;
export const isWrite = 1;
export const isCas = 2;

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
  /** To be called by long loops after so many operations; throws when it is time to stop. */
  readonly look: () => void;
}

export const operationsPerLook = 16_384;

/** `undefined` when the model does not say of every operation what it does to a register. */
export function registerHistory(
  p: Problem<unknown, unknown, unknown>,
): RegisterHistory | undefined {
  const { register } = p;
  if (register === undefined) return undefined;
  const required = p.required.length;
  const count = required + p.optional.length;
  const kind = ints(count + 1);
  const from = ints(count + 1);
  const to = ints(count + 1);
  const set = (i: number, effect: number): void => {
    from[i] = at(register.from, effect);
    to[i] = at(register.to, effect);
    kind[i] = from[i] === none ? isWrite : to[i] === none ? isRead : isCas;
  };
  for (let j = 0; j < required; j += 1) {
    if (j % operationsPerLook === 0) p.look();
    set(j, at(p.effect, j));
  }
  for (let k = 0; k < p.classEffect.length; k += 1) {
    for (let i = at(p.classStart, k); i < at(p.classStart, k + 1); i += 1) {
      set(required + i, at(p.classEffect, k));
    }
  }
  from[count] = none;
  to[count] = register.initial;
  kind[count] = isWrite;
  const call = ints(count + 1).fill(-1);
  const returned = ints(count + 1).fill(never);
  returned[count] = -1;
  call.set(p.call);
  returned.set(p.return);
  call.set(p.optionalCall, required);
  p.look();
  return {
    required,
    count,
    values: register.values.size,
    kind,
    from,
    to,
    call,
    return: returned,
    byCall: p.byCall,
    look: betweenPasses(count, p.look),
  };
}
