/** Each invariant of Raft, and of replicas in general, on a trace that breaks it and on one that only looks like it. */

import assert from 'node:assert/strict';
import { createInvariants, type Traced } from '#checkers/invariants/index';
import { assertBroken, violationOf } from './support/assert.ts';
import { noOp, RaftScript } from './support/script.ts';

const find = (script: RaftScript, node: string, ev: Traced['ev'], nth = 0): Traced => {
  const found = script.events.filter((event) => event.node === node && event.ev === ev).at(nth);
  assert.ok(found, `${node} ${ev}`);
  return found;
};

const reply = { ev: 'replied', request: 1, outcome: 'ok', forwarded: false } as const;

describe('invariants of Raft', () => {
  it('a correct trace breaks none: two leaders, a truncated tail, a restart, a read, a repeated command', () => {
    const script = RaftScript.running();
    const n1 = script.node('n1');
    script.emit('n1', { ...reply, applied: 2, result: 7, session: 1, sequence: 1 });
    // Never leaves n1, and is overwritten.
    script.append('n1', 8);
    script.restart('n1');
    script.recovered('n1');
    script.elect('n2', 2, ['n3']);
    script.replicate('n2', 'n3');
    script.commit('n2', 3);
    script.apply('n2', 2, { session: 1, sequence: 1 });
    script.apply('n2', 3, { outcome: 'no-op' });
    script.emit('n2', { ev: 'readRequested', term: 2, request: 4, readIndex: 3, round: 1 });
    script.emit('n2', { ev: 'roundStarted', term: 2, round: 1 });
    script.emit('n2', {
      ev: 'readConfirmed',
      term: 2,
      request: 4,
      readIndex: 3,
      applied: 3,
      round: 1,
    });
    script.append('n2', 7);
    script.replicate('n2', 'n1');
    script.emit('n2', { ev: 'matchAdvanced', term: 2, peer: 'n1', match: 4, next: 5 });
    script.commit('n2', 4);
    script.apply('n2', 4, { session: 1, sequence: 1, repeated: true });
    script.commit('n1', 4, 'follower');
    assert.equal(n1.log.length, 4);
    assert.deepEqual(script.judge(), []);
  });

  it('I1: two leaders in a term', () => {
    const script = new RaftScript(5);
    const first = script.elect('n1', 1, ['n2', 'n3']);
    script.campaign('n5', 1);
    assertBroken(script, 'I1', first, script.lead('n5', 1));
  });

  it('I2: a leader overwrites its own entry, or cuts its log', () => {
    const script = RaftScript.running();
    const own = find(script, 'n1', 'append', -1);
    const entry = { term: 1, hash: 9 };
    assertBroken(script, 'I2', own, script.appended('n1', 'leader', 2, [entry]));
    const cutting = RaftScript.running();
    const led = find(cutting, 'n1', 'becomeLeader');
    const cut = { ev: 'conflictTruncated', term: 1, index: 3, count: 0, commit: 2 } as const;
    assertBroken(cutting, 'I2', led, cutting.emit('n1', cut));
  });

  it('I3: another command at the same index and term, or the same one after another log', () => {
    const script = RaftScript.running();
    const own = find(script, 'n1', 'append', -1);
    const other = script.appended('n3', 'follower', 1, [
      { term: 1, hash: noOp },
      { term: 1, hash: 8 },
    ]);
    assertBroken(script, 'I3', own, other);
    const later = RaftScript.running(5);
    later.append('n1', 9);
    const third = find(later, 'n1', 'append', -1);
    later.appended('n4', 'follower', 1, [{ term: 1, hash: noOp }]);
    later.node('n4').log.push({ term: 2, hash: 5 });
    later.emit('n4', {
      ev: 'append',
      term: 2,
      role: 'follower',
      index: 2,
      count: 1,
      terms: [2],
      hashes: [5],
      prevTerm: 1,
    });
    assertBroken(later, 'I3', third, later.appended('n4', 'follower', 3, [{ term: 1, hash: 9 }]));
  });

  it('I3: entries after a gap, or after another term than is there', () => {
    const script = RaftScript.running();
    const gap = {
      ev: 'append',
      term: 1,
      role: 'follower',
      index: 9,
      count: 1,
      terms: [1],
      hashes: [3],
      prevTerm: 1,
    } as const;
    assertBroken(script, 'I3', undefined, script.emit('n3', gap));
    const wrong = RaftScript.running();
    const before = find(wrong, 'n1', 'append', -1);
    const after = { ...gap, index: 3, prevTerm: 4, terms: [4] };
    assertBroken(wrong, 'I3', before, wrong.emit('n2', after));
  });

  it('I4 and I30: a leader without what was committed in a lower term, and acknowledged', () => {
    const script = RaftScript.running(5);
    const told = script.emit('n1', { ...reply, applied: 2, result: 7, session: 1, sequence: 1 });
    const committed = find(script, 'n1', 'commit');
    script.campaign('n4', 2);
    // The votes of n2 and n3 are wrong too (I11); whoever votes, n4 must not lead.
    for (const voter of ['n2', 'n3']) {
      script.emit(voter, {
        ev: 'voteSent',
        term: 2,
        candidate: 'n4',
        afterDurable: script.next(voter),
      });
      script.node(voter).term = 2;
      script.node(voter).vote = 'n4';
      script.write(voter);
    }
    const led = script.lead('n4', 2);
    assertBroken(script, 'I4', committed, led);
    assert.deepEqual(violationOf(script, 'I30').events, [told, led]);
  });

  it('I4: who becomes leader of a lower term late need not have what a higher one committed', () => {
    const script = new RaftScript(5);
    script.campaign('n1', 1);
    script.vote('n2', 'n1', 1);
    script.vote('n3', 'n1', 1);
    script.elect('n4', 2, ['n3', 'n5']);
    script.replicate('n4', 'n3');
    script.replicate('n4', 'n5');
    script.commit('n4', 1);
    // The votes of term 1 arrive only now.
    script.lead('n1', 1);
    assert.deepEqual(script.judge(), []);
  });

  it('I5: different commands applied, or different entries committed', () => {
    const script = RaftScript.running();
    script.commit('n2', 2, 'follower');
    const first = find(script, 'n1', 'apply', 1);
    const second = script.apply('n2', 2, { hash: 8 });
    assertBroken(script, 'I5', first, second);
    const divergent = RaftScript.running();
    divergent.appended('n3', 'follower', 1, [
      { term: 1, hash: noOp },
      { term: 3, hash: 5 },
    ]);
    const commit = find(divergent, 'n1', 'commit');
    assertBroken(divergent, 'I5', commit, divergent.commit('n3', 2, 'follower'));
  });

  it('I6: another result, or another state, from the same commands', () => {
    for (const edit of [{ result: 99, chain: 77 }, { chain: 77 }, { repeated: true }]) {
      const script = RaftScript.running();
      script.commit('n2', 2, 'follower');
      const first = find(script, 'n1', 'apply', 1);
      assertBroken(script, 'I6', first, script.apply('n2', 2, edit));
    }
  });

  it('I7: commit goes back, or beyond the log, or is applied too early', () => {
    const script = RaftScript.running();
    const before = find(script, 'n1', 'commit');
    assertBroken(script, 'I7', before, script.commit('n1', 1));
    const beyond = RaftScript.running();
    assertBroken(beyond, 'I7', undefined, beyond.commit('n1', 9));
    const early = RaftScript.running();
    assertBroken(early, 'I7', undefined, early.apply('n2', 1, { outcome: 'no-op' }));
  });

  it('I8: a term falls, in memory or on disk', () => {
    const script = RaftScript.running();
    const led = find(script, 'n1', 'becomeLeader');
    assertBroken(
      script,
      'I8',
      led,
      script.emit('n1', { ev: 'becomeFollower', term: 0, leader: null }),
    );
    const disk = RaftScript.running();
    const before = find(disk, 'n2', 'persist', -1);
    const lower = {
      ev: 'persist',
      sequence: 9,
      term: 0,
      vote: null,
      lastIndex: 2,
      records: 1,
    } as const;
    assertBroken(disk, 'I8', before, disk.emit('n2', lower));
  });

  it('I9: an acknowledgement, a vote or a campaign that leaves before it is on disk', () => {
    const script = RaftScript.running();
    const disk = find(script, 'n2', 'persist', -1);
    script.append('n1', 8);
    script.appended('n2', 'follower', 3, [{ term: 1, hash: 8 }]);
    const early = {
      ev: 'appendAcknowledged',
      term: 1,
      leader: 'n1',
      index: 3,
      afterDurable: 0,
    } as const;
    assertBroken(script, 'I9', disk, script.emit('n2', early));
    const voting = RaftScript.running();
    const before = find(voting, 'n2', 'persist', -1);
    voting.campaign('n1', 5);
    assertBroken(
      voting,
      'I9',
      before,
      voting.emit('n2', { ev: 'voteSent', term: 5, candidate: 'n1', afterDurable: 0 }),
    );
    const asking = RaftScript.running();
    const own = find(asking, 'n3', 'logRecovered');
    const asked = {
      ev: 'voteAsked',
      term: 4,
      to: 'n1',
      lastIndex: 0,
      lastTerm: 0,
      afterDurable: 0,
    } as const;
    assertBroken(asking, 'I9', own, asking.emit('n3', asked));
  });

  it('I9: a promise of two writes is kept by the second one only, and a truncated tail was never promised', () => {
    const script = RaftScript.running();
    script.append('n1', 8);
    script.appended('n2', 'follower', 3, [{ term: 1, hash: 8 }]);
    const afterDurable = script.next('n2');
    script.emit('n2', { ev: 'appendAcknowledged', term: 1, leader: 'n1', index: 3, afterDurable });
    script.write('n2');
    assert.deepEqual(script.judge(), []);
    // Two writes complete at once, the second takes back what the first one brought.
    script.node('n2').term = 2;
    script.append('n1', 9);
    script.appended('n2', 'follower', 4, [{ term: 1, hash: 9 }]);
    const { sequence } = script.node('n2');
    script.emit('n2', {
      ev: 'appendAcknowledged',
      term: 1,
      leader: 'n1',
      index: 4,
      afterDurable: sequence + 1,
    });
    const write = { ev: 'persist', term: 2, vote: null, records: 1 } as const;
    script.emit('n2', { ...write, sequence: sequence + 1, lastIndex: 4 });
    script.emit('n2', { ev: 'conflictTruncated', term: 2, index: 4, count: 1, commit: 0 });
    script.emit('n2', { ...write, sequence: sequence + 2, lastIndex: 3 });
    script.emit('n2', { ev: 'durable', term: 2, sequence: sequence + 2, durableIndex: 3 });
    assert.deepEqual(script.judge(), []);
  });

  it('I9: a restart without what was on disk: the term, the vote, the log', () => {
    for (const [forget, ev] of [
      [{ term: 0 }, 'persist'],
      [{ vote: null }, 'persist'],
      [{ log: [] }, 'persist'],
      [{ log: [{ term: 1, hash: 5 }] }, 'persist'],
    ] as const) {
      const script = RaftScript.running();
      // The newest event that reached the disk of n2 is its last write.
      const disk = find(script, 'n2', ev, -1);
      script.restart('n2');
      Object.assign(script.node('n2'), forget);
      assertBroken(script, 'I9', disk, script.recovered('n2'));
    }
  });

  it('I9: what was not synced may be lost, or be there', () => {
    for (const survives of [false, true]) {
      const script = RaftScript.running();
      script.appended('n2', 'follower', 3, [{ term: 1, hash: 8 }]);
      script.emit('n2', {
        ev: 'persist',
        sequence: 7,
        term: 1,
        vote: 'n1',
        lastIndex: 3,
        records: 1,
      });
      script.restart('n2');
      if (!survives) script.node('n2').log.pop();
      script.recovered('n2');
      assert.deepEqual(script.judge(), []);
    }
  });

  it('I10: a commit without a majority of disks, by an old entry, or that no leader made', () => {
    const script = RaftScript.running(5);
    const appended = script.append('n1', 8);
    script.replicate('n1', 'n2');
    assertBroken(script, 'I10', appended, script.commit('n1', 3));
    const old = RaftScript.running();
    old.append('n1', 8);
    old.elect('n2', 2, ['n3']);
    old.replicate('n2', 'n3');
    const first = find(old, 'n1', 'append', 1);
    assertBroken(old, 'I10', first, old.commit('n2', 2));
    const alone = RaftScript.running();
    alone.append('n1', 8);
    alone.replicate('n1', 'n2');
    const commit = find(alone, 'n1', 'commit');
    assertBroken(alone, 'I10', commit, alone.commit('n2', 3, 'follower'));
  });

  it('I11: a vote for a log that is behind', () => {
    const script = RaftScript.running();
    const own = find(script, 'n1', 'append', -1);
    script.campaign('n3', 2);
    const granted = {
      ev: 'voteGranted',
      term: 2,
      candidate: 'n3',
      lastIndex: 0,
      lastTerm: 0,
      afterDurable: 9,
    } as const;
    assertBroken(script, 'I11', own, script.emit('n2', granted));
  });

  it('I12: acts in a term though a higher one is known', () => {
    const script = RaftScript.running();
    const seen = script.emit('n1', { ev: 'higherTermSeen', term: 2, from: 'n3' });
    assertBroken(script, 'I12', seen, script.append('n1', 8));
  });

  it('I13: counts for replicated what is not on that disk, or goes back', () => {
    const script = RaftScript.running();
    const matched = { ev: 'matchAdvanced', term: 1, peer: 'n3', match: 2, next: 3 } as const;
    assertBroken(script, 'I13', undefined, script.emit('n1', matched));
    const back = RaftScript.running();
    const led = find(back, 'n1', 'becomeLeader');
    back.emit('n1', { ...matched, peer: 'n2' });
    assertBroken(back, 'I13', led, back.emit('n1', { ...matched, peer: 'n2', match: 1, next: 2 }));
    const beyond = RaftScript.running();
    const tip = find(beyond, 'n1', 'append', 1);
    const ack = {
      ev: 'appendAcknowledged',
      term: 1,
      leader: 'n1',
      index: 5,
      afterDurable: 0,
    } as const;
    assertBroken(beyond, 'I13', tip, beyond.emit('n2', ack));
  });

  it('I13: counts an acknowledgement of an earlier term of the same leader', () => {
    const script = RaftScript.running();
    const told = find(script, 'n2', 'appendAcknowledged');
    script.elect('n1', 2, ['n3']);
    const matched = { ev: 'matchAdvanced', term: 2, peer: 'n2', match: 2, next: 3 } as const;
    assertBroken(script, 'I13', told, script.emit('n1', matched));
    const again = RaftScript.running();
    again.elect('n1', 2, ['n3']);
    again.replicate('n1', 'n2');
    again.emit('n1', matched);
    assert.deepEqual(again.judge(), []);
  });

  it('I14: a leader appends an entry of another term', () => {
    const script = RaftScript.running();
    const led = find(script, 'n1', 'becomeLeader');
    assertBroken(script, 'I14', led, script.appended('n1', 'leader', 3, [{ term: 2, hash: 3 }]));
  });

  it('I17: a read as of before an acknowledgement, before its read index, or by a round of before', () => {
    const read = { term: 1, request: 4, readIndex: 1, round: 1 } as const;
    const script = RaftScript.running();
    const told = script.emit('n1', { ...reply, applied: 2, result: 7, session: 1, sequence: 1 });
    script.emit('n2', { ev: 'readRequested', ...read });
    script.emit('n2', { ev: 'roundStarted', term: 1, round: 1 });
    script.commit('n2', 1, 'follower');
    script.apply('n2', 1);
    assertBroken(
      script,
      'I17',
      told,
      script.emit('n2', { ev: 'readConfirmed', ...read, applied: 1 }),
    );
    const early = RaftScript.running();
    const asked = early.emit('n1', { ev: 'readRequested', ...read, readIndex: 3 });
    early.emit('n1', { ev: 'roundStarted', term: 1, round: 1 });
    assertBroken(
      early,
      'I17',
      asked,
      early.emit('n1', { ev: 'readConfirmed', ...read, applied: 2 }),
    );
    const stale = RaftScript.running();
    const round = stale.emit('n1', { ev: 'roundStarted', term: 1, round: 1 });
    stale.emit('n1', { ev: 'readRequested', ...read });
    assertBroken(
      stale,
      'I17',
      round,
      stale.emit('n1', { ev: 'readConfirmed', ...read, applied: 2 }),
    );
    const future = RaftScript.running();
    const requested = future.emit('n1', { ev: 'readRequested', ...read });
    assertBroken(
      future,
      'I17',
      requested,
      future.emit('n1', { ev: 'readConfirmed', ...read, applied: 2 }),
    );
  });

  it('I17: a read that no majority confirmed: one answer of five, answers to an older round or term', () => {
    const read = { term: 2, request: 4, readIndex: 2, round: 2 } as const;
    const asked = (size: number): RaftScript => {
      const script = RaftScript.running(size);
      script.emit('n1', { ev: 'becomeLeader', term: 2, lastIndex: 2, lastTerm: 1, commit: 2 });
      script.emit('n1', { ev: 'readRequested', ...read });
      script.emit('n1', { ev: 'roundStarted', term: 2, round: 2 });
      return script;
    };
    const answer = { ev: 'roundAnswered', term: 2, to: 'n1', round: 2 } as const;
    const found = (script: RaftScript): unknown => {
      const confirmed = script.emit('n1', { ev: 'readConfirmed', ...read, applied: 2 });
      return script.judge().find(({ events }) => events.includes(confirmed))?.invariant;
    };
    const enough = asked(3);
    enough.emit('n3', answer);
    assert.equal(found(enough), undefined);
    const later = asked(3);
    later.emit('n3', { ...answer, round: 7 });
    assert.equal(found(later), undefined);
    const few = asked(5);
    few.emit('n2', answer);
    few.emit('n2', answer);
    assert.equal(found(few), 'I17');
    const older = asked(3);
    older.emit('n2', { ...answer, round: 1 });
    older.emit('n3', { ...answer, term: 1, round: 9 });
    assert.equal(found(older), 'I17');
    const other = asked(3);
    other.emit('n2', { ...answer, to: 'n3' });
    assert.equal(found(other), 'I17');
    // As before there were such events.
    assert.equal(found(asked(3)), undefined);
  });

  it('I17: a read by a lease as of before an acknowledgement, or before its read index', () => {
    const read = { ev: 'leaseRead', term: 1, request: 4, readIndex: 1, leftMs: 50 } as const;
    const script = RaftScript.running();
    const told = script.emit('n1', { ...reply, applied: 2, result: 7, session: 1, sequence: 1 });
    script.commit('n2', 1, 'follower');
    script.apply('n2', 1);
    assertBroken(script, 'I17', told, script.emit('n2', { ...read, applied: 1 }));
    const early = RaftScript.running();
    early.emit('n1', { ...read, readIndex: 3, applied: 2 });
    assert.equal(early.judge()[0]?.invariant, 'I17');
  });

  it('I18: a lease that outlasts what a majority promised, and a vote within what was promised', () => {
    const led = (): RaftScript => {
      const script = RaftScript.running();
      script.emit('n1', { ev: 'roundStarted', term: 1, round: 1 });
      script.emit('n2', { ev: 'roundAnswered', term: 1, to: 'n1', round: 1 });
      return script;
    };
    const read = { term: 1, request: 4, readIndex: 2, applied: 2 } as const;
    const found = (script: RaftScript): readonly string[] => {
      const members = ['n1', 'n2', 'n3'];
      const invariants = createInvariants({ algorithm: 'raft', members, leaseTimeoutMs: 100 });
      for (const event of script.events) invariants.observe(event);
      return invariants.violations.map(({ invariant }) => invariant);
    };
    const good = led();
    good.emit('n1', { ev: 'leaseRead', ...read, leftMs: 90 });
    assert.deepEqual(found(good), []);
    const long = led();
    long.emit('n1', { ev: 'leaseRead', ...read, leftMs: 101 });
    assert.deepEqual(found(long), ['I18']);
    const alone = RaftScript.running();
    alone.emit('n1', { ev: 'roundStarted', term: 1, round: 1 });
    alone.emit('n1', { ev: 'leaseRead', ...read, leftMs: 1 });
    assert.deepEqual(found(alone), ['I18']);
    const voting = led();
    voting.elect('n3', 2, ['n2']);
    assert.ok(found(voting).includes('I18'));
  });

  it('I18: a read by a lease after a later leader has committed', () => {
    const read = { ev: 'leaseRead', term: 1, request: 4, readIndex: 2, applied: 2 } as const;
    const script = RaftScript.running();
    script.emit('n1', { ...read, leftMs: 100 });
    script.elect('n2', 2, ['n3']);
    script.append('n2', 8);
    script.replicate('n2', 'n3');
    const commit = script.commit('n2', 3);
    assertBroken(script, 'I18', commit, script.emit('n1', { ...read, leftMs: 50 }));
  });

  it('I19: a quorum that decides without meeting one that elected', () => {
    const script = RaftScript.running();
    const led = find(script, 'n1', 'becomeLeader');
    const commit = {
      ev: 'commit',
      term: 1,
      index: 3,
      lastIndex: 3,
      role: 'leader',
      matches: { n1: 0, n2: 2, n3: 3 },
    } as const;
    script.append('n1', 8);
    script.replicate('n1', 'n3');
    assertBroken(script, 'I19', led, script.emit('n1', commit));
  });

  it('I20: a command executed twice, a repetition of nothing, a repetition with another answer', () => {
    const again = (edit: {
      readonly repeated: boolean;
      readonly result: number;
      readonly sequence: number;
    }) => {
      const script = RaftScript.running();
      script.append('n1', 7);
      script.replicate('n1', 'n2');
      script.commit('n1', 3);
      return { script, second: script.apply('n1', 3, { session: 1, ...edit }) };
    };
    const twice = again({ repeated: false, result: 7, sequence: 1 });
    assertBroken(twice.script, 'I20', find(twice.script, 'n1', 'apply', 1), twice.second);
    const nothing = again({ repeated: true, result: 7, sequence: 5 });
    assertBroken(nothing.script, 'I20', undefined, nothing.second);
    const other = again({ repeated: true, result: 8, sequence: 1 });
    assertBroken(other.script, 'I20', find(other.script, 'n1', 'apply', 1), other.second);
    assert.deepEqual(again({ repeated: true, result: 7, sequence: 1 }).script.judge(), []);
    assert.deepEqual(again({ repeated: false, result: 7, sequence: 2 }).script.judge(), []);
  });

  it('I21: an index left out, or applied again', () => {
    const script = RaftScript.running();
    script.append('n1', 8);
    script.replicate('n1', 'n2');
    script.commit('n1', 3);
    const before = find(script, 'n1', 'apply', -1);
    script.node('n1').applied = 1;
    assertBroken(script, 'I21', before, script.apply('n1', 2, { session: 1, sequence: 1 }));
  });

  it("I22: a client is told another command's result", () => {
    const script = RaftScript.running();
    const executed = find(script, 'n1', 'apply', 1);
    const told = script.emit('n1', { ...reply, applied: 2, result: 8, session: 1, sequence: 1 });
    assertBroken(script, 'I22', executed, told);
  });

  it('I22: a request that was handed on is answered twice, or refused for good where it may have been before', () => {
    const refusal = { ...reply, applied: 2, outcome: 'no-leader', result: 0, forwarded: true };
    const handed = { by: 'n2', in: 1, first: true } as const;
    const command = { session: 1, sequence: 2 } as const;
    const twice = RaftScript.running();
    const once = twice.emit('n1', { ...refusal, ...command, handed });
    twice.emit('n1', { ...refusal, ...command, handed: { ...handed, in: 2 } });
    twice.emit('n3', { ...refusal, ...command, handed });
    assert.deepEqual(twice.judge(), []);
    assertBroken(twice, 'I22', once, twice.emit('n1', { ...refusal, ...command, handed }));
    const copy = RaftScript.running();
    const later = { handed: { ...handed, first: false } } as const;
    copy.emit('n1', { ...refusal, ...command, ...later, outcome: 'refused-later' });
    copy.emit('n1', { ...refusal, ...later, request: 7 });
    assert.deepEqual(copy.judge(), []);
    copy.emit('n1', { ...refusal, ...command, ...later, request: 8 });
    assert.equal(copy.judge()[0]?.invariant, 'I22');
  });

  it('I23: a leader with too few votes, or one vote counted twice', () => {
    const script = new RaftScript(5);
    script.campaign('n1', 1);
    script.vote('n2', 'n1', 1);
    script.vote('n2', 'n1', 1);
    const [first] = script.events.filter(({ ev, node }) => ev === 'persist' && node === 'n1');
    assertBroken(script, 'I23', first, script.lead('n1', 1));
  });

  it('I26: two votes in a term', () => {
    const script = new RaftScript();
    script.campaign('n1', 1);
    script.campaign('n3', 1);
    script.vote('n2', 'n1', 1);
    const vote = find(script, 'n2', 'persist');
    script.vote('n2', 'n3', 1);
    assertBroken(script, 'I26', vote, find(script, 'n2', 'persist', -1));
  });

  it('I30: acknowledged without being applied', () => {
    const script = RaftScript.running();
    const told = script.emit('n1', { ...reply, applied: 2, result: 7, session: 1, sequence: 2 });
    assertBroken(script, 'I30', find(script, 'n1', 'apply', 1), told);
  });

  it('names of nodes that are not members are refused', () => {
    const script = new RaftScript();
    const invariants = createInvariants({ algorithm: 'raft', members: ['a', 'b'] });
    assert.throws(
      () => invariants.observe(script.events[0] as Traced),
      /n1 is not a member; members are a, b/,
    );
    assert.throws(() => createInvariants({ algorithm: 'raft', members: [] }), RangeError);
  });
});
