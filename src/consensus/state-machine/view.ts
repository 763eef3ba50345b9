/** What a command sees of the store while it is applied. */

import type { Value } from './command.ts';

/** Reading through and writing to a part of the store that can still be thrown away. A missing key reads as null. */
export interface View {
  get(key: string): Value;
  set(key: string, value: Value): void;
}

/** A command that cannot be applied. Caught by the store: a bad command must not stop the nodes that agreed on it. */
export class BadCommand extends Error {}

/** The list at a key, empty where nothing is. Throws BadCommand when something else is there. */
export function listAt(view: View, key: string, f: string): readonly Value[] {
  const list = view.get(key) ?? [];
  if (!Array.isArray(list)) {
    throw new BadCommand(`${f} needs a list at ${key}, found ${typeof list}`);
  }
  return list;
}
