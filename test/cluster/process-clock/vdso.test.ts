/** Reading a vDSO, one made by hand and this process's own; and the machine code that goes into it. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { build, compilerHere } from '#src/cluster/process-clock/blob/build';
import { blob } from '#src/cluster/process-clock/blob/built';
import { Memory, mapsOf } from '#src/cluster/process-clock/memory';
import { siteIn } from '#src/cluster/process-clock/patch';
import { stateBytes } from '#src/cluster/process-clock/state';
import { findVdso, parseVdso } from '#src/cluster/process-clock/vdso';

interface Function {
  readonly name: string;
  readonly offset: number;
  readonly bytes: number;
}

const usual: readonly Function[] = [
  { name: '__vdso_clock_gettime', offset: 0x600, bytes: 64 },
  { name: 'clock_gettime', offset: 0x600, bytes: 64 },
  { name: '__vdso_gettimeofday', offset: 0x640, bytes: 64 },
  { name: '__vdso_time', offset: 0x680, bytes: 16 },
];

/** A file of a kind that the kernel's linker makes: header, segments, symbols, names, code up to `end`, nothing up to `size`. */
function image(functions = usual, { size = 4096, end = 0x800 } = {}): Buffer {
  const bytes = Buffer.alloc(size);
  const names = Buffer.from(`\0${functions.map(({ name }) => `${name}\0`).join('')}`);
  const [segments, dynamic, symbols] = [64, 256, 512];
  const strings = symbols + 24 * (functions.length + 1);
  bytes.write('\x7fELF\x02\x01', 0, 'latin1');
  bytes.writeUInt16LE(62, 18);
  bytes.writeBigUInt64LE(BigInt(segments), 32);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(2, 56);
  const segment = (index: number, type: number, offset: number, length: number) => {
    const at = segments + index * 56;
    bytes.writeUInt32LE(type, at);
    bytes.writeBigUInt64LE(BigInt(offset), at + 8);
    bytes.writeBigUInt64LE(BigInt(offset), at + 16);
    bytes.writeBigUInt64LE(BigInt(length), at + 32);
  };
  segment(0, 1, 0, end);
  segment(1, 2, dynamic, 48);
  for (const [i, [tag, value]] of [
    [5, strings] as const,
    [6, symbols] as const,
    [0, 0] as const,
  ].entries()) {
    bytes.writeBigUInt64LE(BigInt(tag), dynamic + i * 16);
    bytes.writeBigUInt64LE(BigInt(value), dynamic + i * 16 + 8);
  }
  for (const [i, { name, offset, bytes: length }] of functions.entries()) {
    const at = symbols + 24 * (i + 1);
    bytes.writeUInt32LE(names.indexOf(`\0${name}\0`) + 1, at);
    bytes.writeUInt8(0x12, at + 4);
    bytes.writeUInt16LE(1, at + 6);
    bytes.writeBigUInt64LE(BigInt(offset), at + 8);
    bytes.writeBigUInt64LE(BigInt(length), at + 16);
  }
  names.copy(bytes, strings);
  return bytes;
}

const start = 0x7ffc_1234_5000;

