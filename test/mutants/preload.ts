/**
 * Plants a mutant into a process: `DISSENT_MUTANT=R01 node --import ./test/mutants/preload.ts ...`. In `NODE_OPTIONS` it also
 * reaches child processes and worker threads. Without the variable it does nothing.
 *
 * `DISSENT_MUTANT_MARKS` names a file that gets a line for every file that was changed on its way into a process: the proof that
 * it was the mutant that ran.
 */

import { appendFileSync, readFileSync } from 'node:fs';
import { type LoadFnOutput, type ModuleHooks, registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { mutantNamed } from './catalogue/index.ts';
import { applyEdits, filesOf, type Mutant } from './mutant.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

function textOf({ source }: LoadFnOutput): string {
  if (typeof source === 'string') return source;
  if (source === undefined || source === null) throw new Error('a module without a text');
  return Buffer.from(source as Uint8Array).toString('utf8');
}

/**
 * Every module loaded from now on is the mutant's, until what is returned is deregistered. Throws MutantRotten at once when an edit
 * does not apply.
 */
export function plant(mutant: Mutant, marks?: string): ModuleHooks {
  const files = new Map(
    filesOf(mutant).map((file) => [pathToFileURL(join(root, file)).href, file]),
  );
  // A file that is never loaded would hide that the catalogue has rotted.
  for (const file of files.values()) {
    applyEdits(mutant, file, readFileSync(join(root, file), 'utf8'));
  }
  return registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const file = files.get(url.split('?')[0] ?? url);
      if (file === undefined) return loaded;
      const source = applyEdits(mutant, file, textOf(loaded));
      if (marks !== undefined) appendFileSync(marks, `${mutant.id} ${process.pid} ${file}\n`);
      return { ...loaded, source };
    },
  });
}

const id = process.env['DISSENT_MUTANT'];
if (id !== undefined && id !== '') {
  plant(mutantNamed(id), process.env['DISSENT_MUTANT_MARKS']);
}
