/** Protocol events in words: what a node did, as a mark of a diagram and as a sentence that needs no knowledge of the code. */

import type { MarkKind } from '#reports/space-time-types';
import { plural } from '#reports/text';
import type { Ballot } from '../consensus/paxos/ballot.ts';
import type { Traced } from '../sim/index.ts';

export interface EventWords {
  readonly kind: MarkKind;
  /** For beside the mark. */
  readonly label: string;
  /** Without time and full stop, beginning with the node. */
  readonly words: string;
}

type Told<Ev extends Traced['ev']> = Extract<Traced, { readonly ev: Ev }>;
type Teller<Ev extends Traced['ev']> = (
  event: Told<Ev>,
  isPaxos: boolean,
) => readonly [kind: MarkKind, label: string, words: string];

/** `3 to 5`, `3`. */
const span = (index: number, count: number): string =>
  count > 1 ? `${index} to ${index + count - 1}` : String(index);

const few = (slots: readonly number[]): string =>
  slots.length === 0
    ? 'nothing'
    : `slot ${slots.slice(0, 6).join(', ')}${slots.length > 6 ? ', …' : ''}`;

const named = ({ round, node }: Ballot): string => `ballot ${round} of ${node}`;

/** What terms are called. */
const era = (term: number, isPaxos: boolean): string =>
  isPaxos ? `ballot round ${term}` : `term ${term}`;

