import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BadInput } from '#src/errors';
import { parseHistory, serializeHistory, serializeOperation } from '#src/history/index';
import { anyHistory, history } from './support.ts';

const parse = (text: string) => parseHistory(text, { format: 'jsonl', file: 'h.jsonl' });
const refuses = (text: string, ...parts: readonly (string | RegExp)[]) => {
  assert.throws(
    () => parse(text),
    (error: unknown) => {
      assert.ok(error instanceof BadInput, String(error));
      for (const part of parts) {
        assert.ok(
          typeof part === 'string' ? error.message.includes(part) : part.test(error.message),
          `${part} in: ${error.message}`,
        );
      }
      return true;
    },
  );
};
const invoke = '{"type":"invoke","process":0,"f":"read","value":null}';
const ok = '{"type":"ok","process":0,"f":"read","value":1}';

describe('history in JSON lines', () => {
  it('gives back every history that it has written', () => {
    fc.assert(
      fc.property(anyHistory, (original) => {
        const read = parse(serializeHistory(original));
        assert.deepEqual(read.history, original);
        assert.deepEqual(
          read.lines,
          original.map((op) => op.index + 1),
        );
      }),
    );
  });

  it('writes the fields in one order, whatever order they were given in, and nothing else', () => {
    const op = {
      value: [1, 2],
      f: 'cas',
      process: 3,
      type: 'ok',
      time: 5,
      index: 0,
      extra: 1,
    } as const;
    assert.equal(
      serializeOperation(op),
      '{"index":0,"time":5,"type":"ok","process":3,"f":"cas","value":[1,2]}\n',
    );
  });

  it('makes up index and time from the order when they are not there', () => {
    assert.deepEqual(parse(`${invoke}\n\n${ok}\n`).history, [
      { index: 0, time: 0, type: 'invoke', process: 0, f: 'read', value: null },
      { index: 1, time: 1, type: 'ok', process: 0, f: 'read', value: 1 },
    ]);
    assert.deepEqual(parse(`${invoke}\n\n${ok}\n`).lines, [1, 3]);
  });

  it('gives an operation without a time, among others with one, the time before it', () => {
    const timed = ok.replace('"value"', '"time":70,"value"');
    const times = parse(`${invoke}\n${timed}\n${invoke}\n`).history.map((op) => op.time);
    assert.deepEqual(times, [70, 70, 70]);
  });

  it('takes a last line without a line break', () => {
    const read = parse(`${invoke}\n${ok}`);
    assert.equal(read.history.length, 2);
    assert.deepEqual(read.warnings, []);
  });

  it('ignores a torn last line wherever it was cut, and warns', () => {
    for (let cut = 1; cut < ok.length; cut += 1) {
      const read = parse(`${invoke}\n${ok.slice(0, cut)}`);
      assert.equal(read.history.length, 1);
      assert.equal(read.warnings.length, 1);
      assert.deepEqual([read.warnings[0]?.kind, read.lines], ['torn-last-line', [1]]);
      assert.match(read.warnings[0]?.message ?? '', /^h\.jsonl:2: the last line is cut off/);
    }
  });

  it('refuses a cut line that another line follows, naming file, line and what is allowed', () => {
    refuses(`${invoke}\n{"type":"ok"\n${ok}`, 'h.jsonl:2: ', 'not a JSON object', 'Allowed: ');
    refuses(`${invoke}\n{"type":"ok"\n`, 'h.jsonl:2: ');
    refuses('[1]\n', 'h.jsonl:1: ');
    refuses('null\n', 'h.jsonl:1: ');
  });

  it('refuses fields with values that they cannot have', () => {
    refuses(
      ok.replace('"ok"', '"done"'),
      'h.jsonl:1: unknown type "done"',
      'invoke, ok, fail, info',
    );
    refuses('{"process":0,"f":"read"}', 'no type');
    refuses(ok.replace('0', '-1'), 'process -1', 'an integer from 0, or nemesis');
    refuses(ok.replace('0', '"c1"'), 'process "c1"');
    refuses(`${ok}\n{"type":"ok","f":"read"}`, 'h.jsonl:2: no process');
    refuses(`{"type":"ok","f":"read"}\n${ok}`, 'h.jsonl:2: process 0', 'one on every operation');
    refuses('{"type":"ok","process":0}', 'no f');
    refuses(ok.replace('"read"', '7'), 'f 7');
    refuses(ok.replace('"f"', '"key":[1],"f"'), 'key [1]', 'a string or a number');
    refuses(ok.replace('"f"', '"time":1.5,"f"'), 'time 1.5', 'nanoseconds');
    refuses(ok.replace('"f"', '"time":-1,"f"'), 'time -1');
    refuses(ok.replace('"f"', '"time":"1","f"'), 'time "1"');
  });

  it('takes the indices of a part of a history, but not in another order', () => {
    const at = (index: number) => ok.replace('{', `{"index":${index},`);
    assert.deepEqual(
      parse(`${at(10)}\n${at(12)}\n`).history.map((op) => op.index),
      [0, 1],
    );
    refuses(`${at(10)}\n${at(10)}\n`, 'h.jsonl:2: index 10', 'an integer above 10');
  });

  it('keeps integers apart that a number could not', () => {
    const values = ['9007199254740992', '9007199254740993'].map(
      (digits) => parse(ok.replace('"value":1', `"value":${digits}`)).history[0]?.value,
    );
    assert.deepEqual(values, [9007199254740992, '9007199254740993']);
    const epoch = parse(ok.replace('"f"', '"time":1700000000000000000,"f"')).history[0];
    assert.equal(epoch?.time, 1.7e18);
  });

  it('keeps errors that are data as text', () => {
    const read = parse(ok.replace('"f"', '"error":["net",1],"f"'));
    assert.equal(read.history[0]?.error, '["net",1]');
  });

  it('warns when there is nothing of a client', () => {
    const nemesis = serializeHistory(history({ type: 'info', process: 'nemesis', f: 'kill' }));
    assert.deepEqual(
      ['', nemesis].map((text) => parse(text).warnings.map((warning) => warning.kind)),
      [['no-operations'], ['no-operations']],
    );
  });
});
