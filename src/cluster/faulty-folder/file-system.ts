/** Requests of the kernel, carried out on the folder below. Only syncs are not answered here: they take their time. */

import {
  type BigIntStats,
  chmodSync,
  fstatSync,
  lchownSync,
  lstatSync,
  lutimesSync,
  statfsSync,
} from 'node:fs';
import type { Random } from '../../random/random.ts';
import { Contents } from './contents.ts';
import { Names } from './names.ts';
import type { NamesRule } from './names-log.ts';
import {
  type AttributeChange,
  type Attributes,
  answer,
  attributesAnswer,
  createAnswer,
  decodeAttributeChange,
  entriesAnswer,
  entryAnswer,
  type Header,
  initAnswer,
  names,
  number,
  opcodes,
  openAnswer,
  outHeaderBytes,
  Refusal,
  spaceAnswer,
  writtenAnswer,
} from './protocol.ts';
import type { Troubles } from './troubles.ts';

export interface FolderPaths {
  /** Where the files really are. */
  readonly files: string;
  /** For files whose removal is not durable; on the same file system. */
  readonly kept: string;
}

/** What a loss of power took. */
export interface Loss {
  readonly files: number;
  readonly changes: number;
  readonly names: number;
}

type Handler = (header: Header, body: Buffer) => Buffer;

export class FileSystem {
  readonly #files: string;
  readonly #names: Names;
  readonly #contents: Contents;
  readonly #troubles: Troubles;
  readonly #handlers: ReadonlyMap<number, Handler>;

