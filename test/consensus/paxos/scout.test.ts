/** Becoming leader: canvass, ballots, phase 1, and what is adopted. */

import assert from 'node:assert/strict';
import { compareBallots } from '#src/consensus/paxos/ballot';
import {
  Bench,
  ballot,
  electionTimeoutMs,
  heartbeatMs,
  proposals,
  pvalue,
} from '../support/paxos-node.ts';

describe('paxos ballots', () => {
  it('are ordered by round, then by node', () => {
    const rising = [ballot(0, ''), ballot(1, 'n1'), ballot(1, 'n2'), ballot(2, 'n1')];
    for (const [i, a] of rising.entries()) {
      for (const [j, b] of rising.entries())
        assert.equal(Math.sign(compareBallots(a, b)), Math.sign(i - j));
    }
  });

  it('each node has rounds of its own, above everything it has heard of', () => {
    const round = (bench: Bench) => bench.scout().own.round;
    assert.equal(round(new Bench()), 3);
    assert.equal(round(new Bench({ size: 5 })), 5);
    assert.equal(round(new Bench({ size: 1 })), 1);
    assert.equal(round(new Bench().p1a('n2', 7)), 9, 'promised');
    assert.equal(
      round(new Bench().receive('n2', { kind: 'preempted', ballot: ballot(10, 'n2') })),
      12,
      'told',
    );
    assert.equal(round(new Bench().learned('n2', 1, ['a'], { round: 4 })), 6, 'seen in a decision');
    assert.equal(round(new Bench().heartbeat('n3', 5)), 6, 'of a leader');
  });

  it('leave the node only when they can never be taken again: with its own promise on disk', () => {
    const bench = new Bench().scout();
    for (const { message, afterDurable } of bench.sent('p1a')) {
      assert.deepEqual([message.ballot, afterDurable], [ballot(3, 'n1'), bench.lastSequence]);
    }
    assert.deepEqual(bench.written, [{ kind: 'promise', ballot: ballot(3, 'n1') }]);
    bench.tick(electionTimeoutMs / 2);
    assert.equal(bench.sent('p1a').at(-1)?.afterDurable, bench.lastSequence, 'again');
    assert.equal(bench.restarted().scout().own.round, 6);
    assert.equal(bench.restarted(0).scout().own.round, 3, 'nobody has heard of it');
  });
});

describe('paxos canvass', () => {
  it('nobody scouts without a majority that is willing; answers count once, and only for the last question', () => {
    const bench = new Bench({ size: 5 }).tick(electionTimeoutMs);
    const { canvass } = bench.message('canvass', 'n5');
    const willing = { kind: 'canvassReply', canvass, willing: true } as const;
    bench.receive('n2', willing).receive('n2', willing);
    bench.receive('n3', { ...willing, willing: false });
    assert.equal(bench.sent('p1a').length, 0);
    bench.tick(electionTimeoutMs);
    bench.receive('n3', willing).receive('n4', willing);
    assert.equal(bench.sent('p1a').length, 0, 'of the canvass before');
    const next = { ...willing, canvass: canvass + 1 };
    bench.receive('n3', next).receive('n4', next);
    assert.equal(bench.sent('p1a').length, 4);
  });

  it('who hears a leader is not willing, nor is a leader; who hears none for one timeout is', () => {
    const answer = (bench: Bench) =>
      bench.receive('n3', { kind: 'canvass', canvass: 8 }).message('canvassReply', 'n3').willing;
    const follower = new Bench({ draw: 50 }).heartbeat('n2', 1);
    assert.equal(answer(follower.tick(electionTimeoutMs - 1)), false);
    assert.equal(answer(follower.tick(1)), true);
    assert.equal(answer(new Bench().lead()), false);
    assert.equal(answer(new Bench()), true, 'it has just started');
  });

  it('without it the election timer starts a scout at once', () => {
    const bench = new Bench({ options: { canvass: false } }).tick(electionTimeoutMs);
    assert.deepEqual([bench.sent('canvass').length, bench.sent('p1a').length], [0, 2]);
  });
});

