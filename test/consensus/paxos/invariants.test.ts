/** One test per invariant of "Paxos Made Moderately Complex" (PMMC), quoted as the paper has it. */

import assert from 'node:assert/strict';
import { Acceptor } from '#src/consensus/paxos/acceptor';
import { Learner } from '#src/consensus/paxos/learner';
import { Bench, ballot, proposals, pvalue } from '../support/paxos-node.ts';

describe('PMMC 2.1, replicas', () => {
  it('R1: "There are no two different commands decided for the same slot"', () => {
    const learner = new Learner<string>();
    learner.decide({ slot: 1, command: 'a', round: 1 });
    learner.decide({ slot: 1, command: 'a', round: 4 });
    assert.throws(
      () => learner.decide({ slot: 1, command: 'b', round: 5 }),
      /slot 1 decided twice: .*"a".*"b"/,
    );
    learner.decide({ slot: 3, command: 'c', round: 1 });
    assert.throws(() => learner.decide({ slot: 3, round: 2 }), /slot 3 decided twice/, 'ahead too');
  });

  it('R2: "All commands up to slot_out are in the set of decisions", so nothing is applied beyond a gap', () => {
    const bench = new Bench().lead().propose(1).propose(2).propose(3).sync();
    bench.p2b('n2', 2, 3);
    assert.deepEqual([bench.committed(), bench.status().commitIndex], [[], 0]);
    bench.p2b('n2', 1);
    assert.deepEqual(bench.committed(), ['c1', 'c2', 'c3']);
  });

  it('R3: "replica.state is the result of applying the commands in order": every slot once, in order, after a restart too', () => {
    const bench = new Bench().lead();
    for (let i = 1; i <= 4; i += 1) bench.propose(i);
    bench.sync().p2b('n3', 4, 2).p2b('n2', 1, 3).p2b('n2', 2, 4);
    const commits = bench.effects.filter((effect) => effect.kind === 'commit');
    assert.deepEqual(
      commits.map(({ index, command, request }) => [index, command, request]),
      [1, 2, 3, 4].map((i) => [i, `c${i}`, i]),
    );
    // Noted as decided together with the next thing that is written.
    const again = bench.propose(5).restarted().tick();
    assert.deepEqual(again.committed(), ['c1', 'c2', 'c3', 'c4']);
  });

  it('R4: "the variable slot_out cannot decrease over time"', () => {
    const bench = new Bench();
    bench.p2a('n2', 1, proposals(1, 'a', 'b'), 1).heartbeat('n2', 1, 3);
    assert.equal(bench.status().commitIndex, 2);
    bench.heartbeat('n2', 1, 1).heartbeat('n3', 2, 1).learned('n3', 1, ['a']);
    assert.equal(bench.status().commitIndex, 2);
  });

  it('R5: "a replica proposes commands only for slots for which slot_in < slot_out + WINDOW"', () => {
    const bench = new Bench({ limits: { maxUncommitted: 2 } }).lead();
    bench.propose(1).propose(2).propose(3);
    assert.deepEqual(bench.rejected(), [{ request: 3, reason: 'overloaded' }]);
    bench.sync().p2b('n2', 2).propose(4);
    assert.equal(bench.rejected().length, 2, 'slot 2 is decided, but slot_out is still 1');
    bench.p2b('n2', 1).propose(5);
    assert.equal(bench.rejected().length, 2);
    assert.deepEqual(bench.message('p2a', 'n2').proposals, proposals(3, 'c5'));
  });
});

