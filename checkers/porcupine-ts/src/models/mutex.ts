/** A lock that one holds at a time. */

import { illegal, type Model } from '../model.ts';

export type MutexInput = { readonly kind: 'acquire' } | { readonly kind: 'release' };

/** Acquiring a held lock and releasing a free one cannot happen: an attempt that was turned away did not happen. */
export const mutex = (heldAtFirst = false): Model<boolean, MutexInput, undefined> => ({
  name: 'mutex',
  init: () => heldAtFirst,
  step: (held, input) => {
    const acquires = input.kind === 'acquire';
    return held === acquires ? illegal : acquires;
  },
  describe: (input) => `${input.kind}()`,
  describeState: (held) => (held ? 'held' : 'free'),
  asRegister: (input) =>
    input.kind === 'acquire'
      ? { kind: 'cas', from: false, to: true }
      : { kind: 'cas', from: true, to: false },
  shape: {
    kind: 'toggle',
    initial: heldAtFirst,
    view: (input) => ({ kind: 'flip', to: input.kind === 'acquire' }),
  },
});
