/** What clients can ask of the replicated key-value store, and what they are told. Plain JSON values throughout. */

export type Value = unknown;

/** Missing keys read as null. */
export type Command =
  /** Result: null. */
  | { readonly f: 'write'; readonly key: string; readonly value: Value }
  /** Result: true when the value was `from` (compared as JSON) and is now `to`; false when it was not. */
  | { readonly f: 'cas'; readonly key: string; readonly from: Value; readonly to: Value }
  /** Appends to a list (missing: empty). Result: the new length. */
  | { readonly f: 'append'; readonly key: string; readonly value: Value }
  /** Puts an element into a set, which is kept as a list (missing: empty). Result: whether it was not there. */
  | { readonly f: 'insert'; readonly key: string; readonly value: Value }
  /** Takes an element out of a set. Result: whether it was there. */
  | { readonly f: 'remove'; readonly key: string; readonly value: Value }
  /** Takes up to `count` values from the front of a list (missing: empty). Result: the list of what it took. */
  | { readonly f: 'dequeue'; readonly key: string; readonly count: number }
  /** Takes a lock, which is kept as its newest fencing token and whether it is held (missing: 0, free). Result: a token, one higher than the last; null while it is held. */
  | { readonly f: 'acquire'; readonly key: string }
  /** Gives a lock back. Result: whether it was held with this token. */
  | { readonly f: 'release'; readonly key: string; readonly token: number }
  /** Adds to a number (missing: 0). Result: the new value. */
  | { readonly f: 'add'; readonly key: string; readonly delta: number }
  /** The first value wins, for ever (null counts as no value). Result: the value that won. */
  | { readonly f: 'decide'; readonly key: string; readonly value: Value }
  /** All or nothing, in order. Result: the steps with their results filled in; null when an `at-least` did not hold. */
  | { readonly f: 'txn'; readonly steps: readonly TxnStep[] };

/**
 * `['r', key, null]` (null is replaced by the value), `['w', key, value]`, `['append', key, value]`, `['add', key, delta]`,
 * and `['at-least', key, bound]`: unless the number there is that large, the transaction changes nothing.
 */
export type TxnStep = readonly ['r' | 'w' | 'append' | 'add' | 'at-least', string, Value];

/** Changes nothing, so it need not go through the log. */
export type Query =
  /** Result: the value. */
  | { readonly f: 'read'; readonly key: string }
  /** Result: the values, in the order of the keys. */
  | { readonly f: 'read-many'; readonly keys: readonly string[] };

/** What travels from a client to a node. */
export type ClientRequest =
  /** Opens a session; the result is its number. Sessions make updates happen exactly once (Raft dissertation 6.3). */
  | { readonly kind: 'open-session' }
  /** `sequence` counts up from 1 within the session; a repeated one returns the first result again. */
  | {
      readonly kind: 'command';
      readonly session: number;
      readonly sequence: number;
      readonly command: Command;
    }
  /** A linearizable read. */
  | { readonly kind: 'query'; readonly query: Query };

/** What goes into the replicated log: every request but the queries. */
export type LogCommand = Exclude<ClientRequest, { readonly kind: 'query' }>;

/** Every way in which a node can refuse. Whether nothing happened is decided here, once. */
export const errorCodes = {
  /** No leader is known here. */
  'no-leader': { definite: true },
  /** Too much work is waiting. */
  overloaded: { definite: true },
  /** The read could not be confirmed by a majority. */
  'read-abandoned': { definite: true },
  /** The session is not known: it expired. The command was not executed by this request. */
  'session-unknown': { definite: true },
  /** The sequence is older than the session's last: its result is gone. */
  'sequence-stale': { definite: false },
  /** The command cannot be applied to what is there (append to a number, say). Changed nothing. */
  'bad-command': { definite: true },
  /** Proposed, then the leader lost the lead: it may still happen. */
  'lost-leadership': { definite: false },
  /** Refused by a node that started since it may have been handed the command first: it may still happen. */
  'refused-later': { definite: false },
  /** Handed to the leader, and no answer came back in time. */
  'forward-timeout': { definite: false },
} as const satisfies Record<string, { readonly definite: boolean }>;

export type ErrorCode = keyof typeof errorCodes;

export type ClientResponse =
  | { readonly kind: 'ok'; readonly result: unknown }
  | { readonly kind: 'error'; readonly code: ErrorCode; readonly detail?: string };
