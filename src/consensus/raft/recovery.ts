/** From the records of a write-ahead log back to the state they describe. */

import type { NodeId } from '../algorithm.ts';
import { broken } from '../invariant.ts';
import { RaftLog } from './log.ts';
import type { RaftRecord } from './messages.ts';

export interface Recovered<Command> {
  readonly term: number;
  readonly votedFor: NodeId | undefined;
  readonly log: RaftLog<Command>;
}

/**
 * Replays the records in order. Everything in them is durable. What is committed is learnt anew from the leader.
 * Throws BrokenInvariant on a record that is not Raft's or that contradicts the ones before it.
 */
export function recover<Command>(records: readonly unknown[]): Recovered<Command> {
  let term = 0;
  let votedFor: NodeId | undefined;
  const log = new RaftLog<Command>();
  records.forEach((raw, position) => {
    const record = decodeRecord<Command>(raw, position);
    if (record.kind === 'hardState') {
      if (record.term < term)
        broken(`record ${position}: term falls from ${term} to ${record.term}`);
      term = record.term;
      votedFor = record.vote ?? undefined;
    } else {
      log.replaceFrom(record.from, record.entries, 0);
    }
  });
  if (log.lastTerm > term) broken(`the log holds term ${log.lastTerm} but the term is ${term}`);
  log.completed(0);
  return { term, votedFor, log };
}

/** The write-ahead log has checked that the bytes are what was written; this checks that it was Raft who wrote. */
function decodeRecord<Command>(raw: unknown, position: number): RaftRecord<Command> {
  const kind = typeof raw === 'object' && raw !== null && 'kind' in raw ? raw.kind : undefined;
  if (kind !== 'hardState' && kind !== 'entries') {
    broken(`record ${position} is not Raft's: ${JSON.stringify(raw)?.slice(0, 200)}`);
  }
  return raw as RaftRecord<Command>;
}
