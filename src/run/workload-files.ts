/** A workload from a file of the user's: whatever the file exports as `default` is known by its name from then on. */

import { relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { addWorkload } from '#workloads/index';
import { BadInput } from '../errors.ts';

/** Whether this, given as the name of a workload, means a file: `./mine.ts`. */
export const isWorkloadFile = (text: string): boolean =>
  /[\\/]/.test(text) || /\.[cm]?[jt]s$/.test(text);

/** As it is written into `test.json`: found again from the same working directory. */
export const workloadFile = (path: string): string => relative('.', resolve(path));

/** Loads the file, relative to the working directory. Gives the name of its workload. Throws BadInput for a file without one. */
export async function loadWorkloadFile(path: string): Promise<string> {
  const full = resolve(path);
  let loaded: { readonly default?: unknown };
  try {
    loaded = (await import(pathToFileURL(full).href)) as { readonly default?: unknown };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new BadInput(`cannot load the workload ${full}: ${message}`, { cause: error });
  }
  if (loaded.default === undefined) {
    throw new BadInput(`${full} has no default export.\nnext: see docs/write-a-workload.md`);
  }
  return addWorkload(loaded.default, path).name;
}
