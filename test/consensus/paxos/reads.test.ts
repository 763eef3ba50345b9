/** Linearizable reads by asking a majority of acceptors (PMMC 4.5). */

import assert from 'node:assert/strict';
import { Bench, ballot, electionTimeoutMs, heartbeatMs, proposals } from '../support/paxos-node.ts';

describe('paxos reads', () => {
  it('ask a majority which slot is the highest accepted, and wait until that is applied', () => {
    const bench = new Bench({ size: 5 }).lead().propose(1).read(7);
    assert.equal(bench.sent('readQuery').length, 4);
    bench.readReply('n2', 0).readReply('n2', 0);
    assert.deepEqual(bench.readsReady(), []);
    bench.readReply('n3', 1).sync().p2b('n2', 1);
    assert.deepEqual(bench.readsReady(), [], 'slot 1 is open');
    bench.p2b('n3', 1);
    assert.deepEqual(bench.readsReady(), [7]);
    const order = bench.effects.flatMap(({ kind }) =>
      kind === 'commit' || kind === 'readReady' ? [kind] : [],
    );
    assert.deepEqual(order, ['commit', 'readReady']);
  });

  it('cost 2 messages per acceptor, one round for all that wait', () => {
    const bench = new Bench().lead().read(1).read(2).read(3);
    assert.equal(bench.sent('readQuery').length, 2);
    bench.readReply('n2', 0);
    assert.deepEqual(bench.readsReady(), [1]);
    assert.equal(bench.sent('readQuery').length, 4, 'the next round');
    bench.readReply('n2', 0);
    assert.deepEqual(bench.readsReady(), [1, 2, 3]);
    assert.equal(bench.sent('readQuery').length, 4);
  });

  it('a read never joins a round that began before it; answers of other rounds and ballots mean nothing', () => {
    const bench = new Bench().lead().read(1);
    const first = bench.message('readQuery').round;
    bench.read(2).readReply('n2', 0, first).readReply('n3', 0, first);
    assert.deepEqual(bench.readsReady(), [1]);
    bench.receive('n3', {
      kind: 'readReply',
      ballot: ballot(6, 'n1'),
      round: first + 1,
      maxAccepted: 0,
    });
    assert.deepEqual(bench.readsReady(), [1]);
    bench.readReply('n3', 0, first + 1);
    assert.deepEqual(bench.readsReady(), [1, 2]);
  });

  it('a hole is filled with no-ops: what waits for it is not stuck', () => {
    const bench = new Bench().lead().read(1).readReply('n2', 3).sync();
    assert.deepEqual(bench.message('p2a', 'n3').proposals.at(-1), { slot: 3 });
    bench.p2b('n2', 1, 2, 3);
    assert.deepEqual(bench.committed(), [undefined, undefined, undefined]);
    assert.deepEqual(bench.readsReady(), [1]);
    bench.propose(2);
    assert.equal(bench.message('p2a', 'n2').proposals.at(-1)?.slot, 4);
  });

  it('any acceptor answers, whomever it follows: with the highest slot it ever accepted or knows as decided', () => {
    const ask = (bench: Bench) =>
      bench
        .receive('n3', { kind: 'readQuery', ballot: ballot(2, 'n3'), round: 5 })
        .message('readReply', 'n3');
    const follower = new Bench().p2a('n2', 4, proposals(1, 'a', 'b'), 1);
    assert.deepEqual(ask(follower), {
      kind: 'readReply',
      ballot: ballot(2, 'n3'),
      round: 5,
      maxAccepted: 2,
    });
    assert.equal(ask(follower.heartbeat('n2', 4, 3)).maxAccepted, 2, 'dropped');
    assert.equal(ask(follower.restarted()).maxAccepted, 2, 'after a restart');
    assert.equal(ask(new Bench().learned('n2', 1, ['a', 'b', 'c'])).maxAccepted, 3, 'learnt');
  });

  it('are asked again when no majority answered', () => {
    const bench = new Bench({ size: 5, options: { checkQuorum: false } })
      .lead()
      .read(1)
      .readReply('n2', 0);
    const { round } = bench.message('readQuery');
    bench.clear().tick(electionTimeoutMs / 2 - 1);
    assert.equal(bench.sent('readQuery').length, 0);
    bench.tick(1);
    assert.deepEqual(
      bench.sent('readQuery').map(({ to, message }) => [to, message.round]),
      [
        ['n3', round],
        ['n4', round],
        ['n5', round],
      ],
    );
    assert.deepEqual(bench.readReply('n5', 0).readsReady(), [1]);
  });

  it('are bounded, those that wait for a slot included', () => {
    const bench = new Bench({ limits: { maxPendingReads: 2 } })
      .lead()
      .propose(9)
      .read(1)
      .readReply('n2', 1);
    bench.read(2).read(3);
    assert.deepEqual(bench.rejected(), [{ request: 3, reason: 'overloaded' }]);
    bench.sync().p2b('n2', 1).readReply('n2', 1).read(4);
    assert.deepEqual([bench.rejected().length, bench.readsReady()], [1, [1, 2]]);
  });

  it('local-leader answers at once, which is why it is called unsafe', () => {
    const bench = new Bench({ options: { reads: 'local-leader' } })
      .lead()
      .read(1)
      .tick(heartbeatMs);
    assert.deepEqual([bench.readsReady(), bench.sent('readQuery').length], [[1], 0]);
  });
});
