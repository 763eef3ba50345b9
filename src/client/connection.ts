/** What a workload needs of a system: one connection of one process to one node, in a vocabulary shared by all systems. */

import type { Command, Query } from '../consensus/state-machine/command.ts';

export type Call = Command | Query;

export type Outcome =
  | { readonly kind: 'ok'; readonly result: unknown }
  /** Definitely did not happen. */
  | { readonly kind: 'fail'; readonly error: string }
  /** May have happened, or may still happen. */
  | { readonly kind: 'unknown'; readonly error: string };

/**
 * Laws: `call` never throws and always settles, within `timeoutMs` plus a little; it says `fail` only when the call
 * definitely had and will have no effect; one call at a time. `close` is idempotent and ends a call in progress as unknown.
 */
export interface Connection {
  call(call: Call, timeoutMs: number): Promise<Outcome>;
  /** The same without a promise, which costs as much as several messages of a simulated run. Left out: there is only `call`. */
  start?(call: Call, timeoutMs: number, settle: (outcome: Outcome) => void): void;
  close(): void;
}
