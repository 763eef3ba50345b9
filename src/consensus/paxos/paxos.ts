/**
 * Multi-Paxos after van Renesse and Altinbuken, "Paxos Made Moderately Complex" (PMMC), pure, with its roles in one node:
 * replica, leader and acceptor, each with its own state, as in the paper's section 4.4.
 *
 * The parts: `acceptor` the memory; `learner` what is decided; `scout` phase 1; `leader` phase 2; `follower` the
 * acceptor's side and catch-up; `reads`; `core` the state they share. What the paper takes from reliable links and from
 * an unbounded disk is added: refusals, retransmission, heartbeats with growing patience, catch-up, recovery.
 */

import type {
  Algorithm,
  AlgorithmConfig,
  Input,
  NodeId,
  RandomSource,
  Status,
} from '../algorithm.ts';
import { broken, unreachable } from '../invariant.ts';
import { maxCommitsPerStep } from '../limits.ts';
import { checkConfig } from '../options.ts';
import { Outbox } from '../outbox.ts';
import { type Paxos, type PaxosEffect, resetElectionTimer } from './core.ts';
import { onHeartbeat, onLearn, onLearned, onP2a, onPreempted } from './follower.ts';
import {
  countOwnAccepted,
  leaderQuietUntilMs,
  leaderTick,
  onHeartbeatReply,
  onP2b,
  propose,
} from './leader.ts';
import type { PaxosMessage, PaxosRecord } from './messages.ts';
import type { PaxosOptions } from './options.ts';
import { onRead, onReadQuery, onReadReply, releaseReads, retransmitReads } from './reads.ts';
import { recover } from './recovery.ts';
import {
  campaign,
  countOwnPromise,
  giveUpCampaign,
  onCanvass,
  onCanvassReply,
  onP1a,
  onP1b,
  retransmitScout,
} from './scout.ts';
import { paxosWitness } from './witness.ts';

/**
 * A node that continues from what its disk holds (no records: a new member). `nowMs` is the same clock as in the inputs.
 * Throws RangeError when the configuration cannot be used and BrokenInvariant when the records are not a Multi-Paxos node's.
 */
export function createPaxos<Command>(
  config: AlgorithmConfig,
  options: PaxosOptions,
  durableRecords: readonly unknown[],
  random: RandomSource,
  nowMs: number,
): Algorithm<PaxosMessage<Command>, PaxosRecord<Command>, Command> {
  checkConfig(config);
  const { acceptor, learner } = recover<Command>(durableRecords);
  const out = new Outbox<PaxosMessage<Command>, PaxosRecord<Command>, Command>();
  const paxos: Paxos<Command> = {
    self: config.self,
    peers: config.members.filter((member) => member !== config.self),
    quorum: Math.floor(config.members.length / 2) + 1,
    config,
    options,
    random,
    acceptor,
    learner,
    out,
    trace: config.trace === false ? undefined : (event) => out.put({ kind: 'trace', event }),
    nowMs,
    role: { kind: 'follower' },
    leader: undefined,
    leaderContactMs: nowMs,
    electionDeadlineMs: nowMs,
    patience: 1,
    canvasses: 0,
    highestRound: acceptor.ballot.round,
    unsynced: [],
    durableSequence: 0,
    emitted: 1,
    nextLearnMs: nowMs,
    writtenSlotOut: learner.slotOut,
    tracedSlotOut: 1,
    requests: new Map(),
  };
  resetElectionTimer(paxos);
  if (paxos.trace !== undefined) out.witness = paxosWitness(paxos.trace, { acceptor, learner });
  return {
    step: (input) => step(paxos, input),
    status: () => status(paxos),
    quietUntilMs: () => quietUntilMs(paxos),
  };
}

/** Leaders wait for what they have to repeat, followers for their election timer; candidates look at every tick. */
function quietUntilMs<C>(paxos: Paxos<C>): number {
  if (paxos.emitted < paxos.learner.slotOut || !paxos.out.isEmpty) return 0;
  const { role } = paxos;
  if (role.kind === 'leader') return leaderQuietUntilMs(paxos, role);
  return role.kind === 'follower' ? paxos.electionDeadlineMs : 0;
}

function status<C>(paxos: Paxos<C>): Status {
  const { role } = paxos;
  const lastProposed = role.kind === 'leader' ? role.slotIn - 1 : 0;
  return {
    role: role.kind === 'leader' || role.kind === 'follower' ? role.kind : 'candidate',
    term: paxos.acceptor.ballot.round,
    leader: paxos.leader,
    commitIndex: paxos.learner.slotOut - 1,
    lastIndex: Math.max(lastProposed, paxos.acceptor.maxSlot, paxos.learner.slotOut - 1),
  };
}

