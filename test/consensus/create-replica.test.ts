/** The way of a request through a cluster: to the leader, and back to exactly one reply. */

import assert from 'node:assert/strict';
import { createReplica } from '#src/consensus/create-replica';
import type { PeerMessage, ReplicaEffect } from '#src/consensus/replica';
import type { ClientRequest } from '#src/consensus/state-machine/command';
import { Cluster, testTiming } from './support/cluster.ts';

const read: ClientRequest = { kind: 'query', query: { f: 'read', key: 'x' } };
const write = (session: number, sequence: number, value: unknown): ClientRequest => ({
  kind: 'command',
  session,
  sequence,
  command: { f: 'write', key: 'x', value },
});
const openSession: ClientRequest = { kind: 'open-session' };

function calmCluster(size: number) {
  const cluster = new Cluster({ algorithm: 'raft', size, seed: 4 });
  const leader = cluster.awaitLeader();
  const follower = cluster.ids.find((id) => id !== leader) ?? leader;
  return { cluster, leader, follower };
}

/** A replica on the bench: n1 of three. */
function lone() {
  const replica = createReplica({
    algorithm: 'raft',
    config: {
      self: 'n1',
      members: ['n1', 'n2', 'n3'],
      timing: testTiming,
      limits: { maxBatchEntries: 9, maxInflight: 9, maxUncommitted: 9, maxPendingReads: 9 },
      trace: false,
    },
    options: {},
    durable: [],
    random: { below: () => 0 },
    nowMs: 0,
    incarnation: 3,
  });
  const follow = { kind: 'heartbeat', term: 1, commit: 0, round: 1 };
  return {
    replica,
    followN2: () => peer(0, { kind: 'algorithm', message: follow }),
    client: (nowMs: number, request: number, body: ClientRequest) =>
      replica.step({ kind: 'client', nowMs, request, body }),
    tick: (nowMs: number) => replica.step({ kind: 'tick', nowMs }),
    peer,
  };
  function peer(nowMs: number, message: PeerMessage): readonly ReplicaEffect[] {
    return replica.step({ kind: 'peer', nowMs, from: 'n2', message });
  }
}

const replies = (effects: readonly ReplicaEffect[]) => effects.filter((e) => e.kind === 'reply');

