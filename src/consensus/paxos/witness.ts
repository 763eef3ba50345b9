/** What a Multi-Paxos node says of its disk and of its promises: taken from the records and messages themselves. */

import type { NodeId } from '../algorithm.ts';
import { hashJson } from '../hash.ts';
import type { Witness } from '../outbox.ts';
import type { TraceSink } from '../trace.ts';
import type { Ballot } from './ballot.ts';
import type { PaxosMessage, PaxosRecord, Pvalue } from './messages.ts';
import type { Recovered } from './recovery.ts';

type Trace = NonNullable<TraceSink>;

/** Tells at once what this incarnation starts from. */
export function paxosWitness<C>(
  trace: Trace,
  { acceptor, learner }: Recovered<C>,
): Witness<PaxosMessage<C>, PaxosRecord<C>> {
  const { slotOut } = learner;
  const disk = { ballot: acceptor.ballot, lastIndex: acceptor.maxSlot };
  trace({
    ev: 'acceptorRecovered',
    term: disk.ballot.round,
    ballot: disk.ballot,
    slotOut,
    ...listed(acceptor.acceptedFrom(slotOut)),
  });
  return {
    sent: (to, message, afterDurable) => sent(trace, to, message, afterDurable),
    written: (sequence, records) => {
      const slots: number[] = [];
      for (const record of records) {
        if (record.kind === 'promise' || record.kind === 'accept') disk.ballot = record.ballot;
        if (record.kind !== 'accept') continue;
        for (const { slot } of record.proposals) {
          slots.push(slot);
          disk.lastIndex = Math.max(disk.lastIndex, slot);
        }
      }
      const { round, node } = disk.ballot;
      const vote = node === '' ? null : node;
      const { lastIndex } = disk;
      const count = records.length;
      trace({ ev: 'persist', sequence, term: round, vote, lastIndex, records: count, slots });
    },
  };
}

function sent<C>(trace: Trace, to: NodeId, message: PaxosMessage<C>, afterDurable: number): void {
  if (message.kind === 'p1a') {
    const { ballot, fromSlot } = message;
    trace({ ev: 'promiseAsked', term: ballot.round, ballot, to, fromSlot, afterDurable });
  } else if (message.kind === 'p1b') {
    const { ballot, gcSlot, accepted } = message;
    const told = listed(accepted);
    trace({ ev: 'promiseSent', term: ballot.round, ballot, to, gcSlot, ...told, afterDurable });
  } else if (message.kind === 'p2b') {
    const { ballot, slots } = message;
    trace({ ev: 'acceptanceSent', term: ballot.round, ballot, to, slots, afterDurable });
  } else if (message.kind === 'readReply') {
    const { ballot, round, maxAccepted } = message;
    trace({ ev: 'roundAnswered', term: ballot.round, to, round, accepted: maxAccepted });
  }
}

/** As columns: a trace is read by programs. */
const listed = <C>(
  accepted: readonly Pvalue<C>[],
): {
  readonly slots: readonly number[];
  readonly ballots: readonly Ballot[];
  readonly hashes: readonly number[];
} => ({
  slots: accepted.map(({ slot }) => slot),
  ballots: accepted.map(({ ballot }) => ballot),
  hashes: accepted.map(({ command }) => hashJson(command)),
});
