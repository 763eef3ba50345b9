/** What a Raft node's trace events and messages mean, in sentences. */

import type { TraceEvent } from '#src/consensus/algorithm';
import type { Entry, RaftMessage } from '#src/consensus/raft/messages';
import type { LogCommand } from '#src/consensus/state-machine/command';
import type { Facts, Sent } from '../system.ts';
import { numberOf, textOf } from './detail.ts';
import { commandLabel, unnamedLabel } from './logged.ts';

type Message = RaftMessage<LogCommand>;

/** What comes out of the mailbox was put there by the same algorithm. */
const decode = (message: unknown): Message => message as Message;

export function raftLabel(raw: unknown): string {
  const message = decode(raw);
  switch (message.kind) {
    case 'preVote':
    case 'vote':
      return `${message.kind} term ${message.term}, log ends at ${message.lastIndex} (term ${message.lastTerm})`;
    case 'preVoteReply':
    case 'voteReply':
      return `${message.kind} term ${message.term}, ${message.granted ? 'granted' : 'refused'}`;
    case 'append': {
      const what = message.entries.map(entryName).join(' ');
      return `append ${what === '' ? 'nothing' : what} after ${message.prevIndex} (term ${message.prevTerm}), term ${message.term}`;
    }
    case 'appendAccepted':
      return `appendAccepted up to ${message.match}, term ${message.term}`;
    case 'appendRejected':
      return `appendRejected at ${message.prevIndex}, try ${message.hintIndex}, term ${message.term}`;
    case 'heartbeat':
      return `heartbeat term ${message.term}, committed ${message.commit}, round ${message.round}`;
    case 'heartbeatReply':
      return `heartbeatReply term ${message.term}, round ${message.round}`;
    default:
      return 'unknown message';
  }
}

const entryName = ({ command, term }: Entry<LogCommand>): string => {
  const label = commandLabel(command);
  return label === unnamedLabel(term) ? String(term) : `${label}@${term}`;
};

export function raftSaid(self: string, event: TraceEvent): string | undefined {
  return electionSaid(self, event) ?? logSaid(self, event) ?? readSaid(self, event);
}

function electionSaid(self: string, event: TraceEvent): string | undefined {
  const { term } = event;
  switch (event.ev) {
    case 'becomePreCandidate':
      return `${self} has heard no leader for too long. It first asks whether an election would be welcome (pre-vote); its term stays ${term}.`;
    case 'becomeCandidate':
      return `${self} has heard no leader for too long: it starts an election in term ${term} and votes for itself.`;
    case 'becomeLeader':
      return `${self} has the votes of a majority: it leads term ${term}, and writes a no-op of its term.`;
    case 'becomeFollower':
      return event['leader'] === null
        ? `${self} is a follower in term ${term} and knows no leader.`
        : `${self} follows ${textOf(event, 'leader')} in term ${term}.`;
    case 'stepDown':
      return event['reason'] === 'check-quorum'
        ? `${self} has not heard a majority for an election timeout: it may be cut off, so it stops leading.`
        : `${self} sees a higher term: its time as leader is over.`;
    case 'voteGranted':
      return `${self} votes for ${textOf(event, 'candidate')} in term ${term}: it has given this vote to nobody else, and that log, which ends at index ${numberOf(event, 'lastIndex')} (term ${numberOf(event, 'lastTerm')}), is at least as up to date as its own.`;
    default:
      return undefined;
  }
}

function logSaid(self: string, event: TraceEvent): string | undefined {
  const index = numberOf(event, 'index');
  switch (event.ev) {
    case 'append': {
      const end = index + numberOf(event, 'count') - 1;
      return `${self} appends ${end === index ? `index ${index}` : `indices ${index} to ${end}`} to its log.`;
    }
    case 'conflictTruncated':
      return `${self} removes ${numberOf(event, 'count')} of its entries, from index ${index} on: they contradict the leader's log, and none of them was committed.`;
    case 'appendAcknowledged':
      return `${self} has what precedes the entries: its log equals the leader's up to index ${index}, and it says so once that is on disk.`;
    case 'appendRejected':
      return `${self} rejects: at index ${numberOf(event, 'prevIndex')} it does not have the leader's entry. The logs can agree at index ${numberOf(event, 'hintIndex')} at most.`;
    case 'matchAdvanced':
      return `${self} now knows that ${textOf(event, 'peer')} holds its log up to index ${numberOf(event, 'match')}.`;
    case 'commit':
      return event['role'] === 'leader'
        ? `${self} commits up to index ${index}: it is on a majority of disks and is an entry of its own term.`
        : `${self} learns that everything up to index ${index} is committed.`;
    default:
      return undefined;
  }
}

