/** One value that is read, written, and compared and set. */

import { illegal, type Model, type RegisterView } from '../model.ts';
import { same, show } from './values.ts';

export type RegisterInput<Value> =
  | { readonly kind: 'read' }
  | { readonly kind: 'write'; readonly value: Value };

export type CasRegisterInput<Value> =
  | RegisterInput<Value>
  | { readonly kind: 'cas'; readonly from: Value; readonly to: Value };

export type RegisterOutput<Value> =
  | { readonly kind: 'value'; readonly value: Value }
  /** Whether a cas found what it expected. */
  | { readonly kind: 'swapped'; readonly swapped: boolean };

export type CasRegisterModel<Value> = Model<Value, CasRegisterInput<Value>, RegisterOutput<Value>>;

const step = <Value>(
  state: Value,
  input: CasRegisterInput<Value>,
  output: RegisterOutput<Value> | undefined,
) => {
  switch (input.kind) {
    case 'read':
      return output?.kind !== 'value' || same(output.value, state) ? state : illegal;
    case 'write':
      return input.value;
    case 'cas': {
      const swaps = same(state, input.from);
      if (output?.kind === 'swapped' && output.swapped !== swaps) return illegal;
      return swaps ? input.to : state;
    }
  }
};

const view = <Value>(
  input: CasRegisterInput<Value>,
  output: RegisterOutput<Value> | undefined,
  isUnknown: boolean,
): RegisterView<Value> | undefined => {
  switch (input.kind) {
    case 'read':
      return output?.kind === 'value' ? { kind: 'read', value: output.value } : undefined;
    case 'write':
      return input;
    case 'cas':
      return isUnknown || (output?.kind === 'swapped' && output.swapped) ? input : undefined;
  }
};

const describe = <Value>(
  input: CasRegisterInput<Value>,
  output: RegisterOutput<Value> | undefined,
): string => {
  switch (input.kind) {
    case 'read':
      return `read() -> ${output?.kind === 'value' ? show(output.value) : '?'}`;
    case 'write':
      return `write(${show(input.value)})`;
    case 'cas':
      return `cas(${show(input.from)}, ${show(input.to)}) -> ${output?.kind === 'swapped' ? output.swapped : '?'}`;
  }
};

/** A register that starts as `init` and can be read, written, and compared and set. Values are plain data. */
export const casRegister = <Value>(init: Value): CasRegisterModel<Value> => ({
  name: 'cas-register',
  init: () => init,
  step,
  describe,
  describeState: show,
  readonly: (input, output) =>
    input.kind === 'read' ||
    (input.kind === 'cas' &&
      (same(input.from, input.to) || (output?.kind === 'swapped' && !output.swapped))),
  blind: (input) => input.kind === 'write',
  total: (input, output) => input.kind === 'read' && output?.kind !== 'value',
  asRegister: view,
});

/** A register that starts as `init` and can be read and written. Values are plain data. */
export const register = <Value>(
  init: Value,
): Model<Value, RegisterInput<Value>, RegisterOutput<Value>> => ({
  ...casRegister(init),
  name: 'register',
});
