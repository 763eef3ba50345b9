/** One test per rule that Ongaro's dissertation adds: pre-vote, check-quorum, reads, parallel disks, pipelining. */

import assert from 'node:assert/strict';
import { maxCommitsPerStep } from '#src/consensus/limits';
import { Bench, diskWith, electionTimeoutMs, entries, heartbeatMs } from '../support/raft-node.ts';

const heartbeat = (term: number, round = 1) =>
  ({ kind: 'heartbeat', term, commit: 0, round }) as const;
const heard = (term: number, round: number) => ({ kind: 'heartbeatReply', term, round }) as const;

describe('dissertation 9.6: pre-vote', () => {
  const ask = (term: number) => ({ kind: 'preVote', term, lastIndex: 9, lastTerm: 9 }) as const;

  it('"a candidate only increments its term if it first learns from a majority that they would vote for it"', () => {
    const bench = new Bench({ size: 5, disk: diskWith([2], 3) }).tick(electionTimeoutMs);
    assert.deepEqual([bench.status().role, bench.status().term], ['candidate', 3]);
    assert.deepEqual(bench.message('preVote', 'n5'), {
      kind: 'preVote',
      term: 4,
      lastIndex: 1,
      lastTerm: 2,
    });
    const yes = { kind: 'preVoteReply', term: 4, granted: true } as const;
    bench.receive('n2', yes).receive('n2', yes);
    assert.equal(bench.status().term, 3, 'two yeses of one node are one');
    bench.receive('n3', yes);
    assert.deepEqual([bench.status().role, bench.status().term], ['candidate', 4]);
    assert.equal(bench.sent('vote').length, 4);
  });

  it('asking and answering change nothing: no term, no vote, no write', () => {
    const bench = new Bench().receive('n2', ask(8)).receive('n3', ask(8));
    assert.deepEqual(bench.written, []);
    assert.equal(bench.status().term, 0);
    assert.deepEqual(
      bench.sent('preVoteReply').map(({ message }) => message.granted),
      [true, true],
    );
  });

  it('"if a server receives valid heartbeats it does not grant": as long as its leader is fresh', () => {
    const bench = new Bench({ disk: diskWith([1], 1) }).receive('n2', heartbeat(1));
    bench.tick(electionTimeoutMs - 1).receive('n3', ask(2));
    assert.deepEqual(bench.message('preVoteReply'), {
      kind: 'preVoteReply',
      term: 1,
      granted: false,
    });
    bench.clear().tick(1).receive('n3', ask(2));
    assert.deepEqual(bench.message('preVoteReply'), {
      kind: 'preVoteReply',
      term: 2,
      granted: true,
    });
  });

  it('a leader does not grant', () => {
    const bench = new Bench().leadAndCommit().receive('n2', ask(2));
    assert.equal(bench.message('preVoteReply').granted, false);
  });

  it('who has voted in the term does not promise the vote to somebody else', () => {
    const bench = new Bench({ disk: diskWith([], 4, 'n2') });
    bench.receive('n3', ask(4)).receive('n2', ask(4));
    assert.deepEqual(
      bench.sent('preVoteReply').map(({ message }) => message.granted),
      [false, true],
    );
  });

  it('who is behind is told so: a refusal carries the newer term, and is believed', () => {
    const bench = new Bench({ disk: diskWith([1, 5], 5) }).receive('n2', ask(3));
    const refusal = bench.message('preVoteReply');
    assert.deepEqual(refusal, { kind: 'preVoteReply', term: 5, granted: false });
    const behind = new Bench({ disk: diskWith([1], 2) }).tick(electionTimeoutMs);
    behind.receive('n2', refusal);
    assert.deepEqual([behind.status().role, behind.status().term], ['follower', 5]);
  });

  it('a promise of another election means nothing', () => {
    const bench = new Bench({ disk: diskWith([1], 5) }).tick(electionTimeoutMs);
    bench.receive('n2', { kind: 'preVoteReply', term: 5, granted: true });
    bench.receive('n2', { kind: 'preVoteReply', term: 9, granted: true });
    assert.equal(bench.status().term, 5);
  });

  it('can be switched off', () => {
    const bench = new Bench({ options: { preVote: false } }).tick(electionTimeoutMs);
    assert.equal(bench.sent('preVote').length, 0);
    assert.equal(bench.sent('vote').length, 2);
  });
});

