/** What is known of one Raft node, and how its promises meet its disk. */

import { type Entry, Log } from './entries.ts';
import type { TracedOf } from './traced.ts';

/** A write on its way to the disk. */
export interface Write {
  readonly event: TracedOf<'persist'>;
  /** Where the log ends with it. */
  readonly tip: Entry;
}

/** Something said that may leave only when the disk has it. */
export type Promised =
  | {
      readonly kind: 'append';
      readonly event: TracedOf<'appendAcknowledged'>;
      readonly entry: Entry | undefined;
    }
  | { readonly kind: 'vote'; readonly event: TracedOf<'voteSent'> }
  | { readonly kind: 'ask'; readonly event: TracedOf<'voteAsked'> };

export class RaftNode {
  readonly bit: number;
  readonly log: Log;
  /** What the log holds is not known: the trace of an earlier incarnation is incomplete. */
  blind = false;
  /** It was so at some time of this incarnation. */
  wasBlind = false;
  leads: TracedOf<'becomeLeader'> | undefined;
  higherTerm: TracedOf<'higherTermSeen'> | undefined;
  commit = 0;
  /** By member, while it leads. */
  readonly match: number[] = [];
  lastAck: TracedOf<'appendAcknowledged'> | undefined;
  lastAppend: TracedOf<'append'> | undefined;
  /** By leader: the farthest that it acknowledged in that one's newest term. What was said outlives a restart. */
  readonly acks = new Map<string, TracedOf<'appendAcknowledged'>>();

  writes: Write[] = [];
  /** Writes that were under way when the last incarnation ended. */
  crashed: Write[] = [];
  promises: Promised[] = [];
  durableSequence = 0;
  /** The log on disk. */
  diskTip: Entry;
  diskTerm = 0;
  /** By term: for whom it voted, durably, and how that is known. */
  readonly votes = new Map<
    number,
    { readonly candidate: string; readonly event: TracedOf<'persist' | 'logRecovered'> }
  >();
  /** The newest that reached the disk. */
  diskEvent: TracedOf<'persist' | 'logRecovered'> | undefined;

  constructor(number: number, root: Entry) {
    this.bit = 1 << number;
    this.log = new Log(root);
    this.diskTip = root;
  }

  /** Only the disk survives. */
  restarted(): void {
    this.log.become(this.diskTip);
    this.wasBlind = false;
    this.leads = undefined;
    this.higherTerm = undefined;
    this.commit = 0;
    this.crashed = this.writes;
    this.writes = [];
    this.promises = [];
    this.durableSequence = 0;
    this.lastAck = undefined;
    this.lastAppend = undefined;
  }
}
