/** Last in, first out. */

import { canonical } from '../canonical.ts';
import { illegal, type Model } from '../model.ts';
import { textHash } from './hash.ts';
import { describeTake, type TakeOutput, viewOfTake } from './queue.ts';
import { same, show } from './values.ts';

export type StackInput<Value> =
  | { readonly kind: 'push'; readonly value: Value }
  | { readonly kind: 'pop' };

/** An immutable stack: its top and the stack below. */
export interface StackState<Value> {
  readonly size: number;
  /** Of the values in their order. */
  readonly hash: number;
  readonly top: { readonly value: Value; readonly below: StackState<Value> } | undefined;
}

const pushed = <Value>(below: StackState<Value>, value: Value): StackState<Value> => ({
  size: below.size + 1,
  hash: (Math.imul(below.hash, 0x01000193) + textHash(canonical(value))) | 0,
  top: { value, below },
});

function of<Value>(values: readonly Value[]): StackState<Value> {
  let state: StackState<Value> = { size: 0, hash: 1, top: undefined };
  for (const value of values) state = pushed(state, value);
  return state;
}

/** Stacks that grew out of one share what is below: the walk mostly ends there. */
function equal<Value>(a: StackState<Value>, b: StackState<Value>): boolean {
  if (a.hash !== b.hash || a.size !== b.size) return false;
  let [one, other] = [a, b];
  while (one !== other) {
    if (one.top === undefined || other.top === undefined) return one.top === other.top;
    if (!same(one.top.value, other.top.value)) return false;
    one = one.top.below;
    other = other.top.below;
  }
  return true;
}

/** The values of a stack, the one at the bottom first. */
export function stackValues<Value>(state: StackState<Value>): Value[] {
  const values: Value[] = [];
  for (let { top } = state; top !== undefined; { top } = top.below) values.push(top.value);
  return values.reverse();
}

/**
 * A stack that holds `init` at first, the last of it on top. A pop answers the top or `empty`; one with an unknown answer
 * takes the top if there is one.
 */
export const stack = <Value>(
  init: readonly Value[] = [],
): Model<StackState<Value>, StackInput<Value>, TakeOutput<Value>> => ({
  name: 'stack',
  init: () => of(init),
  step: (state, input, output) => {
    if (input.kind === 'push') return pushed(state, input.value);
    if (state.top === undefined) return output?.kind === 'value' ? illegal : state;
    if (output?.kind === 'empty') return illegal;
    if (output !== undefined && !same(state.top.value, output.value)) return illegal;
    return state.top.below;
  },
  equal,
  hash: (state) => state.hash,
  describe: (input, output) =>
    input.kind === 'push' ? `push(${show(input.value)})` : `pop() -> ${describeTake(output)}`,
  describeState: (state) => show(stackValues(state)),
  readonly: (input, output) => input.kind === 'pop' && output?.kind === 'empty',
  shape: {
    kind: 'stack',
    initial: init,
    view: (input, output) =>
      input.kind === 'push' ? { kind: 'put', value: input.value } : viewOfTake(output),
  },
});