describe('dissertation 4.2.3: disruptive servers', () => {
  const ask = { kind: 'vote', term: 9, lastIndex: 9, lastTerm: 9 } as const;

  it('"if a server receives a RequestVote within the minimum election timeout of hearing from a leader, it does not update its term"', () => {
    const bench = new Bench({ disk: diskWith([1], 1) }).receive('n2', heartbeat(1));
    bench.tick(electionTimeoutMs - 1).receive('n3', ask);
    assert.equal(bench.status().term, 1);
    assert.equal(bench.sent('voteReply').length, 0);
    bench.tick(1).receive('n3', ask);
    assert.equal(bench.message('voteReply').granted, true);
  });

  it('a leader that does not check its quorum must give way, or a leader that hears nobody would lead for ever', () => {
    const checking = new Bench().leadAndCommit().receive('n2', ask);
    assert.equal(checking.status().role, 'leader');
    const other = new Bench({ options: { checkQuorum: false } }).leadAndCommit().receive('n2', ask);
    assert.deepEqual([other.status().role, other.status().term], ['follower', 9]);
  });
});

describe('dissertation 6.2: check-quorum', () => {
  it('"a leader steps down if an election timeout elapses without a successful round of heartbeats to a majority"', () => {
    const bench = new Bench({ size: 5 }).leadAndCommit().propose(1).read(2);
    for (let i = 0; i < 4; i += 1) {
      bench.tick(heartbeatMs).receive('n2', heard(1, bench.message('heartbeat').round));
    }
    assert.equal(bench.status().role, 'leader');
    bench.tick(heartbeatMs);
    assert.deepEqual([bench.status().role, bench.status().leader], ['follower', undefined]);
    assert.deepEqual(bench.rejected(), [
      { request: 1, reason: 'lost-leadership' },
      { request: 2, reason: 'read-abandoned' },
    ]);
  });

  it('stays while a majority answers', () => {
    const bench = new Bench({ size: 5 }).leadAndCommit();
    for (let i = 0; i < 50; i += 1) {
      bench.tick(heartbeatMs);
      const { round } = bench.message('heartbeat');
      bench.receive('n2', heard(1, round)).receive('n3', heard(1, round));
    }
    assert.equal(bench.status().role, 'leader');
  });

  it('after a pause of seconds, on the first tick', () => {
    const bench = new Bench().leadAndCommit().tick(5000);
    assert.equal(bench.status().role, 'follower');
  });

  it('can be switched off', () => {
    const bench = new Bench({ options: { checkQuorum: false } }).leadAndCommit().tick(5000);
    assert.equal(bench.status().role, 'leader');
  });

  it('"followers forget their leader" with the term, and when they campaign', () => {
    const bench = new Bench().receive('n2', heartbeat(1));
    assert.equal(bench.status().leader, 'n2');
    bench.tick(2 * electionTimeoutMs);
    assert.equal(bench.status().leader, undefined);
  });
});

