import assert from 'node:assert/strict';
import { BadInput } from '#src/errors';
import { validateHistory } from '#src/history/index';
import { history, type Sketch } from './support.ts';

const source = { file: 'h.jsonl', lines: [10, 20, 30, 40] };
const accepts = (...ops: readonly Sketch[]) => validateHistory(history(...ops), source);
const refuses = (message: RegExp, ...ops: readonly Sketch[]) =>
  assert.throws(
    () => accepts(...ops),
    (error: unknown) => {
      assert.ok(error instanceof BadInput, String(error));
      assert.match(error.message, message);
      assert.match(error.message, /Allowed: /);
      return true;
    },
  );

const invoke: Sketch = { type: 'invoke', f: 'write', value: 1 };
const ok: Sketch = { type: 'ok', f: 'write', value: 1 };

describe('validation of a history', () => {
  it('accepts what can be recorded', () => {
    accepts();
    accepts(invoke, ok, invoke, { ...ok, type: 'fail' });
    accepts(invoke, { type: 'info', f: 'write', value: 'timed out' });
    accepts(invoke, { type: 'ok', f: 'write' });
    accepts({ ...invoke, key: 'x' }, ok);
    accepts({ type: 'invoke' }, { type: 'ok', value: 7 });
    accepts({ type: 'info', process: 'nemesis' }, { type: 'info', process: 'nemesis' });
  });

  it('refuses a completion without an invocation', () => {
    refuses(/^h\.jsonl:10: ok write 1 by process 0: a completion without an invocation\. /, ok);
    refuses(/^h\.jsonl:30: .* without an invocation\. /, invoke, ok, ok);
    refuses(/without an invocation/, invoke, { ...ok, process: 3 });
    refuses(
      /^h\.jsonl:30: .* without an invocation; its last was over with info write 1 by process 0, line 20/,
      invoke,
      { ...ok, type: 'info' },
      ok,
    );
  });

  it('refuses two open invocations of one process', () => {
    refuses(
      /^h\.jsonl:20: .* while an earlier one is open \(invoke write 1 by process 0, line 10\)/,
      invoke,
      invoke,
    );
  });

  it('refuses a process that goes on after info', () => {
    refuses(
      /^h\.jsonl:30: .*used after an info .*new process number/,
      invoke,
      { ...ok, type: 'info' },
      invoke,
    );
  });

  it('refuses time that goes backwards', () => {
    refuses(
      /^h\.jsonl:20: .*time goes backwards, from 9 to 8 ns/,
      { ...invoke, time: 9 },
      { ...ok, time: 8 },
    );
    accepts({ ...invoke, time: 9 }, { ...ok, time: 9 });
  });

  it('refuses a completion of something else than what was asked', () => {
    refuses(/^h\.jsonl:20: .*another function: .*invoke write 1.*Allowed: f "write"/, invoke, {
      ...ok,
      f: 'read',
    });
    refuses(/another key.*Allowed: key "x", or none/, { ...invoke, key: 'x' }, { ...ok, key: 'y' });
    refuses(/another key.*Allowed: no key/, invoke, { ...ok, key: 'y' });
    refuses(/something else.*Allowed: value 1, or none/, invoke, { ...ok, value: 2 });
    refuses(
      /something else/,
      { type: 'invoke', f: 'cas', value: [1, 2] },
      { type: 'ok', f: 'cas', value: [1, 3] },
    );
  });

  it('refuses a transaction with other steps, and lets reads be filled in', () => {
    const asked: Sketch = {
      type: 'invoke',
      f: 'txn',
      value: [
        ['r', 'x', null],
        ['append', 'x', 1],
      ],
    };
    const done = (...value: readonly unknown[]): Sketch => ({ type: 'ok', f: 'txn', value });
    accepts(asked, done(['r', 'x', [3]], ['append', 'x', 1]));
    refuses(/not the one that was asked/, asked, done(['r', 'x', [3]], ['append', 'x', 2]));
    refuses(/not the one that was asked/, asked, done(['r', 'y', [3]], ['append', 'x', 1]));
    refuses(/not the one that was asked/, asked, done(['r', 'x', [3]]));
  });

  it('names the index where there are no lines, and cuts long values', () => {
    assert.throws(
      () => validateHistory(history({ ...ok, value: 'v'.repeat(5000) })),
      (error: unknown) =>
        error instanceof BadInput &&
        error.message.startsWith('history: operation 0, ok write "vvv') &&
        error.message.length < 500,
    );
  });
});
