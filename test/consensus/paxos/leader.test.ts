/** Phase 2: counting, sending, sending again, and giving up. */

import assert from 'node:assert/strict';
import { maxCommitsPerStep } from '#src/consensus/limits';
import { Bench, ballot, electionTimeoutMs, heartbeatMs, proposals } from '../support/paxos-node.ts';

describe('paxos phase 2', () => {
  it('a slot is decided by a majority of distinct acceptors in exactly this ballot', () => {
    const bench = new Bench({ size: 5 }).lead().propose(1).sync();
    bench.p2b('n2', 1).p2b('n2', 1);
    bench.receive('n3', { kind: 'p2b', ballot: ballot(1, 'n2'), slots: [1] });
    bench.receive('n3', { kind: 'p2b', ballot: ballot(10, 'n1'), slots: [1] });
    assert.deepEqual(bench.committed(), []);
    bench.p2b('n4', 1);
    assert.deepEqual(bench.committed(), ['c1']);
    assert.deepEqual(bench.quorum('chosen'), ['n1', 'n2', 'n4']);
    bench.p2b('n5', 1).p2b('n5', 77);
    assert.equal(bench.committed().length, 1);
  });

  it("the leader's own acceptance counts when it is on disk, but the others are asked meanwhile", () => {
    const bench = new Bench().lead().propose(1);
    assert.deepEqual(
      bench.sent('p2a').map(({ to, afterDurable }) => [to, afterDurable]),
      [
        ['n2', 0],
        ['n3', 0],
      ],
    );
    bench.p2b('n2', 1);
    assert.deepEqual(bench.committed(), []);
    bench.sync();
    assert.deepEqual(bench.committed(), ['c1']);
    const others = new Bench().lead().propose(1).p2b('n2', 1).p2b('n3', 1);
    assert.deepEqual(others.committed(), ['c1'], 'or without it');
  });

  it('and not for a later ballot of its own', () => {
    const bench = new Bench().lead().propose(1);
    const proposed = bench.lastSequence;
    bench.receive('n2', { kind: 'preempted', ballot: ballot(4, 'n2') });
    bench.scout();
    const own = bench.own;
    bench.receive('n2', { kind: 'p1b', ballot: own, accepted: [], gcSlot: 1 });
    bench.receive('n3', { kind: 'p1b', ballot: own, accepted: [], gcSlot: 1 });
    assert.equal(bench.status().role, 'leader');
    bench.clear().propose(2, 'other').p2b('n3', 1).sync(proposed);
    assert.deepEqual(
      bench.committed(),
      [],
      'slot 1 of the first ballot is on disk, not that of this one',
    );
    assert.deepEqual(bench.sync().committed(), ['other']);
  });

  it('an acceptor answers when its acceptance is on disk', () => {
    const bench = new Bench().p2a('n2', 1, proposals(1, 'a'));
    assert.deepEqual(bench.sent('p2b'), [
      { to: 'n2', afterDurable: 1, message: { kind: 'p2b', ballot: ballot(1, 'n2'), slots: [1] } },
    ]);
  });

  it('a slot that is decided here is accepted and forgotten: nothing piles up', () => {
    const bench = new Bench().p2a('n2', 1, proposals(1, 'a'), 2);
    bench.p2a('n3', 2, proposals(1, 'a')).sync();
    assert.deepEqual(bench.sent('p2b').length, 2);
    const { accepted, gcSlot } = bench.p1a('n2', 4).message('p1b');
    assert.deepEqual([accepted, gcSlot], [[], 2]);
    assert.deepEqual(
      bench.written.filter(({ kind }) => kind === 'accept').length,
      2,
      'both on disk',
    );
  });

  it('costs 2 messages per acceptor at low load, and one write per node', () => {
    const bench = new Bench({ size: 5 }).lead().tick();
    for (let i = 1; i <= 5; i += 1) {
      const before = bench.lastSequence;
      bench.clear().propose(i).sync();
      for (const peer of ['n2', 'n3', 'n4', 'n5']) bench.p2b(peer, i);
      assert.equal(bench.effects.filter(({ kind }) => kind === 'send').length, 4);
      assert.equal(bench.lastSequence, before + 1);
    }
  });

  it('a cluster of one decides when its disk has it', () => {
    const bench = new Bench({ size: 1 }).tick(electionTimeoutMs).sync().propose(1).read(2);
    assert.deepEqual([bench.committed(), bench.readsReady()], [[], []]);
    bench.sync();
    assert.deepEqual([bench.committed(), bench.readsReady()], [['c1'], [2]]);
  });

  it('hands over a long backlog in several steps', () => {
    const many = Array.from({ length: maxCommitsPerStep + 10 }, (_, i) => `v${i}`);
    const bench = new Bench()
      .p2a('n2', 1, proposals(1, ...many), 1)
      .heartbeat('n2', 1, many.length + 1);
    assert.equal(bench.committed().length, maxCommitsPerStep);
    assert.deepEqual(bench.tick().committed(), many);
  });
});

