/**
 * Commands of the workloads as transactions of etcd. etcd has no sessions, so a write whose answer is lost is never asked for again:
 *
 *     read, read-many   a range, or a transaction of ranges; asked again until time is up, for reads change nothing
 *     write             a put (of null: a delete)
 *     cas               compare the value, then put
 *     all others        read the keys; carry the command out here; commit if none of the keys was written meanwhile, else do it again
 *
 * What a call says at its end: an answer came -> ok. Every attempt was refused before it was proposed, or never left this process
 * -> fail. Otherwise unknown: it may have been, or may still be, carried out.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Call, Connection, Outcome } from '../../client/connection.ts';
import type { Command } from '../../consensus/state-machine/command.ts';
import { createKv } from '../../consensus/state-machine/kv.ts';
import type { Patience } from '../../node/client.ts';
import type { Address } from '../../node/config.ts';
import { attemptTimeoutMs, retryPauseMs, shortestAttemptMs } from '../../node/limits.ts';
import { type GrpcCall, type GrpcReply, GrpcWire } from './grpc.ts';
import {
  type Held,
  methods,
  rangeRequest,
  rangeResponse,
  type Txn,
  type TxnOperation,
  type TxnResult,
  txnRequest,
  txnResponse,
} from './messages.ts';
import { isDefinite, isHopeless } from './refusals.ts';

/** `linearizable`: etcd asks a majority before it answers. `serializable`: the node answers from what it has, which may be old. */
export type Reads = 'linearizable' | 'serializable';

export interface EtcdConnectOptions extends Address, Pick<Patience, 'shortestAttemptMs'> {
  readonly reads: Reads;
}

type Query = Extract<Call, { readonly f: 'read' | 'read-many' }>;

/** What asking again and again came to. */
type Asked<T> =
  | { readonly kind: 'done'; readonly result: T }
  | { readonly kind: 'fail' | 'unknown'; readonly error: string };

/** Refuses at once where no leader is known, rather than letting the request wait for one: that makes the refusal a definite one. */
const needsLeader = { hasleader: 'true' } as const;

const closedError = 'the connection was closed';

const isQuery = (call: Call): call is Query => call.f === 'read' || call.f === 'read-many';

/** Values as text that is equal when the values are: object keys in order. null is no text: the key is not there. */
export function encodeValue(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** What cannot be a value of ours is shown as it is: it is for the checkers to find that nobody wrote it. */
function decodeValue({ value }: Held): unknown {
  if (value === undefined) return null;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** The keys that a command reads or writes, each once. */
function keysOf(command: Command): readonly string[] {
  if (command.f !== 'txn') return [command.key];
  return [...new Set(command.steps.map(([, key]) => key))];
}

const putting = (key: string, value: unknown): TxnOperation => {
  const text = encodeValue(value);
  return text === undefined ? { kind: 'delete', key } : { kind: 'put', key, value: text };
};

const getting = (key: string): TxnOperation => ({ kind: 'get', key });

class EtcdConnection implements Connection {
  readonly #wire: GrpcWire;
  readonly #serializable: boolean;
  readonly #shortestAttemptMs: number;
  readonly #closing = new AbortController();
  #busy = false;

  constructor(options: EtcdConnectOptions) {
    const { reads, shortestAttemptMs: shortestMs = shortestAttemptMs, ...address } = options;
    this.#shortestAttemptMs = shortestMs;
    this.#wire = new GrpcWire(address);
    this.#serializable = reads === 'serializable';
  }

  async call(call: Call, timeoutMs: number): Promise<Outcome> {
    if (this.#closed) return { kind: 'fail', error: closedError };
    if (this.#busy) return { kind: 'fail', error: 'a call is in progress; one at a time' };
    this.#busy = true;
    try {
      const asked = await this.#perform(call, performance.now() + timeoutMs);
      if (asked.kind !== 'done' && this.#closed) return { kind: 'unknown', error: closedError };
      return outcomeOf(asked);
    } finally {
      this.#busy = false;
    }
  }

  close(): void {
    this.#closing.abort();
    this.#wire.close();
  }

  get #closed(): boolean {
    return this.#closing.signal.aborted;
  }

  async #perform(call: Call, deadlineMs: number): Promise<Asked<unknown>> {
    if (isQuery(call)) return this.#query(call, deadlineMs);
    if (call.f === 'write') {
      const txn = { compare: [], success: [putting(call.key, call.value)], failure: [] };
      return mapped(await this.#commit(txn, deadlineMs), () => null);
    }
    if (call.f === 'cas') {
      const { key, from, to } = call;
      const is = encodeValue(from);
      const compare =
        is === undefined
          ? ({ kind: 'missing', key } as const)
          : { kind: 'value' as const, key, is };
      const txn = { compare: [compare], success: [putting(key, to)], failure: [] };
      return mapped(await this.#commit(txn, deadlineMs), ({ succeeded }) => succeeded);
    }
    return this.#update(call, deadlineMs);
  }

  async #query(query: Query, deadlineMs: number): Promise<Asked<unknown>> {
    const keys = query.f === 'read' ? [query.key] : query.keys;
    return mapped(await this.#read([...keys], deadlineMs), (held) => {
      const values = held.map(decodeValue);
      return query.f === 'read' ? values[0] : values;
    });
  }

  /** Reads, computes, and commits if nothing of what was read has changed; again when it has, which the failed commit tells anew. */
  async #update(command: Command, deadlineMs: number): Promise<Asked<unknown>> {
    const keys = keysOf(command);
    const read = await this.#read(keys, deadlineMs);
    if (read.kind !== 'done') return { kind: 'fail', error: read.error };
    for (let held = read.result; ; ) {
      const { answer, changed } = carriedOut(command, keys, held);
      if (answer.kind === 'error') return { kind: 'fail', error: answer.error };
      if (changed.length === 0) return { kind: 'done', result: answer.result };
      const txn: Txn = {
        compare: keys.map((key, i) => ({
          kind: 'mod-revision',
          key,
          is: held[i]?.modRevision ?? 0n,
        })),
        success: changed,
        failure: keys.map(getting),
      };
      const committed = await this.#commit(txn, deadlineMs);
      if (committed.kind !== 'done') return committed;
      if (committed.result.succeeded) return { kind: 'done', result: answer.result };
      held = committed.result.held;
    }
  }

  /** All of them at one moment. */
  #read(keys: readonly string[], deadlineMs: number): Promise<Asked<readonly Held[]>> {
    const serializable = this.#serializable;
    // A node without a leader can still say what it has.
    const headers = serializable ? {} : needsLeader;
    const [only] = keys;
    if (keys.length === 1 && only !== undefined) {
      const call = { path: methods.range, body: rangeRequest(only, serializable), headers };
      return this.#ask(call, deadlineMs, 'read', (body) => [rangeResponse(body)]);
    }
    const txn = { compare: [], success: keys.map(getting), failure: [] };
    const call = { path: methods.txn, body: txnRequest(txn, serializable), headers };
    return this.#ask(call, deadlineMs, 'read', (body) => whole(txnResponse(body), keys).held);
  }

  #commit(txn: Txn, deadlineMs: number): Promise<Asked<TxnResult>> {
    const call = { path: methods.txn, body: txnRequest(txn), headers: needsLeader };
    return this.#ask(call, deadlineMs, 'write', (body) => {
      const result = txnResponse(body);
      return result.succeeded ? result : whole(result, txn.failure);
    });
  }

  /** Asks until there is an answer, the outcome cannot be known any more, or time is up. */
  async #ask<T>(
    call: GrpcCall,
    deadlineMs: number,
    what: 'read' | 'write',
    decode: (body: Buffer) => T,
  ): Promise<Asked<T>> {
    let error = 'there was no time to ask';
    for (let attempt = 1; ; attempt += 1) {
      const leftMs = deadlineMs - performance.now();
      const tooLate = leftMs < (attempt === 1 ? 0 : this.#shortestAttemptMs);
      if (tooLate || this.#closed) return { kind: 'fail', error };
      // A write that is given up early would be unknown early, and cannot be asked for again.
      const patienceMs = what === 'read' ? Math.min(leftMs, attemptTimeoutMs) : leftMs;
      const reply = await this.#wire.call(call, patienceMs);
      const judged = judge(reply, decode);
      if (judged.kind === 'done') return judged;
      ({ error } = judged);
      if (judged.kind === 'over') return { kind: 'fail', error };
      if (what === 'write' && judged.kind === 'unknown') return { kind: 'unknown', error };
      await this.#pause(Math.min(retryPauseMs, deadlineMs - performance.now()));
    }
  }

  async #pause(ms: number): Promise<void> {
    const { signal } = this.#closing;
    if (ms > 0) await sleep(ms, undefined, { signal }).catch(() => undefined);
  }
}

