/** What can be watched in a simulated run, besides its history. */

import type { NodeId } from '../consensus/algorithm.ts';
import type { PeerMessage } from '../consensus/replica.ts';
import type { ConsensusTrace } from '../consensus/trace.ts';
import type { Unsynced } from '../schedule/world.ts';

/** Who says a protocol event, and when: the same stamp as in a node's `trace.jsonl`. */
export interface Stamp {
  /** Counts the events of this incarnation of the node from 1, without gaps. */
  readonly seq: number;
  /** True time, ns since the start of the run. */
  readonly timeNs: number;
  readonly node: NodeId;
  /** Counts the starts of the node from 1. */
  readonly incarnation: number;
}

/** A protocol event. Observers get the events of all nodes in the order in which they happened. */
export type Traced = ConsensusTrace & Stamp;

/** As one line of JSON: when and who first, as in the files of real nodes. */
export function lineOf(event: Traced): string {
  const { timeNs, node, incarnation, seq, ...said } = event;
  return JSON.stringify({ timeNs, node, incarnation, seq, ...said });
}

/** What a message is about, for people: its innermost kind, and the term or ballot that it speaks of. */
export interface MessageLabel {
  readonly message: string;
  readonly term?: number;
}

/** What happened between and beneath the nodes. `id` is the same in the `sent` and the `delivered` or `lost` of one message. */
export type SimEvent = { readonly timeNs: number } & (
  | ({
      readonly kind: 'sent';
      readonly id: number;
      readonly from: NodeId;
      readonly to: NodeId;
    } & MessageLabel)
  | { readonly kind: 'delivered'; readonly id: number; readonly from: NodeId; readonly to: NodeId }
  | {
      readonly kind: 'lost';
      readonly id: number;
      readonly from: NodeId;
      readonly to: NodeId;
      readonly why: string;
    }
  /** Up and ready, with so many records from its disk. */
  | {
      readonly kind: 'started';
      readonly node: NodeId;
      readonly incarnation: number;
      readonly records: number;
    }
  /** Killed, by a fault. */
  | { readonly kind: 'crash'; readonly node: NodeId; readonly unsynced: Unsynced }
  /** Ended by itself, and why. */
  | { readonly kind: 'ended'; readonly node: NodeId; readonly error: string }
  | { readonly kind: 'paused'; readonly node: NodeId }
  | { readonly kind: 'resumed'; readonly node: NodeId }
  /** Handed to the disk, as one write. */
  | {
      readonly kind: 'write';
      readonly node: NodeId;
      readonly batch: number;
      readonly records: number;
    }
  | { readonly kind: 'fsync'; readonly node: NodeId; readonly batch: number }
  | { readonly kind: 'damaged'; readonly node: NodeId; readonly damage: string }
);

interface Peeked {
  readonly kind?: unknown;
  readonly term?: unknown;
  readonly ballot?: { readonly round?: unknown };
  /** Single-decree messages are wrapped once more. */
  readonly message?: Peeked;
}

/** Looks into a message without knowing its algorithm. */
export function labelOf(message: PeerMessage): MessageLabel {
  if (message.kind !== 'algorithm') return { message: message.kind };
  let inner = message.message as Peeked;
  while (inner.kind === undefined && inner.message !== undefined) inner = inner.message;
  const term = inner.term ?? inner.ballot?.round;
  return { message: String(inner.kind), ...(typeof term === 'number' ? { term } : {}) };
}
