/** A node's state from what its disk holds. */

import { broken } from '../invariant.ts';
import { Acceptor } from './acceptor.ts';
import { sameBallot } from './ballot.ts';
import { decisionOf } from './follower.ts';
import { Learner } from './learner.ts';
import type { Decision, PaxosRecord } from './messages.ts';

export interface Recovered<Command> {
  readonly acceptor: Acceptor<Command>;
  readonly learner: Learner<Command>;
}

/** Replays records in the order written. Throws BrokenInvariant when they are not a Multi-Paxos node's. */
export function recover<C>(records: readonly unknown[]): Recovered<C> {
  const acceptor = new Acceptor<C>();
  const learner = new Learner<C>();
  const learnt = new Map<number, Decision<C>>();
  for (const record of records as readonly PaxosRecord<C>[]) {
    switch (record.kind) {
      case 'promise':
        acceptor.promise(record.ballot);
        break;
      case 'accept':
        if (!sameBallot(record.ballot, acceptor.ballot)) acceptor.promise(record.ballot);
        acceptor.accept(record.ballot, record.proposals);
        break;
      case 'learned':
        for (const decision of record.decisions) learnt.set(decision.slot, decision);
        break;
      case 'decided':
        decideUpTo(acceptor, learner, learnt, record.slotOut);
        break;
      default:
        broken(`not a record of a paxos node: ${JSON.stringify(record)}`);
    }
  }
  // What was learnt is decided, whether or not the note of it made it to the disk. Beyond a gap it is learnt anew.
  for (let next = learnt.get(learner.slotOut); next; next = learnt.get(learner.slotOut)) {
    learner.decide(next);
  }
  acceptor.dropBelow(learner.slotOut);
  return { acceptor, learner };
}

function decideUpTo<C>(
  acceptor: Acceptor<C>,
  learner: Learner<C>,
  learnt: Map<number, Decision<C>>,
  slotOut: number,
): void {
  while (learner.slotOut < slotOut) {
    const slot = learner.slotOut;
    const accepted = acceptor.get(slot);
    if (accepted === undefined && !learnt.has(slot)) {
      broken(`slot ${slot} is noted as decided, but what was decided is not there`);
    }
    const known = learnt.get(slot);
    learner.decide(known ?? decisionOf(slot, accepted?.command, accepted?.ballot.round ?? 0));
    learnt.delete(slot);
  }
  acceptor.dropBelow(learner.slotOut);
}
