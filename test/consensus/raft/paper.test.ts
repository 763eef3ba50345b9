/** One test per rule of "In Search of an Understandable Consensus Algorithm (Extended Version)", quoted by section. */

import assert from 'node:assert/strict';
import { defaultLimits } from '#src/consensus/algorithm';
import { defaultRaftOptions } from '#src/consensus/raft/options';
import { createRaft } from '#src/consensus/raft/raft';
import { stream } from '#src/random/random';
import { Bench, diskWith, electionTimeoutMs, entries, heartbeatMs } from '../support/raft-node.ts';

describe('raft paper 5.1: terms', () => {
  it('"if one server\'s current term is smaller than the other\'s, then it updates its current term"', () => {
    for (const kind of ['append', 'heartbeat', 'vote', 'voteReply', 'appendAccepted'] as const) {
      const bench = new Bench({ disk: diskWith([1], 1) });
      const fields = { prevIndex: 0, prevTerm: 0, entries: [], commit: 0, round: 1, match: 0 };
      const vote = { lastIndex: 9, lastTerm: 9, granted: false };
      bench.receive('n2', { kind, term: 7, ...fields, ...vote });
      assert.equal(bench.status().term, 7, kind);
    }
  });

  it('"if a candidate or leader discovers that its term is out of date, it immediately reverts to follower"', () => {
    const leader = new Bench().leadAndCommit();
    leader.receive('n2', { kind: 'heartbeatReply', term: 5, round: 0 });
    assert.deepEqual([leader.status().role, leader.status().term], ['follower', 5]);
    const candidate = new Bench().campaign();
    assert.equal(candidate.status().role, 'candidate');
    candidate.receive('n2', { kind: 'voteReply', term: 5, granted: false });
    assert.deepEqual([candidate.status().role, candidate.status().term], ['follower', 5]);
  });

  it('"if a server receives a request with a stale term number, it rejects the request", and says its own', () => {
    const bench = new Bench({ disk: diskWith([1, 3], 3) });
    bench.append('n2', { term: 2, entries: entries(1, [2]), commit: 1 });
    bench.receive('n2', { kind: 'heartbeat', term: 2, commit: 2, round: 4 });
    assert.deepEqual(
      bench.sent('heartbeatReply').map(({ message }) => message.term),
      [3, 3],
    );
    bench.receive('n2', { kind: 'vote', term: 2, lastIndex: 9, lastTerm: 2 });
    assert.deepEqual(bench.message('voteReply'), { kind: 'voteReply', term: 3, granted: false });
    assert.deepEqual([bench.status().leader, bench.status().commitIndex], [undefined, 0]);
  });

  it('answers of older terms mean nothing', () => {
    const bench = new Bench({ size: 5 }).campaign().sync();
    bench.tick(2 * electionTimeoutMs);
    bench.receive('n2', { kind: 'preVoteReply', term: 2, granted: true });
    bench.receive('n3', { kind: 'preVoteReply', term: 2, granted: true });
    bench.sync();
    assert.equal(bench.status().term, 2);
    for (const peer of ['n2', 'n3', 'n4', 'n5']) {
      bench.receive(peer, { kind: 'voteReply', term: 1, granted: true });
    }
    assert.equal(bench.status().role, 'candidate');
  });
});

