/** The state of one Raft node, and the few changes to it that several of Raft's parts share. */

import type { AlgorithmConfig, NodeId, RandomSource, RequestId } from '../algorithm.ts';
import { hashJson } from '../hash.ts';
import { broken } from '../invariant.ts';
import { maxCommitsPerStep } from '../limits.ts';
import type { Outbox } from '../outbox.ts';
import type { TraceSink } from '../trace.ts';
import type { RaftLog } from './log.ts';
import type { Entry, RaftMessage, RaftRecord } from './messages.ts';
import type { RaftOptions } from './options.ts';
import type { Progress } from './progress.ts';

/** A command appended here. Its entry is known by index and term: another leader may put another command at the index. */
export interface PendingProposal {
  readonly term: number;
  readonly request: RequestId;
}

export interface PendingRead {
  readonly request: RequestId;
  /** Everything acknowledged before the read was invoked is at or before this index. */
  readonly readIndex: number;
  /** The first confirmation round that begins after the read was invoked. */
  readonly round: number;
}

export interface Leader {
  readonly kind: 'leader';
  readonly progress: ReadonlyMap<NodeId, Progress>;
  /** The same as a list: all of them are looked at with almost every message. */
  readonly followers: readonly Progress[];
  readonly pending: Map<number, PendingProposal>;
  /** In order of arrival, hence of round and of index. */
  readonly reads: PendingRead[];
  /** Where this term's no-op stands. Once it is committed, so is everything that earlier leaders committed. */
  readonly termStartIndex: number;
  /** The newest confirmation round begun in this term. */
  round: number;
  /** When the rounds began that are not confirmed yet, oldest first. Kept for leases only. */
  readonly begun: { readonly round: number; readonly atMs: number }[];
  /** Until then, on this node's clock, no follower that confirmed our lead helps to elect another leader. */
  leaseUntilMs: number;
  nextHeartbeatMs: number;
}

/** Votes are sets of names: a duplicated message must not count twice. */
export type Role =
  | { readonly kind: 'follower' }
  | { readonly kind: 'preCandidate'; readonly votes: Set<NodeId> }
  | { readonly kind: 'candidate'; readonly votes: Set<NodeId> }
  | Leader;

export interface Raft<Command> {
  readonly self: NodeId;
  readonly peers: readonly NodeId[];
  /** The smallest number of members that is more than half of them. */
  readonly quorum: number;
  readonly config: AlgorithmConfig;
  readonly options: RaftOptions;
  readonly random: RandomSource;
  readonly log: RaftLog<Command>;
  readonly out: Outbox<RaftMessage<Command>, RaftRecord<Command>, Command>;
  readonly trace: TraceSink;
  nowMs: number;
  term: number;
  votedFor: NodeId | undefined;
  role: Role;
  /** Who leads this term, once heard of. */
  leader: NodeId | undefined;
  /** When this node last heard from that leader. */
  leaderContactMs: number;
  electionDeadlineMs: number;
  /** The write that made the current term and vote durable. */
  hardStateSequence: number;
  commitIndex: number;
  /** The last index handed over as a commit effect. */
  emittedIndex: number;
}

/** A new random deadline in [T, 2T), so that nodes rarely campaign at once (Raft 5.2). */
export function resetElectionTimer<C>(raft: Raft<C>): void {
  const timeoutMs = raft.config.timing.electionTimeoutMs;
  raft.electionDeadlineMs = raft.nowMs + timeoutMs + raft.random.below(timeoutMs);
}

/** Term and vote become durable together. Throws BrokenInvariant when the term would fall or a vote would change. */
export function saveHardState<C>(raft: Raft<C>, term: number, vote: NodeId | undefined): void {
  if (term < raft.term) broken(`term would fall from ${raft.term} to ${term}`);
  if (term === raft.term && raft.votedFor !== undefined && vote !== raft.votedFor) {
    broken(`vote of term ${term} would change from ${raft.votedFor} to ${vote}`);
  }
  raft.term = term;
  raft.votedFor = vote;
  raft.hardStateSequence = raft.out.persist({ kind: 'hardState', term, vote: vote ?? null });
}

