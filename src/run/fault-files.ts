/** Faults from files of users: whatever such a file exports as `default`, a fault or a list of them, is known from then on. */

import { relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { addFault } from '#nemesis/index';
import { BadInput } from '../errors.ts';

/** Loads the files, relative to the working directory. Gives the kinds that they brought. Throws BadInput for a file without a fault. */
export async function loadFaultFiles(paths: readonly string[]): Promise<readonly string[]> {
  const kinds: string[] = [];
  for (const path of paths) {
    const value = await defaultOf(path);
    for (const one of Array.isArray(value) ? value : [value]) {
      kinds.push(addFault(one, path).kind);
    }
  }
  return kinds;
}

/** As it is written into `test.json`: found again from the same working directory. */
export const faultFile = (path: string): string => relative('.', resolve(path));

async function defaultOf(path: string): Promise<unknown> {
  const full = resolve(path);
  let loaded: { readonly default?: unknown };
  try {
    loaded = (await import(pathToFileURL(full).href)) as { readonly default?: unknown };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new BadInput(`cannot load the fault ${full}: ${message}`, { cause: error });
  }
  if (loaded.default === undefined) {
    throw new BadInput(`${full} has no default export.\nnext: see docs/write-a-fault.md`);
  }
  return loaded.default;
}
