/** Lease reads (dissertation 6.4.1): when a leader may answer without asking, and what followers must not do meanwhile. */

import assert from 'node:assert/strict';
import { Bench, diskWith, electionTimeoutMs, heartbeatMs } from '../support/raft-node.ts';

const lease = { options: { reads: 'lease' } } as const;
const leaseMs = electionTimeoutMs * 0.9;
const heard = (term: number, round: number) => ({ kind: 'heartbeatReply', term, round }) as const;
const heartbeat = (term: number, round = 1) =>
  ({ kind: 'heartbeat', term, commit: 0, round }) as const;
const askVote = (term: number) => ({ kind: 'vote', term, lastIndex: 9, lastTerm: 9 }) as const;

/** A leader whose round 1 was answered `lateMs` after it began. */
const withLease = (lateMs = 0): Bench => {
  const bench = new Bench(lease).leadAndCommit().tick(heartbeatMs);
  assert.equal(bench.message('heartbeat').round, 1);
  return bench.tick(lateMs).receive('n2', heard(1, 1)).clear();
};

describe('dissertation 6.4.1: leases', () => {
  it('a leader that was just confirmed answers at once, and asks nobody', () => {
    const bench = withLease().read(1);
    assert.deepEqual(bench.readsReady(), [1]);
    assert.equal(bench.sent('heartbeat').length, 0);
  });

  it('that it was elected is no lease, nor is a follower that took entries: only a round counts', () => {
    const bench = new Bench(lease).leadAndCommit().read(1);
    assert.deepEqual(bench.readsReady(), []);
    bench.receive('n2', heard(1, bench.message('heartbeat').round));
    assert.deepEqual(bench.readsReady(), [1]);
  });

  it('runs from when the round began, not from when it was answered, and shorter than T by the drift', () => {
    const lateMs = heartbeatMs - 1;
    const almost = withLease(lateMs)
      .tick(leaseMs - lateMs - 1)
      .read(1);
    assert.deepEqual(almost.readsReady(), [1]);
    const over = withLease(lateMs)
      .tick(leaseMs - lateMs)
      .read(1);
    assert.deepEqual(over.readsReady(), []);
  });

  it('a leader that stepped down has none, nor in its next term', () => {
    const bench = withLease().receive('n3', heartbeat(2)).read(1);
    assert.deepEqual(bench.rejected(), [{ request: 1, reason: 'not-leader' }]);
  });

  it('waits for its no-op to be committed like any read', () => {
    const bench = new Bench({ ...lease, disk: diskWith([1, 1], 1) }).lead().sync();
    bench.tick(heartbeatMs).receive('n2', heard(2, 1)).read(1);
    assert.deepEqual(bench.readsReady(), []);
    bench.accept('n2', 3).receive('n2', heard(2, 2));
    assert.deepEqual(bench.readsReady(), [1]);
  });

  it('who confirmed a lead helps nobody else for T, also after it has forgotten the leader', () => {
    const bench = new Bench({ ...lease, disk: diskWith([1], 1) }).receive('n2', heartbeat(1));
    // A refusal of an old pre-vote tells of a newer term: who leads it is not known.
    bench.receive('n3', { kind: 'preVoteReply', term: 5, granted: false });
    assert.deepEqual([bench.status().term, bench.status().leader], [5, undefined]);
    bench.clear().tick(electionTimeoutMs - 1);
    bench.receive('n3', askVote(5)).receive('n3', askVote(6));
    bench.receive('n3', { kind: 'preVote', term: 6, lastIndex: 9, lastTerm: 9 });
    assert.equal(bench.sent('voteReply').length, 0);
    assert.equal(bench.message('preVoteReply').granted, false);
    bench.tick(1).receive('n3', askVote(6));
    assert.equal(bench.message('voteReply').granted, true);
  });

  it('who starts again may have confirmed a lead just before: it helps nobody for T', () => {
    const bench = new Bench({ ...lease, disk: diskWith([1], 1) });
    bench.tick(electionTimeoutMs - 1).receive('n3', askVote(2));
    assert.equal(bench.sent('voteReply').length, 0);
    bench.tick(1).receive('n3', askVote(2));
    assert.equal(bench.message('voteReply').granted, true);
    const other = new Bench({ disk: diskWith([1], 1) }).receive('n3', askVote(2));
    assert.equal(other.message('voteReply').granted, true, 'without leases there is no such wait');
  });

  it('a cluster of one has a lease of its own', () => {
    const bench = new Bench({ ...lease, size: 1 }).campaign().sync().sync().tick(heartbeatMs);
    assert.deepEqual(bench.read(1).readsReady(), [1]);
  });
});
