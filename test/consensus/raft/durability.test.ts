/** What Raft writes, what it believes to be written, and what it makes of it after a crash. */

import assert from 'node:assert/strict';
import { RaftLog } from '#src/consensus/raft/log';
import { raftOptions } from '#src/consensus/raft/options';
import { recover } from '#src/consensus/raft/recovery';
import { Bench, diskWith, entries } from '../support/raft-node.ts';

describe('raft log on disk', () => {
  it('an entry that was overwritten and came back is durable only with the write that brought it back', () => {
    const log = new RaftLog<string>();
    log.replaceFrom(1, entries(1, [1, 1]), 1);
    log.replaceFrom(2, entries(2, [2]), 2);
    log.replaceFrom(2, entries(2, [3]), 3);
    log.completed(1);
    assert.equal(log.durableIndex, 1, 'write 1 held index 2, but not what is there now');
    log.completed(2);
    assert.equal(log.durableIndex, 1);
    log.completed(3);
    assert.equal(log.durableIndex, 2);
  });

  it('what was durable and is cut off is not durable any more', () => {
    const log = new RaftLog<string>();
    log.replaceFrom(1, entries(1, [1, 1, 1]), 1);
    log.completed(1);
    log.replaceFrom(2, entries(2, [2]), 2);
    assert.equal(log.durableIndex, 1);
    log.completed(1);
    assert.equal(log.durableIndex, 1, 'told twice');
  });

  it('a leader does not take the old completion of a returned entry for its own copy', () => {
    const bench = new Bench({ size: 5 });
    bench.append('n2', { term: 1, entries: entries(1, [1, 1]) });
    bench.append('n3', { term: 2, prevIndex: 1, prevTerm: 1, entries: entries(2, [2]) });
    bench.append('n4', { term: 3, prevIndex: 1, prevTerm: 1, entries: entries(2, [1, 3]) });
    bench.tick(1000).sync(1);
    assert.equal(bench.traced('durable').at(-1)?.['durableIndex'], 1);
    bench.sync();
    assert.equal(bench.traced('durable').at(-1)?.['durableIndex'], 3);
  });

  it('completions that were never written are a broken invariant', () => {
    assert.throws(() => new Bench().sync(3), /sequence 3 is durable, but only 0 were written/);
  });

  it('all records of one step are one write', () => {
    const bench = new Bench().append('n2', { term: 4, entries: entries(1, [3, 4]) });
    const persists = bench.effects.filter((effect) => effect.kind === 'persist');
    assert.deepEqual(persists, [
      {
        kind: 'persist',
        sequence: 1,
        records: [
          { kind: 'hardState', term: 4, vote: null },
          { kind: 'entries', from: 1, entries: entries(1, [3, 4]) },
        ],
      },
    ]);
    assert.equal(
      bench.effects.findIndex((effect) => effect.kind === 'persist'),
      0,
      'and come first',
    );
  });

  it('committed entries are never overwritten: a broken invariant', () => {
    const bench = new Bench().append('n2', { term: 1, entries: entries(1, [1, 1]), commit: 2 });
    assert.throws(
      () => bench.append('n3', { term: 2, prevIndex: 1, prevTerm: 1, entries: entries(2, [2]) }),
      /would overwrite index 2, but everything up to 2 is committed/,
    );
  });
});

describe('raft recovery', () => {
  it('replays terms, votes and entries, cut-offs included', () => {
    const { term, votedFor, log } = recover<string>([
      ...diskWith([1, 1, 1], 1, 'n3'),
      { kind: 'hardState', term: 2, vote: null },
      { kind: 'entries', from: 2, entries: entries(2, [2]) },
    ]);
    assert.deepEqual([term, votedFor, log.lastIndex, log.lastTerm], [2, undefined, 2, 2]);
    assert.equal(log.durableIndex, 2);
  });

  it('writes that continue after a restart continue the log', () => {
    const before = new Bench().leadAndCommit().propose(1).propose(2);
    const after = new Bench({ disk: before.written });
    assert.deepEqual([after.status().term, after.status().lastIndex], [1, 3]);
    assert.equal(after.status().commitIndex, 0, 'learnt anew from the leader');
  });

  it("refuses records that are not a Raft node's", () => {
    assert.throws(() => recover([{ kind: 'promise' }]), /record 0 is not Raft's/);
    assert.throws(
      () => recover([...diskWith([], 4), ...diskWith([], 3)]),
      /term falls from 4 to 3/,
    );
    assert.throws(() => recover(diskWith([5], 4)), /holds term 5 but the term is 4/);
    assert.throws(
      () => recover([{ kind: 'entries', from: 3, entries: entries(3, [1]) }]),
      /cannot write at 3/,
    );
  });
});

describe('raft options', () => {
  it('have defaults, and errors that name what is allowed', () => {
    assert.deepEqual(raftOptions({}), {
      reads: 'read-index',
      maxClockDrift: 0.1,
      preVote: true,
      checkQuorum: true,
    });
    assert.equal(raftOptions({ reads: 'local-leader' }).reads, 'local-leader');
    assert.throws(
      () => raftOptions({ reads: 'dirty' }),
      /reads of raft is "dirty"; allowed are "read-index", "lease", "local-leader"/,
    );
    assert.throws(
      () => raftOptions({ reads: 'lease', maxClockDrift: 1 }),
      /maxClockDrift of raft is 1; allowed are numbers from 0 on and below 1/,
    );
    assert.throws(
      () => raftOptions({ reads: 'lease', checkQuorum: false }),
      /"lease", which needs checkQuorum/,
    );
    assert.throws(
      () => raftOptions({ prevote: true }),
      /unknown option of raft: prevote; allowed are reads, maxClockDrift, preVote, checkQuorum/,
    );
  });

  it('a configuration that cannot work is refused', () => {
    assert.throws(() => new Bench({ size: 0 }), /node n1 is not among the members/);
  });
});