describe('the vDSO', () => {
  it('is found among a process’s mappings', () => {
    const maps = [
      '55d0c0000000-55d0c0021000 rw-p 00000000 00:00 0                          [heap]',
      '7ffc12340000-7ffc12344000 r--p 00000000 00:00 0                          [vvar]',
      '7ffc12345000-7ffc12347000 r-xp 00000000 00:00 0                          [vdso]',
      'ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]',
    ].join('\n');
    assert.deepEqual(findVdso(maps), { start, end: start + 0x2000 });
    assert.equal(findVdso(maps.replace('[vdso]', '/lib/[vdso].so')), undefined);
    assert.equal(findVdso(''), undefined);
  });

  it('has functions, whose aliases are the same place, and an end', () => {
    const { functions, endOffset } = parseVdso(image());
    assert.deepEqual(
      [...functions],
      [
        ['clock_gettime', { offset: 0x600, bytes: 64 }],
        ['gettimeofday', { offset: 0x640, bytes: 64 }],
        ['time', { offset: 0x680, bytes: 16 }],
      ],
    );
    assert.equal(endOffset, 0x800);
  });

  it('of another kind is refused, with what it is not', () => {
    const changed = (at: number, byte: number): Buffer => {
      const bytes = image();
      bytes.writeUInt8(byte, at);
      return bytes;
    };
    assert.throws(() => parseVdso(changed(0, 0)), /not an ELF file/);
    assert.throws(() => parseVdso(Buffer.alloc(10)), /not an ELF file/);
    assert.throws(() => parseVdso(changed(4, 1)), /64 bits/);
    assert.throws(() => parseVdso(changed(18, 183)), /x86-64/);
    assert.throws(() => parseVdso(changed(64, 9)), /no table of symbols/);
  });

  it('is patched at the start of each function, at its unused end', () => {
    const { code, jumps } = siteIn(image(), start);
    assert.equal(code % 16, 0);
    assert.ok(code >= start + 0x800 && code + blob.code.length <= start + 4096);
    const targets = jumps.map(({ at, bytes }) => {
      assert.deepEqual([bytes.length, bytes[0]], [5, 0xe9]);
      return [at - start, at + 5 + bytes.readInt32LE(1) - code];
    });
    assert.deepEqual(targets, [
      [0x600, blob.entries.clock_gettime],
      [0x640, blob.entries.gettimeofday],
      [0x680, blob.entries.time],
    ]);
  });

  it('is patched behind the mark for calls that arrive, where there is one', () => {
    const marked = image();
    marked.write('f30f1efa', 0x640, 'hex');
    assert.deepEqual(
      siteIn(marked, start).jumps.map(({ at }) => at - start),
      [0x600, 0x644, 0x680],
    );
  });

  it('is not patched where there is no room', () => {
    const room = 4096 - blob.code.length;
    assert.doesNotThrow(() => siteIn(image(usual, { end: room & ~15 }), start));
    assert.throws(() => siteIn(image(usual, { end: (room & ~15) + 1 }), start), /unused bytes/);
    assert.throws(() => siteIn(image(usual.slice(2)), start), /no clock_gettime/);
    const short = usual.map((one) => ({ ...one, bytes: 4 }));
    assert.throws(() => siteIn(image(short), start), /4 bytes, too few/);
  });

  it('of this process can be read and has room', function () {
    if (process.platform !== 'linux' || process.arch !== 'x64') {
      console.log('      not tested: the vDSO of this process, for want of x86-64 Linux');
      return this.skip();
    }
    const mapping = findVdso(mapsOf(process.pid));
    assert.ok(mapping);
    using memory = new Memory(process.pid, 'r');
    const own = memory.read(mapping.start, mapping.end - mapping.start);
    assert.deepEqual(
      ['clock_gettime', 'gettimeofday', 'time'].filter(
        (name) => !parseVdso(own).functions.has(name),
      ),
      [],
    );
    const { code, jumps } = siteIn(own, mapping.start);
    assert.ok(code > mapping.start && jumps.length === 3);
  });
});

describe('the machine code', function () {
  this.timeout(120_000);

  it('ends with a state that says nothing yet', () => {
    assert.equal(blob.code.length, blob.state + stateBytes);
    assert.equal(blob.state % 8, 0);
    assert.ok(blob.code.subarray(blob.state).every((byte) => byte === 0));
  });

  it('is what its source makes', function () {
    let compiler: string;
    try {
      compiler = compilerHere();
      execFileSync('objcopy', ['--version'], { stdio: 'ignore' });
    } catch {
      console.log('      not tested: the machine code, for want of gcc and binutils');
      return this.skip();
    }
    const built = build();
    const { entries, state } = blob;
    assert.equal(built.code.length - (built.symbols['state'] ?? 0), stateBytes);
    if (compiler !== blob.compiler) {
      console.log(`      not compared: made by ${blob.compiler}, and here is ${compiler}`);
      return this.skip();
    }
    assert.equal(built.code.toString('hex'), blob.code.toString('hex'));
    assert.deepEqual(
      [
        built.symbols['dissent_clock_gettime'],
        built.symbols['dissent_gettimeofday'],
        built.symbols['dissent_time'],
        built.symbols['state'],
      ],
      [entries.clock_gettime, entries.gettimeofday, entries.time, state],
    );
  });
});
