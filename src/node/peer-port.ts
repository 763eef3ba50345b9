/** Where peers connect: tells who speaks by the hello, and hands on what they say. Never answers on these connections. */

import type { Socket } from 'node:net';
import type { NodeId } from '../consensus/algorithm.ts';
import type { PeerMessage } from '../consensus/replica.ts';
import { errorMessage } from './error-message.ts';
import { FrameDecoder } from './frames.ts';
import { helloTimeoutMs } from './limits.ts';
import { isPeerMessage, type PeerHello, readHello } from './peer-hello.ts';

export interface PeerPortParts {
  readonly self: NodeId;
  readonly members: readonly NodeId[];
  readonly onMessage: (from: NodeId, message: PeerMessage) => void;
  readonly log: (line: string) => void;
}

const isLater = (a: PeerHello, b: PeerHello): boolean =>
  a.incarnation === b.incarnation ? a.connection > b.connection : a.incarnation > b.incarnation;

interface Inbound {
  readonly socket: Socket;
  readonly hello: PeerHello;
}

export class PeerPort {
  readonly #parts: PeerPortParts;
  /** The latest connection of each peer. The bytes that a proxy still holds of an older one are of no use to anybody. */
  readonly #latest = new Map<NodeId, Inbound>();

  constructor(parts: PeerPortParts) {
    this.#parts = parts;
  }

  /** Serves one incoming connection for as long as it lasts. */
  accept(socket: Socket): void {
    const decoder = new FrameDecoder();
    let from: NodeId | undefined;
    const refuse = (why: string): void => {
      this.#parts.log(`ERROR closed a connection to the peer port: ${why}`);
      socket.destroy();
    };
    const helloTimer = setTimeout(() => refuse('no hello came'), helloTimeoutMs);
    const onFrame = (value: unknown): void => {
      if (socket.destroyed) return;
      if (from !== undefined) {
        if (isPeerMessage(value)) this.#parts.onMessage(from, value);
        else refuse(`${from} sent something that is not a message`);
        return;
      }
      clearTimeout(helloTimer);
      const hello = readHello(value, this.#parts.self, this.#parts.members);
      if (typeof hello === 'string') refuse(hello);
      else if (this.#replace({ socket, hello })) from = hello.node;
      else socket.destroy();
    };
    socket.on('data', (chunk) => {
      try {
        decoder.push(chunk, onFrame);
      } catch (error) {
        refuse(`${from ?? 'an unknown peer'}: ${errorMessage(error)}`);
      }
    });
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      clearTimeout(helloTimer);
      if (from !== undefined && this.#latest.get(from)?.socket === socket) {
        this.#latest.delete(from);
      }
    });
  }

  /** False when there is a later connection of the same peer already. */
  #replace(inbound: Inbound): boolean {
    const { node } = inbound.hello;
    const before = this.#latest.get(node);
    if (before !== undefined && !isLater(inbound.hello, before.hello)) return false;
    this.#latest.set(node, inbound);
    before?.socket.destroy();
    return true;
  }
}
