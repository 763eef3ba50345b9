/** The leader's side of the log: keep every follower's equal to its own, and find out what a majority holds (Raft 5.3, 5.4.2). */

import type { NodeId, RequestId } from '../algorithm.ts';
import { broken } from '../invariant.ts';
import { advanceCommit, type Leader, type Raft, writeEntries } from './core.ts';
import type { MessageOf } from './messages.ts';
import { accepted, type Progress, probeAgain, unknownProgress } from './progress.ts';

/** Won the election: write a no-op, because only an entry of its own term tells a leader what is committed (5.4.2, 8). */
export function startLeading<C>(raft: Raft<C>): void {
  if (raft.role.kind !== 'candidate') broken(`leader of term ${raft.term} from ${raft.role.kind}`);
  const { lastIndex, lastTerm } = raft.log;
  const followers = raft.peers.map((peer) => unknownProgress(peer, lastIndex + 1, raft.nowMs));
  const role: Leader = {
    kind: 'leader',
    progress: new Map(followers.map((progress) => [progress.peer, progress])),
    followers,
    pending: new Map(),
    reads: [],
    termStartIndex: lastIndex + 1,
    round: 0,
    begun: [],
    leaseUntilMs: raft.nowMs,
    nextHeartbeatMs: raft.nowMs + raft.config.timing.heartbeatMs,
  };
  raft.role = role;
  raft.leader = raft.self;
  raft.trace?.({
    ev: 'becomeLeader',
    term: raft.term,
    lastIndex,
    lastTerm,
    commit: raft.commitIndex,
  });
  writeEntries(raft, lastIndex, [{ term: raft.term }]);
  replicateToAll(raft, role);
}

/** Append a client's command. More than the limit is refused, not queued; a term's no-op does not come through here. */
export function propose<C>(raft: Raft<C>, request: RequestId, command: C): void {
  if (raft.role.kind !== 'leader') {
    raft.out.put({ kind: 'reject', request, reason: 'not-leader' });
    return;
  }
  const { log, role } = raft;
  if (log.lastIndex - raft.commitIndex >= raft.config.limits.maxUncommitted) {
    raft.out.put({ kind: 'reject', request, reason: 'overloaded' });
    return;
  }
  writeEntries(raft, log.lastIndex, [{ term: raft.term, command }]);
  role.pending.set(log.lastIndex, { term: raft.term, request });
  replicateToAll(raft, role);
}

/** The followers' disks and ours work at the same time (dissertation 10.2.1): these messages wait for no write of entries. */
function replicateToAll<C>(raft: Raft<C>, leader: Leader): void {
  for (const progress of leader.followers) replicate(raft, progress.peer, progress);
}

/** Send all that may be sent now. */
function replicate<C>(raft: Raft<C>, peer: NodeId, progress: Progress): void {
  const { mode } = progress;
  if (mode.kind === 'probe') {
    if (mode.sentMs !== undefined) return;
    mode.sentMs = raft.nowMs;
    sendAppend(raft, peer, progress.next - 1, raft.config.limits.maxBatchEntries);
    return;
  }
  const { maxBatchEntries, maxInflight } = raft.config.limits;
  while (progress.next <= raft.log.lastIndex && mode.inflight.length < maxInflight) {
    const count = sendAppend(raft, peer, progress.next - 1, maxBatchEntries);
    progress.next += count;
    mode.inflight.push({ lastIndex: progress.next - 1, sentMs: raft.nowMs });
  }
}

/** Returns how many entries went along. */
function sendAppend<C>(raft: Raft<C>, peer: NodeId, prevIndex: number, max: number): number {
  const prevTerm =
    raft.log.termAt(prevIndex) ??
    broken(`no entry before ${prevIndex + 1} for ${peer}; the log ends at ${raft.log.lastIndex}`);
  const entries = raft.log.from(prevIndex + 1, max);
  const { term, commitIndex } = raft;
  raft.out.send(
    peer,
    { kind: 'append', term, prevIndex, prevTerm, entries, commit: commitIndex },
    raft.hardStateSequence,
  );
  return entries.length;
}

