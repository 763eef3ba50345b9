/** The numbers by which the kernel knows files and directories, and their names now. A file with several names is one inode. */

export const rootInode = 1;

interface Name {
  readonly parent: number;
  readonly name: string;
}

interface Inode {
  readonly id: number;
  /** The number that the file system below has for it. */
  readonly ino: bigint;
  readonly names: Name[];
  readonly children: Map<string, number>;
  /** How often the kernel was told of it and has not forgotten. */
  lookups: number;
}

const newInode = (id: number, ino: bigint): Inode => ({
  id,
  ino,
  names: [],
  children: new Map(),
  lookups: 0,
});

export class Inodes {
  readonly #byId = new Map<number, Inode>();
  readonly #byIno = new Map<bigint, Inode>();
  #lastId = rootInode;

  constructor(rootIno: bigint) {
    this.#add(newInode(rootInode, rootIno));
  }

  /** The path from the root, without a slash in front; undefined when it has no name (any more). */
  path(id: number): string | undefined {
    const parts: string[] = [];
    for (let at = id; at !== rootInode; ) {
      const name = this.#byId.get(at)?.names[0];
      if (name === undefined) return undefined;
      parts.push(name.name);
      at = name.parent;
    }
    return parts.toReversed().join('/');
  }

  /** The kernel is told of what has this name. Gives its number, the same for all its names. */
  known(parent: number, name: string, ino: bigint): number {
    const before = this.#child(parent, name);
    if (before !== undefined && before.ino !== ino) this.unnamed(parent, name);
    const inode = this.#byIno.get(ino) ?? this.#new(ino);
    if (this.#child(parent, name) !== inode) this.#name(inode, parent, name);
    inode.lookups += 1;
    return inode.id;
  }

  /** What has this name now, as far as the kernel has been told. */
  named(parent: number, name: string): number | undefined {
    return this.#child(parent, name)?.id;
  }

  /** It does not have this name any more. */
  unnamed(parent: number, name: string): void {
    const inode = this.#child(parent, name);
    if (inode === undefined) return;
    this.#byId.get(parent)?.children.delete(name);
    const at = inode.names.findIndex((one) => one.parent === parent && one.name === name);
    inode.names.splice(at, 1);
    this.#drop(inode);
  }

  moved(from: Name, to: Name): void {
    const inode = this.#child(from.parent, from.name);
    this.unnamed(to.parent, to.name);
    if (inode === undefined) return;
    this.#name(inode, to.parent, to.name);
    this.unnamed(from.parent, from.name);
  }

  /** The number below belongs to another file from now on: this one is gone for good. */
  gone(id: number): void {
    const inode = this.#byId.get(id);
    if (inode !== undefined && this.#byIno.get(inode.ino) === inode) this.#byIno.delete(inode.ino);
  }

  forget(id: number, lookups: number): void {
    const inode = this.#byId.get(id);
    if (inode === undefined) return;
    inode.lookups -= lookups;
    this.#drop(inode);
  }

  /** After a loss of power all files are others to the kernel, so that nothing it remembers of them counts. */
  reset(): void {
    const root = this.#byId.get(rootInode) as Inode;
    this.#byId.clear();
    this.#byIno.clear();
    this.#add(newInode(rootInode, root.ino));
  }

  #new(ino: bigint): Inode {
    this.#lastId += 1;
    return this.#add(newInode(this.#lastId, ino));
  }

  #add(inode: Inode): Inode {
    this.#byId.set(inode.id, inode);
    this.#byIno.set(inode.ino, inode);
    return inode;
  }

  #name(inode: Inode, parent: number, name: string): void {
    inode.names.push({ parent, name });
    this.#byId.get(parent)?.children.set(name, inode.id);
  }

  #child(parent: number, name: string): Inode | undefined {
    const id = this.#byId.get(parent)?.children.get(name);
    return id === undefined ? undefined : this.#byId.get(id);
  }

  /** The kernel does not know it any more. A directory stays while something in it is known. */
  #drop(inode: Inode): void {
    if (inode.id === rootInode || inode.lookups > 0 || inode.children.size > 0) return;
    if (this.#byId.get(inode.id) !== inode) return;
    this.#byId.delete(inode.id);
    if (this.#byIno.get(inode.ino) === inode) this.#byIno.delete(inode.ino);
    for (const { parent, name } of inode.names.splice(0)) {
      const above = this.#byId.get(parent);
      above?.children.delete(name);
      if (above !== undefined) this.#drop(above);
    }
  }
}
