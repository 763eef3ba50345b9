/**
 * A whole node without its I/O: an algorithm, the state machine with its sessions, and the routing of clients' requests to
 * the leader. Everything in it but the algorithm is shared, so that what differs between two systems is the algorithm.
 *
 * The node process and the simulator drive it: they feed inputs, perform effects in order, and keep the promise that a
 * `send` leaves only after everything persisted up to its `afterDurable` is on disk.
 */

import type {
  AlgorithmConfig,
  NodeId,
  RandomSource,
  RequestId,
  Status,
  TraceEvent,
} from './algorithm.ts';
import type { ClientRequest, ClientResponse } from './state-machine/command.ts';

/** What travels between nodes. JSON-serialisable. */
export type PeerMessage =
  | { readonly kind: 'algorithm'; readonly message: unknown }
  /**
   * A client's request, handed to the leader. `request` is the sender's and unique within its `incarnation`. `to`: the incarnation of
   * the receiver that the sender has heard of last; left out: of none.
   */
  | {
      readonly kind: 'forward';
      readonly request: RequestId;
      readonly incarnation: number;
      readonly to?: number;
      readonly body: ClientRequest;
    }
  | {
      readonly kind: 'forwarded';
      readonly request: RequestId;
      readonly incarnation: number;
      /** The incarnation of whoever answers. */
      readonly by: number;
      readonly response: ClientResponse;
    };

export type ReplicaInput =
  | { readonly kind: 'tick'; readonly nowMs: number }
  | {
      readonly kind: 'peer';
      readonly nowMs: number;
      readonly from: NodeId;
      readonly message: PeerMessage;
    }
  | {
      readonly kind: 'client';
      readonly nowMs: number;
      readonly request: RequestId;
      readonly body: ClientRequest;
    }
  /** Everything persisted with a sequence up to and including this one is on disk. */
  | { readonly kind: 'durable'; readonly nowMs: number; readonly sequence: number };

export type ReplicaEffect =
  /** JSON-serialisable records for the write-ahead log, in order; given back at the next creation as `durable`. */
  | { readonly kind: 'persist'; readonly sequence: number; readonly records: readonly unknown[] }
  | {
      readonly kind: 'send';
      readonly to: NodeId;
      readonly message: PeerMessage;
      readonly afterDurable: number;
    }
  /** Exactly one for every `client` input, unless the node dies first. */
  | { readonly kind: 'reply'; readonly request: RequestId; readonly response: ClientResponse }
  | { readonly kind: 'trace'; readonly event: TraceEvent };

export interface Replica {
  /** Deterministic. Throws on a broken invariant: the driver must then stop the node. */
  step(input: ReplicaInput): readonly ReplicaEffect[];
  status(): Status;
  /** Before this reading of the node's clock, and until another input comes, ticks change nothing: a driver may save them. */
  quietUntilMs(): number;
}

export interface ReplicaSetup {
  /** A name in `algorithms`, or `single-decree`. */
  readonly algorithm: string;
  readonly config: AlgorithmConfig;
  /** The algorithm's own options, unchecked. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The records that earlier incarnations persisted, in order, as far as they reached the disk. */
  readonly durable: readonly unknown[];
  readonly random: RandomSource;
  /** The node's monotonic clock, as in every input. */
  readonly nowMs: number;
  /** Different for every start of this node, so that answers to an earlier one are not taken for ours. */
  readonly incarnation: number;
}