function step<C>(paxos: Paxos<C>, input: Input<PaxosMessage<C>, C>): readonly PaxosEffect<C>[] {
  paxos.nowMs = Math.max(paxos.nowMs, input.nowMs);
  handle(paxos, input);
  if (paxos.emitted < paxos.learner.slotOut) {
    traceCommit(paxos);
    emitCommits(paxos);
  }
  releaseReads(paxos);
  noteDecided(paxos);
  return paxos.out.take();
}

function handle<C>(paxos: Paxos<C>, input: Input<PaxosMessage<C>, C>): void {
  switch (input.kind) {
    case 'tick':
      return onTick(paxos);
    case 'message':
      return onMessage(paxos, input.from, input.message);
    case 'propose':
      return propose(paxos, input.request, input.command);
    case 'read':
      return onRead(paxos, input.request);
    case 'durable':
      return onDurable(paxos, input.sequence);
    default:
      return unreachable(input);
  }
}

function onTick<C>(paxos: Paxos<C>): void {
  const { role } = paxos;
  if (role.kind === 'leader') {
    leaderTick(paxos, role);
    if (paxos.role === role) retransmitReads(paxos, role);
    return;
  }
  retransmitScout(paxos);
  if (paxos.nowMs < paxos.electionDeadlineMs) return;
  if (role.kind === 'follower') campaign(paxos);
  else giveUpCampaign(paxos);
}

function onMessage<C>(paxos: Paxos<C>, from: NodeId, message: PaxosMessage<C>): void {
  if (!paxos.peers.includes(from)) broken(`a message from ${from}, which is not a member`);
  switch (message.kind) {
    case 'canvass':
      return onCanvass(paxos, from, message);
    case 'canvassReply':
      return onCanvassReply(paxos, from, message);
    case 'p1a':
      return onP1a(paxos, from, message);
    case 'p1b':
      return onP1b(paxos, from, message);
    case 'p2a':
      return onP2a(paxos, from, message);
    case 'p2b':
      return onP2b(paxos, from, message);
    case 'preempted':
      return onPreempted(paxos, message);
    case 'heartbeat':
      return onHeartbeat(paxos, from, message);
    case 'heartbeatReply':
      return onHeartbeatReply(paxos, from, message);
    case 'readQuery':
      return onReadQuery(paxos, from, message);
    case 'readReply':
      return onReadReply(paxos, from, message);
    case 'learn':
      return onLearn(paxos, from, message);
    case 'learned':
      return onLearned(paxos, from, message);
    default:
      return unreachable(message);
  }
}

function onDurable<C>(paxos: Paxos<C>, sequence: number): void {
  if (sequence > paxos.out.lastSequence) {
    broken(`durable up to ${sequence}, but only ${paxos.out.lastSequence} was written`);
  }
  paxos.durableSequence = Math.max(paxos.durableSequence, sequence);
  const term = paxos.acceptor.ballot.round;
  paxos.trace?.({ ev: 'durable', term, sequence, durableIndex: paxos.acceptor.maxSlot });
  countOwnPromise(paxos);
  countOwnAccepted(paxos);
}

/** Decisions in order of slot, each once. */
function emitCommits<C>(paxos: Paxos<C>): void {
  const end = Math.min(paxos.learner.slotOut, paxos.emitted + maxCommitsPerStep);
  for (; paxos.emitted < end; paxos.emitted += 1) {
    const slot = paxos.emitted;
    const { round, command } =
      paxos.learner.get(slot) ?? broken(`slot ${slot} is decided but not known`);
    const request = paxos.requests.size === 0 ? undefined : paxos.requests.get(slot);
    if (request === undefined) {
      paxos.out.put({ kind: 'commit', index: slot, term: round, command });
      continue;
    }
    paxos.requests.delete(slot);
    paxos.out.put({ kind: 'commit', index: slot, term: round, command, request });
  }
}

/** Written only where something else is written anyway: it saves a catch-up after a restart, and no promise rests on it. */
function noteDecided<C>(paxos: Paxos<C>): void {
  if (paxos.out.recordCount === 0 || paxos.learner.slotOut === paxos.writtenSlotOut) return;
  paxos.writtenSlotOut = paxos.learner.slotOut;
  paxos.out.persist({ kind: 'decided', slotOut: paxos.learner.slotOut });
}

function traceCommit<C>(paxos: Paxos<C>): void {
  if (paxos.learner.slotOut === paxos.tracedSlotOut) return;
  paxos.tracedSlotOut = paxos.learner.slotOut;
  paxos.trace?.({
    ev: 'commit',
    term: paxos.acceptor.ballot.round,
    index: paxos.learner.slotOut - 1,
    lastIndex: paxos.acceptor.maxSlot,
    role: paxos.role.kind === 'leader' ? 'leader' : 'follower',
  });
}
