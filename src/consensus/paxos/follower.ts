/** The acceptor's side of phase 2, following a leader, giving up the lead, and learning what others decided. */

import type { NodeId } from '../algorithm.ts';
import { hashJson } from '../hash.ts';
import { type Ballot, compareBallots, sameBallot } from './ballot.ts';
import {
  growPatience,
  type Paxos,
  promise,
  resetElectionTimer,
  shrinkPatience,
  takeOn,
} from './core.ts';
import type { Decision, MessageOf, Proposal } from './messages.ts';

/** Accepts durably. Returns the persist sequence to wait for before telling anyone. */
export function accept<C>(
  paxos: Paxos<C>,
  ballot: Ballot,
  proposals: readonly Proposal<C>[],
): number {
  const higher = compareBallots(ballot, paxos.acceptor.ballot) > 0;
  if (higher) takeOn(paxos, ballot);
  const fresh = paxos.acceptor.accept(ballot, proposals);
  if (fresh.length === 0) {
    return higher ? paxos.out.persist({ kind: 'promise', ballot }) : paxos.out.lastSequence;
  }
  paxos.trace?.({
    ev: 'accepted',
    term: ballot.round,
    ballot,
    slots: fresh.map(({ slot }) => slot),
    hashes: fresh.map(({ command }) => hashJson(command)),
  });
  return paxos.out.persist({ kind: 'accept', ballot, proposals: fresh });
}

/** Takes a decision in, and lets the acceptor forget what is decided without a gap. */
export function markDecided<C>(paxos: Paxos<C>, decision: Decision<C>): void {
  const before = paxos.learner.slotOut;
  paxos.learner.decide(decision);
  paxos.acceptor.dropBelow(paxos.learner.slotOut);
  for (let slot = before; slot < paxos.learner.slotOut; slot += 1) shrinkPatience(paxos);
}

/** Follows nobody until somebody is heard. A leader's clients are told that it is not known what became of their requests. */
export function becomeFollower<C>(
  paxos: Paxos<C>,
  reason: 'higher-term' | 'check-quorum' | undefined,
): void {
  const { role } = paxos;
  paxos.role = { kind: 'follower' };
  paxos.leader = undefined;
  if (role.kind !== 'leader') return;
  paxos.trace?.({ ev: 'stepDown', term: role.ballot.round, reason: reason ?? 'higher-term' });
  for (const request of paxos.requests.values()) {
    paxos.out.put({ kind: 'reject', request, reason: 'lost-leadership' });
  }
  paxos.requests.clear();
  const { waiting, open, fenced } = role.reads;
  const reads = [...waiting, ...(open?.requests ?? []), ...fenced.flatMap((f) => f.requests)];
  for (const request of reads) {
    paxos.out.put({ kind: 'reject', request, reason: 'read-abandoned' });
  }
  resetElectionTimer(paxos);
}

/** A ballot higher than the one this node scouts or leads in exists. */
export function preempt<C>(paxos: Paxos<C>, by: Ballot): void {
  paxos.highestRound = Math.max(paxos.highestRound, by.round);
  const { role } = paxos;
  if (role.kind !== 'leader' && role.kind !== 'scouting') return;
  if (compareBallots(by, role.ballot) <= 0) return;
  paxos.trace?.({ ev: 'preempted', term: role.ballot.round, ballot: role.ballot, by });
  growPatience(paxos);
  becomeFollower(paxos, 'higher-term');
  resetElectionTimer(paxos);
}

export function onPreempted<C>(paxos: Paxos<C>, message: MessageOf<'preempted', C>): void {
  preempt(paxos, message.ballot);
}

/** True when the sender leads in a ballot that this node may follow; false when it has been told otherwise. */
function follow<C>(paxos: Paxos<C>, from: NodeId, ballot: Ballot): boolean {
  if (compareBallots(ballot, paxos.acceptor.ballot) < 0) {
    paxos.out.send(from, { kind: 'preempted', ballot: paxos.acceptor.ballot }, 0);
    return false;
  }
  preempt(paxos, ballot);
  if (paxos.leader !== from || paxos.role.kind !== 'follower') {
    becomeFollower(paxos, 'higher-term');
    paxos.trace?.({ ev: 'becomeFollower', term: ballot.round, leader: from });
  }
  paxos.leader = from;
  paxos.leaderContactMs = paxos.nowMs;
  resetElectionTimer(paxos);
  return true;
}

/** Phase 2a. */
export function onP2a<C>(paxos: Paxos<C>, from: NodeId, message: MessageOf<'p2a', C>): void {
  if (!follow(paxos, from, message.ballot)) return;
  const sequence = accept(paxos, message.ballot, message.proposals);
  const slots = message.proposals.map(({ slot }) => slot);
  paxos.out.send(from, { kind: 'p2b', ballot: message.ballot, slots }, sequence);
  decideBelow(paxos, message.ballot, message.decided);
  askForGap(paxos, from, message.decided);
}

