/** FUSE's structs, byte by byte where the kernel's header says where they are. */

import assert from 'node:assert/strict';
import { constants } from 'node:os';
import fc from 'fast-check';
import {
  type Attributes,
  answer,
  attributesAnswer,
  createAnswer,
  decodeAttributeChange,
  decodeHeader,
  entriesAnswer,
  entryAnswer,
  finish,
  initAnswer,
  names,
  opcodes,
  outHeaderBytes,
  Refusal,
} from '#src/cluster/faulty-folder/protocol';

const seen: Attributes = {
  ino: 77n,
  size: 5_000_000_000n,
  blocks: 8n,
  atimeNs: 1_500_000_000_000_000_001n,
  mtimeNs: 1_600_000_000_000_000_002n,
  ctimeNs: 1_700_000_000_000_000_003n,
  mode: 0o100644n,
  nlink: 2n,
  uid: 1000n,
  gid: 1001n,
  rdev: 0n,
  blksize: 4096n,
};

/** The entries as getdents(2) would take them apart. */
function entriesOf(frame: Buffer): readonly { name: string; type: number; next: number }[] {
  const found = [];
  for (let at = outHeaderBytes; at < frame.length; ) {
    const length = frame.readUInt32LE(at + 16);
    found.push({
      name: frame.toString('utf8', at + 24, at + 24 + length),
      type: frame.readUInt32LE(at + 20),
      next: Number(frame.readBigUInt64LE(at + 8)),
    });
    at += 24 + Math.ceil(length / 8) * 8;
  }
  return found;
}

describe('the protocol of FUSE', () => {
  it('headers of requests say who asks what of which inode', () => {
    const request = Buffer.alloc(40);
    request.writeUInt32LE(40, 0);
    request.writeUInt32LE(opcodes.fsync, 4);
    request.writeBigUInt64LE(0xffff_ffff_ffffn, 8);
    request.writeBigUInt64LE(12n, 16);
    request.writeUInt32LE(1000, 24);
    request.writeUInt32LE(1001, 28);
    request.writeUInt32LE(4711, 32);
    assert.deepEqual(decodeHeader(request), {
      opcode: 20,
      unique: 0xffff_ffff_ffffn,
      inode: 12,
      uid: 1000,
      gid: 1001,
      thread: 4711,
    });
  });

  it('answers have their length, the error below zero, and the number of their request', () => {
    const frame = finish(answer(8), 99n, constants.errno.EIO);
    assert.deepEqual(
      [frame.length, frame.readUInt32LE(0), frame.readInt32LE(4), frame.readBigUInt64LE(8)],
      [24, 24, -5, 99n],
    );
    assert.equal(finish(answer(0), 99n).readInt32LE(4), 0);
  });

  it('attributes are where the kernel looks for them, alone and in entries', () => {
    const frames = [
      { frame: attributesAnswer(seen), at: 16 + 16, bytes: 104 },
      { frame: entryAnswer(5, seen), at: 16 + 40, bytes: 128 },
      { frame: createAnswer(5, seen), at: 16 + 40, bytes: 144 },
    ];
    for (const { frame, at, bytes } of frames) {
      assert.equal(frame.length, outHeaderBytes + bytes);
      assert.equal(frame.readBigUInt64LE(at), 77n);
      assert.equal(frame.readBigUInt64LE(at + 8), 5_000_000_000n);
      assert.equal(frame.readBigUInt64LE(at + 32), 1_600_000_000n);
      assert.equal(frame.readUInt32LE(at + 52), 2);
      assert.equal(frame.readUInt32LE(at + 60), 0o100644);
      assert.equal(frame.readUInt32LE(at + 64), 2);
      assert.equal(frame.readUInt32LE(at + 68), 1000);
    }
    assert.equal(entryAnswer(5, seen).readBigUInt64LE(16), 5n);
    // How long the kernel may remember names and attributes: not at all.
    assert.equal(entryAnswer(5, seen).readBigUInt64LE(32), 0n);
    assert.equal(attributesAnswer(seen).readBigUInt64LE(16), 0n);
  });

  it('the version is agreed on, and no write is kept back by the kernel', () => {
    const body = Buffer.alloc(64);
    body.writeUInt32LE(7, 0);
    body.writeUInt32LE(45, 4);
    body.writeUInt32LE(131_072, 8);
    body.writeUInt32LE(0xffff_ffff, 12);
    const frame = initAnswer(body);
    assert.deepEqual([frame.readUInt32LE(16), frame.readUInt32LE(20)], [7, 31]);
    const writebackCache = 1 << 16;
    assert.equal(frame.readUInt32LE(28) & writebackCache, 0);
  });

  it('names end with a zero, and those that are no UTF-8 are refused', () => {
    assert.deepEqual(names(Buffer.from('xxold\0nëw\0'), 2, 2), ['old', 'nëw']);
    assert.throws(() => names(Buffer.from('old'), 0, 1), Refusal);
    assert.throws(() => names(Buffer.from([0xff, 0xfe, 0]), 0, 1), Refusal);
  });

  it('directories are read in as many pieces as it takes, each entry once', () => {
    const entry = fc
      .tuple(
        fc.string({ minLength: 1, maxLength: 40, unit: fc.constantFrom('a', 'ö', '.', '7') }),
        fc.constantFrom(4, 8, 10),
      )
      .map(([name, type]) => ({ name, type }));
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 30 }),
        fc.integer({ min: 104, max: 500 }),
        (entries, bytes) => {
          const found: { name: string; type: number }[] = [];
          for (let from = 0; ; ) {
            const frame = entriesAnswer(entries, from, bytes);
            assert.ok(frame.length - outHeaderBytes <= bytes);
            const piece = entriesOf(frame);
            const last = piece.at(-1);
            if (last === undefined) break;
            found.push(...piece.map(({ name, type }) => ({ name, type })));
            from = last.next;
          }
          assert.deepEqual(found, entries);
        },
      ),
    );
  });

  it('only what is asked for is changed', () => {
    const body = Buffer.alloc(88);
    assert.deepEqual(decodeAttributeChange(body), {});
    body.writeBigUInt64LE(4096n, 16);
    body.writeBigUInt64LE(7n, 40);
    body.writeUInt32LE(5, 60);
    body.writeUInt32LE(0o600, 68);
    body.writeUInt32LE(8, 0);
    assert.deepEqual(decodeAttributeChange(body), { size: 4096 });
    body.writeUInt32LE(1 | 16 | 128 | 32, 0);
    assert.deepEqual(decodeAttributeChange(body), {
      mode: 0o600,
      atimeNs: 'now',
      mtimeNs: 7_000_000_005n,
    });
  });
});
