import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BadInput } from '../src/cli/bad-input.ts';
import { parseLines } from '../src/cli/lines.ts';
import { subject } from '../src/cli/subjects.ts';

const bin = fileURLToPath(new URL('../bin/porcupine-ts.js', import.meta.url));

type Event = readonly [
  process: number | string,
  type: string,
  f: string,
  value?: unknown,
  key?: string,
];

const lines = (...events: readonly Event[]): string =>
  events
    .map(([process, type, f, value, key], at) =>
      JSON.stringify({ process, type, f, value, key, time: at * 1e6 }),
    )
    .join('\n');

const asked: Event = [1, 'invoke', 'read', null];
const history = (answer: unknown): string =>
  lines([0, 'invoke', 'write', 1], ['nemesis', 'info', 'cut'], [0, 'ok', 'write', 1], asked, [
    1,
    'ok',
    'read',
    answer,
  ]);

describe('porcupine-ts check', function () {
  this.timeout(120_000);
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'porcupine-ts-cli-'));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  function run(text: string, ...more: readonly string[]) {
    const file = join(folder, 'history.jsonl');
    writeFileSync(file, text);
    return spawnSync(process.execPath, [bin, 'check', file, ...more], { encoding: 'utf8' });
  }

  it('0: linearizable, in words', () => {
    const { status, stdout, stderr } = run(history(1), '--model', 'register');
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /history\.jsonl: linearizable \(2 operations, register\)/);
  });

  it('1: not linearizable, as JSON, with a page', () => {
    const page = join(folder, 'out.html');
    const options = ['--model', 'cas-register', '--init', '7', '--json', '--visualize', page];
    const { status, stdout } = run(history(2), ...options);
    assert.equal(status, 1);
    const { verdict, violations } = JSON.parse(stdout);
    assert.equal(verdict, 'illegal');
    assert.deepEqual(violations, [{ line: 4, operation: 'read() -> 2', statesBefore: ['1'] }]);
    const html = readFileSync(page, 'utf8');
    assert.match(html, /^<!doctype html>/);
    assert.ok(html.includes('"row":"nemesis","text":"cut"') && !html.includes('no key'));
  });

  it('2: unknown, when time is up', () => {
    const { status, stdout } = run(history(1), '--model', 'register', '--time-limit', '0.000001');
    assert.equal(status, 2);
    assert.match(stdout, /unknown/);
  });

  it('254: what cannot be used, and what is allowed instead', () => {
    const refused: readonly (readonly [RegExp, string, ...string[]])[] = [
      [/--model is missing.*kv/, history(1)],
      [/--model toString/, history(1), '--model', 'toString'],
      [/--time-limit 0: allowed/, history(1), '--model', 'register', '--time-limit', '0'],
      [/Unknown option '--nope'/, history(1), '--model', 'register', '--nope'],
      [/history\.jsonl, line 2: it is not JSON/, `${lines(asked)}\n{`, '--model', 'register'],
      [/no operations/, '\n', '--model', 'register'],
      [
        /cannot be written/,
        history(1),
        '--model',
        'register',
        '--visualize',
        join(folder, 'no', 'o'),
      ],
    ];
    for (const [message, text, ...more] of refused) {
      const { status, stdout, stderr } = run(text, ...more);
      assert.match(stderr, message);
      assert.deepEqual([status, stdout], [254, '']);
    }
  });
});

describe('a history in JSON lines', () => {
  const refuses = (text: string, message: RegExp) =>
    assert.throws(
      () => parseLines(text),
      (error: unknown) => error instanceof BadInput && message.test(error.message),
    );

  it('what never ended is unknown, what failed is told', () => {
    const { calls } = parseLines(
      lines([0, 'invoke', 'write', 1], [1, 'invoke', 'write', 2], [0, 'fail', 'write', 1]),
    );
    assert.deepEqual(
      calls.map(({ end }) => end.kind),
      ['fail', 'unknown'],
    );
  });

  it('who is no client annotates: leaders until the next one, others a moment', () => {
    const { annotations } = parseLines(
      lines(['leaders', 'info', 'n1', 3], ['nemesis', 'info', 'cut'], ['leaders', 'info', 'n2', 4]),
    );
    assert.deepEqual(annotations, [
      { row: 'leaders', text: 'n1 3', start: 0, end: 'next' },
      { row: 'nemesis', text: 'cut', start: 1 },
      { row: 'leaders', text: 'n2 4', start: 2, end: 'next' },
    ]);
  });

  it('what cannot follow is refused', () => {
    refuses(lines(asked, asked), /line 2: process 1 invokes read, but its read of line 1/);
    refuses(lines([0, 'ok', 'read', 1]), /line 1: ok of read by process 0, which has nothing open/);
    refuses(lines(asked, [1, 'ok', 'write', 1]), /has a read open, from line 1/);
    refuses(lines([0, 'done', 'read']), /type is "done". Allowed: invoke, ok, fail, info/);
    refuses('[]', /Allowed: an object/);
  });

  it('each model reads its operations and refuses others', () => {
    const translate = (model: string, init: unknown, ...events: readonly Event[]) =>
      parseLines(lines(...events)).calls.map((call) => subject(model, init).translate(call));
    assert.deepEqual(translate('kv', undefined, [0, 'invoke', 'append', 'x', 'k']), [
      { input: { kind: 'append', key: 'k', value: 'x' }, output: undefined },
    ]);
    assert.deepEqual(
      translate('kv', '-', [0, 'invoke', 'get', null, 'k'], [0, 'ok', 'get', null, 'k']),
      [{ input: { kind: 'get', key: 'k' }, output: { kind: 'value', value: '-' } }],
    );
    assert.deepEqual(translate('mutex', undefined, [0, 'invoke', 'acquire']), [
      { input: { kind: 'acquire' }, output: undefined },
    ]);
    const txn: Event = [
      0,
      'ok',
      'txn',
      [
        ['r', 'x', 3],
        ['w', 'y', 4],
      ],
    ];
    assert.deepEqual(
      translate(
        'multi-register',
        { x: 3 },
        [
          0,
          'invoke',
          'txn',
          [
            ['r', 'x', null],
            ['w', 'y', 4],
          ],
        ],
        txn,
      ),
      [
        {
          input: [
            { kind: 'read', name: 'x', value: undefined },
            { kind: 'write', name: 'y', value: 4 },
          ],
          output: [
            { kind: 'read', name: 'x', value: 3 },
            { kind: 'write', name: 'y', value: 4 },
          ],
        },
      ],
    );
    // Null is an answer where the object starts as null, else it says nothing.
    const nothing: readonly Event[] = [asked, [1, 'ok', 'read', null]];
    assert.deepEqual(translate('register', 0, ...nothing), [undefined]);
    assert.equal(translate('register', undefined, ...nothing)[0] === undefined, false);
    for (const model of ['register', 'kv', 'multi-register', 'mutex']) {
      assert.throws(() => translate(model, undefined, [0, 'invoke', 'cas', [1, 2]]), BadInput);
    }
  });
});
