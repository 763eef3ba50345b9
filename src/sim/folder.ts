/**
 * The folder of one node: the files by which it starts, and what a loss of power leaves of them.
 *
 *     write -> in the page cache    sync -> the bytes are durable, under whatever name    rename, new name -> in the folder's journal
 *     syncDirectory -> the journal is durable: only now a new or renamed file is found again under its name
 *
 * What the log holds is not here but in the SimDisk; here is only its name.
 */

import type { Files } from '../node/durable-file.ts';
import type { Unsynced } from '../schedule/world.ts';
import { mix } from './mix.ts';

/** What a name leads to. */
interface Inode {
  bytes: Buffer;
  durable: Buffer;
}

type Change =
  | { readonly kind: 'create'; readonly path: string; readonly inode: Inode }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string };

const salts = { journal: 11, bytes: 12 } as const;

const nothing = Buffer.alloc(0);

function apply(names: Map<string, Inode>, change: Change): void {
  if (change.kind === 'create') {
    names.set(change.path, change.inode);
    return;
  }
  const inode = names.get(change.from);
  if (inode === undefined) throw new Error(`ENOENT: no such file, rename '${change.from}'`);
  names.delete(change.from);
  names.set(change.to, inode);
}

export class SimFolder implements Files {
  /** 32 bits that are this folder's own, from the seed. */
  readonly #key: number;
  #names = new Map<string, Inode>();
  readonly #durable = new Map<string, Inode>();
  /** What was done to the names and is not durable, in order. */
  #journal: Change[] = [];
  #losses = 0;

  constructor(key: number) {
    this.#key = key;
  }

  exists(path: string): boolean {
    return this.#names.has(path);
  }

  read(path: string): Buffer {
    return this.#find(path).bytes;
  }

  write(path: string, bytes: Buffer): void {
    const there = this.#names.get(path);
    if (there === undefined) {
      this.#change({ kind: 'create', path, inode: { bytes, durable: nothing } });
    } else there.bytes = bytes;
  }

  sync(path: string): void {
    const inode = this.#find(path);
    inode.durable = inode.bytes;
  }

  rename(from: string, to: string): void {
    this.#change({ kind: 'rename', from, to });
  }

  /** There is one, and it was there before. */
  makeDirectory(): void {}

  syncDirectory(): void {
    for (const change of this.#journal) apply(this.#durable, change);
    this.#journal = [];
  }

  /** The process dies, or the machine with it. Torn: a first part of the journal was written, and the bytes of some files. */
  crash(unsynced: Unsynced): void {
    if (unsynced === 'kept') return;
    this.#losses += 1;
    const bits = mix(this.#key, this.#losses);
    if (unsynced === 'torn') {
      const written = mix(bits, salts.journal) % (this.#journal.length + 1);
      for (const change of this.#journal.slice(0, written)) apply(this.#durable, change);
    }
    this.#journal = [];
    this.#names = new Map(this.#durable);
    let number = 0;
    for (const inode of this.#names.values()) {
      number += 1;
      const isWritten = unsynced === 'torn' && mix(mix(bits, salts.bytes), number) % 2 === 0;
      if (isWritten) inode.durable = inode.bytes;
      else inode.bytes = inode.durable;
    }
  }

  #change(change: Change): void {
    apply(this.#names, change);
    this.#journal.push(change);
  }

  #find(path: string): Inode {
    const inode = this.#names.get(path);
    if (inode === undefined) throw new Error(`ENOENT: no such file, open '${path}'`);
    return inode;
  }
}

/** The process was killed between two calls. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** The calls of a process that is killed after so many of them; the next one throws Interrupted. */
export function interruptedAfter(calls: number, files: Files): Files {
  let left = calls;
  const counted = <T>(call: () => T): T => {
    if (left === 0) throw new Interrupted();
    left -= 1;
    return call();
  };
  return {
    exists: (path) => files.exists(path),
    read: (path) => files.read(path),
    write: (path, bytes) => counted(() => files.write(path, bytes)),
    sync: (path) => counted(() => files.sync(path)),
    rename: (from, to) => counted(() => files.rename(from, to)),
    makeDirectory: (directory) => files.makeDirectory(directory),
    syncDirectory: (directory) => counted(() => files.syncDirectory(directory)),
  };
}
