/** What Multi-Paxos writes and what it makes of it after a crash. */

import assert from 'node:assert/strict';
import { hashJson } from '#src/consensus/hash';
import { type Ballot, compareBallots, sameBallot, zeroBallot } from '#src/consensus/paxos/ballot';
import type { PaxosRecord } from '#src/consensus/paxos/messages';
import { paxosOptions } from '#src/consensus/paxos/options';
import { recover } from '#src/consensus/paxos/recovery';
import { Clients } from '../support/clients.ts';
import { Cluster, type Observer } from '../support/cluster.ts';
import { Bench, ballot, proposals, pvalue } from '../support/paxos-node.ts';

type Record = PaxosRecord<unknown>;

describe('paxos recovery', () => {
  it('a promise is kept over a restart: older proposals and questions are refused, delayed or sent again (P08)', () => {
    const before = new Bench().p1a('n2', 1).p2a('n2', 1, proposals(2, 'old')).p1a('n3', 2);
    const after = before.restarted();
    after.p1a('n2', 1).p2a('n2', 1, proposals(1, 'late'), 3);
    assert.deepEqual(
      after.sent('preempted').map(({ message }) => message.ballot),
      [ballot(2, 'n3'), ballot(2, 'n3')],
    );
    assert.equal(after.written.length, before.written.length);
    assert.deepEqual(after.p1a('n3', 5).message('p1b').accepted, [pvalue(2, 'old', 1, 'n2')]);
  });

  it('accepting in a higher ballot is a promise of it', () => {
    const after = new Bench().p2a('n3', 5, proposals(1, 'a')).restarted();
    assert.equal(after.status().term, 5);
    after.p1a('n2', 4);
    assert.equal(after.sent('p1b').length, 0);
  });

  it('a node that restarts follows, and commits what it knew', () => {
    const before = new Bench().lead().propose(1).sync().p2b('n2', 1).propose(2);
    const after = before.restarted().tick();
    assert.deepEqual([after.status().role, after.committed()], ['follower', ['c1']]);
    assert.equal(after.rejected().length, 0);
    assert.equal(
      after.effects.some((e) => e.kind === 'commit' && e.request !== undefined),
      false,
    );
  });

  it('what was learnt is kept; beyond a gap it is learnt anew, since nobody was promised it', () => {
    const learnt: PaxosRecord<string> = {
      kind: 'learned',
      decisions: [{ slot: 2, command: 'b', round: 4 }],
    };
    assert.equal(recover([learnt]).learner.slotOut, 1);
    assert.equal(recover([learnt]).learner.get(2), undefined);
    const first: PaxosRecord<string> = {
      kind: 'learned',
      decisions: [{ slot: 1, command: 'a', round: 4 }],
    };
    assert.equal(recover([learnt, first]).learner.slotOut, 3);
  });

  it('a learnt decision outweighs what this node accepted, which was another', () => {
    const { learner } = recover<string>([
      { kind: 'accept', ballot: ballot(1, 'n2'), proposals: proposals(1, 'mine') },
      { kind: 'learned', decisions: [{ slot: 1, command: 'decided', round: 5 }] },
      { kind: 'accept', ballot: ballot(2, 'n3'), proposals: proposals(1, 'other') },
      { kind: 'decided', slotOut: 2 },
    ]);
    assert.equal(learner.get(1)?.command, 'decided');
  });

  it("refuses records that are not a Multi-Paxos node's", () => {
    assert.throws(
      () => recover([{ kind: 'hardState', term: 1 }]),
      /not a record of a paxos node: .*hardState/,
    );
    assert.throws(() => recover([{ kind: 'decided', slotOut: 2 }]), /slot 1 is noted as decided/);
    const falls = [ballot(4, 'n2'), ballot(2, 'n3')].map((b) => ({ kind: 'promise', ballot: b }));
    assert.throws(() => recover(falls), /promise of 2\/n3 after 4\/n2/);
  });
});

/** What nodes wrote in a run with crashes and cuts. */
function recorded(seed: number): {
  readonly disks: Record[][];
  readonly final: readonly unknown[];
} {
  const disks = new Map<string, Record[]>();
  const chosen: unknown[] = [];
  const observer: Observer = {
    durable: (node, records) => {
      disks.set(node, [...(disks.get(node) ?? []), ...(records as readonly Record[])]);
    },
    event: (_, event) => {
      if (event.ev === 'apply') chosen[event.index] = event.hash;
    },
  };
  const cluster = new Cluster({ algorithm: 'paxos', size: 3, seed, observers: [observer] });
  const clients = new Clients(cluster, 3, seed);
  for (let i = 0; i < 4; i += 1) {
    cluster.weather = { ...cluster.weather, lossPercent: 10, duplicatePercent: 10 };
    cluster.run(400);
    const leader = cluster.leaders()[0] ?? 'n1';
    if (i % 2 === 0) cluster.crash(leader);
    else cluster.partition([leader]);
    cluster.run(500);
    cluster.heal();
  }
  clients.stop();
  return { disks: [...disks.values()], final: chosen };
}

/** The same, told naively from the records. */
function naively(records: readonly Record[]) {
  let highest: Ballot = zeroBallot;
  let noted = 1;
  const accepted = new Map<number, Ballot>();
  for (const record of records) {
    if (record.kind === 'decided') noted = record.slotOut;
    if (record.kind !== 'promise' && record.kind !== 'accept') continue;
    if (compareBallots(record.ballot, highest) > 0) highest = record.ballot;
    if (record.kind !== 'accept') continue;
    for (const { slot } of record.proposals) accepted.set(slot, record.ballot);
  }
  return { highest, noted, accepted };
}

describe('paxos crash points', () => {
  it('after every record: the promise, all that was accepted, and nothing decided that was not', () => {
    let points = 0;
    for (const seed of [1, 2, 3]) {
      const { disks, final } = recorded(seed);
      for (const disk of disks) {
        for (let length = 0; length <= disk.length; length += 1) {
          const records = disk.slice(0, length);
          const { acceptor, learner } = recover<unknown>(records);
          const { highest, noted, accepted } = naively(records);
          assert.ok(sameBallot(acceptor.ballot, highest));
          assert.ok(learner.slotOut >= noted);
          for (let slot = Math.max(1, noted - 5); slot < learner.slotOut; slot += 1) {
            assert.equal(hashJson(learner.get(slot)?.command), final[slot], `slot ${slot}`);
          }
          for (const [slot, in_] of accepted) {
            if (slot < learner.slotOut) continue;
            assert.ok(sameBallot(acceptor.get(slot)?.ballot ?? zeroBallot, in_), `slot ${slot}`);
          }
          assert.equal(acceptor.maxSlot, Math.max(0, learner.slotOut - 1, ...accepted.keys()));
          points += 1;
        }
      }
    }
    assert.ok(points > 500, `${points} crash points`);
  });
});

describe('paxos options', () => {
  it('have defaults, and errors that name what is allowed', () => {
    assert.deepEqual(paxosOptions({}), { reads: 'acceptors', canvass: true, checkQuorum: true });
    assert.equal(paxosOptions({ canvass: false }).canvass, false);
    assert.throws(
      () => paxosOptions({ reads: 1 }),
      /reads of paxos is 1; allowed are "acceptors", "local-leader"/,
    );
    assert.throws(
      () => paxosOptions({ preVote: true }),
      /unknown option of paxos: preVote; allowed are reads, canvass, checkQuorum/,
    );
  });

  it('a configuration that cannot work is refused', () => {
    assert.throws(() => new Bench({ size: 0 }), /node n1 is not among the members/);
  });
});
