/** Orders that go as far as any can, for those who want to see more than one. */

import type { Operation } from './operation.ts';
import { walker } from './register/walk.ts';
import { withIdle } from './search/idle.ts';
import type { Problem } from './search/problem.ts';

/** Of longer histories there is one: nobody reads several of those, and looking for them is bounded by no time limit. */
const mostOperations = 10_000;
const stepsPerOperation = 20;
const leastSteps = 10_000;

type Orders<Input, Output> = readonly (readonly Operation<Input, Output>[])[];

/**
 * That order, and others of all that returned before `blocked`, the longest first. Only a register has others; they are looked for when
 * this is called, within 0.2 s or so.
 */
export function partialOrders<State, Input, Output>(
  p: Problem<State, Input, Output>,
  blocked: Operation<Input, Output>,
  order: readonly Operation<Input, Output>[],
): Orders<Input, Output> {
  const count = p.required.length;
  if (count > mostOperations) return [order];
  const steps = stepsPerOperation * count + leastSteps;
  const others = walker(p)?.before(blocked, steps) ?? [];
  const all = [order, ...others.map((other) => withIdle(p, other, false))];
  const isNew = (some: readonly Operation<Input, Output>[], i: number): boolean =>
    !all
      .slice(0, i)
      .some((other) => other.length === some.length && other.every((op, k) => op === some[k]));
  return all.filter(isNew).sort((a, b) => b.length - a.length);
}

/** Calls it once, when the value is needed. */
export function lazily<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
