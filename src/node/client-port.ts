/** Where clients (through their proxy) and the harness (directly) connect: requests and responses by id, see protocol.ts. */

import type { Socket } from 'node:net';
import type { RequestId } from '../consensus/algorithm.ts';
import type { ClientRequest, ClientResponse } from '../consensus/state-machine/command.ts';
import { decodeRequest } from './decode-request.ts';
import { errorMessage } from './error-message.ts';
import type { ControlRequest, ControlResponse } from './fault-hooks.ts';
import { encodeFrames, FrameDecoder, fitsFrame } from './frames.ts';
import { maxClientBufferedBytes } from './limits.ts';
import type { NodeStatus, ResponseFrame } from './protocol.ts';

export interface ClientPortParts {
  /** Longest request accepted, in bytes; a longer one is refused as a bad command. */
  readonly maxRequestBytes: number;
  /** `ClientPort.reply` is called with the same number later. */
  readonly onRequest: (request: RequestId, body: ClientRequest) => void;
  readonly status: () => NodeStatus;
  /** Left out: this node does not listen to a test harness, and cuts off whoever sends such a thing. */
  readonly control?: (request: ControlRequest) => ControlResponse;
  /** Something was queued: `flush` has to be called at the end of this turn. */
  readonly queued: () => void;
  readonly log: (line: string) => void;
}

/** Says nothing about whether the command was carried out: its result cannot be had. */
const tooLong: ClientResponse = {
  kind: 'error',
  code: 'sequence-stale',
  detail: 'the answer is too long for a frame',
};

interface Client {
  readonly socket: Socket;
  queue: string[];
}

interface Asker {
  readonly client: Client;
  readonly id: number;
}

export class ClientPort {
  readonly #parts: ClientPortParts;
  readonly #askers = new Map<RequestId, Asker>();
  readonly #withQueue = new Set<Client>();
  #lastRequest = 0;

  constructor(parts: ClientPortParts) {
    this.#parts = parts;
  }

  /** Requests that were not answered yet. */
  get waiting(): number {
    return this.#askers.size;
  }

  /** Serves one incoming connection for as long as it lasts. */
  accept(socket: Socket): void {
    const client: Client = { socket, queue: [] };
    const decoder = new FrameDecoder();
    const refuse = (why: string): void => {
      this.#parts.log(`ERROR closed a connection to the client port: ${why}`);
      socket.destroy();
    };
    const onFrame = (value: unknown, bytes: number): void => {
      if (!socket.destroyed && !this.#request(client, value, bytes)) {
        refuse('it sent something that is not a request');
      }
    };
    socket.on('data', (chunk) => {
      try {
        decoder.push(chunk, onFrame);
      } catch (error) {
        refuse(errorMessage(error));
      }
    });
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#withQueue.delete(client));
  }

  /** Answers the request, if its client is still there. Queued until `flush`. */
  reply(request: RequestId, response: ClientResponse): void {
    const asker = this.#askers.get(request);
    if (asker === undefined)
      throw new Error(`request ${request} was answered before or never made`);
    this.#askers.delete(request);
    this.#send(asker.client, { id: asker.id, body: response });
  }

  /** One write per connection of all that is queued. */
  flush(): void {
    for (const client of this.#withQueue) {
      client.socket.write(encodeFrames(client.queue));
      client.queue = [];
      if (client.socket.writableLength > maxClientBufferedBytes) {
        this.#parts.log('ERROR closed the connection of a client that does not read its answers');
        client.socket.destroy();
      }
    }
    this.#withQueue.clear();
  }

  /** False when it cannot even be answered. */
  #request(client: Client, value: unknown, bytes: number): boolean {
    const decoded = decodeRequest(value);
    if (decoded.kind === 'alien') return false;
    const { id } = decoded;
    if (decoded.kind === 'status') {
      this.#send(client, { id, body: { kind: 'status', status: this.#parts.status() } });
    } else if (decoded.kind === 'control') {
      if (this.#parts.control === undefined) return false;
      this.#send(client, { id, body: this.#parts.control(decoded.body) });
    } else if (bytes > this.#parts.maxRequestBytes) {
      const detail = `the request has ${bytes} bytes; at most ${this.#parts.maxRequestBytes}`;
      this.#send(client, { id, body: { kind: 'error', code: 'bad-command', detail } });
    } else {
      this.#lastRequest += 1;
      this.#askers.set(this.#lastRequest, { client, id });
      this.#parts.onRequest(this.#lastRequest, decoded.body);
    }
    return true;
  }

  #send(client: Client, frame: ResponseFrame): void {
    if (client.socket.destroyed) return;
    const text = JSON.stringify(frame);
    client.queue.push(fitsFrame(text) ? text : JSON.stringify({ id: frame.id, body: tooLong }));
    this.#withQueue.add(client);
    this.#parts.queued();
  }
}
