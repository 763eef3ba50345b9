/** Reads the kernel's requests one after the other, and answers them. */

import { read, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../random/random.ts';
import type { FileSystem, Loss } from './file-system.ts';
import { HeldRequests } from './held.ts';
import {
  answer,
  decodeHeader,
  finish,
  type Header,
  inHeaderBytes,
  number,
  opcodes,
  Refusal,
  requestBytesMax,
} from './protocol.ts';
import type { Troubles } from './troubles.ts';

const { EPERM, ENODEV, EINTR, EAGAIN, ENOENT, EIO } = constants.errno;

/** A dying process needs these answered to die; they change nothing. */
const alwaysAnswered: ReadonlySet<number> = new Set([
  opcodes.init,
  opcodes.destroy,
  opcodes.flush,
  opcodes.release,
  opcodes.releasedir,
  opcodes.statfs,
]);

export class Server {
  readonly #fuse: number;
  readonly #files: FileSystem;
  readonly #troubles: Troubles;
  readonly #held = new HeldRequests();
  #isOff = false;

  /** `fuse`: an open /dev/fuse, mounted or about to be. */
  constructor(fuse: number, files: FileSystem, troubles: Troubles) {
    this.#fuse = fuse;
    this.#files = files;
    this.#troubles = troubles;
  }

  /** Nothing is done any more, and nobody gets an answer but who is being killed. */
  powerOff(): void {
    this.#isOff = true;
  }

  /** The disk is as it was synced; the power stays off. */
  lose(how: 'lost' | 'torn', random: Random): Loss {
    return this.#files.lose(how, random);
  }

  powerOn(): void {
    this.#isOff = false;
  }

  /** Serves until the folder is unmounted. Rejects when the kernel's side is broken. */
  async serve(): Promise<void> {
    const request = Buffer.allocUnsafe(requestBytesMax);
    for (;;) {
      const got = await nextRequest(this.#fuse, request);
      if (got === undefined) return;
      if (got > 0) this.#take(request.subarray(0, got));
    }
  }

  #take(request: Buffer): void {
    const header = decodeHeader(request);
    const body = request.subarray(inHeaderBytes);
    switch (header.opcode) {
      case opcodes.interrupt:
        return;
      case opcodes.forget:
        this.#files.forget(header.inode, number(body, 0));
        return;
      case opcodes.batchForget:
        for (let n = 0; n < body.readUInt32LE(0); n += 1) {
          this.#files.forget(number(body, 8 + 16 * n), number(body, 16 + 16 * n));
        }
        return;
      default:
        if (this.#isOff && !alwaysAnswered.has(header.opcode)) this.#holdForEver(header);
        else if (header.opcode === opcodes.fsync || header.opcode === opcodes.fsyncdir) {
          this.#sync(header, Buffer.from(body));
        } else this.#answer(header, body);
    }
  }

  #answer(header: Header, body: Buffer): void {
    let frame: Buffer;
    try {
      frame = finish(this.#files.handle(header, body), header.unique);
    } catch (error) {
      frame = finish(answer(0), header.unique, errnoOf(error));
    }
    this.#send(frame);
  }

  #sync(header: Header, body: Buffer): void {
    const refuse = (errno: number) => this.#send(finish(answer(0), header.unique, errno));
    try {
      this.#troubles.check('sync');
    } catch (error) {
      refuse(errnoOf(error));
      return;
    }
    const start = () => {
      if (this.#isOff) {
        this.#holdForEver(header);
        return;
      }
      this.#files.sync(header, body, (error, settle) => {
        // What was on its way when the power went is not on the disk, and nobody was told that it is.
        if (this.#isOff) this.#holdForEver(header);
        else if (error !== null) refuse(errnoOf(error));
        else {
          if (!this.#troubles.lies()) settle();
          refuse(0);
        }
      });
    };
    const slownessMs = this.#troubles.slownessMs();
    if (slownessMs === 0) start();
    else this.#held.hold(header.thread, slownessMs, start, () => refuse(EINTR));
  }

  #holdForEver({ thread, unique }: Header): void {
    this.#held.hold(
      thread,
      Infinity,
      () => undefined,
      () => this.#send(finish(answer(0), unique, thread === 0 ? EIO : EINTR)),
    );
  }

  #send(frame: Buffer): void {
    try {
      writeSync(this.#fuse, frame);
    } catch (error) {
      // ENOENT: nobody waits for it any more. ENODEV: unmounted meanwhile.
      const errno = errnoOf(error);
      if (errno !== ENOENT && errno !== ENODEV) throw error;
    }
  }
}

/** Bytes of the next request; 0: none, ask again; undefined: the folder is unmounted. */
async function nextRequest(fuse: number, request: Buffer): Promise<number | undefined> {
  const { error, bytes } = await new Promise<{ error: unknown; bytes: number }>((resolve) => {
    read(fuse, request, 0, request.length, null, (failed, count) => {
      resolve({ error: failed, bytes: count });
    });
  });
  if (error === null) return bytes;
  switch (errnoOf(error)) {
    case ENODEV:
      return undefined;
    case EPERM:
      // Not mounted yet.
      await delay(1);
      return 0;
    case EINTR:
    case EAGAIN:
    case ENOENT:
      return 0;
    default:
      throw error;
  }
}

/** Node's own `errno` of a system error is negative; what is no system error is a defect here, and an I/O error to programs. */
function errnoOf(error: unknown): number {
  if (error instanceof Refusal) return error.errno;
  if (error instanceof Error && 'errno' in error && typeof error.errno === 'number') {
    return Math.abs(error.errno);
  }
  console.error(error);
  return EIO;
}
