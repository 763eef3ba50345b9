/** The follower's side of the log (Raft 5.3). */

import type { NodeId } from '../algorithm.ts';
import { broken } from '../invariant.ts';
import {
  advanceCommit,
  becomeFollower,
  type Raft,
  resetElectionTimer,
  writeEntries,
} from './core.ts';
import type { MessageOf } from './messages.ts';

/** A message of this term's leader: the only thing, beside granting a vote, that puts off an election here. */
function heardLeader<C>(raft: Raft<C>, leader: NodeId): void {
  if (raft.role.kind === 'leader') {
    broken(`two leaders in term ${raft.term}: ${raft.self} and ${leader}`);
  }
  if (raft.leader !== undefined && raft.leader !== leader) {
    broken(`two leaders in term ${raft.term}: ${raft.leader} and ${leader}`);
  }
  if (raft.role.kind !== 'follower' || raft.leader === undefined) {
    becomeFollower(raft, raft.term, leader);
  }
  raft.leaderContactMs = raft.nowMs;
  resetElectionTimer(raft);
}

export function onAppend<C>(raft: Raft<C>, from: NodeId, message: MessageOf<'append', C>): void {
  heardLeader(raft, from);
  const { prevIndex, prevTerm, entries } = message;
  if (raft.log.termAt(prevIndex) !== prevTerm) {
    reject(raft, from, prevIndex, prevTerm);
    return;
  }
  const present = raft.log.countPresent(prevIndex, entries);
  // Only from the first contradiction on: a delayed message must not cut off what came after it.
  if (present < entries.length) {
    // As a rule all are new: then the list itself, since the disk keeps what it is given.
    const fresh = present === 0 ? entries : entries.slice(present);
    writeEntries(raft, prevIndex + present, fresh);
  }
  const match = prevIndex + entries.length;
  // Not our own last index: what follows `match` here was never compared with the leader's log.
  advanceCommit(raft, Math.min(message.commit, match));
  accept(raft, from, match);
}

/** The promise leaves once everything written so far, these entries included, is on disk. */
function accept<C>(raft: Raft<C>, leader: NodeId, match: number): void {
  raft.out.send(leader, { kind: 'appendAccepted', term: raft.term, match }, raft.out.lastSequence);
}

/** Where our terms are at most the leader's at `prevIndex`, the logs may still agree; nowhere after that. */
function reject<C>(raft: Raft<C>, leader: NodeId, prevIndex: number, prevTerm: number): void {
  const hint = raft.log.lastAtMost(prevTerm, prevIndex);
  const position = { prevIndex, hintIndex: hint.index, hintTerm: hint.term };
  raft.trace?.({ ev: 'appendRejected', term: raft.term, leader, ...position });
  raft.out.send(
    leader,
    { kind: 'appendRejected', term: raft.term, ...position },
    raft.hardStateSequence,
  );
}

export function onHeartbeat<C>(
  raft: Raft<C>,
  from: NodeId,
  message: MessageOf<'heartbeat', C>,
): void {
  heardLeader(raft, from);
  advanceCommit(raft, message.commit);
  const reply = { kind: 'heartbeatReply', term: raft.term, round: message.round } as const;
  raft.out.send(from, reply, raft.hardStateSequence);
}

/** A leader of an older term learns from the answer that its time is over. */
export function refuseOldLeader<C>(
  raft: Raft<C>,
  from: NodeId,
  message: MessageOf<'append' | 'heartbeat', C>,
): void {
  if (message.term >= raft.term) broken(`term ${message.term} is not older than ${raft.term}`);
  const reply = { kind: 'heartbeatReply', term: raft.term, round: 0 } as const;
  raft.out.send(from, reply, raft.hardStateSequence);
}
