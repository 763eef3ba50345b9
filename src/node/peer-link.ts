/**
 * The outgoing half of the link to one peer. This node dials, and only it sends on the connection; what the peer has to say
 * comes over the peer's own link. Messages may be lost (not connected, too much waiting) but are never reordered or repeated
 * within a connection.
 */

import { connect, type Socket } from 'node:net';
import type { NodeId } from '../consensus/algorithm.ts';
import type { PeerMessage } from '../consensus/replica.ts';
import type { Address } from './config.ts';
import { encodeFrame, encodeFrames, fitsFrame } from './frames.ts';
import { dialTimeoutMs, maxPeerBufferedBytes, redialMsMax, redialMsMin } from './limits.ts';
import type { PeerHello } from './peer-hello.ts';
import { maxFrameBytes } from './protocol.ts';

/** Shared by all links of a node; what clients are sent is not counted. */
export interface SentCounters {
  messagesSent: number;
  bytesSent: number;
}

export interface PeerLinkParts {
  readonly peer: NodeId;
  readonly address: Address;
  /** The hello of the n-th connection, n from 1. */
  readonly hello: (connection: number) => PeerHello;
  readonly counters: SentCounters;
  readonly log: (line: string) => void;
}

export class PeerLink {
  readonly #parts: PeerLinkParts;
  #socket: Socket | undefined;
  #connected = false;
  #queue: string[] = [];
  #queuedCharacters = 0;
  #connections = 0;
  #redialMs = redialMsMin;
  #redialTimer: NodeJS.Timeout | undefined;
  #closed = false;
  #dropped = 0;

  constructor(parts: PeerLinkParts) {
    this.#parts = parts;
    this.#dial();
  }

  /** Messages dropped since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Bytes that wait in this process. */
  get bufferedBytes(): number {
    return (this.#socket?.writableLength ?? 0) + this.#queuedCharacters;
  }

  /** Queues the message for the next `flush`, or drops it. */
  send(message: PeerMessage): void {
    if (!this.#connected || this.bufferedBytes > maxPeerBufferedBytes) {
      this.#dropped += 1;
      return;
    }
    const text = JSON.stringify(message);
    if (!fitsFrame(text)) {
      this.#dropped += 1;
      const size = `of ${Buffer.byteLength(text)} bytes; at most ${maxFrameBytes}`;
      this.#parts.log(`ERROR a message to ${this.#parts.peer} is too long to be sent: ${size}`);
      return;
    }
    this.#queue.push(text);
    this.#queuedCharacters += text.length;
  }

  /** One write of all that is queued. */
  flush(): void {
    if (this.#queue.length === 0) return;
    const bytes = encodeFrames(this.#queue);
    this.#parts.counters.messagesSent += this.#queue.length;
    this.#parts.counters.bytesSent += bytes.length;
    this.#queue = [];
    this.#queuedCharacters = 0;
    this.#socket?.write(bytes);
  }

  /** Hangs up and does not dial again. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#redialTimer);
    this.#socket?.destroy();
  }

  #dial(): void {
    const socket = connect({ ...this.#parts.address, noDelay: true });
    this.#socket = socket;
    const dialTimer = setTimeout(() => socket.destroy(), dialTimeoutMs);
    let settledTimer: NodeJS.Timeout | undefined;
    let settled = false;
    let reason = 'closed by the other side';
    socket.once('connect', () => {
      clearTimeout(dialTimer);
      this.#connections += 1;
      socket.write(encodeFrame(this.#parts.hello(this.#connections)));
      this.#connected = true;
      // A proxy accepts also when the peer behind it is down, and hangs up at once: such a connection does not count.
      settledTimer = setTimeout(() => {
        settled = true;
        this.#redialMs = redialMsMin;
        this.#parts.log(`connected to ${this.#parts.peer}`);
      }, redialMsMax);
    });
    socket.on('error', (error) => {
      reason = error.message;
    });
    // Nothing is ever received here, but the end of the stream is only seen by who reads.
    socket.resume();
    socket.once('close', () => {
      clearTimeout(dialTimer);
      clearTimeout(settledTimer);
      if (settled) this.#parts.log(`lost the connection to ${this.#parts.peer}: ${reason}`);
      this.#connected = false;
      this.#dropped += this.#queue.length;
      this.#queue = [];
      this.#queuedCharacters = 0;
      this.#redialLater();
    });
  }

  #redialLater(): void {
    if (this.#closed) return;
    this.#redialTimer = setTimeout(() => this.#dial(), this.#redialMs);
    this.#redialMs = Math.min(this.#redialMs * 2, redialMsMax);
  }
}