describe('replica', () => {
  it('serves clients at the leader and, through it, at every follower', () => {
    const { cluster, leader, follower } = calmCluster(3);
    assert.deepEqual(cluster.ask(leader, openSession), { kind: 'ok', result: 1 });
    assert.deepEqual(cluster.ask(follower, openSession), { kind: 'ok', result: 2 });
    assert.deepEqual(cluster.ask(follower, write(1, 1, 'a')), { kind: 'ok', result: null });
    assert.deepEqual(cluster.ask(follower, read), { kind: 'ok', result: 'a' });
    assert.deepEqual(cluster.ask(leader, read), { kind: 'ok', result: 'a' });
  });

  it('a cluster of one serves too, and remembers over a crash', () => {
    const { cluster } = calmCluster(1);
    cluster.ask('n1', openSession);
    cluster.ask('n1', write(1, 1, 'kept'));
    cluster.crash('n1');
    cluster.restart('n1');
    cluster.awaitLeader();
    assert.deepEqual(cluster.ask('n1', read), { kind: 'ok', result: 'kept' });
  });

  it('costs 2(n-1) messages an operation at a quiet leader', () => {
    for (const size of [3, 5]) {
      const { cluster, leader } = calmCluster(size);
      cluster.ask(leader, openSession);
      cluster.run(200);
      const count = (kind: string) => cluster.messages.get(kind) ?? 0;
      const before = count('append') + count('appendAccepted');
      for (let sequence = 1; sequence <= 20; sequence += 1) {
        cluster.ask(leader, write(1, sequence, sequence));
        cluster.run(20);
      }
      const cost = (count('append') + count('appendAccepted') - before) / 20;
      assert.equal(cost, 2 * (size - 1));
    }
  });

  it('says no-leader when it knows none', () => {
    const { client } = lone();
    const error = { kind: 'error', code: 'no-leader' };
    assert.deepEqual(client(0, 1, read), [{ kind: 'reply', request: 1, response: error }]);
    assert.deepEqual(client(0, 2, openSession), [{ kind: 'reply', request: 2, response: error }]);
  });

  it('hands a request to the leader, and its answer back, once', () => {
    const { client, followN2, peer } = lone();
    followN2();
    const forward = { kind: 'forward', request: 7, incarnation: 3, body: read } as const;
    assert.deepEqual(client(0, 7, read), [
      { kind: 'send', to: 'n2', message: forward, afterDurable: 0 },
    ]);
    const response = { kind: 'ok', result: 5 } as const;
    const answer = { kind: 'forwarded', request: 7, incarnation: 3, by: 4, response } as const;
    assert.deepEqual(peer(1, { ...answer, incarnation: 2 }), [], 'meant for an earlier life');
    assert.deepEqual(peer(1, answer), [{ kind: 'reply', request: 7, response }]);
    assert.deepEqual(peer(2, answer), [], 'duplicated on the way');
  });

  it('gives up on a forwarded request after two election timeouts', () => {
    const { client, followN2, tick, peer } = lone();
    followN2();
    client(0, 7, read);
    const limitMs = 2 * testTiming.electionTimeoutMs;
    assert.deepEqual(replies(tick(limitMs - 1)), []);
    assert.deepEqual(replies(tick(limitMs)), [
      { kind: 'reply', request: 7, response: { kind: 'error', code: 'forward-timeout' } },
    ]);
    const response = { kind: 'ok', result: 5 } as const;
    const late = { kind: 'forwarded', request: 7, incarnation: 3, by: 4, response } as const;
    assert.deepEqual(peer(limitMs, late), []);
  });

  it('does not hand on what was handed to it: no circles while nobody leads', () => {
    const { followN2, peer } = lone();
    followN2();
    for (const [request, body] of [read, openSession].entries()) {
      const answers = peer(1, { kind: 'forward', request, incarnation: 9, body });
      const response = { kind: 'error', code: 'no-leader' } as const;
      const message = { kind: 'forwarded', request, incarnation: 9, by: 3, response } as const;
      assert.deepEqual(answers, [{ kind: 'send', to: 'n2', message, afterDurable: 0 }]);
    }
  });

  it('answers what was handed to it once, however often it arrives: a copy that is refused says nothing of the first', () => {
    const bench = lone();
    const forward = (request: number, incarnation = 7) =>
      replies(bench.peer(1, { kind: 'forward', request, incarnation, body: read })).length;
    const sends = (request: number, incarnation = 7) =>
      bench
        .peer(1, { kind: 'forward', request, incarnation, body: read })
        .filter(({ kind }) => kind === 'send').length;
    assert.equal(sends(1), 1);
    assert.equal(sends(1), 0);
    // Out of order is not repeated, and a peer that has started again counts from the beginning.
    assert.equal(sends(3), 1);
    assert.equal(sends(2), 1);
    assert.equal(sends(2), 0);
    assert.equal(sends(1, 8), 1);
    assert.equal(sends(4, 7), 0);
    assert.equal(forward(9, 8), 0);
    for (let request = 10; request < 20_000; request += 1) assert.equal(sends(request, 8), 1);
    assert.equal(sends(15_000, 8) + sends(19_999, 8), 0);
  });

  it('is sure of a refusal only if no earlier life of it can have been handed the command', () => {
    const { peer } = lone();
    const body = write(1, 1, 'x');
    const answerTo = (request: number, to: number | undefined) => {
      const known = to === undefined ? {} : { to };
      const [sent] = peer(1, { kind: 'forward', request, incarnation: 9, ...known, body });
      assert.ok(sent?.kind === 'send' && sent.message.kind === 'forwarded');
      return sent.message.response;
    };
    const unsure = { kind: 'error', code: 'refused-later', detail: 'no-leader' };
    assert.deepEqual(answerTo(1, undefined), unsure);
    assert.deepEqual(answerTo(2, 2), unsure);
    assert.deepEqual(answerTo(3, 3), { kind: 'error', code: 'no-leader' });
  });

  it('tells the leader which life of it was heard of last', () => {
    const { client, followN2, peer } = lone();
    followN2();
    const meant = (request: number) => {
      const [sent] = client(0, request, read);
      assert.ok(sent?.kind === 'send' && sent.message.kind === 'forward');
      return sent.message.to;
    };
    const response = { kind: 'ok', result: 5 } as const;
    assert.equal(meant(1), undefined);
    peer(1, { kind: 'forwarded', request: 1, incarnation: 3, by: 6, response });
    assert.equal(meant(2), 6);
    peer(1, { kind: 'forward', request: 1, incarnation: 5, body: read });
    assert.equal(meant(3), 6, 'a message from the past');
    peer(1, { kind: 'forward', request: 1, incarnation: 7, body: read });
    assert.equal(meant(4), 7);
  });

  it('answers what was proposed when the lead is lost, and not again when it commits', () => {
    const { cluster, leader } = calmCluster(3);
    cluster.ask(leader, openSession);
    cluster.partition([leader]);
    assert.deepEqual(cluster.ask(leader, write(1, 1, 'x')), {
      kind: 'error',
      code: 'lost-leadership',
    });
    assert.deepEqual(cluster.ask(leader, read), { kind: 'error', code: 'no-leader' });
    cluster.heal();
    cluster.run(3000);
    assert.equal(cluster.unanswered(), 0);
  });

  it('a read that nobody confirms is abandoned', () => {
    const { cluster, leader } = calmCluster(5);
    cluster.partition([leader]);
    assert.deepEqual(cluster.ask(leader, read), { kind: 'error', code: 'read-abandoned' });
  });

  it('does a command once, however often and wherever it is asked for', () => {
    const { cluster, leader, follower } = calmCluster(3);
    cluster.ask(leader, openSession);
    const command = { f: 'add', key: 'n', delta: 5 } as const;
    const body = { kind: 'command', session: 1, sequence: 1, command } as const;
    for (const id of [leader, follower, leader]) {
      assert.deepEqual(cluster.ask(id, body), { kind: 'ok', result: 5 });
    }
    assert.deepEqual(cluster.ask(leader, { ...body, session: 9 }), {
      kind: 'error',
      code: 'session-unknown',
    });
  });

  it('refuses malformed requests before they reach the log', () => {
    const { client } = lone();
    const command = { f: 'add', key: 'n', delta: 5 };
    const bad: unknown[] = [
      { kind: 'drop' },
      { kind: 'query' },
      { kind: 'command', session: 0, sequence: 1, command },
      { kind: 'command', session: 1, sequence: 1.5, command },
      { kind: 'command', session: 1, sequence: 1, command: 'add' },
    ];
    for (const body of bad) {
      const [reply] = replies(client(0, 1, body as ClientRequest));
      assert.equal(reply?.response.kind === 'error' && reply.response.code, 'bad-command');
    }
  });

  it('an unknown algorithm is refused with the known ones', () => {
    const cluster = () => new Cluster({ algorithm: 'rafft', size: 3, seed: 1 });
    assert.throws(cluster, /unknown algorithm rafft; allowed are .*raft/);
  });
});
