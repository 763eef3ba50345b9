/** The end of a link: writes to a socket and tells when it has room again. */

import type { Socket } from 'node:net';
import type { Feeder, Outlet } from './stage.ts';
import type { Chunk } from './toxic.ts';

export class Sink implements Outlet {
  feeder: Feeder = { roomAhead: () => {} };
  hasRoom = true;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('drain', () => {
      this.hasRoom = true;
      this.feeder.roomAhead();
    });
  }

  push(chunk: Chunk): void {
    this.write(chunk.data);
  }

  /** Writes bytes; on a socket that is gone they are dropped, as the connection is about to be. */
  write(data: Buffer): void {
    if (this.#socket.writable) this.hasRoom = this.#socket.write(data);
  }

  end(): void {
    if (this.#socket.writable) this.#socket.end();
  }
}
