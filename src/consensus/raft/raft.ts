/**
 * Raft (Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm"; Ongaro's dissertation), pure.
 *
 * The parts: `election` who leads; `replication` the leader's side of the log and `follower` the other; `reads` heartbeats
 * and linearizable reads; `core` the state they share. This file turns inputs into calls of them and keeps the rules
 * about terms, which hold for every message alike.
 */

import type {
  Algorithm,
  AlgorithmConfig,
  Effect,
  Input,
  NodeId,
  RandomSource,
  Status,
} from '../algorithm.ts';
import { broken, unreachable } from '../invariant.ts';
import { checkConfig } from '../options.ts';
import { Outbox } from '../outbox.ts';
import { becomeFollower, emitCommits, type Leader, type Raft, resetElectionTimer } from './core.ts';
import {
  campaign,
  countOwnVote,
  hasFreshLeader,
  isVoteLeased,
  onPreVote,
  onPreVoteReply,
  onVote,
  onVoteReply,
  stepDownWithoutQuorum,
} from './election.ts';
import { onAppend, onHeartbeat, refuseOldLeader } from './follower.ts';
import type { RaftMessage, RaftRecord } from './messages.ts';
import type { RaftOptions } from './options.ts';
import { onHeartbeatReply, onRead, releaseReads, startRound } from './reads.ts';
import { recover } from './recovery.ts';
import {
  maybeCommit,
  onAppendAccepted,
  onAppendRejected,
  progressOf,
  propose,
} from './replication.ts';
import { raftWitness } from './witness.ts';

/**
 * A node that continues from what its disk holds (no records: a new member). `nowMs` is the same clock as in the inputs.
 * Throws RangeError when the configuration cannot be used and BrokenInvariant when the records are not a Raft node's.
 */
export function createRaft<Command>(
  config: AlgorithmConfig,
  options: RaftOptions,
  durableRecords: readonly unknown[],
  random: RandomSource,
  nowMs: number,
): Algorithm<RaftMessage<Command>, RaftRecord<Command>, Command> {
  checkConfig(config);
  const recovered = recover<Command>(durableRecords);
  const out = new Outbox<RaftMessage<Command>, RaftRecord<Command>, Command>();
  const raft: Raft<Command> = {
    self: config.self,
    peers: config.members.filter((member) => member !== config.self),
    quorum: Math.floor(config.members.length / 2) + 1,
    config,
    options,
    random,
    ...recovered,
    out,
    trace: config.trace === false ? undefined : (event) => out.put({ kind: 'trace', event }),
    nowMs,
    role: { kind: 'follower' },
    leader: undefined,
    leaderContactMs: nowMs,
    electionDeadlineMs: nowMs,
    hardStateSequence: 0,
    commitIndex: recovered.log.offset,
    emittedIndex: recovered.log.offset,
  };
  resetElectionTimer(raft);
  if (raft.trace !== undefined) out.witness = raftWitness(raft.trace, recovered);
  return {
    step: (input) => step(raft, input),
    status: () => status(raft),
    quietUntilMs: () => quietUntilMs(raft),
  };
}

/** A leader waits for its next heartbeat, or until somebody has been silent for too long; the others for their election timer. */
function quietUntilMs<C>(raft: Raft<C>): number {
  if (raft.emittedIndex < raft.commitIndex || !raft.out.isEmpty) return 0;
  const { role } = raft;
  if (role.kind !== 'leader') return raft.electionDeadlineMs;
  let untilMs = role.nextHeartbeatMs;
  if (!raft.options.checkQuorum) return untilMs;
  for (const { contactMs } of role.followers) {
    // A millisecond sooner than it can matter, so that it is no matter how sums are rounded.
    untilMs = Math.min(untilMs, contactMs + raft.config.timing.electionTimeoutMs - 1);
  }
  return untilMs;
}

function status<C>(raft: Raft<C>): Status {
  return {
    role: raft.role.kind === 'preCandidate' ? 'candidate' : raft.role.kind,
    term: raft.term,
    leader: raft.leader,
    commitIndex: raft.commitIndex,
    lastIndex: raft.log.lastIndex,
  };
}

function step<C>(
  raft: Raft<C>,
  input: Input<RaftMessage<C>, C>,
): readonly Effect<RaftMessage<C>, RaftRecord<C>, C>[] {
  raft.nowMs = Math.max(raft.nowMs, input.nowMs);
  handle(raft, input);
  emitCommits(raft);
  releaseReads(raft);
  return raft.out.take();
}

function handle<C>(raft: Raft<C>, input: Input<RaftMessage<C>, C>): void {
  switch (input.kind) {
    case 'tick':
      onTick(raft);
      return;
    case 'message':
      onMessage(raft, input.from, input.message);
      return;
    case 'propose':
      propose(raft, input.request, input.command);
      return;
    case 'read':
      onRead(raft, input.request);
      return;
    case 'durable':
      onDurable(raft, input.sequence);
      return;
    default:
      unreachable(input);
  }
}

