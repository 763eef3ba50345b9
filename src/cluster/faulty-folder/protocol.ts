/**
 * The kernel's side of FUSE: what it asks, and how answers look. Version 7.31 of the protocol as in Linux's include/uapi/linux/fuse.h,
 * little-endian. Pure: bytes to values and back.
 */

import { constants } from 'node:os';

/** The operations that are served; every other one is answered with ENOSYS, after which the kernel stops asking or does without. */
export const opcodes = {
  lookup: 1,
  forget: 2,
  getattr: 3,
  setattr: 4,
  readlink: 5,
  symlink: 6,
  mknod: 8,
  mkdir: 9,
  unlink: 10,
  rmdir: 11,
  rename: 12,
  link: 13,
  open: 14,
  read: 15,
  write: 16,
  statfs: 17,
  release: 18,
  fsync: 20,
  flush: 25,
  init: 26,
  opendir: 27,
  readdir: 28,
  releasedir: 29,
  fsyncdir: 30,
  create: 35,
  interrupt: 36,
  destroy: 38,
  batchForget: 42,
  fallocate: 43,
  rename2: 45,
} as const;

/** The largest write in one request, and what else a request may need besides. */
export const maxWriteBytes = 128 * 1024;
export const requestBytesMax = maxWriteBytes + 4096;

/** Of a request and of an answer. */
export const inHeaderBytes = 40;
export const outHeaderBytes = 16;

/** A system call's error number as the answer to a request. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly errno: number;

  constructor(code: keyof typeof constants.errno) {
    super(code);
    this.errno = constants.errno[code];
  }
}

export interface Header {
  readonly opcode: number;
  /** Names the request in its answer. */
  readonly unique: bigint;
  readonly inode: number;
  readonly uid: number;
  readonly gid: number;
  /** The thread that waits for the answer; 0 when the kernel writes on its own account. */
  readonly thread: number;
}

export function decodeHeader(request: Buffer): Header {
  return {
    opcode: request.readUInt32LE(4),
    unique: request.readBigUInt64LE(8),
    inode: number(request, 16),
    uid: request.readUInt32LE(24),
    gid: request.readUInt32LE(28),
    thread: request.readUInt32LE(32),
  };
}

/** A field of 64 bits. Offsets and sizes of files are below 2^53 here. */
export const number = (bytes: Buffer, at: number): number => Number(bytes.readBigUInt64LE(at));

/** The zero-terminated texts from `at` on. Names that are no UTF-8 are refused: they could not be told apart later. */
export function names(body: Buffer, at: number, count: number): readonly string[] {
  const found: string[] = [];
  let from = at;
  while (found.length < count) {
    const end = body.indexOf(0, from);
    if (end < 0) throw new Refusal('EINVAL');
    const bytes = body.subarray(from, end);
    const text = bytes.toString('utf8');
    if (!Buffer.from(text, 'utf8').equals(bytes)) throw new Refusal('EILSEQ');
    found.push(text);
    from = end + 1;
  }
  return found;
}

/** An answer with room for its header, which `finish` fills in. */
export const answer = (bodyBytes: number): Buffer => Buffer.alloc(outHeaderBytes + bodyBytes);

/** Writes the header. `errno` 0: success. */
export function finish(frame: Buffer, unique: bigint, errno = 0): Buffer {
  frame.writeUInt32LE(frame.length, 0);
  frame.writeInt32LE(-errno, 4);
  frame.writeBigUInt64LE(unique, 8);
  return frame;
}

/** What is known of a file, in the types of `fs.lstatSync(..., { bigint: true })`. */
export interface Attributes {
  readonly ino: bigint;
  readonly size: bigint;
  readonly blocks: bigint;
  readonly atimeNs: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly mode: bigint;
  readonly nlink: bigint;
  readonly uid: bigint;
  readonly gid: bigint;
  readonly rdev: bigint;
  readonly blksize: bigint;
}

const attributeBytes = 88;
const nsPerSecond = 1_000_000_000n;

function writeAttributes(frame: Buffer, at: number, seen: Attributes): void {
  const times = [seen.atimeNs, seen.mtimeNs, seen.ctimeNs];
  const wide = [seen.ino, seen.size, seen.blocks, ...times.map((ns) => ns / nsPerSecond)];
  for (const [n, value] of wide.entries()) frame.writeBigUInt64LE(value, at + 8 * n);
  const { mode, nlink, uid, gid, rdev, blksize } = seen;
  const narrow = [...times.map((ns) => ns % nsPerSecond), mode, nlink, uid, gid, rdev, blksize];
  for (const [n, value] of narrow.entries()) frame.writeUInt32LE(Number(value), at + 48 + 4 * n);
}

/** `validMs` stays 0 everywhere: after a loss of power nothing that the kernel remembers may be older than the disk. */
export function attributesAnswer(seen: Attributes): Buffer {
  const frame = answer(16 + attributeBytes);
  writeAttributes(frame, outHeaderBytes + 16, seen);
  return frame;
}

const entryBytes = 40 + attributeBytes;

