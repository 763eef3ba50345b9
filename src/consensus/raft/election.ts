/** Elections (Raft 5.2, 5.4.1), with the question asked in advance (dissertation 9.6) and the leader's lease on votes (4.2.3). */

import type { NodeId } from '../algorithm.ts';
import { broken } from '../invariant.ts';
import { becomeFollower, type Raft, resetElectionTimer, saveHardState } from './core.ts';
import type { MessageOf } from './messages.ts';
import { startLeading } from './replication.ts';

/** The election timer ran out. */
export function campaign<C>(raft: Raft<C>): void {
  raft.leader = undefined;
  resetElectionTimer(raft);
  if (raft.options.preVote) becomePreCandidate(raft);
  else becomeCandidate(raft);
}

function becomePreCandidate<C>(raft: Raft<C>): void {
  raft.role = { kind: 'preCandidate', votes: new Set([raft.self]) };
  raft.trace?.({ ev: 'becomePreCandidate', term: raft.term });
  const { lastIndex, lastTerm } = raft.log;
  for (const peer of raft.peers) {
    const message = { kind: 'preVote', term: raft.term + 1, lastIndex, lastTerm } as const;
    raft.out.send(peer, message, raft.hardStateSequence);
  }
  if (raft.role.votes.size >= raft.quorum) becomeCandidate(raft);
}

/** A node votes for itself like for anybody: the vote counts once it is durable (see `countOwnVote`). */
function becomeCandidate<C>(raft: Raft<C>): void {
  saveHardState(raft, raft.term + 1, raft.self);
  raft.role = { kind: 'candidate', votes: new Set() };
  raft.trace?.({ ev: 'becomeCandidate', term: raft.term });
  const { lastIndex, lastTerm } = raft.log;
  for (const peer of raft.peers) {
    const message = { kind: 'vote', term: raft.term, lastIndex, lastTerm } as const;
    raft.out.send(peer, message, raft.hardStateSequence);
  }
}

/** Called when the disk holds everything up to `sequence`. */
export function countOwnVote<C>(raft: Raft<C>, sequence: number): void {
  if (raft.role.kind === 'candidate' && sequence >= raft.hardStateSequence) {
    countVote(raft, raft.self);
  }
}

function countVote<C>(raft: Raft<C>, voter: NodeId): void {
  if (raft.role.kind !== 'candidate') return;
  raft.role.votes.add(voter);
  if (raft.role.votes.size >= raft.quorum) startLeading(raft);
}

/** Whether a leader was heard from so recently that helping to depose it would be wrong. */
export function hasFreshLeader<C>(raft: Raft<C>): boolean {
  // What this node has confirmed to a leader outlives its knowing of one: a newer term heard of, a campaign, a restart.
  if (raft.leader === undefined && raft.options.reads !== 'lease') return false;
  if (raft.role.kind === 'leader') return true;
  return raft.nowMs - raft.leaderContactMs < raft.config.timing.electionTimeoutMs;
}

/**
 * Whether a lease on this node's vote is still running, also in a term that it has adopted meanwhile: a vote would make a second leader
 * while the first may still answer reads.
 */
export const isVoteLeased = <C>(raft: Raft<C>): boolean =>
  raft.options.reads === 'lease' && hasFreshLeader(raft);

/** Changes nothing here: neither term nor vote nor timer. */
export function onPreVote<C>(raft: Raft<C>, from: NodeId, message: MessageOf<'preVote', C>): void {
  const { term } = message;
  const position = { index: message.lastIndex, term: message.lastTerm };
  const free = term > raft.term || (term === raft.term && votesFor(raft, from));
  const granted = free && raft.log.isUpToDate(position) && !hasFreshLeader(raft);
  if (!granted) raft.trace?.({ ev: 'preVoteRefused', term: raft.term, candidate: from });
  const reply = { kind: 'preVoteReply', term: granted ? term : raft.term, granted } as const;
  raft.out.send(from, reply, raft.hardStateSequence);
}

export function onPreVoteReply<C>(
  raft: Raft<C>,
  from: NodeId,
  message: MessageOf<'preVoteReply', C>,
): void {
  if (raft.role.kind !== 'preCandidate' || !message.granted) return;
  if (message.term !== raft.term + 1) return;
  raft.role.votes.add(from);
  if (raft.role.votes.size >= raft.quorum) becomeCandidate(raft);
}

/** First come, first served, one vote a term, and only for a log at least as up-to-date as ours. */
export function onVote<C>(raft: Raft<C>, from: NodeId, message: MessageOf<'vote', C>): void {
  if (message.term > raft.term) broken(`vote of term ${message.term} before adopting it`);
  const position = { index: message.lastIndex, term: message.lastTerm };
  const granted =
    message.term === raft.term && votesFor(raft, from) && raft.log.isUpToDate(position);
  if (granted) grantVote(raft, from, position.index, position.term);
  else
    raft.trace?.({
      ev: 'voteRefused',
      term: raft.term,
      candidate: from,
      reason: refusal(raft, from, message.term),
    });
  const reply = { kind: 'voteReply', term: raft.term, granted } as const;
  raft.out.send(from, reply, raft.out.lastSequence);
}

function refusal<C>(raft: Raft<C>, candidate: NodeId, term: number) {
  if (term < raft.term) return 'old-term';
  return votesFor(raft, candidate) ? 'stale-log' : 'voted';
}

const votesFor = <C>(raft: Raft<C>, candidate: NodeId): boolean =>
  raft.votedFor === undefined || raft.votedFor === candidate;

function grantVote<C>(raft: Raft<C>, candidate: NodeId, lastIndex: number, lastTerm: number): void {
  if (raft.votedFor === undefined) saveHardState(raft, raft.term, candidate);
  resetElectionTimer(raft);
  raft.trace?.({
    ev: 'voteGranted',
    term: raft.term,
    candidate,
    lastIndex,
    lastTerm,
    afterDurable: raft.out.lastSequence,
  });
}

export function onVoteReply<C>(
  raft: Raft<C>,
  from: NodeId,
  message: MessageOf<'voteReply', C>,
): void {
  if (message.granted) countVote(raft, from);
}

/** A leader that cannot reach a majority must not go on calling itself one (dissertation 6.2). */
export function stepDownWithoutQuorum<C>(raft: Raft<C>): void {
  raft.trace?.({ ev: 'stepDown', term: raft.term, reason: 'check-quorum' });
  becomeFollower(raft, raft.term, undefined);
}
