/**
 * Heartbeats, and linearizable reads on them (dissertation 6.4).
 *
 *     client      leader            followers
 *     read ------> readIndex = what is committed now
 *                  round 7 ------->
 *                         <-------- yes, you led when round 7 reached us     (a majority: still leader after the read began)
 *                  applied >= readIndex
 *          <------ answer
 *
 * An answer to round 6 would prove nothing: round 6 may have passed before the read began.
 *
 * With leases (6.4.1) a majority's answers to a round also say: for T after this round reached us we help nobody to replace you. On the
 * leader's clock that is at least T, less what clocks may differ, from when the round began; until then reads need not ask.
 */

import type { NodeId, RequestId } from '../algorithm.ts';
import type { Leader, Raft } from './core.ts';
import type { MessageOf } from './messages.ts';
import { progressOf, retryUnanswered } from './replication.ts';

/** A round of heartbeats: shows that we lead, carries the commit index, and asks whether we still do. */
export function startRound<C>(raft: Raft<C>, leader: Leader): void {
  leader.round += 1;
  leader.nextHeartbeatMs = raft.nowMs + raft.config.timing.heartbeatMs;
  const { round } = leader;
  raft.trace?.({ ev: 'roundStarted', term: raft.term, round });
  for (const progress of leader.followers) {
    // Never more than the follower is known to hold: the rest of its log may contradict ours.
    const commit = Math.min(progress.match, raft.commitIndex);
    raft.out.send(
      progress.peer,
      { kind: 'heartbeat', term: raft.term, commit, round },
      raft.hardStateSequence,
    );
  }
  if (raft.options.reads === 'lease') {
    leader.begun.push({ round, atMs: raft.nowMs });
    renewLease(raft, leader);
  }
}

/** A majority confirmed a round: the lease runs from when that round began. */
function renewLease<C>(raft: Raft<C>, leader: Leader): void {
  const { timing } = raft.config;
  const lengthMs = timing.electionTimeoutMs * (1 - raft.options.maxClockDrift);
  let oldest = leader.begun[0];
  while (oldest !== undefined && isConfirmed(raft, leader, oldest.round)) {
    leader.leaseUntilMs = oldest.atMs + lengthMs;
    leader.begun.shift();
    oldest = leader.begun[0];
  }
}

/** What earlier leaders committed is known once our no-op is, and then our own state is the newest there is. */
const answersByLease = <C>(raft: Raft<C>, leader: Leader, readIndex: number): boolean =>
  raft.options.reads === 'lease' &&
  raft.nowMs < leader.leaseUntilMs &&
  raft.emittedIndex >= readIndex;

export function onRead<C>(raft: Raft<C>, request: RequestId): void {
  const { role } = raft;
  if (role.kind !== 'leader') {
    raft.out.put({ kind: 'reject', request, reason: 'not-leader' });
    return;
  }
  if (raft.options.reads === 'local-leader') {
    confirm(raft, { request, readIndex: raft.emittedIndex, round: 0 });
    return;
  }
  if (role.reads.length >= raft.config.limits.maxPendingReads) {
    raft.out.put({ kind: 'reject', request, reason: 'overloaded' });
    return;
  }
  // Before our no-op is committed we do not know what earlier leaders committed; all of it is before the no-op.
  const readIndex = Math.max(raft.commitIndex, role.termStartIndex);
  if (answersByLease(raft, role, readIndex)) {
    raft.out.put({ kind: 'readReady', request });
    const leftMs = role.leaseUntilMs - raft.nowMs;
    const applied = raft.emittedIndex;
    raft.trace?.({ ev: 'leaseRead', term: raft.term, request, readIndex, applied, leftMs });
    return;
  }
  const round = role.round + 1;
  role.reads.push({ request, readIndex, round });
  raft.trace?.({ ev: 'readRequested', term: raft.term, request, readIndex, round });
  // At most one round is asked at a time for reads: those that come meanwhile share the next one.
  if (isConfirmed(raft, role, role.round)) startRound(raft, role);
}

export function onHeartbeatReply<C>(
  raft: Raft<C>,
  leader: Leader,
  from: NodeId,
  message: MessageOf<'heartbeatReply', C>,
): void {
  const progress = progressOf(leader, from);
  progress.ackedRound = Math.max(progress.ackedRound, message.round);
  if (raft.options.reads === 'lease') renewLease(raft, leader);
  retryUnanswered(raft, from, progress);
  const unasked = (leader.reads.at(-1)?.round ?? 0) > leader.round;
  if (unasked && isConfirmed(raft, leader, leader.round)) startRound(raft, leader);
}

/** Whether a majority, this node included, answered this round of ours or a later one. */
function isConfirmed<C>(raft: Raft<C>, leader: Leader, round: number): boolean {
  let answers = leader.round >= round ? 1 : 0;
  for (const { ackedRound } of leader.followers) if (ackedRound >= round) answers += 1;
  return answers >= raft.quorum;
}

/** Answer the reads that are confirmed and whose commits were handed over. Called at the end of every step. */
export function releaseReads<C>(raft: Raft<C>): void {
  const { role } = raft;
  if (role.kind !== 'leader') return;
  for (;;) {
    const oldest = role.reads[0];
    if (oldest === undefined || oldest.readIndex > raft.emittedIndex) return;
    if (!isConfirmed(raft, role, oldest.round)) return;
    role.reads.shift();
    confirm(raft, oldest);
  }
}

function confirm<C>(raft: Raft<C>, read: Leader['reads'][number]): void {
  raft.out.put({ kind: 'readReady', request: read.request });
  raft.trace?.({ ev: 'readConfirmed', term: raft.term, applied: raft.emittedIndex, ...read });
}