function writeEntry(frame: Buffer, inode: number, seen: Attributes): void {
  frame.writeBigUInt64LE(BigInt(inode), outHeaderBytes);
  writeAttributes(frame, outHeaderBytes + 40, seen);
}

export function entryAnswer(inode: number, seen: Attributes): Buffer {
  const frame = answer(entryBytes);
  writeEntry(frame, inode, seen);
  return frame;
}

const openBytes = 16;

/** No flag is set: the kernel caches pages while a file is open, so that memory maps work, and drops them at the next open. */
export const openAnswer = (): Buffer => answer(openBytes);

export function createAnswer(inode: number, seen: Attributes): Buffer {
  const frame = answer(entryBytes + openBytes);
  writeEntry(frame, inode, seen);
  return frame;
}

export function writtenAnswer(bytes: number): Buffer {
  const frame = answer(8);
  frame.writeUInt32LE(bytes, outHeaderBytes);
  return frame;
}

export const version = { major: 7, minor: 31 } as const;
const bigWrites = 1 << 5;

/** Asks for nothing but large writes: no write-back cache, so every write of a program is seen when it is made. */
export function initAnswer(body: Buffer): Buffer {
  const frame = answer(64);
  const at = outHeaderBytes;
  frame.writeUInt32LE(version.major, at);
  frame.writeUInt32LE(version.minor, at + 4);
  frame.writeUInt32LE(body.readUInt32LE(8), at + 8);
  frame.writeUInt32LE(bigWrites, at + 12);
  frame.writeUInt16LE(16, at + 16);
  frame.writeUInt16LE(12, at + 18);
  frame.writeUInt32LE(maxWriteBytes, at + 20);
  frame.writeUInt32LE(1, at + 24);
  return frame;
}

export interface Space {
  readonly blocks: bigint;
  readonly bfree: bigint;
  readonly bavail: bigint;
  readonly files: bigint;
  readonly ffree: bigint;
  readonly bsize: bigint;
}

export function spaceAnswer({ blocks, bfree, bavail, files, ffree, bsize }: Space): Buffer {
  const frame = answer(80);
  for (const [n, value] of [blocks, bfree, bavail, files, ffree].entries()) {
    frame.writeBigUInt64LE(value, outHeaderBytes + 8 * n);
  }
  const nameBytesMax = 255;
  for (const [n, value] of [Number(bsize), nameBytesMax, Number(bsize)].entries()) {
    frame.writeUInt32LE(value, outHeaderBytes + 40 + 4 * n);
  }
  return frame;
}

export interface DirectoryEntry {
  readonly name: string;
  /** DT_ of dirent.h: the type bits of its mode. */
  readonly type: number;
}

/** "Not known" to the kernel, which then asks for it. */
const unknownIno = 0xffff_ffffn;

/** As many entries from the `from`th on as fit. */
export function entriesAnswer(
  entries: readonly DirectoryEntry[],
  from: number,
  bytesMax: number,
): Buffer {
  const frames: Buffer[] = [Buffer.alloc(outHeaderBytes)];
  let bytes = 0;
  for (const [n, { name, type }] of entries.entries()) {
    if (n < from) continue;
    const text = Buffer.from(name, 'utf8');
    const entry = Buffer.alloc(24 + Math.ceil(text.length / 8) * 8);
    bytes += entry.length;
    if (bytes > bytesMax) break;
    entry.writeBigUInt64LE(unknownIno, 0);
    entry.writeBigUInt64LE(BigInt(n + 1), 8);
    entry.writeUInt32LE(text.length, 16);
    entry.writeUInt32LE(type, 20);
    text.copy(entry, 24);
    frames.push(entry);
  }
  return Buffer.concat(frames);
}

/** What a change of attributes asks for; left out: stays as it is. Times in ns. */
export interface AttributeChange {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly size?: number;
  readonly atimeNs?: bigint | 'now';
  readonly mtimeNs?: bigint | 'now';
}

const valid = {
  mode: 1,
  uid: 2,
  gid: 4,
  size: 8,
  atime: 16,
  mtime: 32,
  atimeNow: 128,
  mtimeNow: 256,
} as const;

export function decodeAttributeChange(body: Buffer): AttributeChange {
  const bits = body.readUInt32LE(0);
  const has = (bit: number): boolean => (bits & bit) !== 0;
  const time = (at: number, nsAt: number): bigint =>
    body.readBigUInt64LE(at) * nsPerSecond + BigInt(body.readUInt32LE(nsAt));
  return {
    ...(has(valid.mode) ? { mode: body.readUInt32LE(68) } : {}),
    ...(has(valid.uid) ? { uid: body.readUInt32LE(76) } : {}),
    ...(has(valid.gid) ? { gid: body.readUInt32LE(80) } : {}),
    ...(has(valid.size) ? { size: number(body, 16) } : {}),
    ...(has(valid.atimeNow)
      ? { atimeNs: 'now' }
      : has(valid.atime)
        ? { atimeNs: time(32, 56) }
        : {}),
    ...(has(valid.mtimeNow)
      ? { mtimeNs: 'now' }
      : has(valid.mtime)
        ? { mtimeNs: time(40, 60) }
        : {}),
  };
}
