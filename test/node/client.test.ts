import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Call, Connection, Outcome } from '#src/client/connection';
import type { ClientResponse, ErrorCode } from '#src/consensus/state-machine/command';
import { connect, status } from '#src/node/client';
import { FakeNode, type Reaction } from './support/fake-node.ts';

const write: Call = { f: 'write', key: 'k', value: 1 };
const read: Call = { f: 'read', key: 'k' };
const ok = (result: unknown): ClientResponse => ({ kind: 'ok', result });
const refused = (code: ErrorCode): ClientResponse => ({ kind: 'error', code });

/** A fake node with this script, and a quick client on it. */
async function rig(...script: Reaction[]) {
  const fake = await FakeNode.start(...script);
  const connection: Connection = connect({
    ...fake.address,
    // Short only where no answer is to come, so that a slow machine does not turn an answer into none.
    attemptTimeoutMs: script.includes('silent') ? 300 : 5000,
    retryPauseMs: 1,
    shortestAttemptMs: script.includes('silent') ? 300 : 600,
  });
  const dispose = async (): Promise<void> => {
    connection.close();
    await fake[Symbol.asyncDispose]();
  };
  return { fake, connection, [Symbol.asyncDispose]: dispose };
}

/** How often an attempt is made depends on the speed of the machine; in which order they are made does not. */
const withoutRepeats = (asked: readonly string[]): string[] =>
  asked.filter((one, i) => one !== asked[i - 1]);

