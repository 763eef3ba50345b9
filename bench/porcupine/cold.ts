/**
 * One check in a fresh process, for cold times and for memory; prints a line of JSON. Arguments: `register` or `kv` and a path, or
 * `large` and a name, and the options of the check as JSON.
 */

import { casRegister, keyed } from 'porcupine-ts';
import { read, type Subject, subjectOf } from './histories.ts';
import { generated, large } from './large.ts';
import { peakBytes } from './memory.ts';

function largeSubject(name: string): Subject {
  const shape = large[name];
  if (shape === undefined) throw new Error(`${name}: allowed are ${Object.keys(large).join('; ')}`);
  const file = { name, path: '', model: 'register' } as const;
  const all = generated(shape);
  if (shape.keys === 1) {
    return subjectOf(
      file,
      casRegister(0),
      all.map(({ op }) => op),
    );
  }
  return subjectOf(
    file,
    keyed(casRegister(0)),
    all.map(({ key, op }) => ({ ...op, input: { key, input: op.input } })),
  );
}

const [kind = '', name = '', options = '{}'] = process.argv.slice(2);
const model = kind === 'kv' ? 'kv' : 'register';
const subject = kind === 'large' ? largeSubject(name) : await read({ name, path: name, model });
const beforeBytes = peakBytes();
const begin = performance.now();
const cpu = process.cpuUsage();
const { verdict, partitions } = subject.check(JSON.parse(options));
const cpuMs = process.cpuUsage(cpu).user / 1000;
const ms = performance.now() - begin;
process.stdout.write(
  `${JSON.stringify({
    verdict,
    ms,
    cpuMs,
    operations: subject.operations,
    undecided: partitions.filter((part) => part.verdict === 'unknown').length,
    beforeBytes,
    peakBytes: peakBytes(),
  })}\n`,
);
