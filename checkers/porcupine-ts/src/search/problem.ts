/** One partition as flat arrays: what must be placed, what may be placed, and when. */

import { paced } from '../budget.ts';
import type { Growth, Model } from '../model.ts';
import type { Operation } from '../operation.ts';
import { type Effects, effects, type RegisterEffects } from './effects.ts';
import type { EffectGrowth } from './growth.ts';
import { at, copied, ints } from './ints.ts';
import { type Positions, positions } from './positions.ts';
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

/** Operations between two looks at the clock. */
const operationsPerTick = 65_536;
/** A pass over fewer takes no time. */
const shortOperations = 4096;
const nobody = (): void => {};

/** For passes over the operations, which call nobody else: looks at the clock if that is worth it. */
export const betweenPasses = (count: number, look: () => void): (() => void) =>
  count > shortOperations ? look : nobody;

/** In `rank`: what is not required because its outcome is unknown, and because it says nothing. */
const isUnknown = 0;
const isIdle = -1;

type Empty = Problem<never, never, never>;

/** The optional operations by class; those that change nothing can be left out. */
function classes(
  of: Int32Array,
  { byCall, byReturn, call }: Positions,
  rank: Int32Array,
  readonly: Int32Array,
): Pick<Empty, 'classEffect' | 'classStart' | 'optional' | 'optionalCall'> {
  /** Per effect: how many there are, then the place of the next. */
  const places = ints(byReturn.length < byCall.length ? readonly.length : 0);
  const isOptional = (i: number): boolean =>
    at(rank, i) === isUnknown && at(readonly, at(of, i)) === 0;
  const found: number[] = [];
  for (let n = 0; n < byCall.length && places.length > 0; n += 1) {
    const i = at(byCall, n);
    if (!isOptional(i)) continue;
    const e = at(of, i);
    if (at(places, e) === 0) found.push(e);
    places[e] = at(places, e) + 1;
  }
  const classStart = ints(found.length + 1);
  let count = 0;
  for (let k = 0; k < found.length; k += 1) {
    const e = found[k] as number;
    const size = at(places, e);
    places[e] = count;
    count += size;
    classStart[k + 1] = count;
  }
  const optional = ints(count);
  const optionalCall = ints(count);
  for (let n = 0; n < byCall.length && count > 0; n += 1) {
    const i = at(byCall, n);
    if (!isOptional(i)) continue;
    const place = at(places, at(of, i));
    places[at(of, i)] = place + 1;
    optional[place] = i;
    optionalCall[place] = at(call, i);
  }
  return { classEffect: copied(found), classStart, optional, optionalCall };
}

/** The completed operations: those that are required, which are numbered in this order, and those that say nothing. */
function completed(
  of: Int32Array,
  where: Positions,
  isIdleEffect: (effect: number) => boolean,
  tick: () => void,
): Pick<Empty, 'required' | 'return' | 'idle'> {
  const { byReturn } = where;
  const required = ints(byReturn.length);
  const returned = ints(byReturn.length);
  const idle = ints(byReturn.length);
  let count = 0;
  for (let n = 0; n < byReturn.length; n += 1) {
    if (n % operationsPerTick === 0) tick();
    const i = at(byReturn, n);
    if (isIdleEffect(at(of, i))) {
      idle[n - count] = i;
      continue;
    }
    required[count] = i;
    returned[count] = at(where.return, n);
    count += 1;
  }
  return {
    required: required.subarray(0, count),
    return: returned.subarray(0, count),
    idle: idle.subarray(0, byReturn.length - count),
  };
}

/** The required operations, in `rank` one more than their numbers. */
function intervals(
  required: Int32Array,
  of: Int32Array,
  where: Positions,
  rank: Int32Array,
  tick: () => void,
): Pick<Empty, 'effect' | 'call' | 'byCall'> {
  const count = required.length;
  const effect = ints(count);
  const call = ints(count);
  for (let j = 0; j < count; j += 1) {
    if (j % operationsPerTick === 0) tick();
    const i = at(required, j);
    rank[i] = j + 1;
    effect[j] = at(of, i);
    call[j] = at(where.call, i);
  }
  tick();
  const byCall = ints(count);
  let next = 0;
  for (let n = 0; n < of.length; n += 1) {
    const r = at(rank, at(where.byCall, n));
    if (r <= 0) continue;
    byCall[next] = r - 1;
    next += 1;
  }
  return { effect, call, byCall };
}

/**
 * Flattens the operations of one partition, with what their effects are known to be, if they are. Takes O(n log n). Throws what `tick`,
 * called now and then, throws.
 */
export function problem<State, Input, Output>(
  model: Model<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
  tick: () => void,
  known?: Effects<State, Input, Output>,
): Problem<State, Input, Output> {
  tick();
  const pass = betweenPasses(operations.length, tick);
  const where = positions(operations, pass);
  const found = known ?? effects(model, operations, pass);
  const { of, inputs, outputs, readonly, blind, total, register, text } = found;
  pass();
  const isIdleEffect = (e: number): boolean => at(readonly, e) === 1 && at(total, e) === 1;
  let anyIdle = false;
  for (let e = 0; e < inputs.length && !anyIdle; e += 1) anyIdle = isIdleEffect(e);
  const {
    required,
    return: returned,
    idle,
  } = anyIdle
    ? completed(of, where, isIdleEffect, pass)
    : { required: where.byReturn, return: where.return, idle: ints(0) };
  const rank = ints(of.length);
  for (let n = 0; n < idle.length; n += 1) rank[at(idle, n)] = isIdle;
  pass();
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
    return: returned,
    ...intervals(required, of, where, rank, pass),
    idle,
    ...classes(of, where, rank, readonly),
  };
}
