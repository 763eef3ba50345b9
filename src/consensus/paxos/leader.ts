/** The active leader: phase 2 (PMMC's commanders), heartbeats, and what to do when the majority is gone. */

import type { NodeId, RequestId } from '../algorithm.ts';
import { hashJson } from '../hash.ts';
import { sameBallot } from './ballot.ts';
import { broadcast, type Leader, type Paxos, type Peer, retransmitMs } from './core.ts';
import { accept, becomeFollower, decisionOf, markDecided } from './follower.ts';
import type { MessageOf, Proposal } from './messages.ts';

/** A command of a client of this node, or of one that handed it on. */
export function propose<C>(paxos: Paxos<C>, request: RequestId, command: C): void {
  const { role } = paxos;
  if (role.kind !== 'leader') {
    paxos.out.put({ kind: 'reject', request, reason: 'not-leader' });
    return;
  }
  // WINDOW: also what keeps phase 1 short, since only undecided slots are told there.
  if (role.slotIn - paxos.learner.slotOut >= paxos.config.limits.maxUncommitted) {
    paxos.out.put({ kind: 'reject', request, reason: 'overloaded' });
    return;
  }
  const slot = role.slotIn;
  role.slotIn += 1;
  paxos.requests.set(slot, request);
  proposeAt(paxos, role, [{ slot, command }]);
  fillPeers(paxos, role);
}

/** Starts a commander for each. The leader's own acceptor accepts at once and is counted when that is on disk. */
export function proposeAt<C>(
  paxos: Paxos<C>,
  leader: Leader<C>,
  proposals: readonly Proposal<C>[],
): void {
  if (proposals.length === 0) return;
  for (const proposal of proposals) {
    leader.commanders.set(proposal.slot, { proposal, acks: new Set() });
    paxos.trace?.({
      ev: 'proposed',
      term: leader.ballot.round,
      ballot: leader.ballot,
      slot: proposal.slot,
      hash: hashJson(proposal.command),
    });
  }
  const sequence = accept(paxos, leader.ballot, proposals);
  const slots = proposals.map(({ slot }) => slot);
  paxos.unsynced.push({ sequence, ballot: leader.ballot, slots });
}

/** No-ops up to a slot that some acceptor accepted for somebody: a read waits for it. */
export function fillUpTo<C>(paxos: Paxos<C>, leader: Leader<C>, slot: number): void {
  if (slot < leader.slotIn) return;
  const holes: Proposal<C>[] = [];
  for (; leader.slotIn <= slot; leader.slotIn += 1) {
    paxos.trace?.({ ev: 'holeFilled', term: leader.ballot.round, slot: leader.slotIn });
    holes.push({ slot: leader.slotIn });
  }
  proposeAt(paxos, leader, holes);
  fillPeers(paxos, leader);
}

/** Sends what there is to send to everybody who has room for it. */
export function fillPeers<C>(paxos: Paxos<C>, leader: Leader<C>): void {
  let batch: Batch<C> | undefined;
  for (const peer of leader.acceptors) batch = fillPeer(paxos, leader, peer, batch);
}

/** What goes in one message to an acceptor that was sent everything below `from`. */
interface Batch<C> {
  readonly from: number;
  /** The first slot that is not in it. */
  readonly end: number;
  readonly proposals: readonly Proposal<C>[];
}

function batchFrom<C>(paxos: Paxos<C>, leader: Leader<C>, from: number): Batch<C> {
  const proposals: Proposal<C>[] = [];
  let end = from;
  for (; end < leader.slotIn && proposals.length < paxos.config.limits.maxBatchEntries; end += 1) {
    const commander = leader.commanders.get(end);
    // Without one it was decided meanwhile: whoever missed it learns it as a decision.
    if (commander !== undefined) proposals.push(commander.proposal);
  }
  return { from, end, proposals };
}

/** Gives the last batch that it knows: as a rule the next acceptor is owed the same, and every disk keeps what it is given. */
function fillPeer<C>(
  paxos: Paxos<C>,
  leader: Leader<C>,
  peer: Peer,
  known?: Batch<C>,
): Batch<C> | undefined {
  const { node } = peer;
  const room = peer.probing ? 1 : paxos.config.limits.maxInflight;
  let batch = known;
  while (peer.flights.length < room && peer.nextSlot < leader.slotIn) {
    if (batch?.from !== peer.nextSlot) batch = batchFrom(paxos, leader, peer.nextSlot);
    const { end, proposals } = batch;
    peer.nextSlot = end;
    if (proposals.length === 0) break;
    const slots = proposals.map(({ slot }) => slot);
    peer.flights.push({ slots, sentMs: paxos.nowMs });
    const decided = paxos.learner.slotOut;
    // In parallel with the leader's own disk: its own acceptance is not what the message speaks of.
    paxos.out.send(node, { kind: 'p2a', ballot: leader.ballot, proposals, decided }, 0);
  }
  return batch;
}

export function onP2b<C>(paxos: Paxos<C>, from: NodeId, message: MessageOf<'p2b', C>): void {
  const { role } = paxos;
  if (role.kind !== 'leader' || !sameBallot(role.ballot, message.ballot)) return;
  const peer = role.peers.get(from);
  if (peer === undefined) return;
  peer.heardMs = paxos.nowMs;
  peer.probing = false;
  land(peer, message.slots);
  countAccepted(paxos, role, from, message.slots);
  fillPeer(paxos, role, peer);
}

/** As a rule all of the oldest flight, and nothing else. */
function land(peer: Peer, slots: readonly number[]): void {
  const sent = peer.flights[0]?.slots;
  const isOldest = sent?.length === slots.length && sent.every((slot, at) => slot === slots[at]);
  if (isOldest) peer.flights.shift();
  else for (const slot of slots) landed(peer, slot);
}

