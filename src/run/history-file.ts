/**
 * A history that grows on disk while the harness may be killed at any moment: what was appended reaches the kernel within a few
 * hundredths of a second, in large writes, in order, and without blocking the event loop.
 */

import { closeSync, fdatasync, openSync, write } from 'node:fs';
import { promisify } from 'node:util';
import { HarnessFailure } from '../errors.ts';
import type { Operation } from '../history/operation.ts';
import { LineEncoder } from './line-encoder.ts';

export const limits = {
  /** A line waits at most this long before it is written, in ms. 100 is promised; the rest is for a busy event loop. */
  flushEveryMs: 20,
  /** Bytes that are worth a write at once. */
  chunk: 256 * 1024,
  /** More bytes than this not yet written: whoever appends should wait. About a tenth of a second of a fast run. */
  congested: 8 * 1024 * 1024,
} as const;

const sync = promisify(fdatasync);

export class HistoryFile {
  readonly #path: string;
  readonly #fd: number;
  readonly #waiting = new LineEncoder(limits.chunk + 16 * 1024);
  /** Bytes handed to the kernel but not confirmed. */
  #writing = 0;
  #timer: NodeJS.Timeout | undefined;
  #failure: HarnessFailure | undefined;
  /** Somebody wanted to write while a write was under way. */
  #overdue = false;
  #closed: Promise<void> | undefined;
  #listeners: (() => void)[] = [];

  /** Writes to `fd`, by default that of a new file. Throws HarnessFailure when that exists already or cannot be made. */
  constructor(path: string, fd = openNew(path)) {
    this.#path = path;
    this.#fd = fd;
  }

  /** Whoever appends should wait for `drained` first. */
  get congested(): boolean {
    return this.#waiting.length + this.#writing > limits.congested;
  }

  /**
   * Throws TypeError when the operation cannot be written as JSON, and HarnessFailure when an earlier write has failed, or after
   * `close`; then it is not in the file.
   */
  append(op: Operation): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closed !== undefined)
      throw new HarnessFailure(`${this.#path} is closed; nothing can be appended`);
    this.#waiting.line(op);
    if (this.#waiting.length >= limits.chunk) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), limits.flushEveryMs);
  }

  /** Resolves when it is not congested. Rejects with HarnessFailure when a write has failed. */
  async drained(): Promise<void> {
    while (this.congested && this.#failure === undefined) await this.#progress();
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Resolves when everything is on disk. Rejects with HarnessFailure when that failed. May be called twice. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#flush();
    while (this.#writing > 0) await this.#progress();
    try {
      if (this.#failure === undefined) await sync(this.#fd);
    } catch (error) {
      this.#failure ??= this.#failed(error);
    } finally {
      closeSync(this.#fd);
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** One write at a time: what comes meanwhile goes with the next. */
  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#overdue = this.#writing > 0;
    if (this.#overdue || this.#waiting.length === 0 || this.#failure !== undefined) return;
    const bytes = this.#waiting.take();
    this.#writing = bytes.length;
    this.#write(bytes);
  }

  #write(bytes: Buffer): void {
    write(this.#fd, bytes, 0, bytes.length, null, (error, written) => {
      // The kernel may take a part only.
      if (error === null && written < bytes.length) return this.#write(bytes.subarray(written));
      this.#writing = 0;
      this.#waiting.giveBack(bytes);
      if (error !== null) this.#failure = this.#failed(error);
      if (this.#overdue) this.#flush();
      for (const listener of this.#listeners.splice(0)) listener();
    });
  }

  #failed(error: unknown): HarnessFailure {
    return new HarnessFailure(
      `cannot write ${this.#path}: ${messageOf(error)}; all but perhaps the last line of it is sound. Make room and run again`,
      { cause: error },
    );
  }

  #progress(): Promise<void> {
    return new Promise((resolve) => {
      this.#listeners.push(resolve);
    });
  }
}

function openNew(path: string): number {
  try {
    return openSync(path, 'wx');
  } catch (error) {
    throw new HarnessFailure(
      `cannot make ${path}: ${messageOf(error)}; it must be a new file in a writable folder`,
      { cause: error },
    );
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