describe('paxos pipeline', () => {
  it('keeps to maxInflight messages and maxBatchEntries slots in each', () => {
    const bench = new Bench({ limits: { maxInflight: 2, maxBatchEntries: 3 } }).lead();
    for (let i = 1; i <= 9; i += 1) bench.propose(i);
    const slots = () =>
      bench
        .sent('p2a')
        .filter(({ to }) => to === 'n2')
        .map(({ message }) => message.proposals.map(({ slot }) => slot));
    assert.deepEqual(slots(), [[1], [2]]);
    bench.p2b('n2', 1);
    assert.deepEqual(slots(), [[1], [2], [3, 4, 5]]);
    bench.p2b('n2', 2);
    assert.deepEqual(slots(), [[1], [2], [3, 4, 5], [6, 7, 8]]);
    bench.p2b('n2', 3, 4);
    assert.equal(slots().length, 4, 'answered in part');
    bench.p2b('n2', 5);
    assert.deepEqual(slots().at(-1), [9]);
  });

  it('sends again what was not answered, one message at a time until there is an answer', () => {
    const bench = new Bench({
      options: { checkQuorum: false },
      limits: { maxBatchEntries: 2 },
    }).lead();
    for (let i = 1; i <= 5; i += 1) bench.propose(i);
    bench.clear().tick(electionTimeoutMs / 2 - 1);
    assert.equal(bench.sent('p2a').length, 0);
    bench.tick(1);
    assert.deepEqual(
      bench.sent('p2a').map(({ to, message }) => [to, message.proposals.length]),
      [
        ['n2', 2],
        ['n3', 2],
      ],
    );
    bench.clear().tick(electionTimeoutMs / 2);
    assert.equal(bench.sent('p2a').length, 2);
    bench.clear().p2b('n2', 1, 2);
    assert.deepEqual(
      bench.sent('p2a').map(({ message }) => message.proposals.map(({ slot }) => slot)),
      [[3, 4], [5]],
    );
  });

  it('does not send again what is decided: that is told as a decision', () => {
    const bench = new Bench().lead().propose(1).propose(2).sync().p2b('n2', 1).clear();
    bench.tick(electionTimeoutMs / 2);
    assert.deepEqual(bench.message('p2a', 'n3').proposals, proposals(2, 'c2'));
    assert.equal(bench.message('p2a', 'n3').decided, 2);
    bench.receive('n3', { kind: 'learn', fromSlot: 1 });
    assert.deepEqual(bench.message('learned', 'n3').decisions, [
      { slot: 1, command: 'c1', round: 3 },
    ]);
  });
});

describe('paxos heartbeats', () => {
  it('come once per heartbeatMs, and tell what is decided', () => {
    const bench = new Bench({ options: { checkQuorum: false } }).lead().propose(1).sync();
    bench.p2b('n2', 1);
    for (let ms = 1; ms <= 5 * heartbeatMs; ms += 1) bench.tick(1);
    assert.equal(bench.sent('heartbeat').length, 2 * 5);
    assert.equal(bench.message('heartbeat').decided, 2);
  });
});

describe('paxos leader gives up', () => {
  it('when a higher ballot shows; its clients learn that the outcome is not known', () => {
    const bench = new Bench().lead().propose(1).propose(2).read(3).sync().p2b('n2', 1).read(4);
    bench.clear().receive('n3', { kind: 'preempted', ballot: ballot(5, 'n3') });
    assert.deepEqual(
      [...bench.rejected()].sort((a, b) => a.request - b.request),
      [
        { request: 2, reason: 'lost-leadership' },
        { request: 3, reason: 'read-abandoned' },
        { request: 4, reason: 'read-abandoned' },
      ],
    );
    assert.equal(bench.status().leader, undefined);
    bench.propose(5).read(6);
    assert.deepEqual(
      bench
        .rejected()
        .slice(-2)
        .map(({ reason }) => reason),
      ['not-leader', 'not-leader'],
    );
    bench.clear().p2a('n3', 5, proposals(2, 'theirs'), 2).heartbeat('n3', 5, 3);
    const commit = bench.effects.find(({ kind }) => kind === 'commit');
    assert.deepEqual(
      commit,
      { kind: 'commit', index: 2, term: 5, command: 'theirs' },
      "not the old request's",
    );
  });

  it('when no majority answers for one election timeout (check-quorum); any answer will do', () => {
    const bench = new Bench({ size: 5 }).lead();
    for (let i = 0; i < 20; i += 1) {
      bench.tick(heartbeatMs);
      for (const peer of ['n2', 'n3']) {
        bench.receive(peer, { kind: 'heartbeatReply', ballot: bench.own });
      }
    }
    assert.equal(bench.status().role, 'leader');
    for (let i = 0; i < 5; i += 1) {
      bench.tick(heartbeatMs).receive('n2', { kind: 'heartbeatReply', ballot: bench.own });
      bench.receive('n3', { kind: 'heartbeatReply', ballot: ballot(1, 'n2') });
    }
    assert.equal(bench.status().role, 'leader');
    bench.tick(1);
    assert.equal(bench.status().role, 'follower');
    assert.equal(bench.traced('stepDown')[0]?.['reason'], 'check-quorum');
    assert.equal(
      new Bench({ options: { checkQuorum: false } }).lead().tick(9999).status().role,
      'leader',
    );
  });

  it('when nobody can tell what is decided below its gcSlot, and not while it is being told', () => {
    const bench = new Bench({ options: { checkQuorum: false }, limits: { maxBatchEntries: 1 } })
      .scout()
      .sync();
    bench.promise('n2', { gcSlot: 4 });
    bench
      .tick(1.5 * electionTimeoutMs)
      .learned('n2', 1, ['a'])
      .tick(1.5 * electionTimeoutMs);
    bench.learned('n2', 2, ['b']).tick(2 * electionTimeoutMs);
    assert.equal(bench.status().role, 'leader');
    assert.equal(bench.message('learn').fromSlot, 3);
    bench.tick(1);
    assert.equal(bench.status().role, 'follower');
    assert.deepEqual(bench.committed(), ['a', 'b']);
  });
});
