/** Becoming leader: canvass, then phase 1 (PMMC's scout), then adoption of what the majority told. */

import type { NodeId } from '../algorithm.ts';
import { type Ballot, compareBallots, sameBallot } from './ballot.ts';
import {
  broadcast,
  hasFreshLeader,
  type Leader,
  type Paxos,
  promise,
  resetElectionTimer,
  retransmitMs,
} from './core.ts';
import { becomeFollower, preempt } from './follower.ts';
import { fillPeers, heartbeat, proposeAt } from './leader.ts';
import type { MessageOf, Proposal, Pvalue } from './messages.ts';

/** The election timer has run out. */
export function campaign<C>(paxos: Paxos<C>): void {
  resetElectionTimer(paxos);
  paxos.leader = undefined;
  if (!paxos.options.canvass) return scout(paxos);
  paxos.canvasses += 1;
  paxos.role = { kind: 'canvassing', canvass: paxos.canvasses, willing: new Set([paxos.self]) };
  broadcast(paxos, { kind: 'canvass', canvass: paxos.canvasses });
  scoutIfWelcome(paxos);
}

/** An acceptor that hears a leader is not willing: the asker alone is cut off. */
export function onCanvass<C>(
  paxos: Paxos<C>,
  from: NodeId,
  message: MessageOf<'canvass', C>,
): void {
  const willing = !hasFreshLeader(paxos);
  if (!willing) {
    const term = paxos.acceptor.ballot.round;
    paxos.trace?.({ ev: 'canvassRefused', term, candidate: from });
  }
  paxos.out.send(from, { kind: 'canvassReply', canvass: message.canvass, willing }, 0);
}

export function onCanvassReply<C>(
  paxos: Paxos<C>,
  from: NodeId,
  message: MessageOf<'canvassReply', C>,
): void {
  if (paxos.role.kind !== 'canvassing' || paxos.role.canvass !== message.canvass) return;
  if (!message.willing) return;
  paxos.role.willing.add(from);
  scoutIfWelcome(paxos);
}

function scoutIfWelcome<C>(paxos: Paxos<C>): void {
  if (paxos.role.kind === 'canvassing' && paxos.role.willing.size >= paxos.quorum) scout(paxos);
}

/** Phase 1a, in a ballot above every ballot seen: this node's durable promise keeps it from being used again. */
function scout<C>(paxos: Paxos<C>): void {
  const ballot: Ballot = { round: nextRound(paxos), node: paxos.self };
  const ownPromise = promise(paxos, ballot);
  paxos.role = { kind: 'scouting', ballot, promises: new Map(), ownPromise, sentMs: paxos.nowMs };
  paxos.trace?.({ ev: 'becomeCandidate', term: ballot.round });
  broadcast(paxos, { kind: 'p1a', ballot, fromSlot: paxos.learner.slotOut }, ownPromise);
}

/** The next round that is this node's: each node has its own, so that a round alone names a leader, as Raft's term does. */
function nextRound<C>(paxos: Paxos<C>): number {
  const { members } = paxos.config;
  const least = Math.max(paxos.highestRound, paxos.acceptor.ballot.round) + 1;
  const own = members.indexOf(paxos.self);
  return least + ((own - (least % members.length) + members.length) % members.length);
}

/** Links lose messages: ask again those who did not answer. */
export function retransmitScout<C>(paxos: Paxos<C>): void {
  const { role } = paxos;
  if (role.kind !== 'scouting' || paxos.nowMs - role.sentMs < retransmitMs(paxos)) return;
  role.sentMs = paxos.nowMs;
  const message = { kind: 'p1a', ballot: role.ballot, fromSlot: paxos.learner.slotOut } as const;
  for (const peer of paxos.peers) {
    if (!role.promises.has(peer)) paxos.out.send(peer, message, role.ownPromise);
  }
}

/** The acceptor's side of phase 1. */
export function onP1a<C>(paxos: Paxos<C>, from: NodeId, message: MessageOf<'p1a', C>): void {
  if (compareBallots(message.ballot, paxos.acceptor.ballot) < 0) {
    paxos.out.send(from, { kind: 'preempted', ballot: paxos.acceptor.ballot }, 0);
    return;
  }
  if (compareBallots(message.ballot, paxos.acceptor.ballot) > 0) giveWay(paxos, message.ballot);
  promise(paxos, message.ballot);
  // The promise, and every acceptance it tells of, must be on disk before it is told.
  paxos.out.send(from, ownP1b(paxos, message.ballot, message.fromSlot), paxos.out.lastSequence);
}

