/** What the client library needs beneath it: a way to ask one node, and time. Real or simulated. */

import type { ClientRequest, ClientResponse } from '../consensus/state-machine/command.ts';

export type Reply<T> =
  | { readonly kind: 'answered'; readonly response: T }
  /** Not a byte of it can have reached the node. */
  | { readonly kind: 'not-sent'; readonly error: string }
  /** Was sent, and nothing came back (in time, or before the connection broke). */
  | { readonly kind: 'no-answer'; readonly error: string };

export type Answer = Reply<ClientResponse>;

/** One request at a time to one node, over a connection that is dialled when it is needed. */
export interface Line {
  /** Calls `settle` once, within `timeoutMs`, perhaps at once. To be called only when the one before has settled. */
  ask(body: ClientRequest, timeoutMs: number, settle: (answer: Answer) => void): void;
  /** Hangs up; a request in progress settles. */
  close(): void;
}

export interface Time {
  /** Milliseconds, never going back. */
  nowMs(): number;
  /** Resolves after so long, or as soon as the signal is aborted. Never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}
