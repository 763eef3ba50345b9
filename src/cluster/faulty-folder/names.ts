/** Names in the folder below: lookups, and changes with the way back. What is removed is kept aside until its removal is durable. */

import {
  type BigIntStats,
  chmodSync,
  closeSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../random/random.ts';
import { Inodes, rootInode } from './inodes.ts';
import { limits } from './limits.ts';
import { type NameStep, NamesLog, type NamesRule } from './names-log.ts';
import { type DirectoryEntry, Refusal } from './protocol.ts';

export interface Found {
  readonly inode: number;
  readonly stats: BigIntStats;
}

/** Who asks, and thus owns what is made. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export class Names {
  readonly #root: string;
  readonly #kept: string;
  readonly #rule: NamesRule;
  readonly #inodes: Inodes;
  readonly #log = new NamesLog();
  #keptCount = 0;

  /** `kept` is a folder on the same file system as `root`, and outside it. Both exist. */
  constructor(root: string, kept: string, rule: NamesRule) {
    this.#root = root;
    this.#kept = kept;
    this.#rule = rule;
    this.#inodes = new Inodes(lstatSync(root, { bigint: true }).ino);
  }

  get unsyncedChanges(): number {
    return this.#log.changes.length;
  }

  /** Where it is in the folder below. Throws Refusal ESTALE for what has no name. */
  path(inode: number): string {
    const path = this.#inodes.path(inode);
    if (path === undefined) throw new Refusal('ESTALE');
    return join(this.#root, path);
  }

  hasName(inode: number): boolean {
    return this.#inodes.path(inode) !== undefined;
  }

  lookup(parent: number, name: string): Found {
    const stats = lstatSync(join(this.path(parent), name), { bigint: true });
    return { inode: this.#inodes.known(parent, name, stats.ino), stats };
  }

  forget(inode: number, lookups: number): void {
    this.#inodes.forget(inode, lookups);
  }

  entries(inode: number): readonly DirectoryEntry[] {
    const dot = (name: string): DirectoryEntry => ({ name, type: 4 });
    const inside = readdirSync(this.path(inode), { withFileTypes: true }).map((entry) => ({
      name: entry.name,
      type: entry.isDirectory() ? 4 : entry.isSymbolicLink() ? 10 : entry.isFile() ? 8 : 0,
    }));
    return [dot('.'), dot('..'), ...inside];
  }

  readlink(inode: number): string {
    return readlinkSync(this.path(inode));
  }

  makeFile(parent: number, name: string, mode: number, owner: Owner): Found {
    return this.#make(parent, name, owner, (path) =>
      closeSync(openSync(path, 'wx', mode & 0o7777)),
    );
  }

  makeDirectory(parent: number, name: string, mode: number, owner: Owner): Found {
    return this.#make(parent, name, owner, (path) => {
      mkdirSync(path);
      chmodSync(path, mode & 0o7777);
    });
  }

  makeSymlink(parent: number, name: string, target: string, owner: Owner): Found {
    return this.#make(parent, name, owner, (path) => symlinkSync(target, path));
  }

  link(inode: number, parent: number, name: string): Found {
    return this.#make(parent, name, undefined, (path) => linkSync(this.path(inode), path));
  }

  removeFile(parent: number, name: string): void {
    const path = join(this.path(parent), name);
    if (lstatSync(path).isDirectory()) throw new Refusal('EISDIR');
    this.#remove(parent, name);
  }

  removeDirectory(parent: number, name: string): void {
    const path = join(this.path(parent), name);
    if (!lstatSync(path).isDirectory()) throw new Refusal('ENOTDIR');
    if (readdirSync(path).length > 0) throw new Refusal('ENOTEMPTY');
    this.#remove(parent, name);
  }

  /** `mustBeNew`: RENAME_NOREPLACE. */
  move(
    from: { readonly parent: number; readonly name: string },
    to: { readonly parent: number; readonly name: string },
    mustBeNew: boolean,
  ): void {
    const source = join(this.path(from.parent), from.name);
    const target = join(this.path(to.parent), to.name);
    const moving = lstatSync(source, { bigint: true });
    const there = lstatSync(target, { bigint: true, throwIfNoEntry: false });
    if (there !== undefined && mustBeNew) throw new Refusal('EEXIST');
    // POSIX: two names of one file stay as they are.
    if (there?.ino === moving.ino) return;
    if (there !== undefined) refuseToReplace(moving, there, target);
    const kept = there === undefined ? undefined : this.#keep(to.parent, to.name);
    renameSync(source, target);
    this.#log.add({
      kind: 'moved',
      inode: this.#inodes.known(from.parent, from.name, moving.ino),
      directories: [from.parent, to.parent],
      from: this.#relative(from.parent, from.name),
      to: this.#relative(to.parent, to.name),
      kept,
    });
    this.#inodes.moved(from, to);
    this.#forgetOwn(to.parent, to.name);
    this.#limit();
  }

  /**
   * What the sync of a file makes durable besides its data, to be called when it has succeeded. `bringsSize`: its size has changed.
   */
  syncedFile(inode: number, dataOnly: boolean, bringsSize: boolean): () => void {
    const commits =
      this.#rule === 'journaled' && (!dataOnly || bringsSize || this.#log.names(inode));
    return this.#settling(commits ? this.#log.end : 0);
  }

  syncedDirectory(inode: number): () => void {
    return this.#settling(this.#rule === 'journaled' ? this.#log.end : this.#log.endOf(inode));
  }

  /** The names as a disk has them after a loss of power; gives how many changes did not happen. */
  lose(how: 'lost' | 'torn', random: Random): number {
    const { length } = this.#log.changes;
    const survivors = how === 'lost' ? 0 : random.below(length + 1);
    for (const step of this.#log.undo(survivors)) this.#take(step);
    this.#settling(this.#log.end)();
    this.#inodes.reset();
    return length - survivors;
  }

  /** Everything is durable, and what is in the folder may be changed without anybody here being told. */
  writeBack(): void {
    this.#settling(this.#log.end)();
    this.#inodes.reset();
  }

  #make(
    parent: number,
    name: string,
    owner: Owner | undefined,
    make: (path: string) => void,
  ): Found {
    const path = join(this.path(parent), name);
    make(path);
    if (
      owner !== undefined &&
      (owner.uid !== process.getuid?.() || owner.gid !== process.getgid?.())
    ) {
      lchownSync(path, owner.uid, owner.gid);
    }
    const found = this.lookup(parent, name);
    this.#log.add({
      kind: 'made',
      inode: found.inode,
      directories: [parent],
      path: this.#relative(parent, name),
      isDirectory: found.stats.isDirectory(),
    });
    this.#limit();
    return found;
  }

  #remove(parent: number, name: string): void {
    const path = this.#relative(parent, name);
    const inode = this.#inodes.named(parent, name) ?? 0;
    const kept = this.#keep(parent, name);
    this.#log.add({ kind: 'removed', inode, directories: [parent], path, kept });
    this.#limit();
  }

  /** Moves what has this name aside. */
  #keep(parent: number, name: string): string {
    const path = join(this.path(parent), name);
    const { nlink } = lstatSync(path);
    this.#keptCount += 1;
    const kept = join(this.#kept, String(this.#keptCount));
    renameSync(path, kept);
    const inode = this.#inodes.named(parent, name);
    this.#inodes.unnamed(parent, name);
    if (inode !== undefined && nlink === 1) this.#inodes.gone(inode);
    return kept;
  }

  /** Of a lookup that was ours and not the kernel's. */
  #forgetOwn(parent: number, name: string): void {
    const inode = this.#inodes.named(parent, name);
    if (inode !== undefined) this.#inodes.forget(inode, 1);
  }

  #relative(parent: number, name: string): string {
    return join(this.#inodes.path(parent) ?? '', name);
  }

  #settling(end: number): () => void {
    return () => {
      for (const path of this.#log.settle(end)) rmSync(path, { recursive: true, force: true });
    };
  }

  #limit(): void {
    const { length } = this.#log.changes;
    if (length > limits.names) this.#settling(this.#log.end - Math.floor(length / 2))();
  }

  #take(step: NameStep): void {
    switch (step.kind) {
      case 'remove':
        (step.isDirectory ? rmdirSync : unlinkSync)(join(this.#root, step.path));
        return;
      case 'move':
        renameSync(join(this.#root, step.from), join(this.#root, step.to));
        return;
      case 'bring-back':
        renameSync(step.kept, join(this.#root, step.to));
    }
  }
}

/** What rename(2) refuses, before anything has been moved. */
function refuseToReplace(moving: BigIntStats, there: BigIntStats, path: string): void {
  if (there.isDirectory()) {
    if (!moving.isDirectory()) throw new Refusal('EISDIR');
    if (readdirSync(path).length > 0) throw new Refusal('ENOTEMPTY');
  } else if (moving.isDirectory()) {
    throw new Refusal('ENOTDIR');
  }
}

export { rootInode };