describe('raft paper 5.2: leader election', () => {
  it('"when servers start up, they begin as followers", whatever they were before', () => {
    const bench = new Bench({ disk: diskWith([1, 2], 2, 'n1') });
    assert.deepEqual([bench.status().role, bench.status().leader], ['follower', undefined]);
    bench.tick(electionTimeoutMs - 1);
    assert.equal(bench.status().role, 'follower');
  });

  it('"election timeouts are chosen randomly from a fixed interval": [T, 2T)', () => {
    const config = {
      self: 'n1',
      members: ['n1', 'n2', 'n3'],
      timing: { heartbeatMs, electionTimeoutMs },
      limits: defaultLimits,
    };
    const timeouts = Array.from({ length: 200 }, (_, seed) => {
      const raft = createRaft(config, defaultRaftOptions, [], stream(seed, 'timeouts'), 0);
      for (let nowMs = 0; ; nowMs += 1) {
        raft.step({ kind: 'tick', nowMs });
        if (raft.status().role !== 'follower') return nowMs;
      }
    });
    assert.ok(Math.min(...timeouts) >= electionTimeoutMs, `${Math.min(...timeouts)}`);
    assert.ok(Math.max(...timeouts) < 2 * electionTimeoutMs, `${Math.max(...timeouts)}`);
    assert.ok(new Set(timeouts).size > 50, 'spread over the interval');
  });

  const putsOff: readonly (readonly [string, boolean, (bench: Bench) => void])[] = [
    [
      'a heartbeat of the leader',
      true,
      (b) => b.receive('n2', { kind: 'heartbeat', term: 1, commit: 0, round: 1 }),
    ],
    [
      'an append of the leader, even a rejected one',
      true,
      (b) => b.append('n2', { term: 1, prevIndex: 9, prevTerm: 1 }),
    ],
    [
      'granting a vote',
      true,
      (b) => b.receive('n2', { kind: 'vote', term: 2, lastIndex: 9, lastTerm: 1 }),
    ],
    [
      'refusing a vote',
      false,
      (b) => b.receive('n2', { kind: 'vote', term: 2, lastIndex: 0, lastTerm: 0 }),
    ],
    [
      'a pre-vote',
      false,
      (b) => b.receive('n2', { kind: 'preVote', term: 2, lastIndex: 9, lastTerm: 1 }),
    ],
    [
      'a heartbeat of an old leader',
      false,
      (b) => b.receive('n2', { kind: 'heartbeat', term: 0, commit: 0, round: 1 }),
    ],
    ['a stray answer', false, (b) => b.accept('n2', 0, 1)],
  ];
  for (const [what, delays, act] of putsOff) {
    it(`${what} ${delays ? 'puts off' : 'does not put off'} the election`, () => {
      const bench = new Bench({ disk: diskWith([1], 1) });
      bench.tick(electionTimeoutMs - 10);
      act(bench);
      bench.tick(20);
      assert.equal(bench.status().role, delays ? 'follower' : 'candidate');
    });
  }

  it('"a follower increments its current term and transitions to candidate state. It then votes for itself"', () => {
    const bench = new Bench({ disk: diskWith([1, 1], 4) }).campaign();
    assert.deepEqual([bench.status().role, bench.status().term], ['candidate', 5]);
    assert.deepEqual(bench.written, [{ kind: 'hardState', term: 5, vote: 'n1' }]);
    const request = { kind: 'vote', term: 5, lastIndex: 2, lastTerm: 1 };
    assert.deepEqual(bench.sent('vote'), [
      { to: 'n2', message: request, afterDurable: bench.lastSequence },
      { to: 'n3', message: request, afterDurable: bench.lastSequence },
    ]);
  });

  it('"a candidate wins an election if it receives votes from a majority of the servers in the full cluster"', () => {
    const needed = [1, 2, 2, 3, 3, 4, 4];
    needed.forEach((votes, i) => {
      const bench = new Bench({ size: i + 1 }).campaign().sync();
      for (let granted = 1; granted < votes; granted += 1) {
        assert.equal(bench.status().role, 'candidate', `${granted} of ${i + 1}`);
        const vote = { kind: 'voteReply', term: 1, granted: true } as const;
        bench.receive(`n${granted + 1}`, vote).receive(`n${granted + 1}`, vote);
      }
      assert.equal(bench.status().role, 'leader', `${votes} of ${i + 1}`);
    });
  });

  it('its own vote counts when it is on disk, not before', () => {
    const bench = new Bench().campaign();
    bench.receive('n2', { kind: 'voteReply', term: 1, granted: true });
    assert.equal(bench.status().role, 'candidate');
    assert.equal(bench.sync().status().role, 'leader');
  });

  it('refusals do not elect', () => {
    const bench = new Bench().campaign().sync();
    for (const peer of ['n2', 'n3']) {
      bench.receive(peer, { kind: 'voteReply', term: 1, granted: false });
    }
    assert.equal(bench.status().role, 'candidate');
  });

  it('"each server will vote for at most one candidate in a given term, on a first-come-first-served basis"', () => {
    const bench = new Bench();
    const ask = { kind: 'vote', term: 3, lastIndex: 0, lastTerm: 0 } as const;
    bench.receive('n2', ask).receive('n3', ask).receive('n2', ask);
    assert.deepEqual(
      bench.sent('voteReply').map(({ to, message }) => [to, message.granted]),
      [
        ['n2', true],
        ['n3', false],
        ['n2', true],
      ],
    );
    const again = new Bench({ disk: bench.written });
    again.receive('n3', ask);
    assert.equal(again.message('voteReply').granted, false, 'remembered over a restart');
  });

  it('a vote leaves when it is on disk', () => {
    const bench = new Bench().receive('n2', { kind: 'vote', term: 3, lastIndex: 0, lastTerm: 0 });
    assert.deepEqual(bench.written.at(-1), { kind: 'hardState', term: 3, vote: 'n2' });
    assert.equal(bench.sent('voteReply')[0]?.afterDurable, bench.lastSequence);
    assert.equal(bench.lastSequence, 1, 'the new term and the vote in it are one write');
  });

  it('"if the leader\'s term is at least as large as the candidate\'s, the candidate returns to follower state"', () => {
    const bench = new Bench().campaign();
    bench.receive('n3', { kind: 'heartbeat', term: 1, commit: 0, round: 1 });
    assert.deepEqual([bench.status().role, bench.status().leader], ['follower', 'n3']);
    const old = new Bench({ disk: diskWith([], 4) }).campaign();
    old.receive('n3', { kind: 'heartbeat', term: 4, commit: 0, round: 1 });
    assert.equal(old.status().role, 'candidate');
  });

  it('"each candidate will time out and start a new election by incrementing its term"', () => {
    const bench = new Bench({ options: { preVote: false } }).campaign().sync();
    assert.equal(bench.status().term, 1);
    bench.tick(2 * electionTimeoutMs);
    assert.deepEqual([bench.status().role, bench.status().term], ['candidate', 2]);
  });

  it('"leaders send periodic heartbeats to all followers in order to maintain their authority"', () => {
    const bench = new Bench().leadAndCommit();
    bench.tick(heartbeatMs);
    bench.tick(1);
    bench.tick(heartbeatMs);
    assert.deepEqual(
      bench.sent('heartbeat').map(({ to, message }) => `${to} ${message.round}`),
      ['n2 1', 'n3 1', 'n2 2', 'n3 2'],
    );
  });

  it('two leaders in one term are a broken invariant', () => {
    const bench = new Bench().leadAndCommit();
    assert.throws(
      () => bench.receive('n2', { kind: 'heartbeat', term: 1, commit: 0, round: 1 }),
      /two leaders in term 1: n1 and n2/,
    );
  });
});

