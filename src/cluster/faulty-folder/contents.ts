/** What is in the files: reads, writes and syncs of the folder below, and the way back to what has been synced. */

import {
  close,
  closeSync,
  fdatasync,
  fstatSync,
  fsync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import type { Random } from '../../random/random.ts';
import { limits } from './limits.ts';
import {
  type UndoLog as Log,
  type Piece,
  type Step,
  UndoLog,
  undoAll,
  undoTorn,
} from './undo-log.ts';

interface File {
  readonly fd: number;
  size: number;
  /** How often programs have it open. */
  handles: number;
  readonly undo: Log;
}

/** What a loss of power did to contents. */
export interface ContentsLost {
  readonly files: number;
  /** Changes that were undone, or of which each sector had its own fate. */
  readonly changes: number;
}

/** A sector of a disk, and a page of the kernel's cache: what is written together may reach a disk in either unit. */
const sectorSizes = [512, 4096] as const;

export class Contents {
  readonly #pathOf: (inode: number) => string;
  readonly #files = new Map<number, File>();
  #writtenBack = 0;

  /** `pathOf` is asked when a file is opened, and throws when it has no name. */
  constructor(pathOf: (inode: number) => string) {
    this.#pathOf = pathOf;
  }

  /** Changes that became durable without a sync, since there were too many to remember: as when a kernel writes back. */
  get writtenBack(): number {
    return this.#writtenBack;
  }

  get unsyncedChanges(): number {
    return [...this.#files.values()].reduce((sum, { undo }) => sum + undo.changes.length, 0);
  }

  /** The descriptor of a file that is open here; for its attributes. */
  fd(inode: number): number | undefined {
    return this.#files.get(inode)?.fd;
  }

  open(inode: number): void {
    this.#opened(inode).handles += 1;
  }

  release(inode: number): void {
    const file = this.#files.get(inode);
    if (file === undefined) return;
    file.handles -= 1;
    this.#closeIfIdle(inode, file);
    this.#limitIdle();
  }

  /** Reads into `target` from `at` on; gives how many bytes there were. */
  read(inode: number, offset: number, target: Buffer, at: number): number {
    const { fd } = this.#opened(inode);
    let done = 0;
    while (at + done < target.length) {
      const count = readSync(fd, target, at + done, target.length - at - done, offset + done);
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  write(inode: number, offset: number, bytes: Buffer): void {
    const file = this.#opened(inode);
    const old = Buffer.allocUnsafe(Math.max(0, Math.min(bytes.length, file.size - offset)));
    const there = old.length === 0 ? 0 : this.read(inode, offset, old, 0);
    writeAll(file.fd, bytes, offset);
    const sizeAfter = Math.max(file.size, offset + bytes.length);
    file.undo.add({
      replaced: there === 0 ? [] : [{ offset, bytes: old.subarray(0, there) }],
      offset,
      length: bytes.length,
      sizeBefore: file.size,
      sizeAfter,
    });
    file.size = sizeAfter;
    this.#limitSaved();
  }

  resize(inode: number, size: number): void {
    const file = this.#opened(inode);
    const replaced = size < file.size ? this.#nonZero(inode, size, file.size) : [];
    ftruncateSync(file.fd, size);
    file.undo.add({ replaced, offset: size, length: 0, sizeBefore: file.size, sizeAfter: size });
    file.size = size;
    this.#limitSaved();
    this.#closeIfIdle(inode, file);
  }

  /** Whether a sync of the data has to bring the file's size along. */
  changesSize(inode: number): boolean {
    return this.#files.get(inode)?.undo.changesSize ?? false;
  }

  /** Syncs the file below; `done` gives what then is to be called to make what was written before this call durable. */
  sync(
    inode: number,
    dataOnly: boolean,
    done: (error: NodeJS.ErrnoException | null, settle: () => void) => void,
  ): void {
    const file = this.#files.get(inode);
    if (file === undefined) {
      done(null, () => undefined);
      return;
    }
    const { end } = file.undo;
    (dataOnly ? fdatasync : fsync)(file.fd, (error) => {
      done(error, () => {
        if (this.#files.get(inode) !== file) return;
        file.undo.settle(end);
        this.#closeIfIdle(inode, file);
      });
    });
  }

  /** The contents as a disk has them after a loss of power. All files are closed afterwards; nobody may have one open. */
  lose(how: 'lost' | 'torn', random: Random): ContentsLost {
    let files = 0;
    let changes = 0;
    for (const { fd, undo } of this.#files.values()) {
      if (undo.changes.length > 0) {
        files += 1;
        changes += undo.changes.length;
        const sector = sectorSizes[random.below(sectorSizes.length)] as number;
        const steps =
          how === 'lost' ? undoAll(undo.changes) : undoTorn(undo.changes, sector, random);
        for (const step of steps) take(fd, step);
      }
      closeSync(fd);
    }
    this.#files.clear();
    return { files, changes };
  }

  /** Everything is durable. All files are closed afterwards; nobody may have one open. */
  writeBack(): void {
    for (const { fd } of this.#files.values()) closeSync(fd);
    this.#files.clear();
  }

  #opened(inode: number): File {
    const known = this.#files.get(inode);
    if (known !== undefined) return known;
    const fd = openSync(this.#pathOf(inode), 'r+');
    const file = { fd, size: fstatSync(fd).size, handles: 0, undo: new UndoLog() };
    this.#files.set(inode, file);
    return file;
  }

  #closeIfIdle(inode: number, { fd, handles, undo }: File): void {
    if (handles > 0 || undo.changes.length > 0) return;
    this.#files.delete(inode);
    close(fd);
  }

  #nonZero(inode: number, from: number, until: number): readonly Piece[] {
    const pieces: Piece[] = [];
    for (let at = from; at < until; at += limits.pieceBytes) {
      const bytes = Buffer.alloc(Math.min(limits.pieceBytes, until - at));
      this.read(inode, at, bytes, 0);
      if (!bytes.equals(zeros.subarray(0, bytes.length))) pieces.push({ offset: at, bytes });
    }
    return pieces;
  }

  #writeBack(inode: number, file: File): void {
    this.#writtenBack += file.undo.changes.length;
    file.undo.settle(file.undo.end);
    this.#closeIfIdle(inode, file);
  }

  #limitSaved(): void {
    const cost = ({ undo }: File): number =>
      undo.savedBytes + undo.changes.length * limits.changeBytes;
    let sum = 0;
    for (const file of this.#files.values()) sum += cost(file);
    if (sum <= limits.savedBytes) return;
    const [largest] = [...this.#files].toSorted(([, a], [, b]) => cost(b) - cost(a));
    if (largest !== undefined) this.#writeBack(...largest);
  }

  /** Files that were closed without a sync, the oldest first. */
  #limitIdle(): void {
    if (this.#files.size <= limits.idleFiles) return;
    for (const [inode, file] of this.#files) {
      if (file.handles === 0) {
        this.#writeBack(inode, file);
        return;
      }
    }
  }
}

const zeros = Buffer.alloc(limits.pieceBytes);

function writeAll(fd: number, bytes: Buffer, offset: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(fd, bytes, done, bytes.length - done, offset + done);
  }
}

function take(fd: number, step: Step): void {
  if (step.kind === 'resize') ftruncateSync(fd, step.size);
  else writeAll(fd, step.bytes, step.offset);
}
