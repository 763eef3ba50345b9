/** Several registers that are read and written together, all at one moment. */

import { illegal, type Model } from '../model.ts';
import { same, show } from './values.ts';

export type MultiRegisterStep<Value> =
  /** In an input `value` means nothing; in an output it is what was read, `undefined` when that is not known. */
  | { readonly kind: 'read'; readonly name: string; readonly value?: Value | undefined }
  | { readonly kind: 'write'; readonly name: string; readonly value: Value };

export type MultiRegisterTransaction<Value> = readonly MultiRegisterStep<Value>[];

export type MultiRegisterState<Value> = Readonly<Record<string, Value>>;

const describe = <Value>(steps: MultiRegisterTransaction<Value>, reads: boolean): string => {
  const parts = steps.map((s) =>
    s.kind === 'write'
      ? `${s.name} := ${show(s.value)}`
      : `${s.name} ${reads && s.value !== undefined ? show(s.value) : '?'}`,
  );
  return `txn(${parts.join(', ')})`;
};

/** Reads and writes of one transaction happen in order, at one moment. A name that was never written reads as `missing`. */
export const multiRegister = <Value>(
  init: MultiRegisterState<Value>,
  missing: Value,
): Model<
  MultiRegisterState<Value>,
  MultiRegisterTransaction<Value>,
  MultiRegisterTransaction<Value>
> => ({
  name: 'multi-register',
  init: () => init,
  step: (state, input, output) => {
    let after = state;
    for (const s of output ?? input) {
      if (s.kind === 'write') after = { ...after, [s.name]: s.value };
      else if (output !== undefined && s.value !== undefined) {
        const held = Object.hasOwn(after, s.name) ? after[s.name] : missing;
        if (!same(held, s.value)) return illegal;
      }
    }
    return after;
  },
  describe: (input, output) => describe(output ?? input, output !== undefined),
  describeState: show,
  readonly: (input) => input.every((s) => s.kind === 'read'),
});
