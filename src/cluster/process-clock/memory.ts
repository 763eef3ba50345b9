/** The memory of another process, through /proc/PID/mem. Pages that it may only read are written to as a debugger does: they become its own. */

import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';

export class Memory implements Disposable {
  readonly #file: number;

  /** Throws what the system says: EACCES and EPERM when it is not allowed, ENOENT when there is no such process. */
  constructor(pid: number, mode: 'r' | 'r+') {
    this.#file = openSync(`/proc/${pid}/mem`, mode);
  }

  /** Throws an Error when there are not as many bytes, as in a process that has ended. */
  read(address: number, bytes: number): Buffer {
    const buffer = Buffer.alloc(bytes);
    const got = readSync(this.#file, buffer, 0, bytes, address);
    if (got !== bytes) throw new Error(`${got} of ${bytes} bytes could be read; it may have ended`);
    return buffer;
  }

  write(address: number, bytes: Buffer): void {
    const done = writeSync(this.#file, bytes, 0, bytes.length, address);
    if (done !== bytes.length) {
      throw new Error(`${done} of ${bytes.length} bytes could be written; it may have ended`);
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}

/** Of a process. Empty when it has ended and was not waited for yet; throws when there is none. */
export const mapsOf = (pid: number): string => readFileSync(`/proc/${pid}/maps`, 'utf8');