/** An event that is missing here is shown by its name. */
const tellers: { readonly [Ev in Traced['ev']]?: Teller<Ev> } = {
  becomeFollower: ({ term, leader }, p) => [
    'other',
    'follower',
    leader === null
      ? `becomes a follower in ${era(term, p)} and knows no leader`
      : `follows ${leader} in ${era(term, p)}`,
  ],
  becomePreCandidate: ({ term }) => [
    'role',
    'asks',
    `has heard of no leader and asks whether an election would be welcome, in term ${term}`,
  ],
  becomeCandidate: ({ term }, p) => ['role', 'candidate', `stands for election in ${era(term, p)}`],
  becomeLeader: ({ term, lastIndex, commit }, p) => [
    'role',
    'elected',
    `becomes leader of ${era(term, p)}, with a log up to ${lastIndex}, committed up to ${commit}`,
  ],
  stepDown: ({ term, reason }, p) => [
    'role',
    'steps down',
    `stops leading ${era(term, p)}: ${reason === 'higher-term' ? 'there is a higher one' : 'it heard nothing of a majority'}`,
  ],
  persist: ({ lastIndex, records, term, vote }) => [
    'disk',
    'write',
    `hands ${plural(records, 'record')} to its disk: log up to ${lastIndex}, term ${term}, vote for ${vote ?? 'nobody'}`,
  ],
  durable: ({ durableIndex }) => ['disk', 'durable', `has its log up to ${durableIndex} on disk`],
  commit: ({ index, term, role }, p) => [
    'commit',
    `commit ${index}`,
    `takes everything up to ${index} for committed, as ${role} in ${era(term, p)}`,
  ],
  readRequested: ({ readIndex, term, request }, p) => [
    'read',
    'read?',
    `takes in read ${request} as leader of ${era(term, p)}; it must see everything up to ${readIndex}`,
  ],
  roundStarted: ({ round, term }, p) => [
    'other',
    `round ${round}`,
    `begins round ${round} of asking whether it still leads ${era(term, p)}`,
  ],
  roundAnswered: ({ round, term, to, accepted }, p) => [
    'other',
    `yes ${round}`,
    `answers round ${round} of ${to}, leader of ${era(term, p)}${accepted === undefined ? '' : `: it accepted up to ${accepted}`}`,
  ],
  readConfirmed: ({ request, applied, round, term }, p) => [
    'read',
    'read!',
    `answers read ${request} as of index ${applied}, as leader of ${era(term, p)}, ` +
      (round === 0 ? 'without having asked anybody' : `by confirmation round ${round}`),
  ],
  leaseRead: ({ request, applied, leftMs, term }, p) => [
    'read',
    'read!',
    `answers read ${request} as of index ${applied}, as leader of ${era(term, p)}, by its lease, which has ${Math.round(leftMs)} ms to run on its clock`,
  ],
  logRecovered: ({ lastIndex, term, vote }) => [
    'disk',
    'recovers',
    `finds on its disk: log up to ${lastIndex}, term ${term}, vote for ${vote ?? 'nobody'}`,
  ],
  higherTermSeen: ({ term, from }) => [
    'other',
    `term ${term}!`,
    `learns from ${from} of term ${term}`,
  ],
  voteAsked: ({ to, term, lastIndex, lastTerm }) => [
    'other',
    'asks',
    `asks ${to} for its vote in term ${term}; its own log ends at ${lastIndex} of term ${lastTerm}`,
  ],
  voteRefused: ({ candidate, term, reason }) => [
    'vote',
    'refuses',
    `refuses ${candidate} its vote in term ${term}: ${reason}`,
  ],
  preVoteRefused: ({ candidate, term }) => [
    'vote',
    'refuses',
    `would not welcome an election by ${candidate} in term ${term}`,
  ],
  voteSent: ({ candidate, term }) => [
    'other',
    `votes ${candidate}`,
    `sends its vote to ${candidate} for term ${term}`,
  ],
  voteGranted: ({ candidate, term, lastIndex, lastTerm }) => [
    'vote',
    `votes ${candidate}`,
    `votes for ${candidate} in term ${term}, whose log ends at ${lastIndex} of term ${lastTerm}`,
  ],
  append: ({ index, count, term, role }) => [
    'log',
    `+${span(index, count)}`,
    `puts ${span(index, count)} into its log, as ${role} in term ${term}`,
  ],
  appendAcknowledged: ({ index, leader, term }) => [
    'other',
    `ack ${index}`,
    `tells ${leader} that it holds the log of term ${term} up to ${index}`,
  ],
  appendRejected: ({ leader, prevIndex, hintIndex }) => [
    'log',
    'rejects',
    `rejects entries of ${leader}: it has nothing that fits at ${prevIndex}, perhaps at ${hintIndex}`,
  ],
  conflictTruncated: ({ index, count, commit }) => [
    'log',
    `−${span(index, count)}`,
    `removes ${span(index, count)} from its log, which contradicted the leader's; it had committed up to ${commit}`,
  ],
  matchAdvanced: ({ peer, match, term }) => [
    'other',
    `${peer} has ${match}`,
    `learns that ${peer} holds its log up to ${match}, in term ${term}`,
  ],
  acceptorRecovered: ({ ballot, slots, slotOut }) => [
    'disk',
    'recovers',
    `finds on its disk: promised ${named(ballot)}, accepted ${few(slots)}, all below ${slotOut} decided`,
  ],
  promiseAsked: ({ ballot, to, fromSlot }) => [
    'other',
    'prepare',
    `asks ${to} to promise ${named(ballot)}, from slot ${fromSlot}`,
  ],
  promiseSent: ({ ballot, to, slots }) => [
    'other',
    'promise',
    `promises ${named(ballot)} to ${to}, and tells that it accepted ${few(slots)}`,
  ],
  acceptanceSent: ({ ballot, to, slots }) => [
    'other',
    'accepted',
    `tells ${to} that it accepted ${few(slots)} in ${named(ballot)}`,
  ],
  promised: ({ ballot }) => ['vote', 'promises', `promises ${named(ballot)}`],
  adopted: ({ ballot, quorum, fromSlot, lastSlot }) => [
    'role',
    'adopted',
    `has promises for ${named(ballot)} from ${quorum.join(', ')}; proposes slots ${fromSlot} to ${lastSlot} anew`,
  ],
  preempted: ({ ballot, by }) => [
    'role',
    'preempted',
    `gives up ${named(ballot)} for ${named(by)}`,
  ],
  proposed: ({ ballot, slot }) => [
    'log',
    `propose ${slot}`,
    `proposes a command for slot ${slot} in ${named(ballot)}`,
  ],
  accepted: ({ ballot, slots }) => [
    'log',
    `accept ${slots.slice(0, 3).join(',')}`,
    `accepts ${few(slots)} in ${named(ballot)}`,
  ],
  chosen: ({ ballot, slot, quorum }) => [
    'commit',
    `chosen ${slot}`,
    `counts slot ${slot} as chosen in ${named(ballot)}, by ${quorum.join(', ')}`,
  ],
  canvassRefused: ({ candidate }) => [
    'vote',
    'refuses',
    `would not welcome an election by ${candidate}`,
  ],
  roundRepeated: ({ round }) => [
    'other',
    `round ${round}`,
    `asks again in round ${round} whether it still leads`,
  ],
  holeFilled: ({ slot }) => ['log', `no-op ${slot}`, `fills slot ${slot} with a no-op`],
  caughtUp: ({ fromSlot, count }) => [
    'log',
    `+${span(fromSlot, count)}`,
    `learns slots ${span(fromSlot, count)} from another node`,
  ],
  apply: ({ index, outcome, repeated }) => [
    'apply',
    `apply ${index}`,
    `applies the command at ${index}: ${outcome}${repeated ? ', which it had applied before' : ''}`,
  ],
  dedupeHit: ({ index, session, sequence }) => [
    'apply',
    'repeat',
    `finds that the command at ${index} (number ${sequence} of session ${session}) had been applied before`,
  ],
  replied: ({ request, applied, outcome, forwarded }) => [
    // A node that does not serve says so again and again.
    outcome === 'ok' ? 'reply' : 'other',
    outcome === 'ok' ? 'answer' : outcome,
    `answers ${forwarded ? 'the node that had handed on' : 'its client'} (request ${request}): ${outcome}, ` +
      `having applied everything up to ${applied}`,
  ],
};

/** What this event is called. An event of a system that is not known here is told as it is. */
export function eventWords(event: Traced, isPaxos: boolean): EventWords {
  // Each teller takes the event of its own name, which the compiler cannot see through the look-up.
  const tell = tellers[event.ev] as Teller<Traced['ev']> | undefined;
  if (tell === undefined)
    return { kind: 'other', label: event.ev, words: `${event.node}: ${event.ev}` };
  const [kind, label, words] = tell(event, isPaxos);
  return { kind, label, words: `${event.node} ${words}` };
}
