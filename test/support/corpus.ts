/** The recorded histories with known verdicts. They are not part of the repository. */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Context } from 'mocha';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** `DISSENT_CORPUS`, default `../shared/histories` beside the repository. */
const folder = process.env['DISSENT_CORPUS'] ?? join(repository, '..', 'shared', 'histories');

/** The folder of the corpora; skips the test, or the suite from its `before`, with a message when it is not there. */
export function corpusFolder(context: Context): string {
  if (existsSync(folder)) return folder;
  console.log(
    `      skipped: no histories in ${folder}; set DISSENT_CORPUS to the folder that has them`,
  );
  return context.skip();
}

/** The files with an extension anywhere below a folder, sorted. */
export const filesBelow = (below: string, extension: string): readonly string[] =>
  readdirSync(below, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(extension))
    .toSorted()
    .map((name) => join(below, name));