describe('PMMC 2.2, acceptors', () => {
  it('A1: "an acceptor can only adopt strictly increasing ballot numbers"', () => {
    const acceptor = new Acceptor<string>();
    acceptor.promise(ballot(4, 'n2'));
    assert.throws(() => acceptor.promise(ballot(3, 'n9')), /promise of 3\/n9 after 4\/n2/);
    assert.throws(() => acceptor.promise(ballot(4, 'n2')), /after 4\/n2/);
    assert.throws(() => acceptor.promise(ballot(4, 'n1')), /after 4\/n2/, 'nodes break ties');
    const bench = new Bench().p1a('n3', 5).p1a('n2', 4);
    assert.deepEqual(bench.message('preempted', 'n2').ballot, ballot(5, 'n3'));
    assert.equal(bench.sent('p1b').length, 1);
    assert.equal(bench.status().term, 5);
  });

  it('A2: "an acceptor can only accept (b, s, c) if b = ballot_num"', () => {
    const acceptor = new Acceptor<string>();
    acceptor.promise(ballot(4, 'n2'));
    assert.throws(() => acceptor.accept(ballot(1, 'n2'), proposals(1, 'a')), /accept in 1\/n2/);
    assert.throws(() => acceptor.accept(ballot(7, 'n2'), proposals(1, 'a')), /promised 4\/n2/);
    const bench = new Bench().p1a('n3', 5).p2a('n2', 4, proposals(1, 'late'), 2);
    assert.equal(bench.sent('p2b').length, 0);
    assert.deepEqual(bench.message('preempted', 'n2').ballot, ballot(5, 'n3'));
    assert.deepEqual([bench.status().lastIndex, bench.status().leader], [0, undefined]);
    // A higher ballot is adopted in passing, in the same write.
    bench.p2a('n2', 7, proposals(1, 'b'));
    assert.equal(bench.status().term, 7);
    assert.deepEqual(bench.written.at(-1), {
      kind: 'accept',
      ballot: ballot(7, 'n2'),
      proposals: proposals(1, 'b'),
    });
  });

  it('A3: "acceptors cannot remove accepted pvalues", but for those of lower ballots and decided slots (4.1, 4.2)', () => {
    const acceptor = new Acceptor<string>();
    acceptor.promise(ballot(1, 'n2'));
    acceptor.accept(ballot(1, 'n2'), proposals(1, 'a', 'b', 'c'));
    acceptor.promise(ballot(2, 'n3'));
    acceptor.accept(ballot(2, 'n3'), proposals(2, 'B'));
    assert.deepEqual(acceptor.acceptedFrom(1), [
      pvalue(1, 'a', 1, 'n2'),
      pvalue(2, 'B', 2, 'n3'),
      pvalue(3, 'c', 1, 'n2'),
    ]);
    acceptor.dropBelow(3);
    assert.deepEqual(acceptor.acceptedFrom(1), [pvalue(3, 'c', 1, 'n2')]);
    assert.equal(acceptor.accept(ballot(2, 'n3'), proposals(1, 'a')).length, 1);
    assert.equal(acceptor.acceptedFrom(1).length, 1, 'to be written, but not kept');
    assert.equal(acceptor.maxSlot, 3);
  });

  it('A4: "there is at most one command c for which (b, s, c) is accepted"', () => {
    const bench = new Bench().p2a('n2', 1, proposals(1, 'a'));
    bench.p2a('n2', 1, proposals(1, 'a'));
    assert.equal(bench.written.length, 1, 'again is nothing new');
    assert.equal(bench.sent('p2b').length, 2, 'but is answered');
    assert.throws(() => bench.p2a('n2', 1, proposals(1, 'b')), /two commands for 1\/n2, slot 1/);
  });

  it('A5: a command that a majority accepted is what every later leader proposes', () => {
    // n2 and n3 accepted "a" in 1/n2, of 3. n1 asks n3 only, which accepted nothing else since.
    const bench = new Bench().scout().sync();
    bench.promise('n3', { accepted: [pvalue(1, 'a', 1, 'n2')] });
    assert.deepEqual(bench.message('p2a', 'n2').proposals, proposals(1, 'a'));
    // And of a minority: whether n2 has it too cannot be told from here, so that it is taken up as well.
    const own = new Bench({ disk: new Bench().p2a('n2', 1, proposals(1, 'a')).written });
    own.scout().sync().promise('n3');
    assert.deepEqual(own.message('p2a', 'n3').proposals, proposals(1, 'a'));
  });
});

describe('PMMC 2.3, leaders', () => {
  it('L1: "for any ballot b and slot s, at most one command is proposed": one commander, in all incarnations', () => {
    const bench = new Bench().lead().propose(1).propose(2);
    const slots = bench.traced('proposed').map((event) => event['slot']);
    assert.deepEqual(slots, [1, 2]);
    bench.tick(60).tick(60);
    const told = new Map<number, Set<string | undefined>>();
    for (const { message } of bench.sent('p2a')) {
      for (const { slot, command } of message.proposals) {
        told.set(slot, (told.get(slot) ?? new Set()).add(command));
      }
    }
    assert.deepEqual(
      [...told.values()].map((commands) => commands.size),
      [1, 1],
    );
    const before = bench.own;
    const after = bench.restarted().scout();
    assert.ok(after.own.round > before.round, `${after.own.round} after ${before.round}`);
  });

  it("L2: \"if a majority accepted (b, s, c) and a commander is spawned for (b', s, c') with b' > b, then c = c'\" (pmax)", () => {
    const bench = new Bench({
      size: 5,
      disk: new Bench().p2a('n2', 1, proposals(1, 'old')).written,
    });
    bench.scout().sync();
    bench.promise('n2', {
      accepted: [pvalue(1, 'newest', 4, 'n5'), pvalue(2, 'x', 1, 'n2'), pvalue(4, 'z', 2, 'n3')],
    });
    assert.equal(bench.status().role, 'candidate', 'two of five');
    bench.promise('n3', {
      accepted: [pvalue(1, 'newer', 3, 'n4'), pvalue(2, 'y', 2, 'n3')],
    });
    assert.deepEqual(
      bench.message('p2a', 'n4').proposals,
      proposals(1, 'newest', 'y', undefined, 'z'),
      'the highest ballot of each slot, a no-op in the hole',
    );
    bench.propose(9);
    assert.deepEqual(bench.message('p2a', 'n4').proposals, proposals(5, 'c9'));
  });
});