/** Somebody scouts in a higher ballot: a campaign of one's own, now or soon, would only preempt it. */
function giveWay<C>(paxos: Paxos<C>, ballot: Ballot): void {
  preempt(paxos, ballot);
  if (paxos.role.kind === 'canvassing') becomeFollower(paxos, undefined);
  resetElectionTimer(paxos);
}

function ownP1b<C>(paxos: Paxos<C>, ballot: Ballot, fromSlot: number): MessageOf<'p1b', C> {
  const gcSlot = paxos.learner.slotOut;
  const accepted = paxos.acceptor.acceptedFrom(Math.max(fromSlot, gcSlot));
  return { kind: 'p1b', ballot, accepted, gcSlot };
}

export function onP1b<C>(paxos: Paxos<C>, from: NodeId, message: MessageOf<'p1b', C>): void {
  if (paxos.role.kind !== 'scouting' || !sameBallot(paxos.role.ballot, message.ballot)) return;
  paxos.role.promises.set(from, message);
  adoptIfMajority(paxos);
}

/** This node's own promise is on disk: it counts like any other's. */
export function countOwnPromise<C>(paxos: Paxos<C>): void {
  const { role } = paxos;
  if (role.kind !== 'scouting' || role.promises.has(paxos.self)) return;
  if (paxos.durableSequence < role.ownPromise) return;
  role.promises.set(paxos.self, ownP1b(paxos, role.ballot, paxos.learner.slotOut));
  adoptIfMajority(paxos);
}

/** PMMC's pmax: of what was accepted for a slot, the command with the highest ballot (L2). */
function pmax<C>(promises: Iterable<MessageOf<'p1b', C>>): Map<number, Pvalue<C>> {
  const highest = new Map<number, Pvalue<C>>();
  for (const { accepted } of promises) {
    for (const pvalue of accepted) {
      const known = highest.get(pvalue.slot);
      if (known === undefined || compareBallots(pvalue.ballot, known.ballot) > 0) {
        highest.set(pvalue.slot, pvalue);
      }
    }
  }
  return highest;
}

function adoptIfMajority<C>(paxos: Paxos<C>): void {
  const { role } = paxos;
  if (role.kind !== 'scouting' || role.promises.size < paxos.quorum) return;
  // What this node learnt since it asked counts too: the promises may leave it out, and a slot that a later leader decided
  // must never be proposed in this ballot, or "decided" of this ballot would speak of another command.
  const told = [...role.promises.values()].map((p1b) => p1b.gcSlot);
  const gcSlot = Math.max(paxos.learner.slotOut, ...told);
  const found = pmax(role.promises.values());
  const lastSlot = Math.max(gcSlot - 1, ...found.keys());
  const leader = becomeLeader(paxos, role.ballot, gcSlot, [...role.promises.keys()], lastSlot);
  const again: Proposal<C>[] = [];
  for (let slot = gcSlot; slot <= lastSlot; slot += 1) {
    const command = found.get(slot)?.command;
    if (!found.has(slot)) paxos.trace?.({ ev: 'holeFilled', term: role.ballot.round, slot });
    again.push(command === undefined ? { slot } : { slot, command });
  }
  proposeAt(paxos, leader, again);
  fillPeers(paxos, leader);
  heartbeat(paxos, leader);
}

function becomeLeader<C>(
  paxos: Paxos<C>,
  ballot: Ballot,
  gcSlot: number,
  quorum: readonly NodeId[],
  lastSlot: number,
): Leader<C> {
  const acceptors = paxos.peers.map((node) => ({
    node,
    nextSlot: gcSlot,
    flights: [],
    probing: false,
    heardMs: paxos.nowMs,
  }));
  const leader: Leader<C> = {
    kind: 'leader',
    ballot,
    commanders: new Map(),
    slotIn: lastSlot + 1,
    gcSlot,
    peers: new Map(acceptors.map((acceptor) => [acceptor.node, acceptor])),
    acceptors,
    reads: { waiting: [], round: 0, open: undefined, pending: 0, fenced: [] },
    nextHeartbeatMs: paxos.nowMs,
    progressMs: paxos.nowMs,
  };
  paxos.role = leader;
  paxos.leader = paxos.self;
  const term = ballot.round;
  paxos.trace?.({
    ev: 'becomeLeader',
    term,
    lastIndex: lastSlot,
    lastTerm: term,
    commit: paxos.learner.slotOut - 1,
  });
  paxos.trace?.({ ev: 'adopted', term, ballot, quorum, fromSlot: gcSlot, lastSlot });
  return leader;
}

/** A candidate that got no majority in time starts over; a leader it hears ends it (see `follower`). */
export function giveUpCampaign<C>(paxos: Paxos<C>): void {
  becomeFollower(paxos, undefined);
  campaign(paxos);
}
