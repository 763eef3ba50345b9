/** The definition of linearizability, word for word: every choice of the optional operations, every order. For tiny histories. */

import { illegal, type Model, type Operation } from '../../src/index.ts';

/** An operation that may be optional although its output is known. */
export interface Placed<Input, Output> {
  readonly input: Input;
  readonly output: Output | undefined;
  readonly call: number;
  /** Infinity: never. */
  readonly return: number;
  readonly optional: boolean;
}

export const placed = <Input, Output>(op: Operation<Input, Output>): Placed<Input, Output> => ({
  input: op.input,
  call: op.call,
  output: op.kind === 'completed' ? op.output : undefined,
  return: op.kind === 'completed' ? op.return : Infinity,
  optional: op.kind === 'unknown',
});

/** Whether the rest can follow in this state. Optional operations may be left out at any point. */
function extend<State, Input, Output>(
  model: Model<State, Input, Output>,
  state: State,
  rest: readonly Placed<Input, Output>[],
): boolean {
  if (rest.every((op) => op.optional)) return true;
  return rest.some((op, i) => {
    const others = rest.toSpliced(i, 1);
    // An optional one that should have come first can be left out instead.
    if (others.some((other) => !other.optional && other.return < op.call)) return false;
    const after = model.step(state, op.input, op.output);
    const allowed = others.filter((other) => other.return >= op.call);
    return after !== illegal && extend(model, after, allowed);
  });
}

/** Exponential. Ignores partitions, which is what makes it a check of them: the state of `model` must hold all keys. */
export const linearizable = <State, Input, Output>(
  model: Model<State, Input, Output>,
  history: readonly Placed<Input, Output>[],
): boolean => extend(model, model.init(), history);
