import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BadInput } from '#src/errors';
import { detectFormat, forEachLine, historyFormat, readHistory } from '#src/history/index';

describe('reading a history file', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'dissent-read-'));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const file = (name: string, content: string | Uint8Array) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const badInput = (message: RegExp) => (error: unknown) =>
    error instanceof BadInput && message.test(error.message);

  const json = '{"type":"invoke","process":0,"f":"read"}\n';
  const edn = '{:type :invoke :process 0 :f :read}\n';
  const kv = '{:process 0, :type :invoke, :f :get, :key "1", :value nil}\n';
  const log = 'INFO  jepsen.util - 0 :invoke :read nil\n';

  it('tells the format by content, and by extension where the content does not tell', async () => {
    const cases: readonly (readonly [string, string, string])[] = [
      ['a.jsonl', json, 'jsonl'],
      ['b', `\ufeff\n  ${json}`, 'jsonl'],
      ['c.txt', `; comment\n[${edn}]`, 'edn'],
      ['d.edn', kv, 'edn'],
      ['e.txt', kv, 'porcupine-kv'],
      ['f.txt', `starting\n${log}`, 'jepsen-log'],
      ['g.log', json, 'jsonl'],
      ['h.log', 'no operation yet\n', 'jepsen-log'],
      ['i.edn', '#jepsen.history.Op{:type :invoke}', 'edn'],
      ['j.ndjson', '', 'jsonl'],
    ];
    for (const [name, content, format] of cases) {
      assert.equal(await detectFormat(file(name, content)), format, name);
    }
  });

  it('says what it cannot tell', async () => {
    await assert.rejects(
      detectFormat(file('x.txt', 'hello')),
      badInput(/neither its extension.*--format/),
    );
    await assert.rejects(detectFormat(file('y.txt', '')), badInput(/it is empty/));
    assert.throws(
      () => historyFormat('xml'),
      badInput(/unknown format "xml". Allowed: jsonl, edn/),
    );
    assert.equal(historyFormat('edn'), 'edn');
  });

  it('refuses bytes that are no UTF-8, as which two values could look equal, but not in lines of a log that are no operations', async () => {
    const latin1 = (text: string) => Buffer.from(text, 'latin1');
    const damaged = file('latin1.jsonl', latin1('{"type":"invoke","process":0,"f":"é"}\n'));
    await assert.rejects(readHistory(damaged), badInput(/line 1 .*no UTF-8.*look equal.*iconv/));
    const late = file('late.edn', latin1(`${edn}{:type :ok :process 0 :f :é}\n`));
    await assert.rejects(readHistory(late), badInput(/no UTF-8/));
    const logged = file('noise.log', latin1(`d\u00e9but\n${log}`));
    assert.equal((await readHistory(logged)).history.length, 1);
  });

  it('says of a compressed file that it is one', async () => {
    const path = file('z.jsonl.gz', gzipSync(json));
    await assert.rejects(readHistory(path), badInput(/compressed by gzip.*gunzip/));
    await assert.rejects(readHistory(path, { format: 'jsonl' }), badInput(/gunzip/));
  });

  it('refuses what is nested deeper than anybody needs', async () => {
    const nested = (depth: number) =>
      file(
        `n${depth}.jsonl`,
        `{"type":"invoke","process":0,"f":"w","value":${'['.repeat(depth)}"]"${']'.repeat(depth)}}\n`,
      );
    assert.equal((await readHistory(nested(199))).history.length, 1);
    await assert.rejects(readHistory(nested(200)), badInput(/n200.jsonl:1: .*deeper than 200/));
    await assert.rejects(readHistory(nested(100_000)), badInput(/deeper than 200/));
    const wide = file(
      'wide.jsonl',
      `{"type":"invoke","process":0,"f":"w","value":[${'["]["],'.repeat(999)}1]}\n`,
    );
    assert.equal((await readHistory(wide)).history.length, 1);
  });

  it('says why a file cannot be read', async () => {
    await assert.rejects(
      readHistory(join(folder, 'none.edn')),
      badInput(/none\.edn": there is no such file/),
    );
    await assert.rejects(readHistory(folder), badInput(/is a directory/));
    await assert.rejects(readHistory(join(folder, 'a.jsonl', 'b')), badInput(/cannot read/));
    const binary = file(
      'z.jsonl',
      Uint8Array.from({ length: 3000 }, (_, i) => (i * 37) % 256),
    );
    await assert.rejects(readHistory(binary), badInput(/z\.jsonl".* line 1 .*no UTF-8/));
  });

  it('puts lines together that are longer than a read, and characters that lie across two', async () => {
    const texts = ['x'.repeat(700_000), '', 'é€😀'.repeat(100_000), 'end'];
    const seen: string[] = [];
    await forEachLine(file('long', `\ufeff${texts.join('\n')}`), ({ text, number, terminated }) => {
      seen.push(text);
      assert.equal(number, seen.length);
      assert.equal(terminated, seen.length < 4);
    });
    assert.deepEqual(seen, texts);
  });

  it('stops where it is told to', async () => {
    const seen: number[] = [];
    await forEachLine(file('stop', 'a\nb\nc\n'), ({ number }) => {
      seen.push(number);
      return number < 2;
    });
    assert.deepEqual(seen, [1, 2]);
  });
});
