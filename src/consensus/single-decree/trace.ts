/** What a single-decree node says about its decisions: enough to explain each of them and to check them from outside. */

import type { NodeId } from '../algorithm.ts';
import type { Ballot } from '../paxos/ballot.ts';
import type { AcceptedValue } from './messages.ts';

/** `term` is the round of the ballot. */
export type SingleDecreeTrace<Value> =
  /** The proposer starts a ballot. `value` is what it would like. */
  | {
      readonly ev: 'prepared';
      readonly term: number;
      readonly ballot: Ballot;
      readonly value: Value;
    }
  /** `before` is the ballot promised so far; `accepted` what the promise reports. */
  | {
      readonly ev: 'promised';
      readonly term: number;
      readonly ballot: Ballot;
      readonly before: Ballot;
      readonly accepted: AcceptedValue<Value> | null;
    }
  | {
      readonly ev: 'refused';
      readonly term: number;
      readonly phase: 'prepare' | 'accept';
      readonly ballot: Ballot;
      readonly promised: Ballot;
    }
  /** Exactly this quorum promised. `adopted`: whose report settled the value, or null where the proposer was free. */
  | {
      readonly ev: 'proposed';
      readonly term: number;
      readonly ballot: Ballot;
      readonly value: Value;
      readonly wanted: Value;
      readonly quorum: readonly NodeId[];
      readonly adopted: { readonly from: NodeId; readonly ballot: Ballot } | null;
    }
  | {
      readonly ev: 'accepted';
      readonly term: number;
      readonly ballot: Ballot;
      readonly value: Value;
    }
  /** The learner counted these distinct acceptors in this ballot. */
  | {
      readonly ev: 'chosen';
      readonly term: number;
      readonly ballot: Ballot;
      readonly value: Value;
      readonly quorum: readonly NodeId[];
    }
  | {
      readonly ev: 'learned';
      readonly term: number;
      readonly ballot: Ballot;
      readonly value: Value;
      readonly from: NodeId;
    }
  /** The proposer gives its ballot up and tries again after this long, unless it learns before. */
  | {
      readonly ev: 'preempted';
      readonly term: number;
      readonly ballot: Ballot;
      readonly by: Ballot;
      readonly waitMs: number;
    };
