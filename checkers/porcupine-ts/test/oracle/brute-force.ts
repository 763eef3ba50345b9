/** The definition of linearizability, word for word: every choice of the optional operations, every order. For tiny histories. */

import { illegal, type Model, type Operation } from '../../src/index.ts';

/** An object that may do one of several things; a deterministic one does at most one. */
export interface Specification<State, Input, Output> {
  init(): readonly State[];
  step(state: State, input: Input, output: Output | undefined): readonly State[];
}

export const specification = <State, Input, Output>(
  model: Model<State, Input, Output>,
): Specification<State, Input, Output> => ({
  init: () => [model.init()],
  step: (state, input, output) => {
    const after = model.step(state, input, output);
    return after === illegal ? [] : [after];
  },
});

const returnOf = (op: Operation<unknown, unknown>): number =>
  op.kind === 'completed' ? op.return : Infinity;

/**
 * Exponential, for up to 30 operations that it will never finish. Knows no partitions: the state must hold all keys.
 * `isRequired` says which completed operations must take effect; default: all.
 */
export function isLinearizable<State, Input, Output>(
  spec: Specification<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
  isRequired: (op: Operation<Input, Output>) => boolean = () => true,
): boolean {
  const all = (1 << history.length) - 1;
  /** Per operation: those that must be placed before it, if they are placed at all. */
  const before = history.map((op) =>
    history.reduce((mask, other, i) => (returnOf(other) < op.call ? mask | (1 << i) : mask), 0),
  );
  let required = 0;
  for (const [i, op] of history.entries()) {
    if (op.kind === 'completed' && isRequired(op)) required |= 1 << i;
  }
  /** `out`: placed, or too late to be placed. */
  const extend = (state: State, placed: number, out: number): boolean => {
    if ((required & ~placed) === 0) return true;
    for (const [i, op] of history.entries()) {
      const bit = 1 << i;
      if ((out & bit) !== 0) continue;
      const earlier = before[i] ?? 0;
      if ((earlier & required & ~placed) !== 0) continue;
      const output = op.kind === 'completed' ? op.output : undefined;
      for (const after of spec.step(state, op.input, output)) {
        if (extend(after, placed | bit, (out | bit | earlier) & all)) return true;
      }
    }
    return false;
  };
  return spec.init().some((state) => extend(state, 0, 0));
}