describe('dissertation 6.4: linearizable reads', () => {
  it('"the leader saves its commit index": and waits for a round of heartbeats that began after the read', () => {
    const bench = new Bench().leadAndCommit().tick(heartbeatMs);
    assert.equal(bench.message('heartbeat').round, 1);
    bench.clear().read(5);
    assert.equal(bench.sent('heartbeat').length, 0, 'round 1 is under way');
    bench.receive('n2', heard(1, 1));
    assert.deepEqual(bench.readsReady(), [], 'round 1 began before the read');
    assert.equal(bench.message('heartbeat').round, 2);
    bench.receive('n3', heard(1, 1));
    assert.deepEqual(bench.readsReady(), []);
    bench.receive('n3', heard(1, 2));
    assert.deepEqual(bench.readsReady(), [5]);
  });

  it('reads that come during a round share the next one', () => {
    const bench = new Bench().leadAndCommit().read(1).read(2).read(3);
    assert.equal(bench.sent('heartbeat').length, 2, 'one message to each of two');
    bench.clear().receive('n2', heard(1, 1));
    assert.deepEqual(bench.readsReady(), [1]);
    assert.equal(bench.sent('heartbeat').length, 2);
    bench.receive('n2', heard(1, 2));
    assert.deepEqual(bench.readsReady(), [1, 2, 3]);
  });

  it('a lost round is made good by the next heartbeat', () => {
    const bench = new Bench().leadAndCommit().read(1).tick(heartbeatMs);
    assert.equal(bench.message('heartbeat').round, 2);
    bench.receive('n3', heard(1, 2));
    assert.deepEqual(bench.readsReady(), [1]);
  });

  it('"if the leader has not yet marked an entry from its current term committed, it waits until it has done so"', () => {
    const bench = new Bench({ disk: diskWith([1, 1], 1) }).lead().sync().read(1);
    bench.receive('n2', heard(2, 1));
    assert.deepEqual(bench.readsReady(), []);
    bench.accept('n2', 3);
    assert.deepEqual(bench.readsReady(), [1]);
    const order = bench.effects.flatMap((e) =>
      ['commit', 'readReady'].includes(e.kind) ? [e.kind] : [],
    );
    assert.deepEqual(order, ['commit', 'commit', 'commit', 'readReady']);
  });

  it('answers of an older term confirm nothing', () => {
    const bench = new Bench({ disk: diskWith([1], 1) }).leadAndCommit().read(1);
    bench.receive('n2', heard(1, 1)).receive('n3', heard(1, 1));
    assert.deepEqual(bench.readsReady(), []);
  });

  it('a follower does not read', () => {
    assert.deepEqual(new Bench().read(1).rejected(), [{ request: 1, reason: 'not-leader' }]);
  });

  it('a cluster of one needs nobody', () => {
    const bench = new Bench({ size: 1 }).campaign().sync().sync().read(1);
    assert.deepEqual(bench.committed(), [1]);
    assert.deepEqual(bench.readsReady(), [1]);
  });

  it('reads: local-leader answers at once, without asking (unsafe, on demand)', () => {
    const bench = new Bench({ options: { reads: 'local-leader' } }).leadAndCommit().read(1);
    assert.deepEqual(bench.readsReady(), [1]);
    assert.equal(bench.sent('heartbeat').length, 0);
  });

  it('more than the limit of waiting reads is refused', () => {
    const bench = new Bench({ limits: { maxPendingReads: 2 } }).leadAndCommit();
    bench.read(1).read(2).read(3);
    assert.deepEqual(bench.rejected(), [{ request: 3, reason: 'overloaded' }]);
  });
});

