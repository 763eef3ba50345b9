import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pairs, readHistory, validateHistory } from '#src/history/index';
import { corpusFolder, filesBelow } from '#test/support/corpus';

/** Every file reads in the expected format, validates, and has as many operations as the pattern occurs in its text. */
async function readsAll(files: readonly string[], format: string, operation: RegExp) {
  assert.notEqual(files.length, 0);
  for (const file of files) {
    const read = await readHistory(file);
    const text = readFileSync(file, 'utf8').replaceAll(/^\s*;.*$/gm, '');
    assert.equal(read.format, format, file);
    assert.equal(read.history.length, text.match(operation)?.length ?? 0, file);
    validateHistory(read.history, read);
    const clients = read.history.filter((op) => op.process !== 'nemesis');
    const found = pairs(read.history).length;
    assert.equal(found, clients.filter((op) => op.type === 'invoke').length, file);
  }
}

describe('the recorded histories', () => {
  let folder = '';
  before(function () {
    folder = corpusFolder(this);
  });
  const below = (part: string, extension: string) => filesBelow(join(folder, part), extension);

  it('synthetic: one operation per line', async () => {
    await readsAll(below('synthetic', '.jsonl'), 'jsonl', /\n/g);
  });

  it("porcupine's etcd logs: one operation per line", async () => {
    await readsAll(below('porcupine', '.log'), 'jepsen-log', /\n/g);
  });

  it("porcupine's key-value histories: one operation per line", async () => {
    await readsAll(below('porcupine', '.txt'), 'porcupine-kv', /\n/g);
  });

  it('knossos: one operation per :type', async () => {
    await readsAll(below('knossos', '.edn'), 'edn', /:type\b/g);
  });

  it('elle: one operation per :type', async () => {
    await readsAll(below('elle', '.edn'), 'edn', /:type\b/g);
  });
});
