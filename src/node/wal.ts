/**
 * A node's write-ahead log: group commit over one file (wal-format.ts says what its bytes mean).
 *
 *     append a, b    flush -> write+fdatasync [a b] ....... durable(b)
 *     append c, d                       (wait)               write+fdatasync [c d] ....... durable(d)
 *
 * At most one write and fdatasync is in flight, on the thread pool; all that arrives meanwhile is the next batch. When the log
 * has been idle for a moment, an empty batch, a seal, is written without waiting for the disk: it says that what lies before
 * is on disk, so that damage to it later is told from a torn write.
 */

import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  write,
} from 'node:fs';
import { join } from 'node:path';
import { type Files, realFiles, writeDurably } from './durable-file.ts';
import type { FaultyDisk } from './faulty-disk.ts';
import { maxWalBatchBytes, walGrowBytes, walSealDelayMs } from './limits.ts';
import { type DecodedLog, decodeLog, encodeBatch, encodeFileHeader } from './wal-format.ts';

export const walFileName = 'wal';

type Done = (error: Error | null) => void;

/** What the log needs of a file: positioned writes, complete when `done` is called without an error, and a sync. */
export interface LogFile {
  write(bytes: Buffer, position: number, done: Done): void;
  sync(done: Done): void;
  /** Comes after everything else has completed. */
  close(): void;
}

export interface WalHandlers {
  /** Everything appended with a sequence up to and including this one is on disk. Never called from within `append` or `flush`. */
  onDurable(sequence: number): void;
  /** A write or a sync failed. What is on disk is not known any more, and asking again may lie: the node has to stop. */
  onFailure(error: Error): void;
}

export interface WalCounters {
  readonly fsyncs: number;
  readonly bytesPersisted: number;
}

/** Where writing goes on in a log that was recovered. */
export interface WalPosition {
  readonly batch: number;
  readonly offset: number;
  /** The file's size: up to here it holds zeros. */
  readonly size: number;
}

interface Pending {
  readonly sequence: number;
  readonly texts: readonly string[];
  readonly characters: number;
}

export class Wal {
  readonly #file: LogFile;
  readonly #handlers: WalHandlers;
  #offset: number;
  #size: number;
  /** Number of the last batch written (or being written), and of the last one known to be on disk. */
  #batch: number;
  #synced: number;
  #pending: Pending[] = [];
  #state: 'idle' | 'busy' | 'failed' | 'closed' = 'idle';
  #sealTimer: NodeJS.Timeout | undefined;
  #fsyncs = 0;
  #bytesPersisted = 0;

  constructor(file: LogFile, from: WalPosition, handlers: WalHandlers) {
    this.#file = file;
    this.#handlers = handlers;
    this.#offset = from.offset;
    this.#size = from.size;
    this.#batch = from.batch;
    this.#synced = from.batch;
  }

