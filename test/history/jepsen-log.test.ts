import assert from 'node:assert/strict';
import { BadInput } from '#src/errors';
import { parseHistory } from '#src/history/index';

const parse = (text: string, independent = false) =>
  parseHistory(text, { format: 'jepsen-log', file: 'h.log', independent });

describe("Jepsen's text log", () => {
  it('reads operations and skips everything else', () => {
    const read = parse(`INFO  jepsen.core - Everything is ready
INFO  jepsen.util - 1   :invoke :cas    [1 2]
WARN  jepsen.util - something happened
INFO  jepsen.util - 1   :info   :cas    :timed-out
INFO  jepsen.util - :nemesis :info :start "Cut off {:n1 #{:n2}}"
2019-01-01 10:00:00,000{GMT}\tINFO\t[jepsen worker 2] jepsen.util: 2\t:fail\t:cas\t[1 2]\t:did-not-succeed
INFO  jepsen.util - 3 :fail :read nil java.net.SocketTimeoutException: Read timed out
INFO  jepsen.util - 4 :ok :read nil
`);
    assert.deepEqual(read.history, [
      { index: 0, time: 0, type: 'invoke', process: 1, f: 'cas', value: [1, 2] },
      { index: 1, time: 1, type: 'info', process: 1, f: 'cas', error: 'timed-out' },
      {
        index: 2,
        time: 2,
        type: 'info',
        process: 'nemesis',
        f: 'start',
        value: '"Cut off {:n1 #{:n2}}"',
      },
      {
        index: 3,
        time: 3,
        type: 'fail',
        process: 2,
        f: 'cas',
        value: [1, 2],
        error: 'did-not-succeed',
      },
      {
        index: 4,
        time: 4,
        type: 'fail',
        process: 3,
        f: 'read',
        value: null,
        error: 'java.net.SocketTimeoutException: Read timed out',
      },
      { index: 5, time: 5, type: 'ok', process: 4, f: 'read', value: null },
    ]);
    assert.deepEqual(read.lines, [2, 4, 5, 6, 7, 8]);
  });

  it('splits tuples when told to', () => {
    const [op] = parse('INFO jepsen.util - 0 :ok :cas [5 [1 2]]', true).history;
    assert.deepEqual([op?.key, op?.value], [5, [1, 2]]);
  });

  it('refuses operations that make no sense, and logs of something else', () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ['INFO jepsen.util - 0 :done :read 1', /^h\.log:1: unknown type "done"/],
      ['\nINFO jepsen.util - 0 :ok :read [1', /^h\.log:2: not a value: "\[1"/],
      ['INFO jepsen.util - 0 :ok :read 1 2', /"2" after the value/],
      ['systemd started\nsystemd stopped\n', /^h\.log:2: no operation in 2 lines/],
    ];
    for (const [text, message] of cases) {
      assert.throws(
        () => parse(text),
        (error: unknown) => error instanceof BadInput && message.test(error.message),
      );
    }
  });
});
