/** One partition as flat arrays: what must be placed, what may be placed, and when. */

import { paced } from '../budget.ts';
import type { Growth, Model } from '../model.ts';
import type { Operation } from '../operation.ts';
import { effects, type RegisterEffects } from './effects.ts';
import type { EffectGrowth } from './growth.ts';
import { at, ints } from './ints.ts';
import { never, type Positions, positions } from './positions.ts';
import type { TextEffects } from './text-effects.ts';

export { never } from './positions.ts';

/**
 * Times are event positions: distinct integers, in the order of the history's clock, calls before returns at equal times.
 * Required operations are numbered in the order of their returns; effects and classes are numbered from 0.
 */
export interface Problem<State, Input, Output> {
  readonly model: Model<State, Input, Output>;
  readonly operations: readonly Operation<Input, Output>[];
  /** To be called at every step of the model and now and then elsewhere; throws when it is time to stop. */
  readonly tick: () => void;
  /** The same for what takes a millisecond or so between two calls. */
  readonly look: () => void;

  /** Per effect: what happens. Operations with equal input and output have the same effect. */
  readonly inputs: readonly Input[];
  readonly outputs: readonly (Output | undefined)[];
  /** Per operation: its effect. */
  readonly effectOf: Int32Array;
  /** 1 where the model promised it. */
  readonly readonly: Int32Array;
  readonly blind: Int32Array;
  readonly total: Int32Array;
  /** The effects as those of one register, if the model says that it is one. */
  readonly register: RegisterEffects<State> | undefined;
  /** The effects as those of one text, if the model says that it is one. */
  readonly text: TextEffects | undefined;
  /** How states grow, if the model says that they do. */
  readonly growth: EffectGrowth<State> | undefined;

  /** Per required operation: its index in `operations`, its effect, its call and return. */
  readonly required: Int32Array;
  readonly effect: Int32Array;
  readonly call: Int32Array;
  readonly return: Int32Array;
  /** Required operations in the order of their calls. */
  readonly byCall: Int32Array;
  /** Completed operations that are left out: legal in every state, and they change nothing. By return. */
  readonly idle: Int32Array;

  /** Per class of optional operations (unknown outcome, same effect), in the order of their first calls. */
  readonly classEffect: Int32Array;
  /** Class k has the members optional[classStart[k] .. classStart[k + 1] - 1], in the order of their calls. */
  readonly classStart: Int32Array;
  /** Per optional operation: its index in `operations`, its call. */
  readonly optional: Int32Array;
  readonly optionalCall: Int32Array;
}

function byEffect<State, Input, Output>(
  growth: Growth<State, Input, Output> | undefined,
  inputs: readonly Input[],
  outputs: readonly (Output | undefined)[],
): EffectGrowth<State> | undefined {
  if (growth === undefined) return undefined;
  return {
    jumps: (effect) => growth.jumps(inputs[effect] as Input, outputs[effect]),
    leadsTo: (state, effect) => growth.leadsTo(state, inputs[effect] as Input, outputs[effect]),
  };
}

/** The optional operations by class; those that change nothing can be left out. */
function classes(
  effect: Int32Array,
  where: Positions,
  readonly: Int32Array,
): Pick<Problem<never, never, never>, 'classEffect' | 'classStart' | 'optional' | 'optionalCall'> {
  const members = new Map<number, number[]>();
  let count = 0;
  if (where.byReturn.length < where.byCall.length) {
    for (const i of where.byCall) {
      if (at(where.return, i) !== never || at(readonly, at(effect, i)) === 1) continue;
      count += 1;
      const list = members.get(at(effect, i));
      if (list === undefined) members.set(at(effect, i), [i]);
      else list.push(i);
    }
  }
  const optional = ints(count);
  const optionalCall = ints(count);
  const classStart = ints(members.size + 1);
  const classEffect = ints(members.size);
  let k = 0;
  let next = 0;
  for (const [e, list] of members) {
    classEffect[k] = e;
    for (const i of list) {
      optional[next] = i;
      optionalCall[next] = at(where.call, i);
      next += 1;
    }
    k += 1;
    classStart[k] = next;
  }
  return { classEffect, classStart, optional, optionalCall };
}

/** Operations between two looks at the clock. */
const operationsPerTick = 65_536;

/** The required operations, which are numbered in this order. */
function intervals(
  required: Int32Array,
  of: Int32Array,
  where: Positions,
  tick: () => void,
): Pick<Problem<never, never, never>, 'effect' | 'call' | 'return' | 'byCall'> {
  const count = required.length;
  const effect = ints(count);
  const call = ints(count);
  const returned = ints(count);
  const rank = ints(of.length).fill(-1);
  for (let j = 0; j < count; j += 1) {
    if (j % operationsPerTick === 0) tick();
    const i = at(required, j);
    rank[i] = j;
    effect[j] = at(of, i);
    call[j] = at(where.call, i);
    returned[j] = at(where.return, i);
  }
  tick();
  const byCall = ints(count);
  let next = 0;
  for (const i of where.byCall) {
    if (at(rank, i) < 0) continue;
    byCall[next] = at(rank, i);
    next += 1;
  }
  return { effect, call, return: returned, byCall };
}

/** Flattens the operations of one partition. Takes O(n log n). Throws what `tick`, called now and then, throws. */
export function problem<State, Input, Output>(
  model: Model<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
  tick: () => void,
): Problem<State, Input, Output> {
  tick();
  const where = positions(operations, tick);
  const { of, inputs, outputs, readonly, blind, total, register, text } = effects(
    model,
    operations,
    tick,
  );
  tick();
  const isIdleEffect = (e: number): boolean => at(readonly, e) === 1 && at(total, e) === 1;
  const isIdle = (i: number): boolean => isIdleEffect(at(of, i));
  let anyIdle = false;
  for (let e = 0; e < inputs.length && !anyIdle; e += 1) anyIdle = isIdleEffect(e);
  const idle = anyIdle ? where.byReturn.filter(isIdle) : ints(0);
  const required = anyIdle ? where.byReturn.filter((i) => !isIdle(i)) : where.byReturn;
  tick();
  return {
    model,
    operations,
    tick: paced(tick),
    look: tick,
    inputs,
    outputs,
    effectOf: of,
    readonly,
    blind,
    total,
    register,
    text,
    growth: byEffect(model.growth, inputs, outputs),
    required,
    ...intervals(required, of, where, tick),
    idle,
    ...classes(of, where, readonly),
  };
}
