/**
 * What a replicated-log algorithm is, seen from outside: a pure state machine.
 *
 *     driver (node process or simulator)            algorithm (Raft, Multi-Paxos)
 *     ---------------------------------             -----------------------------
 *     tick, message, propose, read, durable  --->   step(input)
 *     perform in order                       <---   [effect, effect, ...]
 *
 * No clock, no randomness, no disk and no socket inside: time comes with every input, randomness as an object at
 * creation, and "your records are on disk" as the input `durable`. The one rule that makes consensus safe on disks,
 * promise nothing that is not durable, is data: a `send` names the persist sequence it has to wait for.
 */

export type NodeId = string;

/** Chosen by the driver, unique within one incarnation of a node. */
export type RequestId = number;

/** Uniform integers, seeded. Structurally the same as the harness's own `Random`; consensus imports nothing. */
export interface RandomSource {
  /** A uniform integer in [0, bound). */
  below(bound: number): number;
}

export type Input<Message, Command> =
  /** Comes every few milliseconds. `nowMs` is the node's own monotonic clock, in every input. */
  | { readonly kind: 'tick'; readonly nowMs: number }
  | {
      readonly kind: 'message';
      readonly nowMs: number;
      readonly from: NodeId;
      readonly message: Message;
    }
  /** Replicate this command. Ends in `commit` with the same request, or in `reject`, or never (leader lost contact). */
  | {
      readonly kind: 'propose';
      readonly nowMs: number;
      readonly request: RequestId;
      readonly command: Command;
    }
  /** Tell me when the applied state is fresh enough to answer a linearizable read that was invoked before now. */
  | { readonly kind: 'read'; readonly nowMs: number; readonly request: RequestId }
  /** Everything persisted with a sequence up to and including this one is on disk. Monotone. */
  | { readonly kind: 'durable'; readonly nowMs: number; readonly sequence: number };

export type RejectReason =
  /** This node does not lead. Definite: nothing was done. */
  | 'not-leader'
  /** Limits of uncommitted or pending work reached. Definite: nothing was done. */
  | 'overloaded'
  /** Was appended here, then this node lost the lead: it may still commit. Indefinite. */
  | 'lost-leadership'
  /** A read that could not be confirmed. Definite, reads change nothing. */
  | 'read-abandoned';

/** To be performed in the order given. */
export type Effect<Message, DurableRecord, Command> =
  /** Append these to stable storage; `sequence` counts up from 1 within an incarnation. */
  | {
      readonly kind: 'persist';
      readonly sequence: number;
      readonly records: readonly DurableRecord[];
    }
  /** Send once everything persisted up to `afterDurable` is on disk (0: at once). May be lost. */
  | {
      readonly kind: 'send';
      readonly to: NodeId;
      readonly message: Message;
      readonly afterDurable: number;
    }
  /** The command at `index` is decided. Comes in order of index, without gaps, each once per incarnation. */
  | {
      readonly kind: 'commit';
      readonly index: number;
      readonly term: number;
      /** undefined for a no-op. */
      readonly command: Command | undefined;
      /** Set where the command was proposed at this node, in this incarnation. */
      readonly request?: RequestId;
    }
  /** Every commit needed for this read has been emitted before this effect: answer it from the applied state. */
  | { readonly kind: 'readReady'; readonly request: RequestId }
  | { readonly kind: 'reject'; readonly request: RequestId; readonly reason: RejectReason }
  | { readonly kind: 'trace'; readonly event: TraceEvent };

/** A protocol event for traces and invariants. The driver stamps node, incarnation and time. `ev` names it. */
export interface TraceEvent {
  readonly ev: string;
  /** Raft's term or Paxos's ballot round. */
  readonly term?: number;
  readonly [detail: string]: unknown;
}

export interface Status {
  readonly role: 'leader' | 'candidate' | 'follower';
  /** Raft's term or Paxos's ballot round. */
  readonly term: number;
  /** Who leads, as far as this node knows. */
  readonly leader: NodeId | undefined;
  readonly commitIndex: number;
  readonly lastIndex: number;
}

export interface Algorithm<Message, DurableRecord, Command> {
  /** Pure but for the object's own state: the same inputs give the same effects. Throws on a broken invariant. */
  step(input: Input<Message, Command>): readonly Effect<Message, DurableRecord, Command>[];
  status(): Status;
  /** Before this reading of the node's clock, and until another input comes, ticks change nothing: a driver may save them. */
  quietUntilMs(): number;
}

/** Equal for every algorithm under comparison; printed in reports. */
export interface Timing {
  /** How often a leader shows that it is there. */
  readonly heartbeatMs: number;
  /** T: a follower waits a random time in [T, 2T) without hearing a leader before it campaigns. */
  readonly electionTimeoutMs: number;
}

export interface Limits {
  /** Entries (or slots) in one message. */
  readonly maxBatchEntries: number;
  /** Append messages in flight to one follower (or open slot batches). */
  readonly maxInflight: number;
  /** Proposed and not yet committed commands; more are rejected as overloaded. */
  readonly maxUncommitted: number;
  /** Reads waiting for confirmation; more are rejected as overloaded. */
  readonly maxPendingReads: number;
  /** Client sessions remembered: the one unused for longest goes first. The same on every node, or their states part. Left out: 4096. */
  readonly maxSessions?: number;
}

export const defaultTiming: Timing = { heartbeatMs: 50, electionTimeoutMs: 300 };
export const defaultLimits: Limits = {
  maxBatchEntries: 256,
  maxInflight: 16,
  maxUncommitted: 4096,
  maxPendingReads: 4096,
};

export interface AlgorithmConfig {
  readonly self: NodeId;
  /** All members, this node included, in the same order everywhere. */
  readonly members: readonly NodeId[];
  readonly timing: Timing;
  readonly limits: Limits;
  /** Whether to emit `trace` effects; left out: yes. Off, events are not even built. */
  readonly trace?: boolean;
}
