/**
 * The protocol events of both algorithms, told apart by `ev`. They hold what is needed to check the invariants of
 * consensus from a trace alone, by a reader that trusts none of the nodes. The driver stamps node, incarnation and time.
 *
 * Indices are log indices (Raft) or slots (Paxos), from 1. Terms are Raft's terms or Paxos's ballot rounds. Hashes are
 * `hashJson` of the command. A node emits a `persist` before any event that speaks of its sequence as durable.
 */

import type { NodeId, RequestId } from './algorithm.ts';
import type { Ballot } from './paxos/ballot.ts';

/** Emitted by every algorithm. */
export type CommonTrace =
  | { readonly ev: 'becomeFollower'; readonly term: number; readonly leader: NodeId | null }
  | { readonly ev: 'becomeCandidate'; readonly term: number }
  /** `lastIndex`, `lastTerm`: the log before anything of this term (Leader Completeness is checked on it). */
  | {
      readonly ev: 'becomeLeader';
      readonly term: number;
      readonly lastIndex: number;
      readonly lastTerm: number;
      readonly commit: number;
    }
  | {
      readonly ev: 'stepDown';
      readonly term: number;
      readonly reason: 'higher-term' | 'check-quorum';
    }
  /**
   * Handed to the disk; told from the records themselves. Term and vote (in Paxos together the promised ballot) and the log's
   * end are those of the disk once these and all earlier records are on it. `slots`: accepted in these records (Paxos).
   */
  | {
      readonly ev: 'persist';
      readonly sequence: number;
      readonly term: number;
      readonly vote: NodeId | null;
      readonly lastIndex: number;
      readonly records: number;
      readonly slots?: readonly number[];
    }
  /** On disk: everything up to `sequence`, hence the log up to `durableIndex`. */
  | {
      readonly ev: 'durable';
      readonly term: number;
      readonly sequence: number;
      readonly durableIndex: number;
    }
  /** `matches`: on the leader, the durable index it counted for each member (itself included). */
  | {
      readonly ev: 'commit';
      readonly term: number;
      readonly index: number;
      readonly lastIndex: number;
      readonly role: 'leader' | 'follower';
      readonly matches?: Readonly<Record<NodeId, number>>;
    }
  /** A read at this leader was invoked; it must see everything up to `readIndex`. */
  | {
      readonly ev: 'readRequested';
      readonly term: number;
      readonly request: RequestId;
      readonly readIndex: number;
      readonly round: number;
    }
  /** From now on an answer to this confirmation round shows that this node leads. */
  | { readonly ev: 'roundStarted'; readonly term: number; readonly round: number }
  /** This node's answer to a confirmation round of `to`. `accepted`: the highest slot that it ever accepted (Paxos). */
  | {
      readonly ev: 'roundAnswered';
      readonly term: number;
      readonly to: NodeId;
      readonly round: number;
      readonly accepted?: number;
    }
  /** A majority answered a round that began after the read, or (`round` 0) nobody was asked. */
  | {
      readonly ev: 'readConfirmed';
      readonly term: number;
      readonly request: RequestId;
      readonly readIndex: number;
      readonly applied: number;
      readonly round: number;
    };

/** Emitted by Raft only. */
export type RaftTrace =
  | { readonly ev: 'becomePreCandidate'; readonly term: number }
  /** First event of an incarnation: what it found on its disk. `chain` is `chainOf` of the whole log. */
  | {
      readonly ev: 'logRecovered';
      readonly term: number;
      readonly vote: NodeId | null;
      readonly lastIndex: number;
      readonly lastTerm: number;
      readonly chain: number;
    }
  /** A leader answered a read without asking anybody: its lease runs for another `leftMs` on its clock. */
  | {
      readonly ev: 'leaseRead';
      readonly term: number;
      readonly request: RequestId;
      readonly readIndex: number;
      readonly applied: number;
      readonly leftMs: number;
    }
  /** A message says that `term` has begun: this node must not act in an older one any more. */
  | { readonly ev: 'higherTermSeen'; readonly term: number; readonly from: NodeId }
  /** Asks for a vote, having voted for itself. Leaves once `afterDurable` is on disk. */
  | {
      readonly ev: 'voteAsked';
      readonly term: number;
      readonly to: NodeId;
      readonly lastIndex: number;
      readonly lastTerm: number;
      readonly afterDurable: number;
    }
  /** `stale-log`: the candidate's log is less up-to-date; `voted`: for another, in this term; `old-term`: its term is over. */
  | {
      readonly ev: 'voteRefused';
      readonly term: number;
      readonly candidate: NodeId;
      readonly reason: 'stale-log' | 'voted' | 'old-term';
    }
  | { readonly ev: 'preVoteRefused'; readonly term: number; readonly candidate: NodeId }
  /** The vote that was granted leaves this node once `afterDurable` is on disk. */
  | {
      readonly ev: 'voteSent';
      readonly term: number;
      readonly candidate: NodeId;
      readonly afterDurable: number;
    }
  /** Leaves this node once `afterDurable` is on disk. `lastIndex`, `lastTerm` are the candidate's. */
  | {
      readonly ev: 'voteGranted';
      readonly term: number;
      readonly candidate: NodeId;
      readonly lastIndex: number;
      readonly lastTerm: number;
      readonly afterDurable: number;
    }
  /** Entries from `index` on were put into the log, one term and one hash for each. */
  | {
      readonly ev: 'append';
      readonly term: number;
      readonly role: 'leader' | 'follower';
      readonly index: number;
      readonly count: number;
      readonly terms: readonly number[];
      readonly hashes: readonly number[];
      readonly prevTerm: number;
    }
  /** Promised to the leader: the log matches up to `index`. Leaves once `afterDurable` is on disk. */
  | {
      readonly ev: 'appendAcknowledged';
      readonly term: number;
      readonly leader: NodeId;
      readonly index: number;
      readonly afterDurable: number;
    }
  | {
      readonly ev: 'appendRejected';
      readonly term: number;
      readonly leader: NodeId;
      readonly prevIndex: number;
      readonly hintIndex: number;
      readonly hintTerm: number;
    }
  /** Entries from `index` on contradicted the leader's and were removed. */
  | {
      readonly ev: 'conflictTruncated';
      readonly term: number;
      readonly index: number;
      readonly count: number;
      readonly commit: number;
    }
  /** The leader learnt that `peer` holds its log durably up to `match`. */
  | {
      readonly ev: 'matchAdvanced';
      readonly term: number;
      readonly peer: NodeId;
      readonly match: number;
      readonly next: number;
    };

