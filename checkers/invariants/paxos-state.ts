/** What is known of acceptors, ballots and slots. Ballots are numbers that compare as ballots do (`Members.key`). */

import type { Traced, TracedOf } from './traced.ts';

/** A command accepted by an acceptor, in memory or on disk. */
export interface Acceptance {
  readonly slot: number;
  readonly ballot: number;
  readonly hash: number;
  readonly event: TracedOf<'accepted' | 'acceptorRecovered'>;
}

export interface Write {
  readonly event: TracedOf<'persist'>;
  readonly ballot: number;
  readonly accepted: readonly Acceptance[];
}

/** Something said that may leave only when the disk has it. */
export type Promised = TracedOf<'promiseAsked' | 'promiseSent' | 'acceptanceSent'>;

export class Acceptor {
  readonly bit: number;
  /** In this incarnation, in memory. */
  ballot = 0;
  ballotEvent: Traced | undefined;
  /** Accepted since the last write. */
  unwritten: Acceptance[] = [];
  writes: Write[] = [];
  promises: Promised[] = [];
  durableSequence = 0;
  /** The highest ballot on disk, at any time. */
  diskBallot = 0;
  diskEvent: Traced | undefined;
  /** By slot: the acceptance with the highest ballot on disk. */
  readonly disk: (Acceptance | undefined)[] = [];
  /** The highest ballot that anybody was promised, in any incarnation. */
  promised = 0;
  promisedEvent: Traced | undefined;

  constructor(number: number) {
    this.bit = 1 << number;
  }

  /** Only the disk survives. */
  restarted(): void {
    this.ballot = this.diskBallot;
    this.ballotEvent = this.diskEvent;
    this.unwritten = [];
    this.writes = [];
    this.promises = [];
    this.durableSequence = 0;
  }
}

/** What was proposed for a slot in one ballot, and who has it on disk. */
export interface Vote {
  readonly ballot: number;
  readonly hash: number;
  readonly event: Traced;
  /** Bits of the acceptors. */
  accepted: number;
  /** Bits of those who said to its leader that they accepted it; in real runs whether or not the trace tells of the completed write. */
  said: number;
}

export interface Slot {
  /** Few: one for each leader that proposed here. */
  readonly votes: Vote[];
  chosen: Vote | undefined;
}

/** What a leader must propose again. */
export interface Due {
  readonly ballot: number;
  readonly hash: number;
  readonly event: Traced;
}

export interface BallotState {
  readonly owner: string;
  readonly incarnation: number;
  readonly event: Traced;
  /** Others may have heard of it. Before, its scout may crash and, its promise lost, use it again. */
  spoken: boolean;
  /** The lowest slot that every one of its requests asked for. */
  fromSlotMax: number;
  /** By acceptor: its promise, of several the one that tells most. */
  readonly promises: (TracedOf<'promiseSent'> | undefined)[];
  adopted: TracedOf<'adopted'> | undefined;
  /** By slot: what the quorum's promises oblige to. */
  readonly due: Map<number, Due>;
}
