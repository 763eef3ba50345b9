/** Following a leader and learning what is decided. */

import assert from 'node:assert/strict';
import { Bench, ballot, electionTimeoutMs, heartbeatMs, proposals } from '../support/paxos-node.ts';

describe('paxos follower', () => {
  it('takes for decided what it accepted in exactly the ballot of the leader that says so', () => {
    const bench = new Bench().p2a('n2', 1, proposals(1, 'a', 'b', 'c'));
    bench.heartbeat('n2', 1, 3);
    assert.deepEqual(bench.committed(), ['a', 'b']);
    bench.heartbeat('n3', 2, 4);
    assert.deepEqual(
      bench.committed(),
      ['a', 'b'],
      'accepted in 1/n2: 2/n3 may have decided another command',
    );
    assert.equal(bench.message('learn', 'n3').fromSlot, 3);
    bench.learned('n3', 3, ['C'], { round: 2 });
    assert.deepEqual(bench.committed(), ['a', 'b', 'C']);
  });

  it('a proposal tells what is decided before it', () => {
    const bench = new Bench().p2a('n2', 1, proposals(1, 'a'), 1).p2a('n2', 1, proposals(2, 'b'), 2);
    assert.deepEqual(bench.committed(), ['a']);
    assert.equal(bench.sent('learn').length, 0);
  });

  it('decisions are noted along with other records, never alone', () => {
    const bench = new Bench().p2a('n2', 1, proposals(1, 'a'), 1).heartbeat('n2', 1, 2);
    assert.deepEqual(
      bench.written.map(({ kind }) => kind),
      ['accept'],
    );
    bench.p2a('n2', 1, proposals(2, 'b'), 2);
    assert.deepEqual(
      bench.written.map(({ kind }) => kind),
      ['accept', 'accept', 'decided'],
    );
    assert.equal(bench.lastSequence, 2);
  });

  it('follows the highest ballot: an older leader is told, by heartbeat or proposal', () => {
    const bench = new Bench().heartbeat('n3', 5);
    assert.deepEqual([bench.status().leader, bench.status().term], ['n3', 5]);
    bench.clear().heartbeat('n2', 4).p2a('n2', 4, proposals(1, 'a'), 1);
    assert.deepEqual(
      bench.sent('preempted').map(({ to, message }) => [to, message.ballot]),
      [
        ['n2', ballot(5, 'n3')],
        ['n2', ballot(5, 'n3')],
      ],
    );
    assert.deepEqual(
      [bench.status().leader, bench.sent('p2b').length, bench.sent('heartbeatReply').length],
      ['n3', 0, 0],
    );
    bench.heartbeat('n2', 7);
    assert.equal(bench.status().leader, 'n2');
  });

  it('a leader that is heard puts off the election', () => {
    const bench = new Bench();
    for (let i = 0; i < 10; i += 1) bench.tick(heartbeatMs * 4).heartbeat('n2', 1);
    assert.equal(bench.tick(electionTimeoutMs - 1).sent('canvass').length, 0);
    assert.equal(bench.tick(1).sent('canvass').length, 2);
    assert.equal(bench.status().leader, undefined);
  });

  it('only members are heard', () => {
    assert.throws(() => new Bench().heartbeat('n9', 1), /from n9, which is not a member/);
  });
});

describe('paxos catch-up', () => {
  it('asks for what it missed, not with every message', () => {
    const bench = new Bench()
      .heartbeat('n2', 1, 9)
      .heartbeat('n2', 1, 9)
      .p2a('n2', 1, proposals(9, 'x'), 9);
    assert.equal(bench.sent('learn').length, 1);
    bench.tick(heartbeatMs / 2).heartbeat('n2', 1, 9);
    assert.equal(bench.sent('learn').length, 2);
  });

  it('in batches, of which the last asks for the next ones', () => {
    const bench = new Bench({ limits: { maxBatchEntries: 2 } }).heartbeat('n2', 1, 7);
    assert.equal(bench.sent('learn').length, 1);
    bench.learned('n2', 1, ['a', 'b']);
    assert.equal(bench.sent('learn').length, 1);
    bench.learned('n2', 3, ['c', 'd'], { more: true });
    assert.equal(bench.message('learn').fromSlot, 5);
    bench.learned('n2', 5, ['e']);
    assert.deepEqual(bench.committed(), ['a', 'b', 'c', 'd', 'e']);
    assert.equal(bench.sent('learn').length, 2);
  });

  it('whoever is asked tells many at once, in messages that are not too large, and says when there are more', () => {
    const commands = Array.from({ length: 70 }, (_, i) => `c${i + 1}`);
    const bench = new Bench({ limits: { maxBatchEntries: 30 } }).learned('n2', 1, commands);
    const told = (): unknown[] =>
      bench
        .sent('learned')
        .map(({ message }) => message)
        .map(({ decisions, more }) => [decisions[0]?.slot, decisions.length, more]);
    bench.clear().receive('n3', { kind: 'learn', fromSlot: 2 });
    assert.deepEqual(told(), [
      [2, 30, false],
      [32, 30, false],
      [62, 4, true],
    ]);
    bench.clear().receive('n3', { kind: 'learn', fromSlot: 66 });
    assert.deepEqual(told(), [[66, 5, false]]);
    bench.clear().receive('n3', { kind: 'learn', fromSlot: 71 });
    assert.deepEqual(told(), []);
  });

  it('what is learnt twice or beyond a gap changes nothing', () => {
    const bench = new Bench()
      .learned('n2', 1, ['a', 'b'])
      .learned('n3', 2, ['b', 'c'])
      .learned('n3', 5, ['e']);
    assert.deepEqual(bench.committed(), ['a', 'b', 'c']);
    const learnt = bench.written.flatMap((record) =>
      record.kind === 'learned' ? record.decisions.map(({ slot }) => slot) : [],
    );
    assert.deepEqual(learnt, [1, 2, 3]);
  });

  it('a leader learns nothing in slots that it proposes in: it would tell its followers "decided" of its own ballot', () => {
    const bench = new Bench({ size: 5 }).lead().propose(1, 'mine').sync();
    bench.learned('n4', 1, ['theirs'], { round: 9 }).tick(heartbeatMs);
    assert.deepEqual([bench.committed(), bench.message('heartbeat').decided], [[], 1]);
  });
});