  constructor(paths: FolderPaths, rule: NamesRule, troubles: Troubles) {
    this.#files = paths.files;
    this.#names = new Names(paths.files, paths.kept, rule);
    this.#contents = new Contents((inode) => this.#names.path(inode));
    this.#troubles = troubles;
    this.#handlers = new Map([
      ...this.#ofNames(),
      ...this.#ofChanges(),
      ...this.#ofFiles(),
      ...this.#ofFolder(),
    ]);
  }

  get unsynced(): { readonly changes: number; readonly names: number } {
    return { changes: this.#contents.unsyncedChanges, names: this.#names.unsyncedChanges };
  }

  get writtenBack(): number {
    return this.#contents.writtenBack;
  }

  /** Throws Refusal, and errors of the file system below. */
  handle(header: Header, body: Buffer): Buffer {
    const handler = this.#handlers.get(header.opcode);
    if (handler === undefined) throw new Refusal('ENOSYS');
    return handler(header, body);
  }

  forget(inode: number, lookups: number): void {
    this.#names.forget(inode, lookups);
  }

  /** `done`: when the sync below has ended; what was written before is durable when it calls what it is given. */
  sync(
    { opcode, inode }: Header,
    body: Buffer,
    done: (error: NodeJS.ErrnoException | null, settle: () => void) => void,
  ): void {
    if (opcode === opcodes.fsyncdir) {
      done(null, this.#names.syncedDirectory(inode));
      return;
    }
    const dataOnly = (body.readUInt32LE(8) & 1) === 1;
    const names = this.#names.syncedFile(inode, dataOnly, this.#contents.changesSize(inode));
    this.#contents.sync(inode, dataOnly, (error, settle) => {
      done(error, () => {
        settle();
        names();
      });
    });
  }

  lose(how: 'lost' | 'torn', random: Random): Loss {
    const contents = this.#contents.lose(how, random);
    return { ...contents, names: this.#names.lose(how, random) };
  }

  writeBack(): void {
    this.#contents.writeBack();
    this.#names.writeBack();
  }

  #ofNames(): readonly (readonly [number, Handler])[] {
    return [
      [
        opcodes.lookup,
        ({ inode }, body) => {
          const found = this.#names.lookup(inode, name(body, 0));
          return entryAnswer(found.inode, found.stats);
        },
      ],
      [
        opcodes.create,
        (header, body) => {
          this.#troubles.check('space');
          const mode = body.readUInt32LE(4);
          const made = this.#names.makeFile(header.inode, name(body, 16), mode, header);
          this.#contents.open(made.inode);
          return createAnswer(made.inode, made.stats);
        },
      ],
      [
        opcodes.mknod,
        (header, body) => {
          const mode = body.readUInt32LE(0);
          if ((mode & 0o170000) !== 0o100000) throw new Refusal('EPERM');
          this.#troubles.check('space');
          const made = this.#names.makeFile(header.inode, name(body, 16), mode, header);
          return entryAnswer(made.inode, made.stats);
        },
      ],
      [
        opcodes.mkdir,
        (header, body) => {
          this.#troubles.check('space');
          const mode = body.readUInt32LE(0);
          const made = this.#names.makeDirectory(header.inode, name(body, 8), mode, header);
          return entryAnswer(made.inode, made.stats);
        },
      ],
      [
        opcodes.symlink,
        (header, body) => {
          this.#troubles.check('space');
          const [own, target] = names(body, 0, 2) as [string, string];
          const made = this.#names.makeSymlink(header.inode, own, target, header);
          return entryAnswer(made.inode, made.stats);
        },
      ],
    ];
  }

  #ofChanges(): readonly (readonly [number, Handler])[] {
    return [
      [
        opcodes.link,
        ({ inode }, body) => {
          const made = this.#names.link(number(body, 0), inode, name(body, 8));
          return entryAnswer(made.inode, made.stats);
        },
      ],
      [
        opcodes.unlink,
        ({ inode }, body) => {
          this.#names.removeFile(inode, name(body, 0));
          return answer(0);
        },
      ],
      [
        opcodes.rmdir,
        ({ inode }, body) => {
          this.#names.removeDirectory(inode, name(body, 0));
          return answer(0);
        },
      ],
      [
        opcodes.rename,
        ({ inode }, body) => this.#move(inode, number(body, 0), 0, names(body, 8, 2)),
      ],
      [
        opcodes.rename2,
        ({ inode }, body) =>
          this.#move(inode, number(body, 0), body.readUInt32LE(8), names(body, 16, 2)),
      ],
      [
        opcodes.readlink,
        ({ inode }) => Buffer.concat([answer(0), Buffer.from(this.#names.readlink(inode), 'utf8')]),
      ],
    ];
  }

  #ofFiles(): readonly (readonly [number, Handler])[] {
    return [
      [opcodes.getattr, ({ inode }) => attributesAnswer(this.#attributes(inode))],
      [
        opcodes.setattr,
        ({ inode }, body) => {
          this.#change(inode, decodeAttributeChange(body));
          return attributesAnswer(this.#attributes(inode));
        },
      ],
      [
        opcodes.open,
        ({ inode }) => {
          this.#contents.open(inode);
          return openAnswer();
        },
      ],
      [
        opcodes.release,
        ({ inode }) => {
          this.#contents.release(inode);
          return answer(0);
        },
      ],
      [opcodes.flush, () => answer(0)],
      [
        opcodes.read,
        ({ inode }, body) => {
          const frame = answer(body.readUInt32LE(16));
          const bytes = this.#contents.read(inode, number(body, 8), frame, outHeaderBytes);
          return frame.subarray(0, outHeaderBytes + bytes);
        },
      ],
      [
        opcodes.write,
        ({ inode }, body) => {
          this.#troubles.check('write');
          const bytes = body.readUInt32LE(16);
          this.#contents.write(inode, number(body, 8), body.subarray(40, 40 + bytes));
          return writtenAnswer(bytes);
        },
      ],
      [
        opcodes.fallocate,
        () => {
          throw new Refusal('EOPNOTSUPP');
        },
      ],
    ];
  }

  #ofFolder(): readonly (readonly [number, Handler])[] {
    return [
      [opcodes.init, (_, body) => initAnswer(body)],
      [opcodes.destroy, () => answer(0)],
      [opcodes.statfs, () => spaceAnswer(statfsSync(this.#files, { bigint: true }))],
      [opcodes.opendir, () => openAnswer()],
      [opcodes.releasedir, () => answer(0)],
      [
        opcodes.readdir,
        ({ inode }, body) =>
          entriesAnswer(this.#names.entries(inode), number(body, 8), body.readUInt32LE(16)),
      ],
    ];
  }

  #move(parent: number, newParent: number, flags: number, both: readonly string[]): Buffer {
    const [from, to] = both as readonly [string, string];
    const noReplace = 1;
    if ((flags & ~noReplace) !== 0) throw new Refusal('EINVAL');
    this.#names.move({ parent, name: from }, { parent: newParent, name: to }, flags === noReplace);
    return answer(0);
  }

  #attributes(inode: number): Attributes {
    if (this.#names.hasName(inode)) return lstatSync(this.#names.path(inode), { bigint: true });
    const fd = this.#contents.fd(inode);
    if (fd === undefined) throw new Refusal('ESTALE');
    // It is kept aside, but to programs it has no name any more.
    const { ino, size, blocks, atimeNs, mtimeNs, ctimeNs, mode, uid, gid, rdev, blksize } =
      fstatSync(fd, { bigint: true });
    const times = { atimeNs, mtimeNs, ctimeNs };
    return { ino, size, blocks, ...times, mode, nlink: 0n, uid, gid, rdev, blksize };
  }

  /** Only of the size there is a way back: a file's other attributes survive every loss of power. */
  #change(inode: number, change: AttributeChange): void {
    const { mode, uid, gid, size, atimeNs, mtimeNs } = change;
    if (size !== undefined) {
      const grows = size > Number(this.#attributes(inode).size);
      if (grows) this.#troubles.check('space');
      this.#contents.resize(inode, size);
    }
    if (!this.#names.hasName(inode)) return;
    const path = this.#names.path(inode);
    if (mode !== undefined) chmodSync(path, mode & 0o7777);
    const seen: BigIntStats = lstatSync(path, { bigint: true });
    if (uid !== undefined || gid !== undefined) {
      lchownSync(path, uid ?? Number(seen.uid), gid ?? Number(seen.gid));
    }
    if (atimeNs !== undefined || mtimeNs !== undefined) {
      lutimesSync(path, seconds(atimeNs ?? seen.atimeNs), seconds(mtimeNs ?? seen.mtimeNs));
    }
  }
}

const name = (body: Buffer, at: number): string => names(body, at, 1)[0] as string;

const seconds = (ns: bigint | 'now'): number =>
  ns === 'now' ? Date.now() / 1000 : Number(ns) / 1e9;
