/** What a node process is told at its start, as one JSON file named on its command line. */

import type { Limits, NodeId, Timing } from '../consensus/algorithm.ts';
import type { NodeFaults } from './fault-hooks.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface NodeConfig {
  readonly algorithm: 'raft' | 'paxos' | 'single-decree';
  readonly self: NodeId;
  readonly members: readonly NodeId[];
  /** Where this node listens for its peers. */
  readonly peerListen: Address;
  /** Where this node reaches each of the others (a proxy per ordered pair): this node dials, and only it sends. */
  readonly peers: Readonly<Record<NodeId, Address>>;
  /** Where this node listens for clients (their proxy dials it) and for the harness (directly). */
  readonly clientListen: Address;
  /** Holds the write-ahead log. */
  readonly dataDir: string;
  /** Protocol events as JSON lines; left out: no trace. */
  readonly traceFile?: string;
  readonly timing: Timing;
  readonly limits: Limits;
  /** Seeds the election timeouts. */
  readonly seed: number;
  /** Makes the node listen to a test harness that sets its clock and breaks its disk, and says how they are now; left out: it does not. */
  readonly faults?: NodeFaults;
  /** The algorithm's own options, such as `{"reads": "local-leader"}`. */
  readonly options: Readonly<Record<string, unknown>>;
}