function readSaid(self: string, event: TraceEvent): string | undefined {
  switch (event.ev) {
    case 'readRequested':
      return `${self} must not answer yet: somebody else may lead by now. The read has to see everything up to index ${numberOf(event, 'readIndex')}, and waits for a majority to answer heartbeat round ${numberOf(event, 'round')}.`;
    case 'readConfirmed':
      return event['round'] === 0
        ? `${self} thinks that it leads and answers at once, without asking anybody.`
        : `A majority answered round ${numberOf(event, 'round')}, which began after the read: ${self} still led then, and may answer.`;
    case 'leaseRead':
      return `${self} answers at once, by its lease: by its clock, those who confirmed its lead help nobody to replace it for another ${numberOf(event, 'leftMs')} ms.`;
    default:
      return undefined;
  }
}

/** Refusals leave no trace event; the answer that was really sent decides what is said, the state before why. */
export function raftWhy(
  self: string,
  from: string,
  raw: unknown,
  before: Facts,
  sent: readonly Sent[],
): string[] {
  const message = decode(raw);
  const replies = sent.map((reply) => decode(reply.message));
  if (message.kind === 'vote' || message.kind === 'preVote') {
    const reply = replies.find((r) => r.kind === 'voteReply' || r.kind === 'preVoteReply');
    if (reply === undefined) {
      return [`${self} ignores ${from}: it heard a leader within the last election timeout.`];
    }
    if ('granted' in reply && reply.granted) {
      return message.kind === 'preVote'
        ? [`${self} would vote for ${from}. It changes nothing: neither term nor vote.`]
        : [];
    }
    return [`${self} does not vote for ${from}: ${refusal(message, before)}.`];
  }
  const replyKind = message.kind === 'voteReply' || message.kind === 'preVoteReply';
  if (replyKind && message.term >= before.term) {
    const yes = message.kind === 'voteReply' ? 'a vote' : 'a promise to vote';
    return [`${self} counts ${message.granted ? yes : 'a refusal'} of ${from}.`];
  }
  if (message.kind === 'appendRejected' && message.term === before.term) {
    const again = replies.find((reply) => reply.kind === 'append');
    return again === undefined
      ? [`${self} has passed this point with ${from} already.`]
      : [
          `${self} steps back to index ${again.prevIndex} and sends ${from} everything from there that fits into one message.`,
        ];
  }
  if (message.kind === 'heartbeatReply' && message.term === before.term) {
    return [`${self} hears that ${from} still follows it (round ${message.round}).`];
  }
  if (message.term < before.term) {
    return [
      `${self} is in term ${before.term}: what comes from term ${message.term} counts no more.`,
    ];
  }
  return [];
}

function refusal(
  message: Extract<Message, { readonly kind: 'vote' | 'preVote' }>,
  before: Facts,
): string {
  if (message.term < before.term) return `it is in term ${before.term} already`;
  const last = before.log.at(-1);
  const behind =
    message.lastTerm < (last?.term ?? 0) ||
    (message.lastTerm === (last?.term ?? 0) && message.lastIndex < before.log.length);
  if (behind) {
    return `its own log, which ends at index ${before.log.length} (term ${last?.term ?? 0}), is more up to date than one that ends at index ${message.lastIndex} (term ${message.lastTerm})`;
  }
  if (message.kind === 'vote' && before.vote !== undefined && message.term === before.term) {
    return `it voted for ${before.vote} in term ${before.term}, and has one vote a term`;
  }
  return 'it hears a leader, and helps to depose none';
}