export function onHeartbeat<C>(
  paxos: Paxos<C>,
  from: NodeId,
  message: MessageOf<'heartbeat', C>,
): void {
  if (!follow(paxos, from, message.ballot)) return;
  // Not for the leader, which has its majority, but so that an older one is refused from now on.
  promise(paxos, message.ballot);
  shrinkPatience(paxos);
  paxos.out.send(from, { kind: 'heartbeatReply', ballot: message.ballot }, 0);
  decideBelow(paxos, message.ballot, message.decided);
  askForGap(paxos, from, message.decided);
}

/**
 * The leader of `ballot` says that slots below `decided` are decided. It proposed at most one command for each (A4), so
 * what was accepted here in exactly this ballot is the decision. Anything accepted in another ballot need not be.
 */
function decideBelow<C>(paxos: Paxos<C>, ballot: Ballot, decided: number): void {
  for (let slot = paxos.learner.slotOut; slot < decided; slot += 1) {
    if (paxos.learner.get(slot) !== undefined) continue;
    const pvalue = paxos.acceptor.get(slot);
    if (pvalue === undefined || !sameBallot(pvalue.ballot, ballot)) return;
    markDecided(paxos, decisionOf(slot, pvalue.command, ballot.round));
  }
}

/** Without the `command` property where there is none: JSON has no undefined. */
export const decisionOf = <C>(slot: number, command: C | undefined, round: number): Decision<C> =>
  command === undefined ? { slot, round } : { slot, command, round };

/** Asks for decisions that were missed, not more often than twice a heartbeat. */
function askForGap<C>(paxos: Paxos<C>, from: NodeId, decided: number): void {
  if (paxos.learner.slotOut >= decided || paxos.nowMs < paxos.nextLearnMs) return;
  paxos.nextLearnMs = paxos.nowMs + paxos.config.timing.heartbeatMs / 2;
  paxos.out.send(from, { kind: 'learn', fromSlot: paxos.learner.slotOut }, 0);
}

/** So many decisions at least are told at once: with small batches one message a round trip is slower than clients write. */
const leastTold = 64;

/** Any node may tell what is decided: it will not change. */
export function onLearn<C>(paxos: Paxos<C>, from: NodeId, message: MessageOf<'learn', C>): void {
  const { maxBatchEntries } = paxos.config.limits;
  const told = Math.max(maxBatchEntries, leastTold);
  const all = paxos.learner.from(message.fromSlot, told);
  for (let start = 0; start < all.length; start += maxBatchEntries) {
    const decisions = all.slice(start, start + maxBatchEntries);
    const more = start + decisions.length === told;
    paxos.out.send(from, { kind: 'learned', decisions, more }, 0);
  }
}

export function onLearned<C>(
  paxos: Paxos<C>,
  from: NodeId,
  message: MessageOf<'learned', C>,
): void {
  for (const { round } of message.decisions) {
    paxos.highestRound = Math.max(paxos.highestRound, round);
  }
  const fresh = nextDecisions(paxos, message.decisions);
  const [first] = fresh;
  if (first === undefined) return;
  paxos.out.persist({ kind: 'learned', decisions: fresh });
  for (const decision of fresh) markDecided(paxos, decision);
  const term = paxos.acceptor.ballot.round;
  paxos.trace?.({ ev: 'caughtUp', term, fromSlot: first.slot, count: fresh.length });
  if (paxos.role.kind === 'leader') paxos.role.progressMs = paxos.nowMs;
  if (!message.more || paxos.learner.slotOut >= learnEnd(paxos)) return;
  paxos.out.send(from, { kind: 'learn', fromSlot: paxos.learner.slotOut }, 0);
}

/**
 * A leader tells its followers "decided below x" of its own ballot. It must therefore not pass over slots that it proposed
 * in itself: a newer leader may have decided another command there. For the same reason nobody learns beyond a gap.
 */
function nextDecisions<C>(paxos: Paxos<C>, decisions: readonly Decision<C>[]): Decision<C>[] {
  const fresh: Decision<C>[] = [];
  let next = paxos.learner.slotOut;
  for (const decision of decisions) {
    if (decision.slot !== next || next >= learnEnd(paxos)) continue;
    fresh.push(decision);
    next += 1;
  }
  return fresh;
}

/** The first slot that may not be learnt from others. */
const learnEnd = <C>({ role }: Paxos<C>): number =>
  role.kind === 'leader' ? role.gcSlot : Number.POSITIVE_INFINITY;