describe('raft paper 5.3: log replication', () => {
  it('"the leader appends the command to its log as a new entry, then issues AppendEntries RPCs in parallel"', () => {
    const bench = new Bench().leadAndCommit().propose(1, 'x');
    const entry = { term: 1, command: 'x' };
    assert.deepEqual(bench.written.at(-1), { kind: 'entries', from: 2, entries: [entry] });
    const append = {
      kind: 'append',
      term: 1,
      prevIndex: 1,
      prevTerm: 1,
      entries: [entry],
      commit: 1,
    };
    assert.deepEqual(
      bench.sent('append').map(({ to, message }) => [to, message]),
      [
        ['n2', append],
        ['n3', append],
      ],
    );
  });

  it('"an entry is committed once the leader has replicated it on a majority of the servers"', () => {
    const bench = new Bench({ size: 5 }).leadAndCommit().propose(7).sync();
    bench.accept('n2', 2);
    assert.deepEqual(bench.committed(), [], 'on 2 of 5');
    bench.accept('n2', 2);
    assert.deepEqual(bench.committed(), [], 'the same one twice is still one');
    bench.accept('n3', 2);
    assert.deepEqual(bench.committed(), [2]);
    bench.accept('n4', 2);
    assert.deepEqual(bench.committed(), [2], 'once');
    const commit = bench.effects.find((effect) => effect.kind === 'commit');
    assert.deepEqual(commit, { kind: 'commit', index: 2, term: 1, command: 'c7', request: 7 });
  });

  it('"this also commits all preceding entries in the leader\'s log", in order', () => {
    const bench = new Bench({ disk: diskWith([1, 1, 2], 2) }).lead().sync();
    bench.accept('n2', 4);
    assert.deepEqual(bench.committed(), [1, 2, 3, 4]);
  });

  it('"once a follower learns that a log entry is committed, it applies the entry": by the next append', () => {
    const bench = new Bench({ disk: diskWith([1, 1], 1) });
    bench.append('n2', { term: 1, prevIndex: 2, prevTerm: 1, entries: entries(3, [1]), commit: 2 });
    assert.deepEqual(bench.committed(), [1, 2]);
  });

  it('"if the follower does not find an entry with the same index and term, it refuses the new entries"', () => {
    for (const [prevIndex, prevTerm] of [
      [4, 2],
      [3, 3],
      [9, 2],
    ] as const) {
      const bench = new Bench({ disk: diskWith([1, 2, 2], 3) });
      bench.append('n2', { term: 3, prevIndex, prevTerm, entries: entries(prevIndex + 1, [3]) });
      assert.equal(bench.message('appendRejected').prevIndex, prevIndex);
      assert.deepEqual(bench.terms(), []);
    }
  });

  it('"conflicting entries in follower logs will be overwritten": from the first contradiction, in one record', () => {
    const bench = new Bench({ disk: diskWith([1, 1, 2, 2], 2) });
    bench.append('n2', { term: 3, prevIndex: 1, prevTerm: 1, entries: entries(2, [1, 3]) });
    assert.deepEqual(bench.written.at(-1), { kind: 'entries', from: 3, entries: entries(3, [3]) });
    assert.equal(bench.status().lastIndex, 3);
  });

  it('5.5: "Raft RPCs are idempotent": a delayed append cuts nothing off', () => {
    const bench = new Bench({ disk: diskWith([1, 1, 1, 1], 1) });
    bench.append('n2', { term: 1, prevIndex: 1, prevTerm: 1, entries: entries(2, [1]) });
    assert.equal(bench.status().lastIndex, 4);
    assert.deepEqual(bench.written, []);
    assert.equal(bench.message('appendAccepted').match, 2, 'and promises no more than it says');
  });

  it('an acknowledgement waits for the disk, also when the entries were there before', () => {
    const bench = new Bench();
    const message = { term: 1, entries: entries(1, [1]) };
    bench.append('n2', message).append('n2', message);
    assert.deepEqual(
      bench.sent('appendAccepted').map(({ afterDurable }) => afterDurable),
      [bench.lastSequence, bench.lastSequence],
    );
  });

  it('figure 2: "commitIndex = min(leaderCommit, index of last new entry)"', () => {
    const bench = new Bench({ disk: diskWith([1, 1, 1, 2], 2) });
    bench.append('n2', { term: 3, prevIndex: 3, prevTerm: 1, commit: 4 });
    assert.deepEqual(bench.committed(), [1, 2, 3], "entry 4 is not the leader's");
  });

  it('a heartbeat commits no more than the follower is known to hold', () => {
    const bench = new Bench({ disk: diskWith([1, 1], 1) }).lead().sync().accept('n2', 3);
    assert.equal(bench.status().commitIndex, 3);
    bench.clear().tick(heartbeatMs);
    assert.equal(bench.message('heartbeat', 'n2').commit, 3);
    assert.equal(bench.message('heartbeat', 'n3').commit, 0);
  });

  it('a commit index never falls', () => {
    const bench = new Bench({ disk: diskWith([1, 1, 1], 1) });
    bench.receive('n2', { kind: 'heartbeat', term: 1, commit: 3, round: 1 });
    bench.receive('n2', { kind: 'heartbeat', term: 1, commit: 1, round: 2 });
    assert.equal(bench.status().commitIndex, 3);
    assert.deepEqual(bench.committed(), [1, 2, 3]);
  });

  it('a commit index beyond the log is a broken invariant', () => {
    const bench = new Bench();
    assert.throws(
      () => bench.receive('n2', { kind: 'heartbeat', term: 1, commit: 3, round: 1 }),
      /commit 3 is beyond the last index 0/,
    );
  });

  it('"the leader decrements nextIndex and retries": by whole terms, so many stale entries cost few messages', () => {
    const mine = [...Array(10).fill(1), ...Array(200).fill(4)];
    const theirs = [...Array(10).fill(1), ...Array(150).fill(2), ...Array(150).fill(3)];
    const leader = new Bench({ disk: diskWith(mine, 4), limits: { maxBatchEntries: 1000 } }).lead();
    const follower = new Bench({ disk: diskWith(theirs, 4) });
    let probes = 0;
    for (; follower.sent('appendAccepted').length === 0; probes += 1) {
      follower.receive('n2', leader.message('append', 'n2'));
      if (follower.sent('appendAccepted').length > 0) break;
      leader.receive('n2', follower.message('appendRejected'));
      assert.ok(probes < 5, 'too many probes');
    }
    assert.ok(probes <= 3, `${probes} rejected probes`);
    assert.equal(follower.status().lastIndex, 211);
  });

  it('figure 7: "a leader brings each of (a) to (f) to its own log"', () => {
    const leaderLog = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
    const followers = {
      a: [1, 1, 1, 4, 4, 5, 5, 6, 6],
      b: [1, 1, 1, 4],
      c: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
      d: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
      e: [1, 1, 1, 4, 4, 4, 4],
      f: [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
    };
    for (const [name, log] of Object.entries(followers)) {
      const leader = new Bench({ disk: diskWith(leaderLog, 7) }).lead();
      const follower = new Bench({ disk: diskWith(log, 7) });
      for (let i = 0; i < 12 && follower.sent('appendAccepted').length === 0; i += 1) {
        follower.receive('n2', leader.message('append', 'n2'));
        const rejected = follower.sent('appendRejected').at(-1);
        if (rejected !== undefined) leader.receive('n2', rejected.message);
      }
      assert.equal(follower.message('appendAccepted').match, 11, name);
      assert.equal(follower.status().lastIndex, 11, name);
    }
  });
});

describe('raft paper 5.4: safety', () => {
  const voter = [1, 2, 2];
  const candidates = [
    [3, 2, true, 'the same log'],
    [4, 2, true, 'longer'],
    [2, 2, false, 'shorter'],
    [1, 3, true, 'later last term, though shorter'],
    [9, 1, false, 'earlier last term, though longer'],
  ] as const;
  for (const [lastIndex, lastTerm, granted, what] of candidates) {
    it(`5.4.1: "the voter denies its vote if its own log is more up-to-date": ${what}`, () => {
      for (const kind of ['vote', 'preVote'] as const) {
        const bench = new Bench({ disk: diskWith(voter, 3) });
        bench.receive('n2', { kind, term: 5, lastIndex, lastTerm });
        assert.equal(bench.message(`${kind}Reply`).granted, granted, kind);
      }
    });
  }

  it('5.4.2 and figure 8: "Raft never commits log entries from previous terms by counting replicas"', () => {
    const bench = new Bench({ size: 5, disk: diskWith([1, 2], 3) }).lead();
    bench.sync().clear();
    bench.accept('n2', 2).accept('n3', 2).accept('n4', 2).accept('n5', 2);
    assert.deepEqual(bench.committed(), [], 'entry 2 is on all, and may still be overwritten');
    bench.accept('n2', 3).accept('n3', 3);
    assert.deepEqual(
      bench.committed(),
      [1, 2, 3],
      'committed by an entry of the own term after it',
    );
  });

  it('8: "each leader commits a blank no-op entry into the log at the start of its term"', () => {
    const bench = new Bench({ disk: diskWith([1], 1), limits: { maxUncommitted: 0 } }).lead();
    assert.deepEqual(bench.written.at(-1), { kind: 'entries', from: 2, entries: [{ term: 2 }] });
    assert.deepEqual(bench.message('append', 'n3').entries, [{ term: 2 }]);
  });
});

describe('raft paper 5.5: follower crashes', () => {
  it('"if a follower crashes, Raft handles these failures by retrying": what was lost is found by a heartbeat', () => {
    const bench = new Bench().leadAndCommit().propose(1).propose(2).clear();
    bench.tick(heartbeatMs).receive('n2', { kind: 'heartbeatReply', term: 1, round: 1 });
    const question = bench.message('append', 'n2');
    assert.deepEqual([question.prevIndex, question.entries.length], [3, 0], 'do you have it all?');
    bench.clear();
    const rejected = { kind: 'appendRejected', term: 1, prevIndex: 3 } as const;
    bench.receive('n2', { ...rejected, hintIndex: 1, hintTerm: 1 });
    const resent = bench.message('append', 'n2');
    assert.deepEqual([resent.prevIndex, resent.entries.length], [1, 2]);
  });

  it('a lost probe is sent again too', () => {
    const bench = new Bench().lead().sync().clear();
    bench.tick(heartbeatMs).receive('n2', { kind: 'heartbeatReply', term: 1, round: 1 });
    assert.equal(bench.message('append', 'n2').prevIndex, 0);
    bench.clear().receive('n2', { kind: 'heartbeatReply', term: 1, round: 1 });
    assert.equal(bench.sent('append').length, 0, 'not at every answer: it may be on its way');
  });
});