describe('client', () => {
  it('opens one session, before its first command, and counts its commands', async () => {
    await using r = await rig(ok('done'));
    assert.deepEqual(await r.connection.call(read, 20_000), ok('done'));
    assert.deepEqual(await r.connection.call(write, 20_000), ok('done'));
    assert.deepEqual(await r.connection.call(write, 20_000), ok('done'));
    assert.deepEqual(r.fake.asked, ['query', 'open-session', 'command 1/1', 'command 1/2']);
    assert.equal(r.fake.connections, 1);
  });

  /** What a command says at its end, after these reactions. */
  const commands: readonly {
    readonly name: string;
    readonly script: readonly Reaction[];
    readonly kind: 'ok' | 'fail' | 'unknown';
    readonly asked?: readonly string[];
  }[] = [
    {
      name: 'is tried again with the same sequence after a definite refusal',
      script: [refused('no-leader'), refused('overloaded'), ok(null)],
      kind: 'ok',
      asked: ['command 1/1', 'command 1/1', 'command 1/1'],
    },
    {
      name: 'is tried again with the same sequence after an indefinite refusal',
      script: [refused('lost-leadership'), refused('forward-timeout'), ok(null)],
      kind: 'ok',
      asked: ['command 1/1', 'command 1/1', 'command 1/1'],
    },
    {
      name: 'is tried again with the same sequence after a lost connection',
      script: ['hangup', ok(null)],
      kind: 'ok',
      asked: ['command 1/1', 'command 1/1'],
    },
    {
      name: 'is tried again with the same sequence after an attempt without answer',
      script: ['silent', ok(null)],
      kind: 'ok',
      asked: ['command 1/1', 'command 1/1'],
    },
    {
      name: 'failed when every attempt was definitely refused',
      script: [refused('no-leader')],
      kind: 'fail',
    },
    {
      name: 'is unknown when one attempt was indefinite and all others were definitely refused',
      script: [refused('no-leader'), refused('lost-leadership'), refused('no-leader')],
      kind: 'unknown',
    },
    {
      name: 'is unknown when the connection broke once',
      script: ['hangup', refused('no-leader')],
      kind: 'unknown',
    },
    {
      name: 'is unknown when the answer is no frame',
      script: ['garbage', refused('no-leader')],
      kind: 'unknown',
    },
    { name: 'is unknown without any answer', script: ['silent'], kind: 'unknown' },
    {
      name: 'failed when it cannot be applied, also after an indefinite attempt',
      script: ['silent', refused('bad-command')],
      kind: 'fail',
      asked: ['command 1/1', 'command 1/1'],
    },
    {
      name: 'is unknown when its session expired after an indefinite attempt',
      script: ['silent', refused('session-unknown'), ok(null)],
      kind: 'unknown',
      asked: ['command 1/1', 'command 1/1'],
    },
    {
      name: 'is tried in a new session when the old one had expired before any attempt',
      script: [refused('no-leader'), refused('session-unknown'), ok(null)],
      kind: 'ok',
      asked: ['command 1/1', 'command 1/1', 'open-session', 'command 2/1'],
    },
    {
      name: 'is unknown when its result is gone',
      script: [refused('sequence-stale')],
      kind: 'unknown',
      asked: ['command 1/1'],
    },
    {
      name: 'is unknown when the refusal has a code from the future',
      script: [{ kind: 'error', code: 'moon-phase' as ErrorCode }],
      kind: 'unknown',
    },
  ];

  /** All at once, since most of them only wait. */
  const ended: (() => Promise<{ readonly outcome: Outcome; readonly seen: readonly string[] }>)[] =
    [];
  before(() => {
    for (const { script, kind } of commands) {
      const ending = (async () => {
        await using r = await rig(...script);
        const outcome = await r.connection.call(write, kind === 'ok' ? 20_000 : 1200);
        return { outcome, seen: r.fake.asked.slice(1) };
      })();
      ending.catch(() => undefined);
      ended.push(() => ending);
    }
  });

  for (const [i, { name, kind, asked }] of commands.entries()) {
    it(`a command ${name}`, async () => {
      const { outcome, seen } = (await ended[i]?.()) ?? assert.fail();
      assert.equal(outcome.kind, kind, JSON.stringify(outcome));
      if (asked !== undefined) assert.deepEqual(withoutRepeats(seen), withoutRepeats(asked));
      else assert(new Set(seen).size === 1, 'always the same sequence');
    });
  }

  it('never uses the sequence of a command again that is unknown', async () => {
    await using r = await rig(ok(null), 'silent', ok(null));
    assert.equal((await r.connection.call(write, 20_000)).kind, 'ok');
    const second = await r.connection.call(write, 50);
    assert.equal(second.kind, 'unknown');
    assert.equal((await r.connection.call(write, 20_000)).kind, 'ok');
    const asked = ['open-session', 'command 1/1', 'command 1/2', 'command 1/3'];
    assert.deepEqual(withoutRepeats(r.fake.asked), asked);
  });

  it('queries without an answer fail, and are tried again until there is no time left', async () => {
    await using r = await rig('hangup', 'silent', refused('read-abandoned'), refused('no-leader'));
    assert.deepEqual(await r.connection.call(read, 1200), { kind: 'fail', error: 'no-leader' });
    assert(r.fake.received.length > 4);
    await using s = await rig('hangup', 'silent', refused('read-abandoned'), ok(5));
    assert.deepEqual(await s.connection.call(read, 20_000), ok(5));
  });

  it('a command fails when nobody listens', async () => {
    const fake = await FakeNode.start('silent');
    const { address } = fake;
    await fake[Symbol.asyncDispose]();
    const connection = connect(address);
    const outcome = await connection.call(write, 1000);
    assert.equal(outcome.kind, 'fail');
    assert.match(outcome.kind === 'fail' ? outcome.error : '', /no session: .*ECONNREFUSED/);
    connection.close();
  });

  it('settles when its time is up, whatever becomes of the answer', async () => {
    await using r = await rig('silent');
    const call = r.connection.call(write, 100).then(() => 'settled');
    assert.equal(await Promise.race([call, sleep(10_000, 'late', { ref: false })]), 'settled');
  });

  it('closing ends a call in progress as unknown, is idempotent, and nothing is sent after it', async () => {
    await using r = await rig('silent');
    const call = r.connection.call(write, 60_000);
    while (r.fake.asked.length < 2) await sleep(1);
    r.connection.close();
    r.connection.close();
    assert.equal((await call).kind, 'unknown');
    assert.equal((await r.connection.call(write, 100)).kind, 'fail');
    assert.equal((await r.connection.call(read, 100)).kind, 'fail');
    assert.equal(r.fake.asked.length, 2);
  });

  it('refuses a second call at the same time without sending it', async () => {
    await using r = await rig(ok(1));
    const first = r.connection.call(read, 20_000);
    assert.equal((await r.connection.call(read, 20_000)).kind, 'fail');
    assert.deepEqual(await first, ok(1));
    assert.equal(r.fake.received.length, 1);
  });

  it('asking for the status says which address did not answer', async () => {
    await using fake = await FakeNode.start('silent');
    const { port } = fake.address;
    await assert.rejects(status(fake.address, 50), new RegExp(`no status from 127.0.0.1:${port}`));
  });
});
