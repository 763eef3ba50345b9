/**
 * The client of our own nodes: one connection of one process to one node, with a session, so that a command that is asked for twice
 * happens once.
 *
 * Within a call's time a command is tried again, with the same (session, sequence), after a lost connection, a refusal, or an
 * attempt without an answer. What the call may say at its end follows from all attempts together:
 *
 *     an answer came                            -> ok, or fail when the command itself was refused (bad-command)
 *     every attempt was definitely refused,
 *     or never left this process                -> fail
 *     otherwise                                 -> unknown: one attempt may have been, or may still be, carried out
 *
 * Queries change nothing: without an answer they fail.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Call, Connection, Outcome } from '../client/connection.ts';
import {
  type ClientRequest,
  type ClientResponse,
  type Command,
  errorCodes,
} from '../consensus/state-machine/command.ts';
import type { Address } from './config.ts';
import type { ControlRequest, ControlResponse } from './fault-hooks.ts';
import { attemptTimeoutMs, retryPauseMs, shortestAttemptMs } from './limits.ts';
import type { Answer, Line, Time } from './line.ts';
import type { NodeStatus } from './protocol.ts';
import { Wire } from './wire.ts';

export interface Patience {
  /** One attempt, in ms. */
  readonly attemptTimeoutMs?: number;
  /** Between attempts, in ms. */
  readonly retryPauseMs?: number;
  /** No further attempt is made with less time left than this, in ms. */
  readonly shortestAttemptMs?: number;
}

export interface ConnectOptions extends Address, Patience {}

/** What is known after some attempts. */
interface Tried {
  /** No attempt can have had, or can still have, an effect. */
  readonly definite: boolean;
  readonly error: string;
}

const notYet: Tried = { definite: true, error: 'there was no time to ask' };

type Settle = (outcome: Outcome) => void;

type Query = Extract<ClientRequest, { readonly kind: 'query' }>['query'];

const isQuery = (call: Call): call is Query => call.f === 'read' || call.f === 'read-many';

const describe = (answer: Exclude<Answer, { readonly kind: 'answered' }>): Tried => {
  switch (answer.kind) {
    case 'not-sent':
      return { definite: true, error: answer.error };
    case 'no-answer':
      return { definite: false, error: answer.error };
  }
};

const errorText = (response: Extract<ClientResponse, { readonly kind: 'error' }>): string =>
  response.detail === undefined ? response.code : `${response.code}: ${response.detail}`;

const closedError = 'the connection was closed';

class NodeConnection implements Required<Connection> {
  readonly #wire: Line;
  readonly #time: Time;
  readonly #attemptTimeoutMs: number;
  readonly #retryPauseMs: number;
  readonly #shortestAttemptMs: number;
  readonly #closing = new AbortController();
  #isClosed = false;
  #session: number | undefined;
  #sequence = 0;
  #busy = false;

  constructor(line: Line, time: Time, options: Patience) {
    this.#wire = line;
    this.#time = time;
    this.#attemptTimeoutMs = options.attemptTimeoutMs ?? attemptTimeoutMs;
    this.#retryPauseMs = options.retryPauseMs ?? retryPauseMs;
    this.#shortestAttemptMs = options.shortestAttemptMs ?? shortestAttemptMs;
  }

  call(call: Call, timeoutMs: number): Promise<Outcome> {
    return new Promise((settle) => this.start(call, timeoutMs, settle));
  }

  start(call: Call, timeoutMs: number, settle: Settle): void {
    if (this.#isClosed) return settle({ kind: 'fail', error: closedError });
    if (this.#busy) return settle({ kind: 'fail', error: 'a call is in progress; one at a time' });
    this.#busy = true;
    const end = (outcome: Outcome): void => {
      this.#busy = false;
      settle(outcome);
    };
    const deadlineMs = this.#time.nowMs() + timeoutMs;
    if (isQuery(call)) this.#query(call, deadlineMs, end);
    else this.#command(call, deadlineMs, end);
  }

  close(): void {
    this.#isClosed = true;
    // A reason of our own: the one that would be made has a stack, which costs more than all the rest of a short call.
    this.#closing.abort(closedError);
    this.#wire.close();
  }

  #query(query: Query, deadlineMs: number, end: Settle): void {
    this.#until(deadlineMs, { kind: 'query', query }, acceptOfQuery, (ended) => {
      if (this.#isClosed) end({ kind: 'unknown', error: closedError });
      else if (ended.kind === 'ok') end(ended);
      else end({ kind: 'fail', error: ended.kind === 'tried' ? ended.error : errorText(ended) });
    });
  }

