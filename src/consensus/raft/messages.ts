/** What Raft's nodes say to each other and write down. JSON throughout. */

import type { NodeId } from '../algorithm.ts';

/** One place in the log; its index is its position. No `command`: a no-op, which a leader writes when its term starts. */
export interface Entry<Command> {
  readonly term: number;
  readonly command?: Command;
}

/** `term` is the sender's current term, except in the pre-vote pair (see there). */
export type RaftMessage<Command> =
  /** "Would you vote for me in `term`?", asked in advance: the sender's own term is still one less. */
  | {
      readonly kind: 'preVote';
      readonly term: number;
      readonly lastIndex: number;
      readonly lastTerm: number;
    }
  /** Granted: `term` is the request's. Refused: the answerer's own, so that a sender that fell behind catches up. */
  | { readonly kind: 'preVoteReply'; readonly term: number; readonly granted: boolean }
  | {
      readonly kind: 'vote';
      readonly term: number;
      readonly lastIndex: number;
      readonly lastTerm: number;
    }
  | { readonly kind: 'voteReply'; readonly term: number; readonly granted: boolean }
  /** The entries that follow (prevIndex, prevTerm) in the leader's log; none: only asks whether the log matches there. */
  | {
      readonly kind: 'append';
      readonly term: number;
      readonly prevIndex: number;
      readonly prevTerm: number;
      readonly entries: readonly Entry<Command>[];
      readonly commit: number;
    }
  /** The sender's log is durable and equal to the leader's up to `match`. */
  | { readonly kind: 'appendAccepted'; readonly term: number; readonly match: number }
  /** No match at `prevIndex`. A match is possible at `hintIndex` (term `hintTerm`) or before. */
  | {
      readonly kind: 'appendRejected';
      readonly term: number;
      readonly prevIndex: number;
      readonly hintIndex: number;
      readonly hintTerm: number;
    }
  /** `round` counts up within the term; `commit` never exceeds what this follower is known to hold. */
  | {
      readonly kind: 'heartbeat';
      readonly term: number;
      readonly commit: number;
      readonly round: number;
    }
  | { readonly kind: 'heartbeatReply'; readonly term: number; readonly round: number };

export type MessageOf<Kind extends RaftMessage<unknown>['kind'], Command> = Extract<
  RaftMessage<Command>,
  { readonly kind: Kind }
>;

/** What survives a crash, in the order written. */
export type RaftRecord<Command> =
  /** Term and vote are one record: between two, a crash could keep the new term with the old vote. */
  | { readonly kind: 'hardState'; readonly term: number; readonly vote: NodeId | null }
  /** The log is now what it was before `from`, then these. Cutting off and appending are one record for the same reason. */
  | {
      readonly kind: 'entries';
      readonly from: number;
      readonly entries: readonly Entry<Command>[];
    };