describe('paxos phase 1', () => {
  it('a majority of distinct acceptors, each with this ballot; its own only from the disk', () => {
    const bench = new Bench({ size: 5 }).scout();
    bench
      .promise('n2')
      .promise('n2')
      .promise('n3', { ballot: ballot(0, 'n1') });
    assert.equal(bench.status().role, 'candidate');
    bench.promise('n3');
    assert.equal(bench.status().role, 'candidate', 'own promise is not on disk');
    bench.sync();
    assert.equal(bench.status().role, 'leader');
    assert.deepEqual(bench.quorum('adopted'), ['n1', 'n2', 'n3']);
    assert.equal(bench.sent('heartbeat').length, 4, 'it shows at once that it leads');
  });

  it('an acceptor tells a promise when it is on disk, with all that it accepted', () => {
    const bench = new Bench()
      .p2a('n2', 1, proposals(1, 'a', 'b'), 2)
      .sync()
      .p1a('n3', 2);
    const [reply] = bench.sent('p1b');
    assert.deepEqual(reply, {
      to: 'n3',
      afterDurable: 2,
      message: {
        kind: 'p1b',
        ballot: ballot(2, 'n3'),
        accepted: [pvalue(2, 'b', 1, 'n2')],
        gcSlot: 2,
      },
    });
    bench.p1a('n3', 2, 3);
    assert.deepEqual(bench.message('p1b').accepted, [], 'from slot 3');
    assert.equal(bench.sent('p1b').at(-1)?.afterDurable, 2, 'asked again: promised already');
    assert.equal(bench.lastSequence, 2);
  });

  it('an acceptor keeps what is decided beyond a gap until it knows the slots before', () => {
    const bench = new Bench().lead().propose(1).propose(2).sync().p2b('n2', 2).p1a('n3', 5);
    assert.deepEqual(bench.message('p1b').accepted, [
      pvalue(1, 'c1', 3, 'n1'),
      pvalue(2, 'c2', 3, 'n1'),
    ]);
    assert.equal(bench.message('p1b').gcSlot, 1);
  });

  it("another write's completion is not that of its own promise", () => {
    const bench = new Bench({ options: { canvass: false } }).p1a('n2', 1).tick(electionTimeoutMs);
    bench.promise('n2').sync(1);
    assert.equal(bench.status().role, 'candidate');
    assert.equal(bench.sync(2).status().role, 'leader');
  });

  it('election timeouts are random, in [T, 2T)', () => {
    const wait = (draw: number): number => {
      const bench = new Bench({ draw });
      while (bench.status().role === 'follower') bench.tick(1);
      return bench.nowMs;
    };
    assert.deepEqual([0, 37, 99].map(wait), [100, 137, 199]);
  });

  it('who does not answer is asked again, who has is not', () => {
    const bench = new Bench({ size: 5 }).scout().sync().promise('n2').clear();
    bench.tick(electionTimeoutMs / 2 - 1);
    assert.equal(bench.sent('p1a').length, 0);
    bench.tick(1);
    assert.deepEqual(
      bench.sent('p1a').map(({ to }) => to),
      ['n3', 'n4', 'n5'],
    );
  });

  it('nothing is proposed below the highest gcSlot of the quorum: that is learnt', () => {
    const bench = new Bench().scout().sync();
    bench.promise('n2', { accepted: [pvalue(4, 'd', 1, 'n2')], gcSlot: 3 });
    assert.deepEqual(bench.message('p2a', 'n3').proposals, proposals(3, undefined, 'd'));
    assert.equal(bench.message('learn', 'n2').fromSlot, 1);
    bench.sync().p2b('n2', 3, 4);
    assert.deepEqual([bench.committed(), bench.message('heartbeat').decided], [[], 1]);
    bench.learned('n2', 1, ['a', 'b']);
    assert.deepEqual(bench.committed(), ['a', 'b', undefined, 'd']);
  });

  it('what it learnt since it asked is not proposed either: a newer leader may have decided it', () => {
    // n3 to n5 decided slot 1 in 9/n4; this node, which scouts in 5/n1, hears of that before its old promises arrive.
    const bench = new Bench({ size: 5 }).scout().sync();
    bench.learned('n4', 1, ['X'], { round: 9 });
    bench.promise('n2').promise('n3');
    assert.equal(bench.status().role, 'leader');
    bench.propose(1);
    assert.deepEqual(bench.message('p2a', 'n2').proposals, proposals(2, 'c1'));
  });

  it('nor what a repeated question left out, since it was known by then', () => {
    const bench = new Bench().scout().sync().learned('n3', 1, ['X', 'Y']);
    bench.tick(electionTimeoutMs / 2);
    assert.equal(bench.message('p1a', 'n2').fromSlot, 3);
    bench.promise('n2', { gcSlot: 1, accepted: [pvalue(3, 'Z', 1, 'n2')] });
    assert.deepEqual(bench.message('p2a', 'n3').proposals, proposals(3, 'Z'));
  });

  it('is over when a higher ballot shows: in a refusal, a question or a leader; patience grows', () => {
    const ends: readonly ((bench: Bench) => Bench)[] = [
      (b) => b.receive('n2', { kind: 'preempted', ballot: ballot(4, 'n2') }),
      (b) => b.p1a('n2', 4),
      (b) => b.heartbeat('n2', 4),
      (b) => b.p2a('n2', 4, []),
    ];
    for (const end of ends) {
      const bench = end(new Bench().scout().sync());
      assert.equal(bench.status().role, 'follower');
      assert.equal(bench.traced('preempted').length, 1);
      bench.clear().tick(1.5 * electionTimeoutMs - 1);
      assert.equal(bench.sent('canvass').length, 0, 'longer than one election timeout');
      assert.equal(bench.tick(1).sent('canvass').length, 2);
    }
    const bench = new Bench().scout().sync();
    bench.receive('n2', { kind: 'preempted', ballot: ballot(2, 'n2') });
    assert.equal(bench.status().role, 'candidate', 'a lower one is old news');
  });

  it('patience has a bound, and shrinks with decisions and with heartbeats', () => {
    const bench = new Bench();
    const waits = (): number => {
      const fromMs = bench.nowMs;
      while (bench.status().role === 'follower') bench.tick(1);
      return (bench.nowMs - fromMs) / electionTimeoutMs;
    };
    for (let i = 1; i <= 9; i += 1) {
      bench.scout();
      bench.receive('n2', { kind: 'preempted', ballot: ballot(1000 * i, 'n2') });
    }
    assert.equal(waits(), 4);
    for (let i = 0; i < 21; i += 1) bench.heartbeat('n3', 20_000);
    assert.equal(waits(), 3);
    bench.p2a('n3', 20_000, proposals(1, ...Array.from({ length: 100 }, () => 'x')), 101);
    bench.heartbeat('n3', 20_000, 101);
    assert.equal(waits(), 1);
  });

  it('a candidate that gets no majority starts over, with a higher ballot', () => {
    const bench = new Bench({ options: { canvass: false } }).tick(electionTimeoutMs).sync();
    bench.tick(electionTimeoutMs);
    assert.equal(bench.own.round, 6);
    assert.equal(bench.promise('n2', { ballot: ballot(3, 'n1') }).status().role, 'candidate');
  });

  it('an acceptor that promised gives the scout time: its own campaign is off', () => {
    const bench = new Bench().tick(electionTimeoutMs);
    assert.equal(bench.status().role, 'candidate');
    const { canvass } = bench.message('canvass');
    bench.tick(electionTimeoutMs / 2).p1a('n2', 4);
    assert.equal(bench.status().role, 'follower');
    bench.receive('n3', { kind: 'canvassReply', canvass, willing: true });
    bench.tick(electionTimeoutMs - 1);
    assert.equal(bench.sent('p1a').length, 0);
    assert.equal(bench.sent('canvass').length, 2, 'the first ones');
    assert.equal(bench.tick(1).sent('canvass').length, 4);
  });

  it('a refused lower ballot does not put off the election', () => {
    const bench = new Bench().p1a('n2', 4).tick(heartbeatMs).p1a('n3', 2).heartbeat('n3', 2);
    assert.equal(bench.sent('preempted').length, 2);
    assert.equal(bench.tick(electionTimeoutMs - heartbeatMs).sent('canvass').length, 2);
  });
});
