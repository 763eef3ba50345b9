/** A disk in memory that answers when it is told to, and knows what would survive a power loss. */

import type { LogFile } from '#src/node/wal';

type Done = (error: Error | null) => void;

export class MemoryDisk implements LogFile {
  /** What a reader would see now, and what is sure to be there after a power loss. */
  bytes: Buffer;
  durable: Buffer;
  closed = false;
  writes = 0;
  syncs = 0;
  readonly #waiting: { readonly kind: 'write' | 'sync'; readonly perform: () => void }[] = [];
  #failure: { readonly kind: 'write' | 'sync'; readonly error: Error } | undefined;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.durable = bytes;
  }

  write(bytes: Buffer, position: number, done: Done): void {
    this.writes += 1;
    this.#later('write', done, () => {
      const behind = this.bytes.subarray(position + bytes.length);
      this.bytes = Buffer.concat([this.bytes.subarray(0, position), bytes, behind]);
    });
  }

  sync(done: Done): void {
    this.syncs += 1;
    this.#later('sync', done, () => {
      this.durable = this.bytes;
    });
  }

  close(): void {
    this.closed = true;
  }

  /** The next call of this kind fails. */
  failNext(kind: 'write' | 'sync', error: Error): void {
    this.#failure = { kind, error };
  }

  get inFlight(): number {
    return this.#waiting.length;
  }

  /** Completes the oldest call. False when there is none. */
  step(): boolean {
    const next = this.#waiting.shift();
    next?.perform();
    return next !== undefined;
  }

  /** Completes everything, also what is asked for meanwhile. */
  drain(): void {
    while (this.step());
  }

  #later(kind: 'write' | 'sync', done: Done, effect: () => void): void {
    const perform = (): void => {
      const failure = this.#failure;
      if (failure?.kind === kind) {
        this.#failure = undefined;
        done(failure.error);
        return;
      }
      effect();
      done(null);
    };
    this.#waiting.push({ kind, perform });
  }
}
