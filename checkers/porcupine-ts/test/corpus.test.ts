import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readHistory } from '../../../src/history/index.ts';
import { corpusFolder } from '../../../test/support/corpus.ts';
import { linearizable } from '../../linearizable.ts';

type Known = 'ok' | 'illegal';

interface Case {
  readonly file: string;
  readonly model: string;
  readonly init?: unknown;
  readonly expected: Known;
}

/** Per file. What is not decided by then is named; what is decided must be right. */
const timeLimitMs = 2000;

const verdicts = new Map<unknown, string>([
  [true, 'ok'],
  [false, 'illegal'],
]);

// The shape is the corpora's; a file that is not like that fails the test that reads it.
const read = <T>(folder: string, part: string): T =>
  JSON.parse(readFileSync(join(folder, part, 'expected.json'), 'utf8')) as T;

const porcupine = (folder: string): Case[] =>
  Object.entries(read<Record<string, Known>>(folder, 'porcupine')).map(([name, expected]) => ({
    file: join('porcupine', name),
    model: name.startsWith('kv/') ? 'kv' : 'cas-register',
    expected,
  }));

const knossos = (folder: string): Case[] =>
  Object.entries(read<{ files: Record<string, Omit<Case, 'file'>> }>(folder, 'knossos').files).map(
    ([name, one]) => ({ ...one, file: join('knossos', name) }),
  );

const synthetic = (folder: string): Case[] =>
  Object.entries(
    read<{ files: Record<string, { expected: Known; stored: boolean }> }>(folder, 'synthetic')
      .files,
  )
    .filter(([, { stored }]) => stored)
    .map(([name, { expected }]) => ({
      file: join('synthetic', name),
      model: 'cas-register',
      expected,
    }));

async function decides(folder: string, cases: readonly Case[]): Promise<void> {
  assert.notEqual(cases.length, 0);
  const undecided: string[] = [];
  for (const { file, model, init, expected } of cases) {
    const { history } = await readHistory(join(folder, file));
    const checker = linearizable({ model, ...(init === undefined ? {} : { init }) });
    const result = await checker.check({ history, timeLimitMs });
    if (result.valid === 'unknown') undecided.push(file);
    else assert.equal(verdicts.get(result.valid), expected, file);
  }
  // Being fast is for benchmarks to judge; being right is for this test.
  if (undecided.length > 0) {
    console.log(`      undecided within ${timeLimitMs} ms each: ${undecided.join(', ')}`);
  }
}

describe('verdicts on recorded and generated histories', () => {
  let folder = '';
  before(function () {
    folder = corpusFolder(this);
  });

  it("porcupine's: etcd and key-value stores", () => decides(folder, porcupine(folder)));

  it("knossos': registers", () => decides(folder, knossos(folder)));

  it('synthetic ones that are hard', () => decides(folder, synthetic(folder))).timeout(0);
});
