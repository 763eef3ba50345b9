/** Looking something up that a test names. */

import { BadInput } from '../errors.ts';

/** Throws BadInput that names what there is. */
export function known<T>(kinds: ReadonlyMap<string, T>, what: string, name: string): T {
  const found = kinds.get(name);
  if (found !== undefined) return found;
  throw new BadInput(`unknown ${what} "${name}"; there are: ${[...kinds.keys()].join(', ')}`);
}
