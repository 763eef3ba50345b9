/**
 * What a toxic is. Each kind is a small pure machine that is asked what to do with the oldest chunk it holds, and answers
 * with a step; the stage around it owns the queue, the timer and the sockets. So a toxic never blocks, can be taken away
 * at any moment, and whatever it held is still in the queue to be flushed.
 */

import type { Random } from '../../../random/random.ts';

/** Bytes as they were read from a socket, or a part of them. */
export interface Chunk {
  data: Buffer;
  /** When the network "delivered" it, ms on the monotonic clock. A delaying toxic moves this on, so that delays add up. */
  receivedMs: number;
  /** When it entered the stage that holds it now. */
  enteredMs: number;
}

/** Ask again at `untilMs`; Infinity means when something changes. */
export interface Wait {
  readonly kind: 'wait';
  readonly untilMs: number;
}

/** Cut the whole connection: with FIN after what was sent, or with RST. */
export interface Close {
  readonly kind: 'close';
  readonly how: CloseHow;
}
export type CloseHow = 'fin' | 'reset';

export type ChunkStep =
  /** The first `bytes` go on now; the rest stays at the head. `receivedMs` replaces the chunk's when given. */
  | { readonly kind: 'pass'; readonly bytes: number; readonly receivedMs?: number }
  /** The chunk vanishes. */
  | { readonly kind: 'drop' }
  | Wait
  | Close;
export type EndStep = { readonly kind: 'pass' } | Wait | Close;
export type IdleStep = Wait | Close;

/** One toxic on one direction of one connection. A `pass` it answers is always carried out, so it may count on it. */
export interface Behaviour {
  onChunk(head: Chunk, nowMs: number): ChunkStep;
  /** The sender has closed and nothing is held any more. Left out: the end passes at once. */
  onEnd?(nowMs: number): EndStep;
  /** Nothing is held. Left out: nothing happens. */
  onIdle?(nowMs: number): IdleStep;
  /** The attributes have changed: forget what was derived from them. */
  onUpdate?(nowMs: number): void;
}

export type Attributes<Name extends string = string> = Readonly<Record<Name, number>>;

/** A kind of toxic, by the real server's name and attributes (integers from 0 on, 0 when not given). */
export interface ToxicKind<Name extends string = string> {
  readonly type: string;
  readonly attributes: readonly Name[];
  /** False: it makes its decisions even while nothing can be written, because it writes nothing. */
  readonly needsRoom: boolean;
  /** Bytes held before reading stops. */
  readonly heldBytes: number;
  /** When taken away: what it holds is delivered at once, or the connection is closed. */
  readonly onRemove: 'flush' | 'close';
  /** `attributes` is live: it always reads as the latest update. */
  create(attributes: Attributes<Name>, random: Random): Behaviour;
}

export type Stream = 'upstream' | 'downstream';

/** A toxic as installed on a proxy. Attributes and toxicity change in place. */
export interface Toxic {
  readonly name: string;
  readonly kind: ToxicKind;
  readonly stream: Stream;
  /** The part of the connections it affects, 0 to 1. */
  toxicity: number;
  readonly attributes: Record<string, number>;
}

export const waitForever: Wait = { kind: 'wait', untilMs: Number.POSITIVE_INFINITY };
export const passAll = (chunk: Chunk): ChunkStep => ({ kind: 'pass', bytes: chunk.data.length });
