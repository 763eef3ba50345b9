/** Numbers for states, as the model compares them. */

import { canonical } from '../canonical.ts';
import { HashingInterner, type Interner, PlainInterner } from '../intern.ts';
import type { Model } from '../model.ts';

export function stateInterner<State, Input, Output>(
  model: Model<State, Input, Output>,
): Interner<State> {
  if (model.equal === undefined && model.hash === undefined) return new PlainInterner();
  const equal = model.equal?.bind(model) ?? ((a, b) => canonical(a) === canonical(b));
  // With `equal` alone nothing is known about hashes: one bucket for all.
  const hash = model.hash?.bind(model) ?? (() => 0);
  return new HashingInterner(equal, hash);
}
