/** One request at a time over one TCP connection that is dialled when it is needed. */

import { connect, type Socket } from 'node:net';
import type { ClientRequest } from '../consensus/state-machine/command.ts';
import type { Address } from './config.ts';
import { errorMessage } from './error-message.ts';
import { type ControlRequest, type ControlResponse, decodeControlResponse } from './fault-hooks.ts';
import { encodeFrame, FrameDecoder } from './frames.ts';
import type { Answer, Line, Reply } from './line.ts';
import { isRecord } from './peer-hello.ts';
import type { NodeStatus, RequestFrame, ResponseFrame } from './protocol.ts';

type Body = ResponseFrame['body'];

interface Waiting {
  readonly frame: RequestFrame;
  readonly timer: NodeJS.Timeout;
  readonly settle: (reply: Reply<Body>) => void;
  sent: boolean;
}

/** What came is checked for its shape, once, here. */
function isResponse(value: unknown): value is ResponseFrame {
  if (!isRecord(value) || typeof value['id'] !== 'number' || !isRecord(value['body'])) return false;
  const { kind, code, status } = value['body'];
  if (kind === 'error') return typeof code === 'string';
  if (kind === 'faults' || kind === 'power-off') {
    return decodeControlResponse(value['body']) !== undefined;
  }
  return kind === 'ok' || (kind === 'status' && isRecord(status));
}

function answerOf(reply: Reply<Body>): Answer {
  if (reply.kind !== 'answered') return reply;
  const { response } = reply;
  if (response.kind === 'ok' || response.kind === 'error') return { kind: 'answered', response };
  return { kind: 'no-answer', error: `a ${response.kind} was not asked` };
}

export class Wire implements Line {
  readonly #address: Address;
  #socket: Socket | undefined;
  #connected = false;
  #lastId = 0;
  #waiting: Waiting | undefined;
  #closed = false;

  constructor({ host, port }: Address) {
    this.#address = { host, port };
  }

  ask(body: ClientRequest, timeoutMs: number, settle: (answer: Answer) => void): void {
    void this.#exchange(body, timeoutMs).then((reply) => settle(answerOf(reply)));
  }

  /** Rejects with an Error that names the address. */
  async status(timeoutMs: number): Promise<NodeStatus> {
    const reply = await this.#exchange({ kind: 'status' }, timeoutMs);
    if (reply.kind === 'answered' && reply.response.kind === 'status') return reply.response.status;
    const why = reply.kind === 'answered' ? `it answered ${reply.response.kind}` : reply.error;
    throw new Error(`no status from ${this.#name}: ${why}`);
  }

  /** Rejects with an Error that names the address. */
  async control(request: ControlRequest, timeoutMs: number): Promise<ControlResponse> {
    const reply = await this.#exchange(request, timeoutMs);
    if (reply.kind !== 'answered') {
      throw new Error(`no answer about faults from ${this.#name}: ${reply.error}`);
    }
    const { response } = reply;
    if (response.kind === 'faults' || response.kind === 'power-off') return response;
    throw new Error(`${this.#name} answered ${response.kind} when it was asked about faults`);
  }

  /** Hangs up; a request in progress settles. */
  close(): void {
    this.#closed = true;
    this.#hangUp('the connection was closed');
  }

  get #name(): string {
    return `${this.#address.host}:${this.#address.port}`;
  }

  #exchange(body: RequestFrame['body'], timeoutMs: number): Promise<Reply<Body>> {
    if (this.#closed) {
      return Promise.resolve({ kind: 'not-sent', error: 'the connection was closed' });
    }
    if (this.#waiting !== undefined) throw new Error('one request at a time');
    return new Promise((settle) => {
      this.#lastId += 1;
      const frame = { id: this.#lastId, body };
      const late = `no answer from ${this.#name} within ${Math.round(timeoutMs)} ms`;
      // What was asked may still be on its way on this connection: the next request takes a new one.
      const timer = setTimeout(() => this.#hangUp(late), timeoutMs);
      this.#waiting = { frame, timer, settle, sent: false };
      if (this.#connected) this.#transmit();
      else if (this.#socket === undefined) this.#dial();
    });
  }

  #transmit(): void {
    if (this.#waiting === undefined || this.#socket === undefined) return;
    this.#waiting.sent = true;
    this.#socket.write(encodeFrame(this.#waiting.frame));
  }

  #dial(): void {
    const socket = connect({ ...this.#address, noDelay: true });
    const decoder = new FrameDecoder();
    this.#socket = socket;
    const lost = (why: string): void => {
      if (this.#socket === socket) this.#hangUp(`${this.#name}: ${why}`);
    };
    socket.once('connect', () => {
      if (this.#socket !== socket) return;
      this.#connected = true;
      this.#transmit();
    });
    socket.on('data', (chunk) => {
      try {
        decoder.push(chunk, (frame) => {
          if (!isResponse(frame)) lost('it sent something that is not a response');
          else if (this.#socket === socket) this.#answered(frame);
        });
      } catch (error) {
        lost(errorMessage(error));
      }
    });
    socket.on('error', (error) => lost(error.message));
    socket.on('close', () => lost('connection closed'));
  }

  #answered(frame: ResponseFrame): void {
    if (this.#waiting?.frame.id !== frame.id) return;
    this.#settle({ kind: 'answered', response: frame.body });
  }

  #hangUp(error: string): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#connected = false;
    socket?.destroy();
    this.#settle({ kind: this.#waiting?.sent === true ? 'no-answer' : 'not-sent', error });
  }

  #settle(reply: Reply<Body>): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#waiting = undefined;
    clearTimeout(waiting.timer);
    waiting.settle(reply);
  }
}
