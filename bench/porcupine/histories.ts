/** The files that both sides check, and how they are read. */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type CheckOptions,
  type CheckResult,
  check,
  keyed,
  type Model,
  type Operation,
} from 'porcupine-ts';
import { linearizableModel } from '#checkers/linearizable';
import { pairs } from '#src/history/pairs';
import { readHistory } from '#src/history/read';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** `DISSENT_CORPUS`, default `../shared/histories` beside the repository. */
export const corpus =
  process.env['DISSENT_CORPUS'] ?? join(repository, '..', 'shared', 'histories');

export interface File {
  readonly name: string;
  readonly path: string;
  readonly model: 'register' | 'kv';
}

const filesIn = (folder: string, model: File['model'], extension: string): readonly File[] => {
  const path = join(corpus, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => name.endsWith(extension))
    .toSorted()
    .map((name) => ({ name, path: join(path, name), model }));
};

export const etcdFiles = filesIn('porcupine/jepsen', 'register', '.log');
export const kvFiles = filesIn('porcupine/kv', 'kv', '.txt');
export const syntheticFiles = filesIn('synthetic', 'register', '.jsonl');

/** A history that is ready to be checked again and again. */
export interface Subject {
  readonly file: File;
  readonly operations: number;
  readonly check: (options: CheckOptions) => CheckResult<unknown, unknown, unknown>;
}

/** A model and a history without their types, as nobody here looks into them. */
export const subjectOf = <State, Input, Output>(
  file: File,
  model: Model<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
): Subject => ({
  file,
  operations: operations.length,
  check: (options) => check<State, Input, Output>(model, operations, options),
});

type Keyed = { readonly key: string | number; readonly input: unknown };

/** Reads and translates; failed operations and reads that learnt nothing are left out, as the checker wants it. */
export async function read(file: File): Promise<Subject> {
  const { history } = await readHistory(file.path);
  const translator = linearizableModel(file.model === 'kv' ? 'kv' : 'cas-register').create(
    undefined,
  );
  const operations: Operation<Keyed, unknown>[] = [];
  for (const pair of pairs(history)) {
    if (pair.completion?.type === 'fail') continue;
    const { input, output, idle } = translator.translate(pair);
    if (idle) continue;
    const called = { input: { key: pair.invoke.key ?? 0, input }, call: pair.invoke.index };
    operations.push(
      pair.completion?.type === 'ok'
        ? { ...called, kind: 'completed', output, return: pair.completion.index }
        : { ...called, kind: 'unknown' },
    );
  }
  if (file.model === 'kv') return subjectOf(file, keyed(translator.model), operations);
  const plain = operations.map((op) => ({ ...op, input: op.input.input }));
  return subjectOf(file, translator.model, plain);
}
