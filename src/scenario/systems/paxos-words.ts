/** What a Multi-Paxos node's trace events and messages mean, in sentences. */

import type { TraceEvent } from '#src/consensus/algorithm';
import type { PaxosMessage } from '#src/consensus/paxos/messages';
import type { LogCommand } from '#src/consensus/state-machine/command';
import { unreachable } from '#src/errors';
import { ballotName, type Facts, type Sent } from '../system.ts';
import { ballotAt, listOf, numberOf, textOf } from './detail.ts';
import { commandLabel } from './logged.ts';

type Message = PaxosMessage<LogCommand>;

/** What comes out of the mailbox was put there by the same algorithm. */
const decode = (message: unknown): Message => message as Message;

const places = (
  list: readonly { readonly slot: number; readonly command?: LogCommand }[],
): string => list.map(({ slot, command }) => `slot ${slot} ${commandLabel(command)}`).join(', ');

export function paxosLabel(raw: unknown): string {
  const message = decode(raw);
  switch (message.kind) {
    case 'canvass':
      return 'canvass';
    case 'canvassReply':
      return `canvassReply ${message.willing ? 'willing' : 'not willing'}`;
    case 'p1a':
      return `p1a ${ballotName(message.ballot)} from slot ${message.fromSlot}`;
    case 'p1b':
      return `p1b ${ballotName(message.ballot)}, accepted: ${message.accepted.map((p) => `${places([p])} in ${ballotName(p.ballot)}`).join(', ') || 'nothing undecided'}`;
    case 'p2a':
      return `p2a ${ballotName(message.ballot)}: ${places(message.proposals)}`;
    case 'p2b':
      return `p2b ${ballotName(message.ballot)}: slot ${message.slots.join(', ')}`;
    case 'preempted':
      return `preempted, promised ${ballotName(message.ballot)}`;
    case 'heartbeat':
      return `heartbeat ${ballotName(message.ballot)}, decided below slot ${message.decided}`;
    case 'heartbeatReply':
      return `heartbeatReply ${ballotName(message.ballot)}`;
    case 'readQuery':
      return `readQuery round ${message.round}`;
    case 'readReply':
      return `readReply round ${message.round}, highest accepted slot ${message.maxAccepted}`;
    case 'learn':
      return `learn from slot ${message.fromSlot}`;
    case 'learned':
      return `learned ${places(message.decisions)}${message.more ? ', there are more' : ''}`;
    default:
      return 'unknown message';
  }
}

export function paxosSaid(self: string, event: TraceEvent): string | undefined {
  return phaseSaid(self, event) ?? leadSaid(self, event);
}

function phaseSaid(self: string, event: TraceEvent): string | undefined {
  const ballot = ballotAt(event, 'ballot');
  switch (event.ev) {
    case 'promised':
      return `${self} promises ballot ${ballot}: nothing lower will be accepted here any more.`;
    case 'adopted':
      return `${self} has promises for exactly ${ballot} from ${listOf(event, 'quorum').join(', ')}, a majority.${again(self, event)}`;
    case 'preempted':
      return `${self} gives ballot ${ballot} up: ${ballotAt(event, 'by')} is higher. It will be more patient from now on.`;
    case 'proposed':
      return `${self} proposes for slot ${numberOf(event, 'slot')} in ballot ${ballot}.`;
    case 'accepted':
      return `${self} accepts slot ${listOf(event, 'slots').join(', ')} in ballot ${ballot}: it is the ballot it promised.`;
    case 'chosen':
      return `${self} counts ${listOf(event, 'quorum').join(', ')} for slot ${numberOf(event, 'slot')} in ballot ${ballot}, a majority: decided.`;
    case 'holeFilled':
      return `Nobody in the quorum accepted anything for slot ${numberOf(event, 'slot')}, so nothing was chosen there: ${self} fills the hole with a no-op.`;
    default:
      return undefined;
  }
}

function again(self: string, event: TraceEvent): string {
  const [from, to] = [numberOf(event, 'fromSlot'), numberOf(event, 'lastSlot')];
  if (to < from) return ' None of them reports anything undecided.';
  const slots = to === from ? `Slot ${from}` : `Slots ${from} to ${to}`;
  return ` ${slots} may have been decided by an earlier leader: ${self} proposes again what was reported there in the highest ballot.`;
}

function leadSaid(self: string, event: TraceEvent): string | undefined {
  const { term } = event;
  switch (event.ev) {
    case 'becomeCandidate':
      return `${self} scouts with round ${term}, higher than any it has seen and its own alone.`;
    case 'becomeLeader':
      return `${self} leads round ${term}.`;
    case 'becomeFollower':
      return event['leader'] === null
        ? `${self} follows nobody.`
        : `${self} follows ${textOf(event, 'leader')} in round ${term}.`;
    case 'stepDown':
      return event['reason'] === 'check-quorum'
        ? `${self} has not heard a majority for an election timeout: it may be cut off, so it stops leading.`
        : `${self} sees a higher ballot: its time as leader is over.`;
    case 'caughtUp':
      return `${self} learns ${numberOf(event, 'count')} decided slots, from slot ${numberOf(event, 'fromSlot')} on.`;
    case 'commit':
      return `${self} knows every slot up to ${numberOf(event, 'index')} as decided, without a gap.`;
    case 'readRequested':
      return `${self} must not answer yet: it first asks a majority of acceptors for the highest slot they accepted (round ${numberOf(event, 'round')}).`;
    case 'readConfirmed':
      return event['round'] === 0
        ? `${self} thinks that it leads and answers at once, without asking anybody.`
        : `A majority answered round ${numberOf(event, 'round')}, and everything up to slot ${numberOf(event, 'readIndex')} is applied: ${self} may answer.`;
    default:
      return undefined;
  }
}

/** Refusals leave no trace event; the answer that was really sent decides what is said. */
export function paxosWhy(
  self: string,
  from: string,
  raw: unknown,
  before: Facts,
  sent: readonly Sent[],
): string[] {
  const message = decode(raw);
  const replies = sent.map((reply) => decode(reply.message));
  const refused = replies.find((reply) => reply.kind === 'preempted');
  if (refused !== undefined) {
    return [
      `${self} refuses ${'ballot' in message ? ballotName(message.ballot) : from}: it promised ${ballotName(refused.ballot)}, which is higher, and says so.`,
    ];
  }
  switch (message.kind) {
    case 'canvass': {
      const willing = replies.some((reply) => reply.kind === 'canvassReply' && reply.willing);
      return [
        willing
          ? `${self} has no leader either: it would welcome ${from}.`
          : `${self} hears a leader and would not welcome ${from}.`,
      ];
    }
    case 'p1b':
      return before.role === 'candidate'
        ? [`${self} counts the promise of ${from} for ${ballotName(message.ballot)}.`]
        : [`${self} does not need this promise any more.`];
    case 'p2b':
      return before.role === 'leader'
        ? [`${self} counts ${from} for slot ${message.slots.join(', ')}.`]
        : [`${self} leads no more: this counts for nothing here.`];
    case 'p1a':
      return sent.length > 0
        ? [
            `${self} tells ${from} everything undecided that it accepted, so that nothing chosen can be lost.`,
          ]
        : [];
    case 'heartbeatReply':
      return [`${self} hears that ${from} still follows it.`];
    case 'canvassReply':
      return before.role === 'candidate' && message.willing
        ? [`${self} counts ${from} as willing.`]
        : [];
    case 'heartbeat':
    case 'learn':
    case 'learned':
    case 'p2a':
    case 'preempted':
    case 'readQuery':
    case 'readReply':
      return [];
    default:
      return unreachable(message);
  }
}
