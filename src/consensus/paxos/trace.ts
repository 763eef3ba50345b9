/** Events that only Multi-Paxos has; those it shares with Raft are `CommonTrace`. */

import type { NodeId } from '../algorithm.ts';
import type { CommonTrace } from '../trace.ts';
import type { Ballot } from './ballot.ts';

export type PaxosTrace =
  | CommonTrace
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
  | { readonly ev: 'holeFilled'; readonly term: number; readonly slot: number }
  | {
      readonly ev: 'caughtUp';
      readonly term: number;
      readonly fromSlot: number;
      readonly count: number;
    };
