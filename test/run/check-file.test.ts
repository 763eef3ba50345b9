import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BadInput } from '#src/errors';
import { checkFile } from '#src/run/check-file';
import { corpusFolder, filesBelow } from '#test/support/corpus';

/** Many times what any file takes that is not listed as hard, so that a busy machine changes nothing. */
const timeLimitMs = 60_000;

/**
 * Files that may end unknown: very many operations overlap on one key. They would need seconds to hours of search, so each
 * gets little time; where that is enough after all, the verdict must still be right.
 */
const hardLimitMs = 200;
const hard: ReadonlySet<string> = new Set(
  [
    'wide-50-ghost',
    'wide-50-bad',
    'uwide-50-ok',
    'uwide-50-bad',
    'uwide-100-bad',
    'uinfo-200-bad',
  ].map((name) => join('synthetic', `${name}.jsonl`)),
);

interface Expected {
  readonly file: string;
  readonly model: string;
  readonly init?: unknown;
  readonly expected: string;
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

/** Verdicts by the words of the expected.json files. */
const verdicts = new Map<unknown, string>([
  [true, 'ok'],
  [false, 'illegal'],
  ['unknown', 'unknown'],
]);

describe('check of a file', () => {
  describe('gives the verdicts that are known', function () {
    this.timeout(600_000);
    let folder = '';
    before(function () {
      folder = corpusFolder(this);
    });

    async function judge(files: readonly Expected[]): Promise<void> {
      assert.notEqual(files.length, 0);
      const wrong: string[] = [];
      const undecided: string[] = [];
      for (const { file, expected, ...how } of files) {
        const limit = hard.has(file) ? hardLimitMs : timeLimitMs;
        const result = await checkFile({ ...how, file: join(folder, file), timeLimitMs: limit });
        const verdict = verdicts.get(result.valid);
        if (verdict === 'unknown') undecided.push(file);
        else if (verdict !== expected) wrong.push(`${file} is ${expected}, said ${verdict}`);
        if (result.valid === false) assert.notEqual(result.anomalies.length, 0, file);
      }
      assert.deepEqual(wrong, []);
      if (undecided.length > 0) console.log(`      undecided: ${undecided.join(', ')}`);
      assert.deepEqual(
        undecided.filter((file) => !hard.has(file)),
        [],
      );
    }

    const porcupine = (prefix: string, model: string): Expected[] => {
      const all = readJson(join(folder, 'porcupine', 'expected.json')) as Record<string, string>;
      return Object.entries(all)
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, expected]) => ({ file: join('porcupine', name), model, expected }));
    };
    const listed = <Entry>(part: string): [string, Entry][] => {
      const { files } = readJson(join(folder, part, 'expected.json')) as {
        files: Record<string, Entry>;
      };
      return Object.entries(files);
    };

    it('etcd logs, a cas register from nil', async () => {
      await judge(porcupine('jepsen/', 'cas-register'));
    });

    it('key-value histories', async () => {
      await judge(porcupine('kv/', 'kv'));
    });

    it('knossos, registers from the listed values', async () => {
      type Entry = { model: string; init: unknown; expected: string };
      await judge(
        listed<Entry>('knossos').map(([name, entry]) => ({
          file: join('knossos', name),
          ...entry,
        })),
      );
    });

    it('synthetic, a cas register from null', async () => {
      const stored = new Set(filesBelow(join(folder, 'synthetic'), '.jsonl'));
      await judge(
        listed<{ expected: string }>('synthetic')
          .map(([name, { expected }]) => ({
            file: join('synthetic', name),
            model: 'cas-register',
            expected,
          }))
          .filter(({ file }) => stored.has(join(folder, file))),
      );
    });
  });

  describe('of our own', () => {
    let folder = '';
    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'dissent-check-'));
    });
    after(() => {
      rmSync(folder, { recursive: true });
    });
    const file = (name: string, content: string) => {
      const path = join(folder, name);
      writeFileSync(path, content);
      return path;
    };
    const check = (path: string, more: object = {}) =>
      checkFile({ file: path, model: 'cas-register', timeLimitMs, ...more });
    const refuses = (promise: Promise<unknown>, message: RegExp) =>
      assert.rejects(
        promise,
        (error: unknown) => error instanceof BadInput && message.test(error.message),
      );

    const lines = (...ops: readonly object[]) =>
      ops.map((op) => `${JSON.stringify(op)}\n`).join('');
    const write = (type: string, value: unknown, process = 0) => ({
      type,
      process,
      f: 'write',
      value,
    });
    const read = (type: string, value: unknown, process = 1) => ({
      type,
      process,
      f: 'read',
      value,
    });
    const stale = [
      write('invoke', 1),
      write('ok', 1),
      write('invoke', 2),
      write('ok', 2),
      read('invoke', null),
      read('ok', 1),
    ];

    it('finds a stale read and shows it', async () => {
      const result = await check(file('stale.jsonl', lines(...stale)));
      assert.deepEqual(
        [result.valid, result.model, result.format, result.operations],
        [false, 'cas-register', 'jsonl', 3],
      );
      assert.ok(result.anomalies.some(({ operations }) => operations.some((op) => op.value === 1)));
      assert.deepEqual(JSON.parse(JSON.stringify(result)).valid, false);
    });

    it('takes the initial value into account', async () => {
      const path = file('init.jsonl', lines(read('invoke', null), read('ok', 5)));
      assert.equal((await check(path)).valid, false);
      assert.equal((await check(path, { init: 5 })).valid, true);
    });

    it('says that it could not use reads without a value', async () => {
      const path = file('nil.jsonl', lines(read('invoke', null), read('ok', null)));
      assert.deepEqual((await check(path)).warnings, []);
      const result = await check(path, { init: 5 });
      assert.deepEqual([result.valid, result.operations, result.checkedOperations], [true, 1, 0]);
      assert.match(result.warnings.join(), /1 successful reads .* were not checked/);
    });

    it('passes on the warnings of the reader', async () => {
      const path = file('torn.jsonl', `${lines(...stale.slice(0, 4))}{"type":"inv`);
      const result = await check(path);
      assert.equal(result.valid, true);
      assert.deepEqual(result.warnings.length, 1);
      assert.match(result.warnings[0] ?? '', /torn\.jsonl:5: the last line is cut off/);
    });

    it('checks unmarked [key value] tuples key by key, as if each had its own history', async () => {
      const op = (process: number, type: string, f: string, value: string) =>
        `{:process ${process} :type :${type} :f :${f} :value ${value}}\n`;
      const text =
        op(0, 'invoke', 'write', '[1 7]') +
        op(0, 'ok', 'write', '[1 7]') +
        op(0, 'invoke', 'write', '[2 8]') +
        op(0, 'ok', 'write', '[2 8]') +
        op(1, 'invoke', 'read', '[1 nil]');
      const good = await check(file('good.edn', text + op(1, 'ok', 'read', '[1 7]')));
      assert.equal(good.valid, true);
      assert.match(good.warnings.join(), /tuples/);
      const bad = await check(file('bad.edn', text + op(1, 'ok', 'read', '[1 8]')));
      assert.equal(bad.valid, false);
    });

    it('refuses what cannot be checked', async () => {
      const good = file('good.jsonl', lines(...stale));
      await refuses(check(join(folder, 'none.jsonl')), /there is no such file/);
      await refuses(check(folder), /is a directory/);
      await refuses(check(file('empty.jsonl', '')), /no operations in it/);
      await refuses(check(file('empty.edn', '[]')), /no operations in it/);
      await refuses(check(file('empty', '')), /cannot tell the format .* it is empty/);
      await refuses(check(file('words.txt', 'hello\n')), /cannot tell the format/);
      await refuses(check(good, { format: 'xml' }), /unknown format "xml"/);
      await refuses(check(good, { model: 'banana' }), /banana.*cas-register/s);
      await refuses(check(good, { timeLimitMs: 0 }), /time limit 0/);
      await refuses(
        check(good, { model: 'multi-register' }),
        /good\.jsonl: operation 0: write 1 .*Allowed: txn/,
      );
      await refuses(check(good, { format: 'edn' }), /good\.jsonl:1: not EDN/);
      await refuses(
        check(file('impossible.jsonl', lines(...stale.slice(0, 2), write('ok', 1)))),
        /impossible\.jsonl:3: ok write 1 by process 0: a completion without an invocation/,
      );
    });
  });
});
