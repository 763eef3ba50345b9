/** What the nodes of single-decree Paxos say to each other and write down. JSON throughout. */

import type { Ballot } from '../paxos/ballot.ts';

/** What an acceptor accepted last, and in which ballot. */
export interface AcceptedValue<Value> {
  readonly ballot: Ballot;
  readonly value: Value;
}

export type SingleDecreeMessage<Value> =
  /** Phase 1a: promise me this ballot, and tell what you accepted. */
  | { readonly kind: 'prepare'; readonly ballot: Ballot }
  /** Phase 1b: nothing lower than `ballot` will be accepted here any more. No `accepted`: nothing was. */
  | {
      readonly kind: 'promise';
      readonly ballot: Ballot;
      readonly accepted?: AcceptedValue<Value>;
    }
  /** Phase 2a. */
  | { readonly kind: 'accept'; readonly ballot: Ballot; readonly value: Value }
  /** Phase 2b: durably accepted in exactly this ballot. */
  | { readonly kind: 'accepted'; readonly ballot: Ballot }
  /** The answer to `ballot` when a higher one was promised: better than silence, which costs the proposer a timeout. */
  | { readonly kind: 'nack'; readonly ballot: Ballot; readonly promised: Ballot }
  /** The value is chosen: the sender counted a majority, or was told by one who did. */
  | { readonly kind: 'learn'; readonly ballot: Ballot; readonly value: Value };

export type MessageOf<Kind extends SingleDecreeMessage<unknown>['kind'], Value> = Extract<
  SingleDecreeMessage<Value>,
  { readonly kind: Kind }
>;

/** What survives a crash, in the order written. */
export type SingleDecreeRecord<Value> =
  | { readonly kind: 'promise'; readonly ballot: Ballot }
  /** Accepting in a ballot includes having promised it. */
  | { readonly kind: 'accept'; readonly ballot: Ballot; readonly value: Value };
