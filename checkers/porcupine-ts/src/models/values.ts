/** Equality of the values that clients write, for the models shipped here. */

import { canonical } from '../canonical.ts';

/** Primitives by `===`, plain data by contents. */
export const same = (a: unknown, b: unknown): boolean =>
  a === b ||
  (typeof a === 'object' && typeof b === 'object' && canonical(a) === canonical(b)) ||
  (Number.isNaN(a) && Number.isNaN(b));

/** For people: JSON where it says it, strings in quotes. */
export const show = (value: unknown): string => JSON.stringify(value) ?? String(value);
