/** What is told of a violation beyond that it is one. */

import type { FastViolation } from './fast-path.ts';
import type { Operation } from './operation.ts';
import { walker } from './register/walk.ts';
import { withIdle } from './search/idle.ts';
import { Portfolio } from './search/portfolio.ts';
import type { Problem } from './search/problem.ts';

/** How long a search may take to explain a verdict that another method has given. */
export const explanationSteps = 20_000;

/** Of longer histories there is one: nobody reads several of those, and looking for them is bounded by no time limit. */
const mostOperations = 10_000;
const stepsPerOperation = 20;
const leastSteps = 10_000;

type Orders<Input, Output> = readonly (readonly Operation<Input, Output>[])[];

/** Why a partition is illegal. */
export interface Explanation<State, Input, Output> {
  /** The longest that is known. */
  readonly order: readonly Operation<Input, Output>[];
  readonly blocked: Operation<Input, Output>;
  readonly statesBefore: readonly State[];
}

/** In the words of the method that found the violation or, where these are few, of a short search. */
export function explained<State, Input, Output>(
  p: Problem<State, Input, Output>,
  violation: FastViolation<State, Input, Output>,
  memoryLimitBytes: number,
): Explanation<State, Input, Output> {
  const { before, blocked } = violation;
  if (violation.isExact === true && before !== undefined) {
    return { order: before.order, blocked, statesBefore: [before.state] };
  }
  const search = new Portfolio(p);
  switch (search.run(explanationSteps, memoryLimitBytes)) {
    case 'illegal':
      return {
        order: search.order(),
        blocked: search.blocked(),
        statesBefore: search.statesBefore(),
      };
    case 'paused':
      return { order: search.order(), blocked, statesBefore: [] };
    case 'ok':
      throw new Error(
        'porcupine-ts contradicts itself about this partition: a method without search says illegal, and there is an order. Please report it',
      );
  }
}

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
