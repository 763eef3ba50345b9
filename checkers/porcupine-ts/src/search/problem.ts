/** One partition as flat arrays: what must be placed, what may be placed, and when. */

import { canonical } from '../canonical.ts';
import type { Model } from '../model.ts';
import type { Operation } from '../operation.ts';
import { at } from './ints.ts';

const operationsPerTick = 8192;

/** No earlier than any call and no later than any return. */
export const never = 0x7fffffff;

/**
 * Times are event positions: distinct integers, in the order of the history's clock, calls before returns at equal times.
 * Required operations are numbered in the order of their returns; effects and classes are numbered from 0.
 */
export interface Problem<State, Input, Output> {
  readonly model: Model<State, Input, Output>;
  readonly operations: readonly Operation<Input, Output>[];

  /** Per effect: what happens. Operations with equal input and output have the same effect. */
  readonly inputs: readonly Input[];
  readonly outputs: readonly (Output | undefined)[];
  /** Per operation: its effect. */
  readonly effectOf: Int32Array;
  /** 1 where the model promised it. */
  readonly readonly: Int32Array;
  readonly blind: Int32Array;

  /** Per required operation: its index in `operations`, its effect, its call and return. */
  readonly required: Int32Array;
  readonly effect: Int32Array;
  readonly call: Int32Array;
  readonly return: Int32Array;
  /** Required operations in the order of their calls. */
  readonly byCall: Int32Array;

  /** Per class of optional operations (unknown outcome, same effect), in the order of their first calls. */
  readonly classEffect: Int32Array;
  /** Class k has the members optional[classStart[k] .. classStart[k + 1] - 1], in the order of their calls. */
  readonly classStart: Int32Array;
  /** Per optional operation: its index in `operations`, its call. */
  readonly optional: Int32Array;
  readonly optionalCall: Int32Array;
}

interface Positions {
  /** Per operation. */
  readonly call: Int32Array;
  /** `never` for an unknown outcome. */
  readonly return: Int32Array;
  /** Operations in the order of their calls, and completed ones in the order of their returns. */
  readonly byCall: Int32Array;
  readonly byReturn: Int32Array;
}

/** Sorts in place unless it is sorted already, as most histories are. */
function sortBy(order: Int32Array, time: Float64Array): Int32Array {
  for (let i = 1; i < order.length; i += 1) {
    const before = time[at(order, i - 1)] as number;
    if (before > (time[at(order, i)] as number)) {
      return order.sort((a, b) => (time[a] as number) - (time[b] as number) || a - b);
    }
  }
  return order;
}

/** Where every event stands in the one order of all events. */
function positions<Input, Output>(operations: readonly Operation<Input, Output>[]): Positions {
  const n = operations.length;
  const callTime = Float64Array.from(operations, (op) => op.call);
  const returnTime = Float64Array.from(operations, (op) =>
    op.kind === 'completed' ? op.return : Infinity,
  );
  const byCall = sortBy(
    Int32Array.from(operations, (_, i) => i),
    callTime,
  );
  const completed = byCall.filter((i) => operations[i]?.kind === 'completed');
  const byReturn = sortBy(completed, returnTime);
  const call = new Int32Array(n);
  const returned = new Int32Array(n).fill(never);
  let position = 0;
  let next = 0;
  for (const i of byReturn) {
    const time = returnTime[i] as number;
    while (next < n && (callTime[at(byCall, next)] as number) <= time) {
      call[at(byCall, next)] = position;
      position += 1;
      next += 1;
    }
    returned[i] = position;
    position += 1;
  }
  for (; next < n; next += 1) {
    call[at(byCall, next)] = position;
    position += 1;
  }
  return { call, return: returned, byCall, byReturn };
}

interface Effects<Input, Output> {
  readonly of: Int32Array;
  readonly inputs: Input[];
  readonly outputs: (Output | undefined)[];
}

/** Gives equal operations the same number. */
function effects<Input, Output>(
  operations: readonly Operation<Input, Output>[],
  tick: () => void,
): Effects<Input, Output> {
  const of = new Int32Array(operations.length);
  const inputs: Input[] = [];
  const outputs: (Output | undefined)[] = [];
  const known = new Map<string, number>();
  for (let i = 0; i < operations.length; i += 1) {
    if (i % operationsPerTick === 0) tick();
    const op = operations[i] as Operation<Input, Output>;
    const output = op.kind === 'completed' ? op.output : undefined;
    const text = `${canonical(op.input)} ${canonical(output)}`;
    let effect = known.get(text);
    if (effect === undefined) {
      effect = inputs.push(op.input) - 1;
      outputs.push(output);
      known.set(text, effect);
    }
    of[i] = effect;
  }
  return { of, inputs, outputs };
}

/** The optional operations by class; those that change nothing can be left out. */
function classes(
  effect: Int32Array,
  where: Positions,
  readonly: Int32Array,
): Pick<Problem<never, never, never>, 'classEffect' | 'classStart' | 'optional' | 'optionalCall'> {
  const members = new Map<number, number[]>();
  for (const i of where.byCall) {
    if (at(where.return, i) !== never || at(readonly, at(effect, i)) === 1) continue;
    const list = members.get(at(effect, i));
    if (list === undefined) members.set(at(effect, i), [i]);
    else list.push(i);
  }
  const optional = Int32Array.from([...members.values()].flat());
  const classStart = new Int32Array(members.size + 1);
  let k = 0;
  for (const list of members.values()) {
    classStart[k + 1] = at(classStart, k) + list.length;
    k += 1;
  }
  return {
    classEffect: Int32Array.from(members.keys()),
    classStart,
    optional,
    optionalCall: optional.map((i) => at(where.call, i)),
  };
}

/** Flattens the operations of one partition. Takes O(n log n). Throws what `tick`, called now and then, throws. */
export function problem<State, Input, Output>(
  model: Model<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
  tick: () => void,
): Problem<State, Input, Output> {
  tick();
  const where = positions(operations);
  const { of, inputs, outputs } = effects(operations, tick);
  const promised = (hint: 'readonly' | 'blind') =>
    Int32Array.from(inputs, (input, e) => (model[hint]?.(input, outputs[e]) === true ? 1 : 0));
  const readonly = promised('readonly');
  const rank = new Int32Array(operations.length).fill(-1);
  for (let j = 0; j < where.byReturn.length; j += 1) rank[at(where.byReturn, j)] = j;
  return {
    model,
    operations,
    inputs,
    outputs,
    effectOf: of,
    readonly,
    blind: promised('blind'),
    required: where.byReturn,
    effect: where.byReturn.map((i) => at(of, i)),
    call: where.byReturn.map((i) => at(where.call, i)),
    return: where.byReturn.map((i) => at(where.return, i)),
    byCall: where.byCall.filter((i) => at(rank, i) >= 0).map((i) => at(rank, i)),
    ...classes(of, where, readonly),
  };
}