describe('dissertation 10.2: writing to disks in parallel, batching, pipelining', () => {
  it('10.2.1: "the leader may even commit an entry before it has been written to its own disk", if a majority has', () => {
    const bench = new Bench().leadAndCommit().propose(1);
    assert.ok((bench.sent('append')[0]?.afterDurable ?? 99) < bench.lastSequence, 'sent at once');
    bench.accept('n2', 2);
    assert.deepEqual(bench.committed(), [], 'on one disk of three');
    bench.accept('n3', 2);
    assert.deepEqual(bench.committed(), [2], "on two, neither of them the leader's");
  });

  it('10.2.1: the leader counts itself when its disk has the entry', () => {
    const bench = new Bench().leadAndCommit().propose(1).accept('n2', 2);
    assert.deepEqual(bench.committed(), []);
    assert.deepEqual(bench.sync().committed(), [2]);
  });

  it('10.2.2: "the leader can send entries without waiting for the previous ones": up to the limit', () => {
    const bench = new Bench({ limits: { maxInflight: 3, maxBatchEntries: 2 } }).leadAndCommit();
    for (let request = 1; request <= 8; request += 1) bench.propose(request);
    const to2 = () => bench.sent('append').filter(({ to }) => to === 'n2');
    assert.deepEqual(
      to2().map(({ message }) => message.prevIndex),
      [1, 2, 3],
    );
    bench.clear().accept('n2', 2);
    assert.deepEqual(
      to2().map(({ message }) => [message.prevIndex, message.entries.length]),
      [[4, 2]],
      'what waited goes in one message of at most two',
    );
  });

  it('10.2.2: a follower whose log is not known to match is asked one message at a time', () => {
    const bench = new Bench({ size: 5 }).lead().sync().accept('n2', 1).accept('n3', 1).clear();
    bench.propose(1).propose(2);
    const counts = ['n2', 'n3', 'n4', 'n5'].map(
      (peer) => bench.sent('append').filter(({ to }) => to === peer).length,
    );
    assert.deepEqual(counts, [2, 2, 0, 0]);
  });

  it('a gap (a message overtaken or lost) brings back probing, a late answer ends it', () => {
    const bench = new Bench().leadAndCommit().propose(1).propose(2).clear();
    const rejected = {
      kind: 'appendRejected',
      term: 1,
      prevIndex: 2,
      hintIndex: 1,
      hintTerm: 1,
    } as const;
    bench.receive('n2', rejected);
    assert.deepEqual(
      bench.sent('append').map(({ message }) => message.prevIndex),
      [1],
    );
    bench.clear().receive('n2', rejected);
    assert.deepEqual(bench.sent('append'), [], 'a rejection of what is not being asked any more');
    bench.accept('n2', 3).propose(3);
    assert.equal(bench.message('append', 'n2').prevIndex, 3);
  });

  it('a rejection older than what is known to match changes nothing', () => {
    const bench = new Bench().leadAndCommit().propose(1).accept('n2', 2).clear();
    bench.receive('n2', {
      kind: 'appendRejected',
      term: 1,
      prevIndex: 1,
      hintIndex: 0,
      hintTerm: 0,
    });
    assert.deepEqual(bench.sent('append'), []);
  });

  it('more than the limit of uncommitted commands is refused, not queued', () => {
    const bench = new Bench({ limits: { maxUncommitted: 2 } }).leadAndCommit();
    bench.propose(1).propose(2).propose(3);
    assert.deepEqual(bench.rejected(), [{ request: 3, reason: 'overloaded' }]);
    assert.equal(bench.status().lastIndex, 3);
    bench.sync().accept('n2', 3).propose(4);
    assert.equal(bench.status().lastIndex, 4);
  });
});

describe('requests of clients at a leader', () => {
  it('a command is answered by the entry with its index and its term, and by no other', () => {
    const bench = new Bench().leadAndCommit().propose(9).clear();
    bench.append('n3', {
      term: 2,
      prevIndex: 1,
      prevTerm: 1,
      entries: entries(2, [2, 2]),
      commit: 3,
    });
    assert.deepEqual(bench.rejected(), [{ request: 9, reason: 'lost-leadership' }]);
    const commits = bench.effects.filter((effect) => effect.kind === 'commit');
    assert.deepEqual(
      commits.map((commit) => commit.request),
      [undefined, undefined],
    );
  });

  it('a command that a later leader commits is not answered twice', () => {
    const bench = new Bench().leadAndCommit().propose(9).clear();
    bench.append('n3', { term: 2, prevIndex: 2, prevTerm: 1, entries: [{ term: 2 }], commit: 3 });
    assert.deepEqual(bench.committed(), [2, 3]);
    assert.deepEqual(bench.rejected(), [{ request: 9, reason: 'lost-leadership' }]);
    assert.ok(!bench.effects.some((e) => e.kind === 'commit' && e.request !== undefined));
  });

  it('a long log is handed over a bounded number at a time, in order', () => {
    const bench = new Bench({ disk: diskWith(Array<number>(5000).fill(1), 1) });
    bench.receive('n2', { kind: 'heartbeat', term: 1, commit: 5000, round: 1 });
    assert.equal(bench.committed().length, maxCommitsPerStep);
    bench.tick();
    assert.deepEqual(
      bench.committed(),
      Array.from({ length: 5000 }, (_, i) => i + 1),
    );
  });

  it('a follower takes none', () => {
    assert.deepEqual(new Bench().propose(1).rejected(), [{ request: 1, reason: 'not-leader' }]);
  });

  it('nodes that are not members are not heard', () => {
    const bench = new Bench()
      .tick()
      .clear()
      .receive('n9', { kind: 'vote', term: 5, lastIndex: 9, lastTerm: 9 });
    assert.deepEqual([bench.status().term, bench.effects], [0, []]);
  });
});
