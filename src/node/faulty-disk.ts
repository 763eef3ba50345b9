/**
 * Stands between the log and its file. Knows at every moment which writes no sync has covered, and fails or delays calls when it is told
 * to. Costs two entries in a list per batch.
 */

import type { DiskTrouble, UnsyncedWrite } from './fault-hooks.ts';
import type { LogFile } from './wal.ts';

/** The system's error of a call that a fault made fail. The word in brackets tells it from a real one. */
class InjectedError extends Error {
  override readonly name = 'InjectedError';
}

export class FaultyDisk {
  #troubles: readonly DiskTrouble[];
  /** Ids of troubles that happen once and did. */
  readonly #spent = new Set<string>();
  #writes: UnsyncedWrite[] = [];
  #bytes = 0;
  #syncedBytes = 0;
  #isOff = false;

  constructor(troubles: readonly DiskTrouble[]) {
    this.#troubles = troubles;
  }

  get troubles(): readonly DiskTrouble[] {
    return this.#troubles;
  }

  get spent(): readonly string[] {
    return [...this.#spent];
  }

  set(troubles: readonly DiskTrouble[]): void {
    this.#troubles = troubles;
  }

  /** Recovery syncs what it read. Throws the injected error. */
  beforeRecovery(): void {
    const error = this.#failure('fdatasync', (code) => code === 'EIO');
    if (error !== undefined) throw error;
  }

  /** The same file, with faults. `bytes`: its size, all of it on disk. */
  over(file: LogFile, bytes: number): LogFile {
    this.#bytes = bytes;
    this.#syncedBytes = bytes;
    return {
      write: (buffer, position, done) => {
        if (this.#isOff) return;
        const error = this.#failure('write', () => true);
        if (error !== undefined) {
          setImmediate(done, error);
          return;
        }
        // Noted before it begins: a write that is on its way may have reached any part of the disk.
        this.#writes.push({ position, bytes: buffer.length });
        this.#bytes = Math.max(this.#bytes, position + buffer.length);
        file.write(buffer, position, (failed) => {
          if (!this.#isOff) done(failed);
        });
      },
      sync: (done) => this.#sync(file, done),
      close: () => file.close(),
    };
  }

  /** No call completes any more, so nothing more can be promised, and nothing is written. What was not synced by then is given back. */
  turnOff(): { readonly syncedBytes: number; readonly writes: readonly UnsyncedWrite[] } {
    this.#isOff = true;
    return { syncedBytes: this.#syncedBytes, writes: this.#writes };
  }

  #sync(file: LogFile, done: (error: Error | null) => void): void {
    if (this.#isOff) return;
    // Space was found when the write was taken.
    const error = this.#failure('fdatasync', (code) => code === 'EIO');
    if (error !== undefined) {
      setImmediate(done, error);
      return;
    }
    const covered = this.#writes.length;
    const bytes = this.#bytes;
    const start = (): void =>
      file.sync((failed) => {
        if (this.#isOff) return;
        if (failed === null) {
          this.#writes = this.#writes.slice(covered);
          this.#syncedBytes = bytes;
        }
        done(failed);
      });
    const slownessMs = this.#slownessMs();
    // Before, not after: what a slow disk has not confirmed is not on it yet.
    if (slownessMs === 0) start();
    else setTimeout(() => this.#isOff || start(), slownessMs);
  }

  #slownessMs(): number {
    let sum = 0;
    for (const trouble of this.#troubles) if (trouble.kind === 'slow') sum += trouble.fsyncMs;
    return sum;
  }

  #failure(call: string, applies: (code: 'EIO' | 'ENOSPC') => boolean): Error | undefined {
    for (const trouble of this.#troubles) {
      if (trouble.kind !== 'error' || this.#spent.has(trouble.id) || !applies(trouble.code)) {
        continue;
      }
      if (trouble.once) this.#spent.add(trouble.id);
      const words = trouble.code === 'EIO' ? 'i/o error' : 'no space left on device';
      return new InjectedError(`${trouble.code}: ${words}, ${call} (injected)`);
    }
    return undefined;
  }
}
