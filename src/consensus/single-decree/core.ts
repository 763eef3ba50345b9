/** The state of one single-decree node, and the few rules that its roles share. */

import type { Effect, NodeId, RandomSource } from '../algorithm.ts';
import type { Outbox } from '../outbox.ts';
import type { Ballot } from '../paxos/ballot.ts';
import type { Acceptor } from './acceptor.ts';
import type { AcceptedValue, SingleDecreeMessage, SingleDecreeRecord } from './messages.ts';
import type { SingleDecreeTrace } from './trace.ts';

export interface SingleDecreeConfig {
  readonly self: NodeId;
  /** All members, this node included. */
  readonly members: readonly NodeId[];
  /** How long an answer is waited for before the question is sent again, ms. */
  readonly retransmitMs: number;
  /** The shortest time a proposer steps back when it was preempted, ms. */
  readonly backoffMs: number;
  /** Whether to emit `trace` effects; left out: yes. */
  readonly trace?: boolean;
}

/** `commit` (index 1, term: the ballot's round) says that the value is chosen, once per incarnation. */
export type SingleDecreeEffect<Value> = Effect<
  SingleDecreeMessage<Value>,
  SingleDecreeRecord<Value>,
  Value
>;

/** What the proposer is doing. Its own acceptor counts like any other: once its answer is on disk. */
export type Proposer<Value> =
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'preparing';
      readonly ballot: Ballot;
      readonly promises: Map<NodeId, AcceptedValue<Value> | undefined>;
      readonly ownSequence: number;
      /** What its own acceptor reports. */
      readonly ownAccepted: AcceptedValue<Value> | undefined;
      sentMs: number;
    }
  | {
      readonly kind: 'proposing';
      readonly ballot: Ballot;
      readonly value: Value;
      /** The learner: distinct acceptors that accepted in exactly this ballot. */
      readonly accepted: Set<NodeId>;
      readonly ownSequence: number;
      sentMs: number;
    }
  /** Preempted: steps back for a random time, so that duelling proposers get out of each other's way. */
  | { readonly kind: 'backingOff'; readonly untilMs: number };

export interface SingleDecree<Value> {
  readonly self: NodeId;
  readonly peers: readonly NodeId[];
  readonly quorum: number;
  readonly config: SingleDecreeConfig;
  readonly random: RandomSource;
  readonly acceptor: Acceptor<Value>;
  readonly out: Outbox<SingleDecreeMessage<Value>, SingleDecreeRecord<Value>, Value>;
  readonly trace: ((event: SingleDecreeTrace<Value>) => void) | undefined;
  nowMs: number;
  proposer: Proposer<Value>;
  /** What the client of this node asked for. */
  wanted: { readonly value: Value } | undefined;
  /** The highest round seen anywhere. */
  highestRound: number;
  /** How often this node was preempted in a row. */
  preemptions: number;
  durableSequence: number;
  chosen: AcceptedValue<Value> | undefined;
}

/** Sends to everyone else. */
export function broadcast<V>(
  node: SingleDecree<V>,
  message: SingleDecreeMessage<V>,
  afterDurable: number,
): void {
  for (const peer of node.peers) node.out.send(peer, message, afterDurable);
}
