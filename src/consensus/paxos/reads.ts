/**
 * Linearizable reads without the log (PMMC 4.5): ask a majority of acceptors for the highest slot they ever accepted, wait
 * until everything up to it is decided and applied. A write that was answered before the read began is in the log of a
 * majority of acceptors, one of which answers; so the read sees it, whoever leads by now.
 */

import type { NodeId, RequestId } from '../algorithm.ts';
import { sameBallot } from './ballot.ts';
import { broadcast, type Leader, type Paxos, retransmitMs } from './core.ts';
import { fillUpTo } from './leader.ts';
import type { MessageOf } from './messages.ts';

export function onRead<C>(paxos: Paxos<C>, request: RequestId): void {
  const { role } = paxos;
  if (role.kind !== 'leader') {
    paxos.out.put({ kind: 'reject', request, reason: 'not-leader' });
    return;
  }
  if (paxos.options.reads === 'local-leader') {
    paxos.out.put({ kind: 'readReady', request });
    return;
  }
  if (role.reads.pending >= paxos.config.limits.maxPendingReads) {
    paxos.out.put({ kind: 'reject', request, reason: 'overloaded' });
    return;
  }
  const [term, readIndex] = [role.ballot.round, highestAccepted(paxos)];
  const round = role.reads.round + 1;
  paxos.trace?.({ ev: 'readRequested', term, request, readIndex, round });
  role.reads.waiting.push(request);
  role.reads.pending += 1;
  startRound(paxos, role);
}

/** One round at a time: a read joins the next round to start, never one that is already under way. */
function startRound<C>(paxos: Paxos<C>, leader: Leader<C>): void {
  const { reads } = leader;
  if (reads.open !== undefined || reads.waiting.length === 0) return;
  reads.round += 1;
  paxos.trace?.({ ev: 'roundStarted', term: leader.ballot.round, round: reads.round });
  const replies = new Map<NodeId, number>();
  replies.set(paxos.self, highestAccepted(paxos));
  reads.open = { requests: reads.waiting, replies, sentMs: paxos.nowMs };
  reads.waiting = [];
  broadcast(paxos, { kind: 'readQuery', ballot: leader.ballot, round: reads.round });
  closeRoundIfMajority(paxos, leader);
}

/** Slots that were decided and dropped count too. */
const highestAccepted = <C>(paxos: Paxos<C>): number =>
  Math.max(paxos.acceptor.maxSlot, paxos.learner.slotOut - 1);

export function onReadQuery<C>(
  paxos: Paxos<C>,
  from: NodeId,
  { ballot, round }: MessageOf<'readQuery', C>,
): void {
  const maxAccepted = highestAccepted(paxos);
  paxos.out.send(from, { kind: 'readReply', ballot, round, maxAccepted }, 0);
}

export function onReadReply<C>(
  paxos: Paxos<C>,
  from: NodeId,
  message: MessageOf<'readReply', C>,
): void {
  const { role } = paxos;
  if (role.kind !== 'leader' || !sameBallot(role.ballot, message.ballot)) return;
  if (role.reads.open === undefined || role.reads.round !== message.round) return;
  role.reads.open.replies.set(from, message.maxAccepted);
  closeRoundIfMajority(paxos, role);
}

function closeRoundIfMajority<C>(paxos: Paxos<C>, leader: Leader<C>): void {
  const { reads } = leader;
  if (reads.open === undefined || reads.open.replies.size < paxos.quorum) return;
  const { requests, replies } = reads.open;
  let slot = 0;
  for (const maxAccepted of replies.values()) slot = Math.max(slot, maxAccepted);
  reads.fenced.push({ slot, requests, round: reads.round });
  reads.open = undefined;
  fillUpTo(paxos, leader, slot);
  startRound(paxos, leader);
}

/** Answers what may be answered now: everything up to the fence has been handed to the driver. */
export function releaseReads<C>(paxos: Paxos<C>): void {
  const { role } = paxos;
  if (role.kind !== 'leader') return;
  const applied = paxos.emitted - 1;
  if (role.reads.fenced.length === 0) return;
  if (!role.reads.fenced.some(({ slot }) => slot <= applied)) return;
  for (const { slot, requests, round } of role.reads.fenced) {
    if (slot > applied) continue;
    role.reads.pending -= requests.length;
    for (const request of requests) {
      const term = role.ballot.round;
      paxos.trace?.({ ev: 'readConfirmed', term, request, readIndex: slot, applied, round });
      paxos.out.put({ kind: 'readReady', request });
    }
  }
  role.reads.fenced = role.reads.fenced.filter(({ slot }) => slot > applied);
}

/** Links lose questions and answers. */
export function retransmitReads<C>(paxos: Paxos<C>, leader: Leader<C>): void {
  const { open, round } = leader.reads;
  if (open === undefined || paxos.nowMs - open.sentMs < retransmitMs(paxos)) return;
  open.sentMs = paxos.nowMs;
  paxos.trace?.({ ev: 'roundRepeated', term: leader.ballot.round, round });
  for (const peer of paxos.peers) {
    if (open.replies.has(peer)) continue;
    paxos.out.send(peer, { kind: 'readQuery', ballot: leader.ballot, round }, 0);
  }
}
