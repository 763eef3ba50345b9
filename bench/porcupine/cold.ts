/**
 * One check in a fresh process, for cold times and for memory: prints JSON. Arguments: MODEL PATH, or `generated` and the JSON of
 * a shape (see the generator of the tests) with a number of keys.
 */

import { casRegister, keyed } from 'porcupine-ts';
import { read, type Subject, subjectOf } from './histories.ts';
import { generated } from './large.ts';
import { peakBytes } from './memory.ts';

async function subject(kind: string, text: string): Promise<Subject> {
  if (kind === 'generated') {
    const { keys, ...shape } = JSON.parse(text);
    const file = { name: text, path: '', model: 'register' } as const;
    if (keys === 1)
      return subjectOf(
        file,
        casRegister(0),
        generated(shape, 1).map(({ op }) => op),
      );
    const operations = generated(shape, keys).map(({ key, op }) => ({
      ...op,
      input: { key, input: op.input },
    }));
    return subjectOf(file, keyed(casRegister(0)), operations);
  }
  return read({ name: text, path: text, model: kind === 'kv' ? 'kv' : 'register' });
}

const [kind = '', text = '', options = '{}'] = process.argv.slice(2);
const chosen = await subject(kind, text);
const before = peakBytes();
const begin = performance.now();
const { verdict } = chosen.check(JSON.parse(options));
const ms = performance.now() - begin;
const answer = {
  verdict,
  ms,
  operations: chosen.operations,
  beforeBytes: before,
  peakBytes: peakBytes(),
};
process.stdout.write(`${JSON.stringify(answer)}\n`);
