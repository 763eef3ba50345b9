/** What an invariant looks at and what it finds. */

import type { ConsensusTrace } from '#src/consensus/trace';

/** One line of a node's trace. */
export type Traced = ConsensusTrace & {
  /** Counts the events of an incarnation from 1. */
  readonly seq: number;
  /** Simulated time, or CLOCK_MONOTONIC of the machine that all nodes run on. */
  readonly timeNs: number;
  readonly node: string;
  readonly incarnation: number;
};

export type TracedOf<Ev extends Traced['ev']> = Extract<Traced, { readonly ev: Ev }>;

export interface Violation {
  /** As in the catalogue: `I1`, `I2`, ... */
  readonly invariant: string;
  /** `election-safety`, ... */
  readonly name: string;
  /** A sentence for a reader who has not seen the trace. */
  readonly explanation: string;
  /** The events that contradict each other, the older one first. One alone where it contradicts itself. */
  readonly events: readonly Traced[];
}

export interface InvariantSettings {
  readonly algorithm: 'raft' | 'paxos';
  /** All nodes, as in their configuration. */
  readonly members: readonly string[];
  /**
   * True (left out): events come in the order in which they happened and none is missing, as in a simulation. False: nodes are real
   * processes. Each node's own events are in order, what leads to a message comes before what the message leads to, and the end of
   * an incarnation may be missing (see `ended`).
   */
  readonly exact?: boolean;
  /**
   * The election timeout, ms, where leaders read by leases and all clocks run right, or slower by no more than the system was told. Left
   * out: what leases rest on is not checked. Only with `exact`.
   */
  readonly leaseTimeoutMs?: number;
}

/** Two events in words, for explanations. */
export function describeEvent(event: Traced): string {
  const { seq, timeNs, node, incarnation, ev, ...details } = event;
  const told = Object.entries(details).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return `${node} (incarnation ${incarnation}, event ${seq}, ${(timeNs / 1e6).toFixed(3)} ms): ${ev} ${told.join(', ')}`;
}