/** Follow whoever leads `term` (undefined: not yet known). A leader that gets here gives up what it had promised to answer. */
export function becomeFollower<C>(raft: Raft<C>, term: number, leader: NodeId | undefined): void {
  const before = raft.role;
  if (term > raft.term) saveHardState(raft, term, undefined);
  raft.role = { kind: 'follower' };
  raft.leader = leader;
  if (before.kind === 'leader') {
    abandonRequests(raft, before);
    resetElectionTimer(raft);
  }
  raft.trace?.({ ev: 'becomeFollower', term, leader: leader ?? null });
}

/** Proposals may still be committed by the next leader; reads had no effect. */
function abandonRequests<C>(raft: Raft<C>, leader: Leader): void {
  for (const { request } of leader.pending.values()) {
    raft.out.put({ kind: 'reject', request, reason: 'lost-leadership' });
  }
  for (const { request } of leader.reads) {
    raft.out.put({ kind: 'reject', request, reason: 'read-abandoned' });
  }
}

/** Put entries after `prevIndex`, in memory and on their way to the disk. */
export function writeEntries<C>(
  raft: Raft<C>,
  prevIndex: number,
  entries: readonly Entry<C>[],
): void {
  const { log, out } = raft;
  const from = prevIndex + 1;
  if (from <= raft.commitIndex) {
    broken(`would overwrite index ${from}, but everything up to ${raft.commitIndex} is committed`);
  }
  const removed = log.lastIndex - prevIndex;
  if (removed > 0) {
    raft.trace?.({
      ev: 'conflictTruncated',
      term: raft.term,
      index: from,
      count: removed,
      commit: raft.commitIndex,
    });
  }
  log.replaceFrom(from, entries, out.persist({ kind: 'entries', from, entries }));
  raft.trace?.({
    ev: 'append',
    term: raft.term,
    role: raft.role.kind === 'leader' ? 'leader' : 'follower',
    index: from,
    count: entries.length,
    terms: entries.map((entry) => entry.term),
    hashes: entries.map((entry) => hashJson(entry.command)),
    prevTerm: log.termAt(prevIndex) ?? 0,
  });
}

/** Everything up to `index` is decided. A smaller index than before changes nothing. */
export function advanceCommit<C>(
  raft: Raft<C>,
  index: number,
  matches?: Readonly<Record<NodeId, number>>,
): void {
  if (index <= raft.commitIndex) return;
  if (index > raft.log.lastIndex) {
    broken(
      `commit ${index} is beyond the last index ${raft.log.lastIndex}: was the log corrupted, truncated or lost?`,
    );
  }
  raft.commitIndex = index;
  raft.trace?.({
    ev: 'commit',
    term: raft.term,
    index,
    lastIndex: raft.log.lastIndex,
    role: raft.role.kind === 'leader' ? 'leader' : 'follower',
    ...(matches === undefined ? {} : { matches }),
  });
}

/** Hand over what is decided, in order, a bounded number at a time. */
export function emitCommits<C>(raft: Raft<C>): void {
  const end = Math.min(raft.commitIndex, raft.emittedIndex + maxCommitsPerStep);
  while (raft.emittedIndex < end) {
    raft.emittedIndex += 1;
    const index = raft.emittedIndex;
    const { term, command } = raft.log.at(index);
    const request = takePending(raft, index, term);
    raft.out.put(
      request === undefined
        ? { kind: 'commit', index, term, command }
        : { kind: 'commit', index, term, command, request },
    );
  }
}

function takePending<C>(raft: Raft<C>, index: number, term: number): RequestId | undefined {
  if (raft.role.kind !== 'leader') return undefined;
  const pending = raft.role.pending.get(index);
  if (pending === undefined || pending.term !== term) return undefined;
  raft.role.pending.delete(index);
  return pending.request;
}
