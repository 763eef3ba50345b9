/** What a Raft node says of its disk and of its promises: taken from the records and messages themselves. */

import { chainOf, hashJson } from '../hash.ts';
import type { Witness } from '../outbox.ts';
import type { TraceSink } from '../trace.ts';
import type { RaftMessage, RaftRecord } from './messages.ts';
import type { Recovered } from './recovery.ts';

/** Tells at once what this incarnation starts from. */
export function raftWitness<C>(
  trace: NonNullable<TraceSink>,
  { term, votedFor, log }: Recovered<C>,
): Witness<RaftMessage<C>, RaftRecord<C>> {
  const disk = { term, vote: votedFor ?? null, lastIndex: log.lastIndex };
  let chain = 0;
  for (const entry of log.from(log.offset + 1, log.lastIndex)) {
    chain = chainOf(chain, entry.term, hashJson(entry.command));
  }
  trace({ ev: 'logRecovered', ...disk, lastTerm: log.lastTerm, chain });
  return {
    sent: (to, message, afterDurable) => {
      if (message.kind === 'appendAccepted') {
        const { term, match } = message;
        trace({ ev: 'appendAcknowledged', term, leader: to, index: match, afterDurable });
      } else if (message.kind === 'vote') {
        const { term, lastIndex, lastTerm } = message;
        trace({ ev: 'voteAsked', term, to, lastIndex, lastTerm, afterDurable });
      } else if (message.kind === 'voteReply' && message.granted) {
        trace({ ev: 'voteSent', term: message.term, candidate: to, afterDurable });
      } else if (message.kind === 'heartbeatReply' && message.round > 0) {
        const { term, round } = message;
        trace({ ev: 'roundAnswered', term, to, round });
      }
    },
    written: (sequence, records) => {
      for (const record of records) {
        if (record.kind === 'hardState') {
          disk.term = record.term;
          disk.vote = record.vote;
        } else {
          disk.lastIndex = record.from - 1 + record.entries.length;
        }
      }
      trace({ ev: 'persist', sequence, ...disk, records: records.length });
    },
  };
}