function onTick<C>(raft: Raft<C>): void {
  const { role } = raft;
  if (role.kind !== 'leader') {
    if (raft.nowMs >= raft.electionDeadlineMs) campaign(raft);
  } else if (raft.options.checkQuorum && !hearsQuorum(raft, role)) {
    stepDownWithoutQuorum(raft);
  } else if (raft.nowMs >= role.nextHeartbeatMs) {
    startRound(raft, role);
  }
}

/** Whether a majority, this node included, answered within the last election timeout. After a long pause: no. */
function hearsQuorum<C>(raft: Raft<C>, leader: Leader): boolean {
  const sinceMs = raft.nowMs - raft.config.timing.electionTimeoutMs;
  let heard = 1;
  for (const { contactMs } of leader.followers) if (contactMs > sinceMs) heard += 1;
  return heard >= raft.quorum;
}

function onDurable<C>(raft: Raft<C>, sequence: number): void {
  if (sequence > raft.out.lastSequence) {
    broken(`sequence ${sequence} is durable, but only ${raft.out.lastSequence} were written`);
  }
  raft.log.completed(sequence);
  const { durableIndex } = raft.log;
  raft.trace?.({ ev: 'durable', term: raft.term, sequence, durableIndex });
  countOwnVote(raft, sequence);
  if (raft.role.kind === 'leader') maybeCommit(raft, raft.role);
}

function onMessage<C>(raft: Raft<C>, from: NodeId, message: RaftMessage<C>): void {
  if (!raft.peers.includes(from)) return;
  if (message.term > raft.term) {
    if (message.kind !== 'vote' && speaksForItsTerm(message)) {
      raft.trace?.({ ev: 'higherTermSeen', term: message.term, from });
    }
    // A disturber that missed the leader's heartbeats is not followed while others hear them (dissertation 4.2.3).
    if (message.kind === 'vote' && raft.options.checkQuorum && hasFreshLeader(raft)) return;
    if (speaksForItsTerm(message)) adoptTerm(raft, from, message);
  }
  if (message.kind === 'vote' && message.term === raft.term && isVoteLeased(raft)) return;
  if (message.term < raft.term) onOldTerm(raft, from, message);
  else dispatch(raft, from, message);
}

/** A pre-vote and the promise to grant one name a term that does not exist yet. */
const speaksForItsTerm = <C>(message: RaftMessage<C>): boolean =>
  message.kind !== 'preVote' && !(message.kind === 'preVoteReply' && message.granted);

function adoptTerm<C>(raft: Raft<C>, from: NodeId, message: RaftMessage<C>): void {
  if (raft.role.kind === 'leader') {
    raft.trace?.({ ev: 'stepDown', term: raft.term, reason: 'higher-term' });
  }
  const leads = message.kind === 'append' || message.kind === 'heartbeat';
  becomeFollower(raft, message.term, leads ? from : undefined);
}

/** Questions are answered, so that the asker learns the newer term; answers to what we asked in an older term are void. */
function onOldTerm<C>(raft: Raft<C>, from: NodeId, message: RaftMessage<C>): void {
  if (message.kind === 'append' || message.kind === 'heartbeat') {
    refuseOldLeader(raft, from, message);
  } else if (message.kind === 'preVote') {
    onPreVote(raft, from, message);
  } else if (message.kind === 'vote') {
    onVote(raft, from, message);
  }
}

function dispatch<C>(raft: Raft<C>, from: NodeId, message: RaftMessage<C>): void {
  switch (message.kind) {
    case 'preVote':
      onPreVote(raft, from, message);
      return;
    case 'preVoteReply':
      onPreVoteReply(raft, from, message);
      return;
    case 'vote':
      onVote(raft, from, message);
      return;
    case 'voteReply':
      onVoteReply(raft, from, message);
      return;
    case 'append':
      onAppend(raft, from, message);
      return;
    case 'heartbeat':
      onHeartbeat(raft, from, message);
      return;
    case 'appendAccepted':
    case 'appendRejected':
    case 'heartbeatReply':
      onFollowersAnswer(raft, from, message);
      return;
    default:
      unreachable(message);
  }
}

function onFollowersAnswer<C>(
  raft: Raft<C>,
  from: NodeId,
  message: Extract<
    RaftMessage<C>,
    { readonly kind: 'appendAccepted' | 'appendRejected' | 'heartbeatReply' }
  >,
): void {
  const { role } = raft;
  if (role.kind !== 'leader') return;
  progressOf(role, from).contactMs = raft.nowMs;
  if (message.kind === 'appendAccepted') onAppendAccepted(raft, role, from, message);
  else if (message.kind === 'appendRejected') onAppendRejected(raft, role, from, message);
  else onHeartbeatReply(raft, role, from, message);
}
