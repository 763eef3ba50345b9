/** The client of etcd: commands mean what they mean to our own nodes, and no error is called definite that is not. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import type { Call, Connection, Outcome } from '#src/client/connection';
import type { Command } from '#src/consensus/state-machine/command';
import { createKv } from '#src/consensus/state-machine/kv';
import { connectEtcd, encodeValue } from '#src/systems/etcd/client';
import { methods } from '#src/systems/etcd/messages';
import { type Behaviour, FakeEtcd } from './fake-etcd.ts';

const write: Call = { f: 'write', key: 'k', value: 1 };
const read: Call = { f: 'read', key: 'k' };
const add: Call = { f: 'add', key: 'k', delta: 1 };
const serve: Behaviour = { kind: 'serve' };
const noLeader: Behaviour = { kind: 'refuse', code: 14, message: 'etcdserver: no leader' };
const timedOut: Behaviour = { kind: 'refuse', code: 14, message: 'etcdserver: request timed out' };

describe('the client of etcd', () => {
  let fake: FakeEtcd;
  let connection: Connection;
  beforeEach(async () => {
    fake = await FakeEtcd.start();
    connection = connectEtcd({ ...fake.address, reads: 'linearizable' });
  });
  afterEach(async () => {
    connection.close();
    await fake[Symbol.asyncDispose]();
  });

  /** The behaviours one after the other, then it serves. */
  const behaving = (...behaviours: readonly Behaviour[]): void => {
    const left = [...behaviours];
    fake.behave = () => left.shift() ?? serve;
  };
  const ask = (call: Call, timeoutMs = 30_000): Promise<Outcome> =>
    connection.call(call, timeoutMs);
  const ok = (result: unknown): Outcome => ({ kind: 'ok', result });

  it('reads, writes, and deletes what is set to null', async () => {
    assert.deepEqual(await ask(read), ok(null));
    assert.deepEqual(await ask(write), ok(null));
    assert.deepEqual(await ask(read), ok(1));
    assert.deepEqual(await ask({ f: 'cas', key: 'k', from: 2, to: 3 }), ok(false));
    assert.deepEqual(await ask({ f: 'cas', key: 'k', from: 1, to: 3 }), ok(true));
    assert.deepEqual(await ask({ f: 'read-many', keys: ['k', 'l'] }), ok([3, null]));
    assert.deepEqual(await ask({ f: 'write', key: 'k', value: null }), ok(null));
    assert.equal(fake.get('k'), undefined);
    assert.deepEqual(await ask({ f: 'cas', key: 'k', from: null, to: 4 }), ok(true));
    assert.deepEqual(await ask({ f: 'cas', key: 'k', from: null, to: 5 }), ok(false));
  });

  it('asks for a leader, but not where reads may be stale', async () => {
    await ask(read);
    connection.close();
    connection = connectEtcd({ ...fake.address, reads: 'serializable' });
    await ask(read);
    await ask(write);
    assert.deepEqual(
      fake.requests.map(({ headers }) => headers['hasleader']),
      ['true', undefined, 'true'],
    );
  });

  it('does it again when somebody else wrote meanwhile', async () => {
    let meddled = false;
    fake.behave = (path) => {
      if (path === methods.txn && !meddled) {
        meddled = true;
        fake.put('k', '41');
      }
      return serve;
    };
    assert.deepEqual(await ask(add), ok(42));
    assert.equal(fake.get('k'), '42');
    assert.equal(fake.requests.length, 3);
  });

  it('tries again what was definitely refused', async () => {
    behaving(noLeader, { kind: 'not-looked-at' }, noLeader);
    assert.deepEqual(await ask(write), ok(null));
    assert.equal(fake.requests.length, 4);
  });

  it('fails when every attempt was definitely refused', async () => {
    fake.behave = () => noLeader;
    connection.close();
    // So long that the last attempt has its answer in time, too.
    connection = connectEtcd({ ...fake.address, reads: 'linearizable', shortestAttemptMs: 600 });
    assert.deepEqual(await ask(write, 1200), { kind: 'fail', error: 'etcdserver: no leader' });
    assert.ok(fake.requests.length > 1);
  });

  for (const [what, behaviour] of Object.entries<Behaviour>({
    'a timeout of etcd': timedOut,
    'a full database': {
      kind: 'refuse',
      code: 8,
      message: 'etcdserver: mvcc: database space exceeded',
    },
    'an error that is not known': { kind: 'refuse', code: 2, message: 'whatever' },
    'no answer': { kind: 'silent' },
    'a broken connection': { kind: 'break' },
  })) {
    it(`does not know what became of a write after ${what}, and never asks twice`, async () => {
      // Short only where no answer is to come.
      const timeoutMs = behaviour.kind === 'silent' ? 500 : 30_000;
      for (const call of [write, { f: 'cas', key: 'k', from: null, to: 1 }] satisfies Call[]) {
        const before = fake.requests.length;
        behaving(behaviour);
        assert.equal((await ask(call, timeoutMs)).kind, 'unknown', call.f);
        assert.equal(fake.requests.length, before + 1);
      }
      behaving(serve, behaviour);
      assert.equal((await ask(add, timeoutMs)).kind, 'unknown');
    });
  }

  it('reads again until there is an answer', async () => {
    behaving(timedOut, { kind: 'break' }, noLeader);
    assert.deepEqual(await ask(read), ok(null));
  });

  it('fails a write that was never sent: nobody listens, or nobody is behind the proxy', async () => {
    const silent = createServer();
    const sockets: Socket[] = [];
    silent.on('connection', (socket) => sockets.push(socket));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const toSilent = connectEtcd({ host: '127.0.0.1', port, reads: 'linearizable' });
    assert.equal((await toSilent.call(write, 200)).kind, 'fail');
    assert.equal(sockets.length, 1);
    toSilent.close();
    for (const socket of sockets) socket.destroy();
    silent.close();
    await once(silent, 'close');
    const toNobody = connectEtcd({ host: '127.0.0.1', port, reads: 'linearizable' });
    const outcome = await toNobody.call(write, 1000);
    assert.equal(outcome.kind, 'fail');
    assert.match(outcome.kind === 'fail' ? outcome.error : '', /ECONNREFUSED/);
    toNobody.close();
  });

  it('ends a call in progress as unknown when it is closed, and refuses calls from then on', async () => {
    fake.behave = () => ({ kind: 'silent' });
    const pending = ask(write, 60_000);
    while (fake.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    connection.close();
    assert.equal((await pending).kind, 'unknown');
    assert.equal((await ask(write)).kind, 'fail');
  });

  it('shows a value that nobody can have written as it is', async () => {
    fake.put('k', '{"torn');
    assert.deepEqual(await ask(read), ok('{"torn'));
  });

  it('says that a command cannot be applied, and changes nothing', async () => {
    await ask({ f: 'write', key: 'k', value: 'text' });
    const outcome = await ask(add);
    assert.equal(outcome.kind, 'fail');
    assert.equal(fake.get('k'), '"text"');
  });

  const key = fc.constantFrom('a', 'b');
  const value = fc.oneof(
    fc.integer({ min: 0, max: 3 }),
    fc.constant(null),
    fc.constant({ y: 1, x: [2] }),
  );
  const step = fc.oneof(
    key.map((k) => ['r', k, null] as const),
    fc.tuple(fc.constant('w' as const), key, value),
    fc.tuple(fc.constant('append' as const), key, value),
    fc.tuple(fc.constant('add' as const), key, fc.constant(1)),
    fc.tuple(fc.constant('at-least' as const), key, fc.constant(1)),
  );
  const command: fc.Arbitrary<Command> = fc.oneof(
    fc.record({ f: fc.constant('write' as const), key, value }),
    fc.record({ f: fc.constant('cas' as const), key, from: value, to: value }),
    fc.record({ f: fc.constantFrom('append', 'insert', 'remove', 'decide'), key, value }),
    fc.record({ f: fc.constant('dequeue' as const), key, count: fc.constantFrom(1, 2) }),
    fc.record({ f: fc.constant('acquire' as const), key }),
    fc.record({ f: fc.constant('release' as const), key, token: fc.constantFrom(1, 2) }),
    fc.record({ f: fc.constant('add' as const), key, delta: fc.constant(1) }),
    fc.record({ f: fc.constant('txn' as const), steps: fc.array(step, { maxLength: 4 }) }),
  );

  it('answers every command as our own nodes do, and leaves the same behind', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 15 }), async (commands) => {
        const kv = createKv();
        for (const name of ['a', 'b']) await ask({ f: 'write', key: name, value: null });
        for (const one of commands) {
          const expected = kv.apply(one);
          const outcome = await ask(one);
          if (expected.kind === 'ok') assert.deepEqual(outcome, ok(expected.result));
          else assert.equal(outcome.kind, 'fail');
        }
        const left = kv.query({ f: 'read-many', keys: ['a', 'b'] });
        const result = left.kind === 'ok' ? left.result : undefined;
        assert.deepEqual(await ask({ f: 'read-many', keys: ['a', 'b'] }), ok(result));
      }),
      { numRuns: 60 },
    );
  });
});

describe("etcd's values", () => {
  it('are the same text when they are the same value', () => {
    assert.equal(
      encodeValue({ b: 1, a: { d: 2, c: 3 } }),
      encodeValue({ a: { c: 3, d: 2 }, b: 1 }),
    );
    assert.notEqual(encodeValue([1, 2]), encodeValue([2, 1]));
    assert.equal(encodeValue(null), undefined);
  });
});
