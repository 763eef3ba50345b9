/** A number that is added to and read. */

import { illegal, type Model } from '../model.ts';

export type CounterInput =
  /** `delta` may be negative. */
  { readonly kind: 'add'; readonly delta: number } | { readonly kind: 'read' };

/** What a read found. */
export type CounterOutput = number;

const describe = (input: CounterInput, output: CounterOutput | undefined): string =>
  input.kind === 'add' ? `add(${input.delta})` : `read() -> ${output ?? '?'}`;

/** A counter that starts as `init`. Sums must stay integers that a double can hold exactly. */
export const counter = (init = 0): Model<number, CounterInput, CounterOutput> => ({
  name: 'counter',
  init: () => init,
  step: (state, input, output) => {
    if (input.kind === 'add') return state + input.delta;
    return output === undefined || output === state ? state : illegal;
  },
  describe,
  readonly: (input) => input.kind === 'read' || input.delta === 0,
  shape: {
    kind: 'counter',
    initial: init,
    view: (input, output) => {
      if (input.kind === 'add') return input.delta === 0 ? { kind: 'nothing' } : input;
      return output === undefined ? { kind: 'nothing' } : { kind: 'read', value: output };
    },
  },
});
