/** Sends states of a model from thread to thread, also those that cannot be sent. */

import { illegal } from '../model.ts';
import { stateInterner } from '../search/transitions.ts';
import type { AnyOperation, SentStates } from './messages.ts';
import type { AnyModel } from './reference.ts';

/** Deeper ones, such as long linked lists, could overflow the stack when they are cloned. */
const depthMax = 50;

/** Comes out of a structured clone as it went in. */
function isPlain(value: unknown, depth = depthMax): boolean {
  if (typeof value === 'function' || typeof value === 'symbol') return false;
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  const inner = (one: unknown): boolean => isPlain(one, depth - 1);
  if (Array.isArray(value)) return value.every(inner);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Map.prototype && value instanceof Map) {
    return [...value].every(([key, one]) => inner(key) && inner(one));
  }
  if (prototype === Set.prototype && value instanceof Set) return [...value].every(inner);
  const isObject = prototype === Object.prototype || prototype === null;
  return isObject && Object.values(value).every(inner);
}

/** The state after an order, as the only element of a list; none if the model refuses it. */
export function statesAfter(
  model: AnyModel,
  order: readonly AnyOperation[],
): readonly [] | readonly [unknown] {
  let state: unknown = model.init();
  for (const op of order) {
    const output = op.kind === 'completed' ? op.output : undefined;
    state = model.step(state, op.input, output);
    if (state === illegal) return [];
  }
  return [state];
}

/** All of them if they can be sent, or else those that one of the orders leads to. */
export function sendableStates(
  model: AnyModel,
  states: readonly unknown[],
  orders: readonly (readonly AnyOperation[])[],
): SentStates {
  if (states.every((state) => isPlain(state))) return { kind: 'plain', states };
  const interner = stateInterner(model);
  const known = new Set(states.map((state) => interner.idOf(state)));
  const leadsThere = (order: readonly AnyOperation[]): boolean =>
    statesAfter(model, order).some((state) => known.has(interner.idOf(state)));
  return { kind: 'after', orders: [...orders.keys()].filter((at) => leadsThere(orders[at] ?? [])) };
}
