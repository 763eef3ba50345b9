/** What a leader knows of one follower. */

import type { NodeId } from '../algorithm.ts';

interface Flight {
  /** The last index in the message. */
  readonly lastIndex: number;
  sentMs: number;
}

/** `probe`: where the logs part is not known yet, one message at a time. `replicate`: known, send ahead of the answers. */
export type Mode =
  | { readonly kind: 'probe' /** Undefined: nothing is on its way. */; sentMs: number | undefined }
  /** Messages that are on their way, oldest first. */
  | { readonly kind: 'replicate'; readonly inflight: Flight[] };

export interface Progress {
  readonly peer: NodeId;
  /** The follower's log is durable and equal to ours up to here. Never falls within a term. */
  match: number;
  /** The next index to send; always above `match`. */
  next: number;
  mode: Mode;
  /** When the follower last answered. */
  contactMs: number;
  /** The newest confirmation round that it answered. */
  ackedRound: number;
}

/** A follower at the start of a term: nothing is known to match, so ask at the end of our log first. */
export const unknownProgress = (peer: NodeId, next: number, nowMs: number): Progress => ({
  peer,
  match: 0,
  next,
  mode: { kind: 'probe', sentMs: undefined },
  contactMs: nowMs,
  ackedRound: 0,
});

/** Ask again where the logs part, from what is certain to match. */
export function probeAgain(progress: Progress): void {
  progress.mode = { kind: 'probe', sentMs: undefined };
  progress.next = progress.match + 1;
}

/** The follower holds everything up to `match`. Returns whether that is news. */
export function accepted(progress: Progress, match: number): boolean {
  const news = match > progress.match;
  progress.match = Math.max(progress.match, match);
  if (progress.mode.kind === 'replicate') {
    const { inflight } = progress.mode;
    while ((inflight[0]?.lastIndex ?? Number.POSITIVE_INFINITY) <= match) inflight.shift();
    progress.next = Math.max(progress.next, progress.match + 1);
  } else if (match >= progress.match) {
    progress.mode = { kind: 'replicate', inflight: [] };
    progress.next = progress.match + 1;
  }
  return news;
}
