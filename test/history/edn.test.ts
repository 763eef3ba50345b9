import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BadInput } from '#src/errors';
import { type HistoryFormat, parseHistory, writeEdn } from '#src/history/index';
import type { Operation } from '#src/history/operation';
import { anyHistory, history } from './support.ts';

const parse = (text: string, independent = false, format: HistoryFormat = 'edn') =>
  parseHistory(text, { format, file: 'h.edn', independent });
const refusal = (text: string, pattern: RegExp, independent = false, format?: HistoryFormat) =>
  assert.throws(
    () => parse(text, independent, format),
    (error: unknown) => {
      assert.ok(error instanceof BadInput, String(error));
      assert.match(error.message, pattern);
      assert.match(error.message, /Allowed: /);
      return true;
    },
  );

/** What a reader of tuples can give back: a key always comes with a value, and the nemesis has no tuples. */
const asTuple = (op: Operation): Operation =>
  op.key === undefined ? op : { ...op, value: op.value ?? null };

describe("Jepsen's EDN", () => {
  it('gives back every history that was written with tagged tuples', () => {
    fc.assert(
      fc.property(anyHistory, (original) => {
        const read = parse(writeEdn(original, { tuples: 'tagged' }));
        assert.deepEqual(read.history, original.map(asTuple));
        assert.equal(read.warnings.filter((w) => w.kind !== 'no-operations').length, 0);
      }),
    );
  });

  it('gives back plain tuples to a reader that knows', () => {
    const keyed = anyHistory.map((ops) =>
      ops.map((op) => (op.process === 'nemesis' ? without(op) : { ...op, key: op.key ?? 'k' })),
    );
    fc.assert(
      fc.property(keyed, (original) => {
        assert.deepEqual(parse(writeEdn(original), true).history, original.map(asTuple));
      }),
    );
  });

  it('writes as Jepsen prints', () => {
    const ops = history(
      {
        type: 'invoke',
        f: 'txn',
        value: [
          ['append', 1, 2],
          ['r', 1, null],
        ],
      },
      { type: 'ok', f: 'cas', process: 7, key: 'x', value: [1, 2], error: 'a "b"' },
      { type: 'info', process: 'nemesis', f: 'kill', value: { n1: 'killed' } },
    );
    assert.deepEqual(writeEdn(ops).split('\n'), [
      '{:index 0 :time 0 :type :invoke :process 0 :f :txn :value [[:append 1 2] [:r 1 nil]]}',
      '{:index 1 :time 1 :type :ok :process 7 :f :cas :value ["x" [1 2]] :error "a \\"b\\""}',
      '{:index 2 :time 2 :type :info :process :nemesis :f :kill :value {:n1 "killed"}}',
      '',
    ]);
  });

  it('reads one vector, one list, or one map per line, with comments, and knows the lines', () => {
    const maps = [
      '{:process 0, :type :invoke, :f :read, :value nil} ; asked',
      '; a line of comment',
      '{:process 0, :type :ok,',
      ' :f :read, :value 3}',
    ].join('\n');
    for (const text of [
      maps,
      `[${maps}]`,
      `(${maps})\n`,
      `[${maps}\n#_ {:bad}]`.replace(':bad', ':b 1'),
    ]) {
      const read = parse(text);
      assert.deepEqual(read.history, [
        { index: 0, time: 0, type: 'invoke', process: 0, f: 'read', value: null },
        { index: 1, time: 1, type: 'ok', process: 0, f: 'read', value: 3 },
      ]);
      assert.deepEqual(read.lines, [1, 3]);
    }
  });

  it('reads records, keywords and data where we have text', () => {
    const text =
      '#jepsen.history.Op{:index 4, :time 9N, :type :fail, :process :nemesis, :f [:partition :start], :value :majority, :error [:no "route"]}';
    assert.deepEqual(parse(text).history, [
      {
        index: 0,
        time: 9,
        type: 'fail',
        process: 'nemesis',
        f: '["partition","start"]',
        value: 'majority',
        error: '["no","route"]',
      },
    ]);
  });

  it('reads tuples of independent objects, marked or by option', () => {
    const line = (value: string) => `{:process 1 :type :ok :f :cas :value ${value}}`;
    const marked = [
      '#jepsen.independent/tuple [3 [1 2]]',
      '#jepsen.independent.Tuple{:key 3 :value [1 2]}',
    ];
    for (const value of marked) {
      const [op] = parse(line(value)).history;
      assert.deepEqual([op?.key, op?.value], [3, [1, 2]]);
    }
    assert.deepEqual(parse(line('[3 [1 2]]')).history[0]?.value, [3, [1, 2]]);
    const [op] = parse(line('[3 [1 2]]'), true).history;
    assert.deepEqual([op?.key, op?.value], [3, [1, 2]]);
    refusal(line('[3 1 2]'), /h\.edn:1: value \[3,1,2\]\. Allowed: a tuple/, true);
    refusal(line('[nil 1]').replace('nil', '[1]'), /key \[1\]/, true);
  });

  it('takes the order for the truth where times go back a little, and warns', () => {
    const text = [5, 9, 7, 8]
      .map((t) => `{:process ${t} :type :invoke :f :read :time ${t}}`)
      .join('\n');
    const read = parse(text);
    assert.deepEqual(
      read.history.map((op) => op.time),
      [5, 9, 9, 9],
    );
    assert.deepEqual(
      read.warnings.map((w) => w.kind),
      ['time-went-back'],
    );
    assert.match(
      read.warnings[0]?.message ?? '',
      /^h\.edn:3: .* and on 1 more lines, by up to 2 ns/,
    );
  });

  it('refuses what is malformed, with the line', () => {
    const good = '{:process 0 :type :invoke :f :read}';
    refusal(
      `[${good}\n{:process 0 :type :ok :f :read :value}]`,
      /h\.edn:2: not EDN: a map with a key/,
    );
    refusal(`[${good}\n${good}`, /not EDN/);
    refusal(`[${good}]\n${good}`, /h\.edn:2: not EDN: something after the end/);
    refusal(`${good}\n7`, /h\.edn:2: not a map: 7/);
    refusal('{:process 0 :type :ok :type :fail :f :read}', /there twice/);
    refusal('{:process 0 :type :done :f :read}', /unknown type "done"/);
  });
});

describe("Porcupine's key-value tests", () => {
  const get = '{:process 9, :type :ok, :f :get, :key "6", :value "x 0 0 y"}';

  it('are EDN maps with a key', () => {
    assert.deepEqual(parse(get, false, 'porcupine-kv').history, [
      { index: 0, time: 0, type: 'ok', process: 9, f: 'get', key: '6', value: 'x 0 0 y' },
    ]);
  });

  it('have get, put and append, and nothing else', () => {
    refusal(get.replace(':get', ':read'), /h\.edn:1: f "read" of key "6"/, false, 'porcupine-kv');
    refusal(get.replace(':key "6",', ''), /of key undefined/, false, 'porcupine-kv');
  });
});

function without(op: Operation): Operation {
  const { key, ...rest } = op;
  return key === undefined ? op : rest;
}
