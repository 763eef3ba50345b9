/** The state that the parts of a Multi-Paxos node share, and the few rules that all of them need. */

import type { AlgorithmConfig, Effect, NodeId, RandomSource, RequestId } from '../algorithm.ts';
import type { Outbox } from '../outbox.ts';
import type { TraceSink } from '../trace.ts';
import type { Acceptor } from './acceptor.ts';
import { type Ballot, sameBallot } from './ballot.ts';
import type { Learner } from './learner.ts';
import type { MessageOf, PaxosMessage, PaxosRecord, Proposal } from './messages.ts';
import type { PaxosOptions } from './options.ts';

export type PaxosEffect<Command> = Effect<PaxosMessage<Command>, PaxosRecord<Command>, Command>;

/** A slot under phase 2: PMMC's commander, one per ballot and slot (L1). */
export interface Commander<Command> {
  readonly proposal: Proposal<Command>;
  /** Distinct acceptors that accepted it durably in the leader's ballot. */
  readonly acks: Set<NodeId>;
}

/** Proposals sent to one acceptor and not acknowledged. */
export interface Flight {
  readonly slots: number[];
  readonly sentMs: number;
}

/** What the leader knows of one acceptor. */
export interface Peer {
  readonly node: NodeId;
  /** The first slot that was not sent to it yet. */
  nextSlot: number;
  flights: Flight[];
  /** Owed an answer for too long: one message at a time, until it answers. */
  probing: boolean;
  /** When it last answered in the leader's ballot. */
  heardMs: number;
}

/** Reads wait for a round of questions that starts after them, then for the slot that the round found. */
export interface Reads {
  /** Not yet in a round. */
  waiting: RequestId[];
  round: number;
  open:
    | {
        readonly requests: readonly RequestId[];
        readonly replies: Map<NodeId, number>;
        sentMs: number;
      }
    | undefined;
  /** In `waiting`, `open` and `fenced` together. */
  pending: number;
  /** Answered when every slot up to `slot` is decided. */
  fenced: {
    readonly slot: number;
    readonly requests: readonly RequestId[];
    readonly round: number;
  }[];
}

export interface Leader<Command> {
  readonly kind: 'leader';
  readonly ballot: Ballot;
  readonly commanders: Map<number, Commander<Command>>;
  /** The next free slot. */
  slotIn: number;
  /** Slots below are decided elsewhere: never proposed here, learnt from others. */
  readonly gcSlot: number;
  readonly peers: ReadonlyMap<NodeId, Peer>;
  /** The same as a list: all of them are looked at with almost every message. */
  readonly acceptors: readonly Peer[];
  readonly reads: Reads;
  nextHeartbeatMs: number;
  /** When it last learnt a slot below `gcSlot`, or was adopted; it gives up if nobody can tell them. */
  progressMs: number;
}

export type Role<Command> =
  | { readonly kind: 'follower' }
  /** Asks whether scouting would be welcome. */
  | { readonly kind: 'canvassing'; readonly canvass: number; readonly willing: Set<NodeId> }
  /** PMMC's scout: collects promises for its ballot. */
  | {
      readonly kind: 'scouting';
      readonly ballot: Ballot;
      readonly promises: Map<NodeId, MessageOf<'p1b', Command>>;
      /** The persist sequence of this node's own promise. */
      readonly ownPromise: number;
      sentMs: number;
    }
  | Leader<Command>;

export interface Paxos<Command> {
  readonly self: NodeId;
  readonly peers: readonly NodeId[];
  readonly quorum: number;
  readonly config: AlgorithmConfig;
  readonly options: PaxosOptions;
  readonly random: RandomSource;
  readonly acceptor: Acceptor<Command>;
  readonly learner: Learner<Command>;
  readonly out: Outbox<PaxosMessage<Command>, PaxosRecord<Command>, Command>;
  readonly trace: TraceSink;
  nowMs: number;
  role: Role<Command>;
  /** Whose heartbeats this node follows. */
  leader: NodeId | undefined;
  leaderContactMs: number;
  electionDeadlineMs: number;
  /** Grows with every preemption and shrinks with every decision, so that duelling leaders give way (PMMC 3). */
  patience: number;
  canvasses: number;
  /** The highest round seen anywhere. */
  highestRound: number;
  /** Own acceptances that are not on disk yet, oldest first. */
  unsynced: {
    readonly sequence: number;
    readonly ballot: Ballot;
    readonly slots: readonly number[];
  }[];
  durableSequence: number;
  /** The slot after the last one handed to the driver. */
  emitted: number;
  nextLearnMs: number;
  /** How far decisions are written down. */
  writtenSlotOut: number;
  /** How far decisions were traced; after a restart, from the first one again. */
  tracedSlotOut: number;
  /** By slot: who asked for what this leader proposed. Empty on all other nodes. */
  readonly requests: Map<number, RequestId>;
}

/** Keeps the longest wait after a lost leader within a few election timeouts. */
const patienceMax = 4;

/** Multiplicative increase. */
export function growPatience<C>(paxos: Paxos<C>): void {
  paxos.patience = Math.min(patienceMax, paxos.patience * 1.5);
}

/** Additive decrease, per decided slot and per heartbeat of a leader that stays. */
export function shrinkPatience<C>(paxos: Paxos<C>): void {
  paxos.patience = Math.max(1, paxos.patience - 0.05);
}

/** A random time in [T, 2T), stretched by patience. */
export function resetElectionTimer<C>(paxos: Paxos<C>): void {
  const base = paxos.config.timing.electionTimeoutMs * paxos.patience;
  paxos.electionDeadlineMs = paxos.nowMs + base + paxos.random.below(Math.ceil(base));
}

/** How long an unanswered message is waited for before it is sent again, ms. */
export const retransmitMs = <C>(paxos: Paxos<C>): number =>
  paxos.config.timing.electionTimeoutMs / 2;

/** Sends to everyone else. */
export function broadcast<C>(paxos: Paxos<C>, message: PaxosMessage<C>, afterDurable = 0): void {
  for (const peer of paxos.peers) paxos.out.send(peer, message, afterDurable);
}

/** The acceptor takes on a higher ballot, in memory. */
export function takeOn<C>(paxos: Paxos<C>, ballot: Ballot): void {
  paxos.acceptor.promise(ballot);
  paxos.highestRound = Math.max(paxos.highestRound, ballot.round);
  const gcSlot = paxos.learner.slotOut;
  paxos.trace?.({ ev: 'promised', term: ballot.round, ballot, gcSlot });
}

/** Promises a ballot durably where it is higher than before. Returns the persist sequence to wait for. */
export function promise<C>(paxos: Paxos<C>, ballot: Ballot): number {
  if (sameBallot(ballot, paxos.acceptor.ballot)) return paxos.out.lastSequence;
  takeOn(paxos, ballot);
  return paxos.out.persist({ kind: 'promise', ballot });
}

/** Whether somebody's heartbeat came within the last election timeout. A leader always has itself. */
export const hasFreshLeader = <C>(paxos: Paxos<C>): boolean =>
  paxos.role.kind === 'leader' ||
  (paxos.leader !== undefined &&
    paxos.nowMs - paxos.leaderContactMs < paxos.config.timing.electionTimeoutMs);