/** What the command makes of these values, by the very code that our own nodes run. */
function carriedOut(command: Command, keys: readonly string[], held: readonly Held[]) {
  const kv = createKv();
  const before = new Map(keys.map((key, i) => [key, decodeValue(held[i] ?? absent)]));
  kv.restore([...before]);
  const response = kv.apply(command);
  const after = kv.snapshot() as readonly (readonly [string, unknown])[];
  const changed = after
    .filter(([key, value]) => value !== before.get(key))
    .map(([key, value]) => putting(key, value));
  if (response.kind === 'ok') {
    return { answer: { kind: 'ok' as const, result: response.result }, changed };
  }
  const error =
    response.detail === undefined ? response.code : `${response.code}: ${response.detail}`;
  return { answer: { kind: 'error' as const, error }, changed };
}

const absent: Held = { modRevision: 0n, value: undefined };

/** Throws RangeError when there is not an answer to each. */
function whole(result: TxnResult, asked: readonly unknown[]): TxnResult {
  if (result.held.length === asked.length) return result;
  throw new RangeError(`${result.held.length} answers to ${asked.length} questions`);
}

type Judged<T> =
  | { readonly kind: 'done'; readonly result: T }
  /** Nothing happened; asking again may help, or not (`over`). */
  | { readonly kind: 'nothing' | 'over' | 'unknown'; readonly error: string };

function judge<T>(reply: GrpcReply, decode: (body: Buffer) => T): Judged<T> {
  switch (reply.kind) {
    case 'not-sent':
      return { kind: 'nothing', error: reply.error };
    case 'no-answer':
      return { kind: 'unknown', error: reply.error };
    case 'refused': {
      const error = reply.message === '' ? `gRPC status ${reply.code}` : reply.message;
      if (!isDefinite(error)) return { kind: 'unknown', error };
      return { kind: isHopeless(error) ? 'over' : 'nothing', error };
    }
    case 'answered':
      try {
        return { kind: 'done', result: decode(reply.body) };
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        return { kind: 'unknown', error: `an answer that cannot be read: ${why}` };
      }
  }
}

const mapped = <T, U>(asked: Asked<T>, change: (result: T) => U): Asked<U> =>
  asked.kind === 'done' ? { kind: 'done', result: change(asked.result) } : asked;

const outcomeOf = (asked: Asked<unknown>): Outcome =>
  asked.kind === 'done'
    ? { kind: 'ok', result: asked.result }
    : { kind: asked.kind, error: asked.error };

/** A connection to the etcd behind this address (a proxy, perhaps). Nothing is dialled before the first call. */
export const connectEtcd = (options: EtcdConnectOptions): Connection => new EtcdConnection(options);