  #command(command: Command, deadlineMs: number, end: Settle): void {
    if (this.#session !== undefined) {
      this.#inSession(this.#session, command, deadlineMs, end);
      return;
    }
    this.#openSession(deadlineMs, (opened) => {
      if (typeof opened === 'number') this.#inSession(opened, command, deadlineMs, end);
      else end(opened);
    });
  }

  #inSession(session: number, command: Command, deadlineMs: number, end: Settle): void {
    this.#sequence += 1;
    const body = { kind: 'command', session, sequence: this.#sequence, command } as const;
    this.#until(deadlineMs, body, acceptOfCommand, (ended, before) => {
      if (ended.kind === 'ok') return end(ended);
      if (this.#isClosed) return end({ kind: 'unknown', error: closedError });
      if (ended.kind === 'tried') {
        return end({ kind: ended.definite ? 'fail' : 'unknown', error: ended.error });
      }
      // The one execution that this sequence can have was refused, and the refusal is its remembered result.
      if (ended.code === 'bad-command') return end({ kind: 'fail', error: errorText(ended) });
      // The session is gone or does not fit any more: never use it again.
      this.#session = undefined;
      const { definite } = before;
      if (ended.code === 'session-unknown' && definite && this.#time.nowMs() < deadlineMs) {
        return this.#command(command, deadlineMs, end);
      }
      const kind = definite && errorCodes[ended.code].definite ? 'fail' : 'unknown';
      end({ kind, error: errorText(ended) });
    });
  }

  /** A session opened twice, because an answer was lost, does no harm: the first one is never used. */
  #openSession(deadlineMs: number, opened: (session: number | Outcome) => void): void {
    this.#until(deadlineMs, { kind: 'open-session' }, acceptOfOpening, (ended) => {
      if (this.#isClosed) return opened({ kind: 'unknown', error: closedError });
      const why = ended.kind === 'tried' ? ended.error : 'the answer was not a number';
      if (ended.kind !== 'ok' || typeof ended.result !== 'number') {
        // The command itself has not been sent yet.
        return opened({ kind: 'fail', error: `no session: ${why}` });
      }
      this.#session = ended.result;
      this.#sequence = 0;
      opened(ended.result);
    });
  }

  /** Asks until `accept` takes a response, or time is up. `ended` is also told what the attempts before that amount to. */
  #until<Accepted extends ClientResponse>(
    deadlineMs: number,
    body: ClientRequest,
    accept: (response: ClientResponse) => Accepted | undefined,
    ended: (how: Accepted | ({ readonly kind: 'tried' } & Tried), before: Tried) => void,
  ): void {
    let tried = notYet;
    const attempt = (leastMs: number): void => {
      const leftMs = deadlineMs - this.#time.nowMs();
      if (leftMs < leastMs || this.#isClosed) return ended({ kind: 'tried', ...tried }, tried);
      this.#wire.ask(body, Math.min(leftMs, this.#attemptTimeoutMs), settle);
    };
    const settle = (answer: Answer): void => {
      const accepted = answer.kind === 'answered' ? accept(answer.response) : undefined;
      if (accepted !== undefined) return ended(accepted, tried);
      const last = answer.kind === 'answered' ? judge(answer.response) : describe(answer);
      tried = { definite: tried.definite && last.definite, error: last.error };
      this.#pause(Math.min(this.#retryPauseMs, deadlineMs - this.#time.nowMs()), () =>
        attempt(this.#shortestAttemptMs),
      );
    };
    attempt(0);
  }

  #pause(ms: number, then: () => void): void {
    if (ms > 0) void this.#time.sleep(ms, this.#closing.signal).then(then);
    else then();
  }
}

/** `accept` of a call gives undefined for a response that is no reason not to try again. */
const acceptOfQuery = (response: ClientResponse) =>
  response.kind === 'ok' || response.code === 'bad-command' ? response : undefined;

const acceptOfOpening = (response: ClientResponse) =>
  response.kind === 'ok' ? response : undefined;

const acceptOfCommand = (response: ClientResponse) =>
  response.kind === 'ok' || isLastWord(response) ? response : undefined;

/** Whether trying the same command with the same sequence again cannot lead to anything else. */
const isLastWord = (response: Extract<ClientResponse, { readonly kind: 'error' }>): boolean =>
  response.code === 'bad-command' ||
  response.code === 'session-unknown' ||
  response.code === 'sequence-stale';

/** A code that this client does not know says nothing, so it is not definite. */
function judge(response: ClientResponse): Tried {
  if (response.kind === 'ok') return { definite: false, error: 'an answer of no use' };
  const known = Object.hasOwn(errorCodes, response.code) && errorCodes[response.code].definite;
  return { definite: known, error: errorText(response) };
}

/** A connection to the node behind this address (a proxy, perhaps). Nothing is dialled before the first call. */
export const connect = (options: ConnectOptions): Connection =>
  new NodeConnection(new Wire(options), wallTime, options);

/** The same over any line, in any time: how simulated clients reach simulated nodes. */
export const connectOver = (
  line: Line,
  time: Time,
  patience: Patience = {},
): Required<Connection> => new NodeConnection(line, time, patience);

const wallTime: Time = {
  nowMs: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => {}),
};

/** Has a node's clock set, its disk broken, its power cut; see fault-hooks. Rejects with an Error that names the address. */
export async function control(
  address: Address,
  request: ControlRequest,
  timeoutMs: number,
): Promise<ControlResponse> {
  const wire = new Wire(address);
  try {
    return await wire.control(request, timeoutMs);
  } finally {
    wire.close();
  }
}

/** Asks a node how it is. Rejects with an Error that names the address when there is no answer in time. */
export async function status(address: Address, timeoutMs: number): Promise<NodeStatus> {
  const wire = new Wire(address);
  try {
    return await wire.status(timeoutMs);
  } finally {
    wire.close();
  }
}