export function onAppendAccepted<C>(
  raft: Raft<C>,
  leader: Leader,
  from: NodeId,
  message: MessageOf<'appendAccepted', C>,
): void {
  const progress = progressOf(leader, from);
  const { match } = message;
  if (match > raft.log.lastIndex) {
    broken(`${from} says it matches up to ${match}, beyond our last index ${raft.log.lastIndex}`);
  }
  if (accepted(progress, match)) {
    raft.trace?.({ ev: 'matchAdvanced', term: raft.term, peer: from, match, next: progress.next });
    maybeCommit(raft, leader);
  }
  replicate(raft, from, progress);
}

/** The follower's hint skips whole terms, so finding where the logs part takes one probe a term, not one an entry. */
export function onAppendRejected<C>(
  raft: Raft<C>,
  leader: Leader,
  from: NodeId,
  message: MessageOf<'appendRejected', C>,
): void {
  const progress = progressOf(leader, from);
  const { prevIndex, hintIndex, hintTerm } = message;
  if (prevIndex <= progress.match) return;
  if (progress.mode.kind === 'replicate') {
    probeAgain(progress);
  } else {
    if (prevIndex !== progress.next - 1) return;
    const candidate = raft.log.lastAtMost(hintTerm, hintIndex).index;
    progress.next = Math.max(progress.match + 1, Math.min(prevIndex, candidate + 1));
    progress.mode.sentMs = undefined;
  }
  replicate(raft, from, progress);
}

/** The follower is there. What was sent to it a heartbeat ago and not answered may be lost. */
export function retryUnanswered<C>(raft: Raft<C>, from: NodeId, progress: Progress): void {
  const { mode } = progress;
  const overdueMs = raft.nowMs - raft.config.timing.heartbeatMs;
  if (mode.kind === 'probe') {
    if (mode.sentMs !== undefined && mode.sentMs <= overdueMs) mode.sentMs = undefined;
  } else {
    const oldest = mode.inflight[0];
    if (oldest !== undefined && oldest.sentMs <= overdueMs) {
      oldest.sentMs = raft.nowMs;
      // Cheap: no entries. If something before is missing there, the follower rejects this and we probe.
      sendAppend(raft, from, progress.next - 1, 0);
    }
  }
  replicate(raft, from, progress);
}

export const progressOf = (leader: Leader, peer: NodeId): Progress =>
  leader.progress.get(peer) ?? broken(`no progress for ${peer}`);

/** Commit what a majority holds durably, this node counting like the others: by what is on its disk. */
export function maybeCommit<C>(raft: Raft<C>, leader: Leader): void {
  let majorityIndex = raft.commitIndex;
  while (countHolders(raft, leader, majorityIndex + 1) >= raft.quorum) majorityIndex += 1;
  // Figure 8: an older leader's entry on a majority may still be overwritten; it is committed by one of ours after it.
  if (raft.log.termAt(majorityIndex) !== raft.term) return;
  if (majorityIndex <= raft.commitIndex) return;
  advanceCommit(raft, majorityIndex, raft.trace && matchesByName(raft, leader));
}

/** How many members have everything up to this index on their disks. */
function countHolders<C>(raft: Raft<C>, leader: Leader, index: number): number {
  let holders = raft.log.durableIndex >= index ? 1 : 0;
  for (const { match } of leader.followers) if (match >= index) holders += 1;
  return holders;
}

function matchesByName<C>(raft: Raft<C>, leader: Leader): Readonly<Record<NodeId, number>> {
  const matches: Record<NodeId, number> = { [raft.self]: raft.log.durableIndex };
  for (const { peer, match } of leader.followers) matches[peer] = match;
  return matches;
}