/** No slot is in two flights at a time, and as a rule they land in the order in which they were sent. */
function landed(peer: Peer, slot: number): void {
  for (const flight of peer.flights) {
    const at = flight.slots.indexOf(slot);
    if (at < 0) continue;
    flight.slots.splice(at, 1);
    if (flight.slots.length === 0) peer.flights.splice(peer.flights.indexOf(flight), 1);
    return;
  }
}

/** The leader's own acceptances that have reached the disk. Those of an older ballot of its own do not count. */
export function countOwnAccepted<C>(paxos: Paxos<C>): void {
  for (;;) {
    const oldest = paxos.unsynced[0];
    if (oldest === undefined || oldest.sequence > paxos.durableSequence) return;
    paxos.unsynced.shift();
    const { role } = paxos;
    if (role.kind === 'leader' && sameBallot(role.ballot, oldest.ballot)) {
      countAccepted(paxos, role, paxos.self, oldest.slots);
    }
  }
}

/** A slot is decided when a majority of distinct acceptors has it in this ballot. */
function countAccepted<C>(
  paxos: Paxos<C>,
  leader: Leader<C>,
  by: NodeId,
  slots: readonly number[],
): void {
  for (const slot of slots) {
    const commander = leader.commanders.get(slot);
    if (commander === undefined) continue;
    commander.acks.add(by);
    if (commander.acks.size < paxos.quorum) continue;
    leader.commanders.delete(slot);
    const { ballot } = leader;
    const term = ballot.round;
    paxos.trace?.({ ev: 'chosen', term, ballot, slot, quorum: [...commander.acks] });
    markDecided(paxos, decisionOf(slot, commander.proposal.command, term));
  }
}

export function onHeartbeatReply<C>(
  paxos: Paxos<C>,
  from: NodeId,
  message: MessageOf<'heartbeatReply', C>,
): void {
  const { role } = paxos;
  if (role.kind !== 'leader' || !sameBallot(role.ballot, message.ballot)) return;
  const peer = role.peers.get(from);
  if (peer !== undefined) peer.heardMs = paxos.nowMs;
}

/** What a leader does as time goes by. */
export function leaderTick<C>(paxos: Paxos<C>, leader: Leader<C>): void {
  if (paxos.options.checkQuorum && !hearsMajority(paxos, leader)) {
    return becomeFollower(paxos, 'check-quorum');
  }
  // Decided slots that nobody alive can tell: a new phase 1 asks for what was accepted in them instead.
  const stuck = paxos.learner.slotOut < leader.gcSlot;
  if (stuck && paxos.nowMs - leader.progressMs > 2 * paxos.config.timing.electionTimeoutMs) {
    return becomeFollower(paxos, 'check-quorum');
  }
  retransmit(paxos, leader);
  if (paxos.nowMs >= leader.nextHeartbeatMs) heartbeat(paxos, leader);
}

/** Before this `leaderTick` and `retransmitReads` change nothing, if nothing else happens. */
export function leaderQuietUntilMs<C>(paxos: Paxos<C>, leader: Leader<C>): number {
  const { checkQuorum } = paxos.options;
  const { electionTimeoutMs } = paxos.config.timing;
  const { open } = leader.reads;
  let untilMs = leader.nextHeartbeatMs;
  if (open !== undefined) untilMs = Math.min(untilMs, open.sentMs + retransmitMs(paxos) - early);
  if (paxos.learner.slotOut < leader.gcSlot) {
    untilMs = Math.min(untilMs, leader.progressMs + 2 * electionTimeoutMs - early);
  }
  for (const { flights, heardMs } of leader.acceptors) {
    const sentMs = flights[0]?.sentMs ?? Number.POSITIVE_INFINITY;
    untilMs = Math.min(untilMs, sentMs + retransmitMs(paxos) - early);
    if (checkQuorum) untilMs = Math.min(untilMs, heardMs + electionTimeoutMs - early);
  }
  return untilMs;
}

/** So much sooner than it can matter, in ms, that it is no matter how sums are rounded. */
const early = 1;

/** Shows that it is there, and asks for what others decided before it led. */
export function heartbeat<C>(paxos: Paxos<C>, leader: Leader<C>): void {
  leader.nextHeartbeatMs = paxos.nowMs + paxos.config.timing.heartbeatMs;
  const decided = paxos.learner.slotOut;
  broadcast(paxos, { kind: 'heartbeat', ballot: leader.ballot, decided });
  if (decided < leader.gcSlot) broadcast(paxos, { kind: 'learn', fromSlot: decided });
}

/** Whether a majority, this node included, answered within the last election timeout. */
function hearsMajority<C>(paxos: Paxos<C>, leader: Leader<C>): boolean {
  const sinceMs = paxos.nowMs - paxos.config.timing.electionTimeoutMs;
  let heard = 1;
  for (const { heardMs } of leader.acceptors) if (heardMs >= sinceMs) heard += 1;
  return heard >= paxos.quorum;
}

/** An acceptor that owes an answer for too long gets everything again that is still undecided. */
function retransmit<C>(paxos: Paxos<C>, leader: Leader<C>): void {
  for (const peer of leader.acceptors) {
    const oldest = peer.flights[0];
    if (oldest === undefined || paxos.nowMs - oldest.sentMs < retransmitMs(paxos)) continue;
    peer.flights = [];
    peer.probing = true;
    peer.nextSlot = paxos.learner.slotOut;
    fillPeer(paxos, leader, peer);
  }
}