  /** Since this process started. `bytesPersisted` counts the batches with their headers. */
  get counters(): WalCounters {
    return { fsyncs: this.#fsyncs, bytesPersisted: this.#bytesPersisted };
  }

  /** Queues records; written at the next `flush`, all in the same batch. `sequence` counts up. Takes a copy. */
  append(sequence: number, records: readonly unknown[]): void {
    const texts = records.map((record) => JSON.stringify(record));
    let characters = 0;
    for (const text of texts) characters += text.length;
    this.#pending.push({ sequence, texts, characters });
  }

  /** Starts writing what is queued, unless a write is in flight: that one goes on with the queue when it is done. */
  flush(): void {
    if (this.#state !== 'idle' || this.#pending.length === 0) return;
    clearTimeout(this.#sealTimer);
    const { texts, sequence } = this.#takeBatch();
    const bytes = encodeBatch(this.#batch + 1, this.#synced, texts);
    this.#write(bytes, () => {
      this.#file.sync((error) => {
        if (this.#ended(error)) return;
        this.#fsyncs += 1;
        this.#synced = this.#batch;
        this.#state = 'idle';
        // First keep the disk busy with what has gathered, then tell of what is done.
        this.flush();
        if (this.#state === 'idle')
          this.#sealTimer = setTimeout(() => this.#seal(), walSealDelayMs);
        this.#handlers.onDurable(sequence);
      });
    });
  }

  /** Writes and reports nothing more, whatever is still queued. A write in flight may yet reach the disk. */
  close(): void {
    clearTimeout(this.#sealTimer);
    if (this.#state === 'idle') this.#file.close();
    this.#state = 'closed';
  }

  #takeBatch(): { texts: readonly string[]; sequence: number } {
    let characters = 0;
    let count = 0;
    for (const pending of this.#pending) {
      if (count > 0 && characters + pending.characters > maxWalBatchBytes) break;
      characters += pending.characters;
      count += 1;
    }
    const taken = this.#pending.splice(0, count);
    return {
      texts: taken.flatMap((pending) => pending.texts),
      sequence: taken.at(-1)?.sequence ?? 0,
    };
  }

  #seal(): void {
    if (this.#state !== 'idle' || this.#pending.length > 0) return;
    this.#write(encodeBatch(this.#batch + 1, this.#synced, []), () => {
      this.#state = 'idle';
      this.flush();
    });
  }

  #write(bytes: Buffer, done: () => void): void {
    this.#state = 'busy';
    this.#batch += 1;
    const padded = this.#withRoom(bytes);
    this.#file.write(padded, this.#offset, (error) => {
      if (this.#ended(error)) return;
      this.#offset += bytes.length;
      this.#bytesPersisted += bytes.length;
      done();
    });
  }

  /** The batch, followed by zeros when it reaches beyond the end of the file. */
  #withRoom(bytes: Buffer): Buffer {
    const end = this.#offset + bytes.length;
    if (end <= this.#size) return bytes;
    this.#size = end + walGrowBytes;
    return Buffer.concat([bytes], bytes.length + walGrowBytes);
  }

  /** Whether the log ends with this completion: it was closed meanwhile, or the disk failed. */
  #ended(error: Error | null): boolean {
    if (this.#state === 'closed') {
      this.#file.close();
      return true;
    }
    if (error === null) return false;
    this.#state = 'failed';
    this.#handlers.onFailure(error);
    return true;
  }
}

/** A LogFile over an open file descriptor. */
export function logFile(fd: number): LogFile {
  const writeAll = (bytes: Buffer, position: number, done: Done): void => {
    write(fd, bytes, 0, bytes.length, position, (error, written) => {
      if (error !== null) done(error);
      else if (written === bytes.length) done(null);
      else if (written === 0) done(new Error('the disk took none of the bytes'));
      else writeAll(bytes.subarray(written), position + written, done);
    });
  };
  return { write: writeAll, sync: (done) => fdatasync(fd, done), close: () => closeSync(fd) };
}

export interface RecoveredWal extends DecodedLog {
  /** Path of the log file, for messages. */
  readonly path: string;
  /** Starts appending behind the recovered records. To be called once. */
  open(handlers: WalHandlers): Wal;
}

/** An empty log in `directory` (made too), unless there is one. Throws the system's error. */
export function makeLog(directory: string, files: Files): void {
  files.makeDirectory(directory);
  const path = join(directory, walFileName);
  if (!files.exists(path)) writeDurably(path, encodeFileHeader(), files);
}

/**
 * Reads the log in `directory`, or makes a new one (the directory too). A torn tail is cut off. What was read is on disk when this returns,
 * even if the process that wrote it died before its sync. Throws WalCorrupt, or the system's error. `faults` stands between the log and
 * its file from then on.
 */
export function recoverWal(directory: string, faults?: FaultyDisk): RecoveredWal {
  makeLog(directory, realFiles);
  const path = join(directory, walFileName);
  const bytes = readFileSync(path);
  const decoded = decodeLog(bytes);
  const fd = openSync(path, 'r+');
  try {
    faults?.beforeRecovery();
    if (decoded.torn !== undefined) ftruncateSync(fd, decoded.end);
    fdatasyncSync(fd);
  } finally {
    closeSync(fd);
  }
  const size = decoded.torn === undefined ? bytes.length : decoded.end;
  const position = { batch: decoded.lastBatch, offset: decoded.end, size };
  const open = (handlers: WalHandlers): Wal => {
    const file = logFile(openSync(path, 'r+'));
    return new Wal(faults?.over(file, size) ?? file, position, handlers);
  };
  return { ...decoded, path, open };
}
