/** States that are texts or lists, of which one can be the beginning of another. */

import { canonical } from '../canonical.ts';

/** How deep in an answer a state is looked for. */
const maxDepth = 3;
/** And how many fields of it are looked at. */
const maxFields = 16;

export const isSequence = (state: unknown): boolean =>
  typeof state === 'string' || Array.isArray(state);

const isSame = (a: unknown, b: unknown): boolean =>
  a === b || (typeof a === 'object' && typeof b === 'object' && canonical(a) === canonical(b));

/** Whether `longer` begins with `state`: texts and lists; of anything else nothing is. */
export function extendsState(longer: unknown, state: unknown): boolean {
  if (typeof state === 'string') return typeof longer === 'string' && longer.startsWith(state);
  if (!Array.isArray(state) || !Array.isArray(longer)) return false;
  return state.length <= longer.length && state.every((element, i) => isSame(element, longer[i]));
}

/** The texts, or the lists, in these values: of the kind that the initial state is of. */
export function candidateStates<State>(initial: State, values: readonly unknown[]): State[] {
  const found: State[] = [];
  const isAlike = (value: unknown): value is State =>
    typeof value === typeof initial && Array.isArray(value) === Array.isArray(initial);
  const visit = (value: unknown, depth: number): void => {
    if (isAlike(value)) found.push(value);
    else if (depth > 0 && typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const field of Object.values(value).slice(0, maxFields)) visit(field, depth - 1);
    }
  };
  for (const value of values) visit(value, maxDepth);
  return found;
}
