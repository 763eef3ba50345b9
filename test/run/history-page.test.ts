import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BadInput } from '#src/errors';
import type { Operation } from '#src/history/operation';
import { checkFile } from '#src/run/check-file';
import { annotationsOf } from '#src/run/history-page';

const op = (index: number, fields: Omit<Operation, 'index' | 'time'>): Operation => ({
  index,
  time: index * 1000,
  ...fields,
});

const nemesis = (index: number, type: 'invoke' | 'info', f: string, value?: unknown): Operation =>
  op(index, { type, process: 'nemesis', f, ...(value === undefined ? {} : { value }) });

const stale: readonly Operation[] = [
  nemesis(0, 'info', 'phase', 'main'),
  op(1, { type: 'invoke', process: 0, f: 'write', value: 1 }),
  op(2, { type: 'ok', process: 0, f: 'write', value: 1 }),
  nemesis(3, 'invoke', 'kill', { index: 0, target: 'leader' }),
  nemesis(4, 'info', 'kill', {
    index: 0,
    target: 'leader',
    resolved: ['n1'],
    outcome: { kind: 'installed' },
  }),
  op(5, { type: 'invoke', process: 1, f: 'read', value: null }),
  op(6, { type: 'ok', process: 1, f: 'read', value: 7 }),
  nemesis(7, 'info', 'heal-kill', { index: 0, target: 'leader', resolved: ['n1'] }),
];

describe('page of a history', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'dissent-page-'));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const check = (visualize: string) => {
    const file = join(folder, 'history.jsonl');
    writeFileSync(file, stale.map((one) => `${JSON.stringify(one)}\n`).join(''));
    return checkFile({ file, model: 'register', timeLimitMs: 10_000, visualize });
  };

  it('faults are stretches from injection to healing, other lines of the nemesis are moments', () => {
    assert.deepEqual(annotationsOf(stale), [
      { row: 'nemesis', text: 'phase "main"', start: 0 },
      { row: 'faults', text: 'kill leader (n1)', start: 4, end: 7 },
    ]);
  });

  it('a fault that was never healed goes on, and one that was skipped is a moment', () => {
    const skipped = { index: 1, target: 'n2', outcome: { kind: 'skipped', reason: 'down' } };
    const history = [nemesis(0, 'info', 'pause', { index: 0, target: 'n3' })];
    assert.deepEqual(annotationsOf([...history, nemesis(1, 'info', 'kill', skipped)]), [
      { row: 'faults', text: 'pause n3', start: 0, end: Number.POSITIVE_INFINITY },
      { row: 'faults', text: 'kill n2: "skipped"', start: 1 },
    ]);
  });

  it('check writes it beside the verdict', async () => {
    const out = join(folder, 'out.html');
    const { valid } = await check(out);
    assert.equal(valid, false);
    const page = readFileSync(out, 'utf8');
    assert.match(page, /^<!doctype html>/);
    for (const words of ['history.jsonl', 'read() -> 7', 'kill leader (n1)']) {
      assert.ok(page.includes(words), words);
    }
    assert.ok(!page.includes('no key'));
  });

  it('check writes one for models that are not of linearizability as well', async () => {
    const out = join(folder, 'set.html');
    const file = join(folder, 'set.jsonl');
    const lines = [
      op(0, { type: 'invoke', process: 0, f: 'read', key: 'f', value: null }),
      op(1, { type: 'ok', process: 0, f: 'read', key: 'f', value: [7] }),
    ];
    writeFileSync(file, lines.map((one) => `${JSON.stringify(one)}\n`).join(''));
    const result = await checkFile({
      file,
      model: 'set-full',
      timeLimitMs: 10_000,
      visualize: out,
    });
    assert.equal(result.valid, false);
    assert.match(readFileSync(out, 'utf8'), /<title>Violation: set\.jsonl<\/title>/);
  });

  it('a page that cannot be written is bad input that names the file', async () => {
    const out = join(folder, 'missing', 'out.html');
    await assert.rejects(check(out), (error: unknown) => {
      assert.ok(error instanceof BadInput);
      return error.message.includes(out);
    });
  });
});
