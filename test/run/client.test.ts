import assert from 'node:assert/strict';
import type { Connection, Outcome } from '#src/client/connection';
import type { Completion, Invocation } from '#src/history/operation';
import { processClient } from '#src/run/client';
import type { Client } from '#src/run/interpreter';
import { assertSound, okAfter, run } from './support.ts';

const workload = {
  call: (op: Invocation) => ({ f: 'read', key: String(op.key) }) as const,
  completion: (op: Invocation, outcome: Outcome): Completion =>
    outcome.kind === 'ok'
      ? { type: 'ok', value: outcome.result }
      : { type: 'fail', value: op.value, error: outcome.error },
};

const answering = (outcome: Outcome): Required<Connection> => ({
  call: () => Promise.resolve(outcome),
  start: (_call, _timeoutMs, settle) => settle(outcome),
  close: () => undefined,
});

describe('the client of a process', () => {
  const op = { f: 'read', key: 'k' };

  it('says the same with promises and without', async () => {
    for (const outcome of [
      { kind: 'ok', result: 3 },
      { kind: 'fail', error: 'refused' },
    ] as const) {
      const client = processClient(workload, answering(outcome), 100);
      const promised = await client.invoke(op);
      const started = await new Promise((ended, failed) => client.start?.(op, ended, failed));
      assert.deepEqual(started, promised);
    }
  });

  it('has only promises over a connection that has nothing else', () => {
    const { start, ...slow } = answering({ kind: 'fail', error: 'refused' });
    assert.ok(start);
    assert.equal(processClient(workload, slow, 100).start === undefined, true);
  });

  it('a workload that cannot read an answer fails the operation, not whoever brought the answer', async () => {
    const broken = {
      ...workload,
      completion: (): Completion => {
        throw new Error('no such field');
      },
    };
    const client = processClient(broken, answering({ kind: 'ok', result: 3 }), 100);
    await assert.rejects(client.invoke(op), /no such field/);
    const started = new Promise((ended, failed) => client.start?.(op, ended, failed));
    await assert.rejects(started, /no such field/);
  });
});

describe('interpreter, of clients without promises', () => {
  const never = (): never => assert.fail('it has a way without promises');

  it('records an answer that comes at once after its operation', async () => {
    const client: Client = {
      invoke: never,
      start: (op, ended) => ended({ type: 'ok', value: op.value }),
      close: () => undefined,
    };
    const { history } = await run(
      [
        { f: 'a', value: 1 },
        { f: 'b', value: 2 },
      ],
      okAfter(1),
      {
        open: () => client,
        concurrency: 1,
      },
    );
    assertSound(history, 1);
    assert.deepEqual(
      history.map(({ type, f, value }) => [type, f, value]),
      [
        ['invoke', 'a', 1],
        ['ok', 'a', 1],
        ['invoke', 'b', 2],
        ['ok', 'b', 2],
      ],
    );
  });

  it('one that throws is indeterminate, sooner or later', async () => {
    const throwing: readonly Required<Client>['start'][] = [
      (_op, _ended, failed) => failed(new Error('socket hang up')),
      () => {
        throw new Error('socket hang up');
      },
    ];
    for (const start of throwing) {
      const { history } = await run([{ f: 'write', value: 1 }], okAfter(1), {
        open: () => ({ invoke: never, start, close: () => undefined }),
      });
      assert.equal(history[1]?.type, 'info');
      assert.equal(history[1]?.error, 'indeterminate: socket hang up');
    }
  });
});
