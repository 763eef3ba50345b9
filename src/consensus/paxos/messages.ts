/**
 * What Multi-Paxos nodes say to each other and write down, named as in "Paxos Made Moderately Complex" (PMMC). JSON
 * throughout. What the paper leaves to reliable links is here: refusals, heartbeats, catch-up, reads.
 */

import type { Ballot } from './ballot.ts';

/** A command for a slot. No `command`: a no-op, which fills a hole. */
export interface Proposal<Command> {
  readonly slot: number;
  readonly command?: Command;
}

/** What an acceptor accepted. Of several for a slot only the one with the highest ballot is kept (PMMC 4.1). */
export interface Pvalue<Command> extends Proposal<Command> {
  readonly ballot: Ballot;
}

/** A decided slot, with the round of the ballot in which the teller knew it. */
export interface Decision<Command> extends Proposal<Command> {
  readonly round: number;
}

export type PaxosMessage<Command> =
  /** "Would you let me scout, have you no active leader?" The counterpart of Raft's pre-vote. */
  | { readonly kind: 'canvass'; readonly canvass: number }
  | { readonly kind: 'canvassReply'; readonly canvass: number; readonly willing: boolean }
  /** Phase 1a: promise me this ballot and tell what you accepted from this slot on. */
  | { readonly kind: 'p1a'; readonly ballot: Ballot; readonly fromSlot: number }
  /** Phase 1b: promised. Slots below `gcSlot` are decided, known to the sender, and not among `accepted`. */
  | {
      readonly kind: 'p1b';
      readonly ballot: Ballot;
      readonly accepted: readonly Pvalue<Command>[];
      readonly gcSlot: number;
    }
  /** Phase 2a, a batch. Every slot below `decided` is decided. */
  | {
      readonly kind: 'p2a';
      readonly ballot: Ballot;
      readonly proposals: readonly Proposal<Command>[];
      readonly decided: number;
    }
  /** Phase 2b: these slots are durably accepted in exactly this ballot. */
  | { readonly kind: 'p2b'; readonly ballot: Ballot; readonly slots: readonly number[] }
  /** The answer to any message with a lower ballot than the one promised. */
  | { readonly kind: 'preempted'; readonly ballot: Ballot }
  | { readonly kind: 'heartbeat'; readonly ballot: Ballot; readonly decided: number }
  | { readonly kind: 'heartbeatReply'; readonly ballot: Ballot }
  /** "Which is the highest slot you ever accepted?" The ballot makes the round unique over restarts. */
  | { readonly kind: 'readQuery'; readonly ballot: Ballot; readonly round: number }
  | {
      readonly kind: 'readReply';
      readonly ballot: Ballot;
      readonly round: number;
      readonly maxAccepted: number;
    }
  /** "Tell me the decisions from this slot on." */
  | { readonly kind: 'learn'; readonly fromSlot: number }
  | {
      readonly kind: 'learned';
      readonly decisions: readonly Decision<Command>[];
      /** There are later ones, to be asked for: this is the last message of an answer that is full. */
      readonly more: boolean;
    };

export type MessageOf<Kind extends PaxosMessage<unknown>['kind'], Command> = Extract<
  PaxosMessage<Command>,
  { readonly kind: Kind }
>;

/** What survives a crash, in the order written. */
export type PaxosRecord<Command> =
  | { readonly kind: 'promise'; readonly ballot: Ballot }
  /** Accepting in a ballot includes having promised it. */
  | {
      readonly kind: 'accept';
      readonly ballot: Ballot;
      readonly proposals: readonly Proposal<Command>[];
    }
  /** Decisions that were learnt from another node rather than accepted in the deciding ballot. */
  | { readonly kind: 'learned'; readonly decisions: readonly Decision<Command>[] }
  /** Every slot below is decided, with the value accepted or learnt here. Rides along: losing it costs a catch-up only. */
  | { readonly kind: 'decided'; readonly slotOut: number };
