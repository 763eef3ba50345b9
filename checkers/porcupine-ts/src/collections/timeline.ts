/**
 * A partition as one list of operations over one clock: 0 .. required - 1 are the required ones in the order of their
 * returns, the others the optional ones.
 */

import { illegal } from '../model.ts';
import type { Operation } from '../operation.ts';
import { at } from '../search/ints.ts';
import { sortByTime } from '../search/positions.ts';
import { never, type Problem } from '../search/problem.ts';

export interface Timeline {
  readonly required: number;
  readonly count: number;
  readonly effect: Int32Array;
  readonly call: Int32Array;
  /** `never` for an optional operation. */
  readonly return: Int32Array;
  /** To be called in every turn of a loop that can be long: looks at the clock now and then, and throws when it is time to stop. */
  readonly tick: () => void;
  /** The same, but looks at once. */
  readonly look: () => void;
}

const callsPerLook = 4096;

/** Calls `look` once in so many calls. */
function counted(look: () => void): () => void {
  let left = callsPerLook;
  return () => {
    left -= 1;
    if (left > 0) return;
    left = callsPerLook;
    look();
  };
}

export function timeline<State, Input, Output>(p: Problem<State, Input, Output>): Timeline {
  const required = p.required.length;
  const count = required + p.optional.length;
  const effect = new Int32Array(count);
  const call = new Int32Array(count);
  const returned = new Int32Array(count).fill(never);
  effect.set(p.effect);
  call.set(p.call);
  returned.set(p.return);
  call.set(p.optionalCall, required);
  for (let k = 0; k < p.classEffect.length; k += 1) {
    const [start, end] = [at(p.classStart, k), at(p.classStart, k + 1)];
    effect.fill(at(p.classEffect, k), required + start, required + end);
  }
  const { look } = p;
  return { required, count, effect, call, return: returned, tick: counted(look), look };
}

/** Sorts numbers by their times, stably and in place. */
export function sortByTimes(t: Timeline, numbers: Int32Array, times: Int32Array): Int32Array {
  sortByTime(numbers, new Float64Array(times), t.look);
  return numbers;
}

/** What happens when: by position, i for the call of operation i, `count` + i for its return, -1 for nothing. */
export function events(t: Timeline): Int32Array {
  let last = -1;
  for (let i = 0; i < t.count; i += 1) {
    t.tick();
    last = Math.max(last, at(t.call, i), i < t.required ? at(t.return, i) : -1);
  }
  const happens = new Int32Array(last + 1).fill(-1);
  for (let i = 0; i < t.count; i += 1) {
    t.tick();
    happens[at(t.call, i)] = i;
    if (i < t.required) happens[at(t.return, i)] = t.count + i;
  }
  return happens;
}

export function operation<State, Input, Output>(
  p: Problem<State, Input, Output>,
  i: number,
): Operation<Input, Output> {
  const required = p.required.length;
  const index = i < required ? at(p.required, i) : at(p.optional, i - required);
  return p.operations[index] as Operation<Input, Output>;
}

export const operations = <State, Input, Output>(
  p: Problem<State, Input, Output>,
  t: Timeline,
  order: readonly number[],
): readonly Operation<Input, Output>[] =>
  order.map((i) => {
    t.tick();
    return operation(p, i);
  });

/**
 * Takes the operations through the model in this order. The state at the end; `illegal` if the model refuses one, if the
 * order contradicts real time, or if one is there twice.
 */
export function replay<State, Input, Output>(
  p: Problem<State, Input, Output>,
  t: Timeline,
  order: readonly number[],
): State | typeof illegal {
  const done = new Uint8Array(t.count);
  let state = p.model.init();
  let lastCall = -1;
  for (const i of order) {
    p.tick();
    if (done[i] === 1 || at(t.return, i) < lastCall) return illegal;
    done[i] = 1;
    lastCall = Math.max(lastCall, at(t.call, i));
    const effect = at(t.effect, i);
    const after = p.model.step(state, p.inputs[effect] as Input, p.outputs[effect]);
    if (after === illegal) return illegal;
    state = after;
  }
  return state;
}

/** Whether the order has every required operation. */
export function isWhole(t: Timeline, order: readonly number[]): boolean {
  let found = 0;
  for (const i of order) {
    t.tick();
    if (i < t.required) found += 1;
  }
  return found === t.required;
}