/** Emitted by Multi-Paxos only. */
export type PaxosTrace =
  /** First event of an incarnation: what its disk holds of the slots that are not decided, `slotOut` being the first of them. */
  | {
      readonly ev: 'acceptorRecovered';
      readonly term: number;
      readonly ballot: Ballot;
      readonly slotOut: number;
      readonly slots: readonly number[];
      readonly ballots: readonly Ballot[];
      readonly hashes: readonly number[];
    }
  /** Phase 1a; what was accepted below `fromSlot` need not be told. Leaves once `afterDurable` is on disk, as the next two. */
  | {
      readonly ev: 'promiseAsked';
      readonly term: number;
      readonly ballot: Ballot;
      readonly to: NodeId;
      readonly fromSlot: number;
      readonly afterDurable: number;
    }
  /** Phase 1b: what was accepted from `gcSlot` on, in which ballot. */
  | {
      readonly ev: 'promiseSent';
      readonly term: number;
      readonly ballot: Ballot;
      readonly to: NodeId;
      readonly gcSlot: number;
      readonly slots: readonly number[];
      readonly ballots: readonly Ballot[];
      readonly hashes: readonly number[];
      readonly afterDurable: number;
    }
  /** Phase 2b. */
  | {
      readonly ev: 'acceptanceSent';
      readonly term: number;
      readonly ballot: Ballot;
      readonly to: NodeId;
      readonly slots: readonly number[];
      readonly afterDurable: number;
    }
  | {
      readonly ev: 'promised';
      readonly term: number;
      readonly ballot: Ballot;
      readonly gcSlot: number;
    }
  /** A scout has its majority. `quorum` promised exactly this ballot; slots from `fromSlot` to `lastSlot` are proposed anew. */
  | {
      readonly ev: 'adopted';
      readonly term: number;
      readonly ballot: Ballot;
      readonly quorum: readonly NodeId[];
      readonly fromSlot: number;
      readonly lastSlot: number;
    }
  | {
      readonly ev: 'preempted';
      readonly term: number;
      readonly ballot: Ballot;
      readonly by: Ballot;
    }
  /** Phase 2a leaves this leader for the first time for these slots. */
  | {
      readonly ev: 'proposed';
      readonly term: number;
      readonly ballot: Ballot;
      readonly slot: number;
      readonly hash: number;
    }
  | {
      readonly ev: 'accepted';
      readonly term: number;
      readonly ballot: Ballot;
      readonly slots: readonly number[];
      readonly hashes: readonly number[];
    }
  /** This leader counted a majority of distinct acceptors in this ballot. */
  | {
      readonly ev: 'chosen';
      readonly term: number;
      readonly ballot: Ballot;
      readonly slot: number;
      readonly quorum: readonly NodeId[];
    }
  /** Asked whether scouting would be welcome, it was not. */
  | { readonly ev: 'canvassRefused'; readonly term: number; readonly candidate: NodeId }
  /** The acceptors that have not answered the open round of reads are asked again. */
  | { readonly ev: 'roundRepeated'; readonly term: number; readonly round: number }
  | { readonly ev: 'holeFilled'; readonly term: number; readonly slot: number }
  | {
      readonly ev: 'caughtUp';
      readonly term: number;
      readonly fromSlot: number;
      readonly count: number;
    };

/** Emitted by the replica around either algorithm. */
export type ReplicaTrace =
  /**
   * `chain` hashes all commands and results up to here: equal on all nodes that applied `index`. `repeated`: it had been applied
   * before, `result` is the hash of what was answered then. `outcome`: ok, an error code, or no-op.
   */
  | {
      readonly ev: 'apply';
      readonly index: number;
      readonly term: number;
      readonly hash: number;
      readonly chain: number;
      readonly result: number;
      readonly outcome: string;
      readonly repeated: boolean;
      readonly session?: number;
      readonly sequence?: number;
    }
  /** The command at `index` had been applied before: its first result was given again. */
  | {
      readonly ev: 'dedupeHit';
      readonly index: number;
      readonly session: number;
      readonly sequence: number;
    }
  /** What a client of this node was told, or a peer that had forwarded for its client. */
  | {
      readonly ev: 'replied';
      readonly request: RequestId;
      readonly applied: number;
      readonly outcome: string;
      /** The answer goes to another node, which had handed the request on. */
      readonly forwarded: boolean;
      /** By whom, in which incarnation of it, and whether it was meant for this very incarnation, so that no earlier one can have it. */
      readonly handed?: { readonly by: NodeId; readonly in: number; readonly first: boolean };
      /** The hash of the whole answer. */
      readonly result: number;
      readonly session?: number;
      readonly sequence?: number;
    };

export type ConsensusTrace = CommonTrace | RaftTrace | PaxosTrace | ReplicaTrace;

/** Where events go; undefined when tracing is off, so that `trace?.({...})` does not even build the event. */
export type TraceSink = ((event: ConsensusTrace) => void) | undefined;
