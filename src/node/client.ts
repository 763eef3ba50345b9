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

class NodeConnection implements Connection {
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
    if (this.#isClosed) return Promise.resolve({ kind: 'fail', error: closedError });
    if (this.#busy) {
      return Promise.resolve({ kind: 'fail', error: 'a call is in progress; one at a time' });
    }
    this.#busy = true;
    const deadlineMs = this.#time.nowMs() + timeoutMs;
    return isQuery(call) ? this.#query(call, deadlineMs) : this.#command(call, deadlineMs);
  }

  close(): void {
    this.#isClosed = true;
    // A reason of our own: the one that would be made has a stack, which costs more than all the rest of a short call.
    this.#closing.abort(closedError);
    this.#wire.close();
  }

  async #query(query: Query, deadlineMs: number): Promise<Outcome> {
    try {
      const ended = await this.#until(deadlineMs, { kind: 'query', query }, (response) =>
        response.kind === 'ok' || response.code === 'bad-command' ? response : undefined,
      );
      if (this.#isClosed) return { kind: 'unknown', error: closedError };
      if (ended.kind === 'ok') return ended;
      return { kind: 'fail', error: ended.kind === 'tried' ? ended.error : errorText(ended) };
    } finally {
      this.#busy = false;
    }
  }

  async #command(command: Command, deadlineMs: number): Promise<Outcome> {
    try {
      while (true) {
        const session = this.#session ?? (await this.#openSession(deadlineMs));
        if (typeof session !== 'number') return session;
        this.#sequence += 1;
        const body = { kind: 'command', session, sequence: this.#sequence, command } as const;
        let definite = true;
        const ended = await this.#until(deadlineMs, body, (response, before) => {
          definite = before.definite;
          if (response.kind === 'ok') return response;
          return isLastWord(response) ? response : undefined;
        });
        if (ended.kind === 'ok') return ended;
        if (this.#isClosed) return { kind: 'unknown', error: closedError };
        if (ended.kind === 'tried') {
          return { kind: ended.definite ? 'fail' : 'unknown', error: ended.error };
        }
        // The one execution that this sequence can have was refused, and the refusal is its remembered result.
        if (ended.code === 'bad-command') return { kind: 'fail', error: errorText(ended) };
        // The session is gone or does not fit any more: never use it again.
        this.#session = undefined;
        if (ended.code === 'session-unknown' && definite && this.#time.nowMs() < deadlineMs)
          continue;
        const kind = definite && errorCodes[ended.code].definite ? 'fail' : 'unknown';
        return { kind, error: errorText(ended) };
      }
    } finally {
      this.#busy = false;
    }
  }

  /** A session opened twice, because an answer was lost, does no harm: the first one is never used. */
  async #openSession(deadlineMs: number): Promise<number | Outcome> {
    const ended = await this.#until(deadlineMs, { kind: 'open-session' }, (response) =>
      response.kind === 'ok' ? response : undefined,
    );
    if (this.#isClosed) return { kind: 'unknown', error: closedError };
    const why = ended.kind === 'tried' ? ended.error : 'the answer was not a number';
    if (ended.kind !== 'ok' || typeof ended.result !== 'number') {
      // The command itself has not been sent yet.
      return { kind: 'fail', error: `no session: ${why}` };
    }
    this.#session = ended.result;
    this.#sequence = 0;
    return ended.result;
  }

  /**
   * Asks until `accept` takes a response, or time is up. `accept` is told what the attempts before this response amount to, and
   * gives undefined to try again.
   */
  async #until<Accepted extends ClientResponse>(
    deadlineMs: number,
    body: ClientRequest,
    accept: (response: ClientResponse, before: Tried) => Accepted | undefined,
  ): Promise<Accepted | ({ readonly kind: 'tried' } & Tried)> {
    let tried: Tried = { definite: true, error: 'there was no time to ask' };
    for (let attempt = 1; ; attempt += 1) {
      const leftMs = deadlineMs - this.#time.nowMs();
      const tooLate = leftMs < (attempt === 1 ? 0 : this.#shortestAttemptMs);
      if (tooLate || this.#isClosed) return { kind: 'tried', ...tried };
      const answer = await this.#wire.ask(body, Math.min(leftMs, this.#attemptTimeoutMs));
      let last: Tried;
      if (answer.kind === 'answered') {
        const accepted = accept(answer.response, tried);
        if (accepted !== undefined) return accepted;
        last = judge(answer.response);
      } else {
        last = describe(answer);
      }
      tried = { definite: tried.definite && last.definite, error: last.error };
      await this.#pause(Math.min(this.#retryPauseMs, deadlineMs - this.#time.nowMs()));
    }
  }

  async #pause(ms: number): Promise<void> {
    if (ms > 0) await this.#time.sleep(ms, this.#closing.signal);
  }
}

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
export const connectOver = (line: Line, time: Time, patience: Patience = {}): Connection =>
  new NodeConnection(line, time, patience);

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
