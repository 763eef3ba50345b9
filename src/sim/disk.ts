/**
 * The disk of one node: what was written, what of it is durable, and what a crash or damage leaves.
 *
 *     write -> in the page cache: survives the process, not the machine      sync -> durable
 *     crash    kept: a process died    lost: power failed, nothing unsynced is there    torn: each unsynced write is lost, kept, or
 *              there in part, in sectors of 512 B or 4 KiB
 *
 * Batches are kept as the records they hold. Bytes are made, in the real format of the log, only when something happens to
 * bytes (a torn write, damage), and then the real recovery reads them.
 */

import { decodeLog, encodeBatch, encodeFileHeader, fileHeaderBytes } from '../node/wal-format.ts';
import type { DiskDamage, DiskTrouble, Unsynced } from '../schedule/world.ts';
import { Unavailable } from '../schedule/world.ts';
import { mix } from './mix.ts';

/** One write to the log. */
export interface Batch {
  /** Counts from 1, without gaps. */
  readonly number: number;
  /** The last batch known to be on disk when this one was written. */
  readonly synced: number;
  /** Empty: a seal. */
  readonly records: readonly unknown[];
}

/** All batches of a log, side by side: there are hundreds a second, so one object each would keep the garbage collector busy. */
class Batches {
  readonly #records: unknown[] = [];
  /** How many records there are up to the end of each batch. */
  readonly #ends: number[] = [];
  readonly #synced: number[] = [];
  /** So many of the records, from the first, are as they read back. */
  #asRead = 0;

  get length(): number {
    return this.#ends.length;
  }

  /** What the last batch says is on disk; 0 without one. */
  get lastSynced(): number {
    return this.#synced.at(-1) ?? 0;
  }

  push({ synced, records }: Batch): void {
    for (const record of records) this.#records.push(record);
    this.#ends.push(this.#records.length);
    this.#synced.push(synced);
  }

  truncate(length: number): void {
    this.#ends.length = Math.min(length, this.#ends.length);
    this.#synced.length = this.#ends.length;
    this.#records.length = this.#ends.at(-1) ?? 0;
    this.#asRead = Math.min(this.#asRead, this.#records.length);
  }

  /** All records as they read back from JSON; what has been read back once reads back as itself. */
  read(): readonly unknown[] {
    const written = this.#records.splice(this.#asRead);
    const read: readonly unknown[] = JSON.parse(JSON.stringify(written));
    for (const record of read) this.#records.push(record);
    this.#asRead = this.#records.length;
    return this.#records.slice();
  }

  /** Those after the first `from`, up to and including number `to`. */
  slice(from: number, to = this.#ends.length): Batch[] {
    return this.#ends.slice(from, to).map((end, index) => ({
      number: from + index + 1,
      synced: this.#synced[from + index] as number,
      records: this.#records.slice(this.#ends[from + index - 1] ?? 0, end),
    }));
  }
}

/** What a node finds when it starts. */
export interface Found {
  /** As they read back from JSON. */
  readonly records: readonly unknown[];
  readonly lastBatch: number;
  /** Why a tail was cut off. */
  readonly torn?: string;
}

/** The system's error of a call that a fault made fail. */
class DiskError extends Error {
  override readonly name = 'DiskError';
}

const salts = { fate: 1, grain: 2, sector: 3, damage: 4, call: 5 } as const;

const sectorBytes = 512;
const pageBytes = 4096;

const textsOf = (records: readonly unknown[]): string[] =>
  records.map((record) => JSON.stringify(record));

const bytesOf = ({ number, synced, records }: Batch): Buffer =>
  encodeBatch(number, synced, textsOf(records));

/** Zeros behind the last batch: room made in advance. */
const room = (bytes: number): Buffer => Buffer.alloc(bytes);

export class SimDisk {
  /** 32 bits that are this disk's own, from the seed. */
  readonly #key: number;
  readonly #bounded: boolean;
  readonly #batches = new Batches();
  /** How many of them are durable. */
  #durable = 0;
  /** The log's bytes, when they are not those of the batches: after a torn write or damage. */
  #image: Buffer | undefined;
  #isDamaged = false;
  #crashes = 0;
  #troubles: readonly DiskTrouble[] = [];
  /** Troubles that happen once and did. */
  readonly #spent = new Set<DiskTrouble>();
  #fsyncs = 0;
  #calls = 0;
  /**
   * Numbers of batches that a failed sync took away: their pages count as clean, so that no later sync writes them (Rebello et al.,
   * Can Applications Recover from fsync Failures?, ATC 2020).
   */
  readonly #dropped = new Set<number>();

  constructor(key: number, bounded: boolean) {
    this.#key = key;
    this.#bounded = bounded;
  }

  get fsyncs(): number {
    return this.#fsyncs;
  }

  get lastBatch(): number {
    return this.#batches.length;
  }

  /** Whether a fault did something to its files. */
  get isDamaged(): boolean {
    return this.#isDamaged;
  }

  /** Whether a call may fail because of a fault. */
  get isTroubled(): boolean {
    return this.#troubles.some((one) => one.kind === 'error' && !this.#spent.has(one));
  }

  /** Added to every fsync by faults, in ms. */
  get slownessMs(): number {
    let sum = 0;
    for (const one of this.#troubles) if (one.kind === 'slow') sum += one.fsyncMs;
    return sum;
  }

  setTroubles(troubles: readonly DiskTrouble[]): void {
    this.#troubles = troubles;
  }

  /** The error of the write, or undefined when it is in the page cache. */
  write(batch: Batch): Error | undefined {
    this.#calls += 1;
    // Space is found when a write is taken; an I/O error may come as late as with the sync.
    const isTaken = mix(mix(this.#key, salts.call), this.#calls) % 2 === 0;
    const error = this.#fail('write', (code) => code === 'ENOSPC' || !isTaken);
    if (error === undefined) this.#batches.push(batch);
    return error;
  }

  /** The error of the sync, or undefined when everything up to this batch is durable. One that fails takes what it was to write. */
  sync(upTo: number): Error | undefined {
    const error = this.#fail('fdatasync', (code) => code === 'EIO');
    if (error !== undefined) {
      for (let n = this.#durable + 1; n <= this.#batches.length; n += 1) this.#dropped.add(n);
      return error;
    }
    this.#fsyncs += 1;
    this.#durable = Math.max(this.#durable, Math.min(upTo, this.#batches.length));
    return undefined;
  }

  /** The log's name was lost with the power: nobody finds again what it holds. */
  unlink(): void {
    this.#batches.truncate(0);
    this.#durable = 0;
    this.#image = undefined;
    this.#dropped.clear();
  }

  /** The process dies, or the machine with it. */
  crash(unsynced: Unsynced): void {
    this.#crashes += 1;
    if (unsynced === 'lost') {
      this.#batches.truncate(this.#durable);
    } else if (unsynced === 'torn' && this.#durable < this.#batches.length) {
      this.#image = this.#tear();
      this.#dropped.clear();
    }
  }

  /**
   * Reads the log as a starting node does: cuts off a torn tail and makes durable what is left. Throws WalCorrupt when it was
   * damaged where it had been on disk, and the system's error when the disk fails.
   */
  recover(): Found {
    const error = this.#fail('fdatasync', (code) => code === 'EIO');
    if (error !== undefined) throw error;
    if (this.#dropped.size > 0) this.#loseDropped();
    let found: Found;
    if (this.#image === undefined) {
      found = { records: this.#batches.read(), lastBatch: this.#batches.length };
    } else {
      const { records, lastBatch, torn } = decodeLog(this.#image);
      found = { records, lastBatch, ...(torn === undefined ? {} : { torn: torn.reason }) };
      // Batches come back together or not at all, so what is left is a first part of them.
      this.#batches.truncate(lastBatch);
      this.#image = undefined;
    }
    this.#durable = this.#batches.length;
    return found;
  }

  /** Does this to the files of a node that is down. Throws Unavailable for what no node could survive without breaking promises. */
  damage(damage: DiskDamage): string {
    if (this.#dropped.size > 0) this.#loseDropped();
    const done = this.#damage(damage);
    this.#isDamaged = true;
    return done;
  }

  #damage(damage: DiskDamage): string {
    switch (damage.kind) {
      case 'bit-rot':
        return this.#rot(damage.sectors, damage.seed);
      case 'misdirected':
        return this.#misdirect(damage.seed);
      case 'truncated':
        return this.#truncate(damage.bytes);
      case 'wiped':
        this.#refuse(this.#batches.length > 0, 'the whole log');
        this.unlink();
        return 'everything';
    }
  }

  /** Nobody holds the lost pages in memory any more: they read back as the zeros that the room ahead was made of. */
  #loseDropped(): void {
    while (this.#dropped.has(this.#batches.length)) {
      this.#dropped.delete(this.#batches.length);
      this.#batches.truncate(this.#batches.length - 1);
    }
    const isHole = [...this.#dropped].some((number) => number <= this.#batches.length);
    if (isHole) this.#image = this.bytes();
    this.#dropped.clear();
  }

  #read(batch: Batch): Buffer {
    const bytes = bytesOf(batch);
    return this.#dropped.has(batch.number) ? Buffer.alloc(bytes.length) : bytes;
  }

  /** The log as it would be read now. */
  bytes(): Buffer {
    return (
      this.#image ??
      Buffer.concat([
        encodeFileHeader(),
        ...this.#batches.slice(0).map((batch) => this.#read(batch)),
        room(pageBytes),
      ])
    );
  }

  #refuse(isLossy: boolean, what: string): void {
    if (!isLossy || !this.#bounded) return;
    throw new Unavailable(
      `${what} would be gone without a trace, and with it what this node promised: no algorithm can keep its guarantees ` +
        "when that node comes back under its name, so a violation would be the test's fault",
    );
  }

  #fail(call: string, applies: (code: 'EIO' | 'ENOSPC') => boolean): Error | undefined {
    for (const trouble of this.#troubles) {
      if (trouble.kind !== 'error' || this.#spent.has(trouble) || !applies(trouble.code)) continue;
      if (trouble.once) this.#spent.add(trouble);
      const words = trouble.code === 'EIO' ? 'i/o error' : 'no space left on device';
      return new DiskError(`${trouble.code}: ${words}, ${call} (injected)`);
    }
    return undefined;
  }

  /** The bytes that power loss leaves: durable batches, and of each later write nothing, all, or some sectors. */
  #tear(): Buffer {
    const durable = this.#batches.slice(0, this.#durable).map((batch) => this.#read(batch));
    const whole = Buffer.concat([encodeFileHeader(), ...durable]);
    const unsynced = this.#batches.slice(this.#durable);
    const image = Buffer.concat([
      whole,
      room(pageBytes + unsynced.reduce((n, b) => n + bytesOf(b).length, 0)),
    ]);
    let offset = whole.length;
    for (const batch of unsynced) {
      const bytes = this.#read(batch);
      const bits = mix(mix(this.#key, this.#crashes), batch.number);
      const fate = mix(bits, salts.fate) % 4;
      if (fate === 1) bytes.copy(image, offset);
      if (fate > 1) tearOne(bytes, offset, image, bits);
      offset += bytes.length;
    }
    return image;
  }

  /** Flips one bit in each of some sectors of the log, where later batches show that it had been on disk. */
  #rot(sectors: number, seed: number): string {
    const image = Buffer.from(this.bytes());
    const end = this.#provenEnd();
    if (end <= fileHeaderBytes)
      throw new Unavailable('the log has nothing yet that can be damaged');
    const offsets: number[] = [];
    for (let i = 0; i < sectors; i += 1) {
      const bits = mix(mix(seed, salts.damage), i);
      const offset = fileHeaderBytes + (bits % (end - fileHeaderBytes));
      // Two flips of one bit would be none.
      if (offsets.includes(offset)) continue;
      image[offset] = (image[offset] as number) ^ (1 << (mix(bits, 1) % 8));
      offsets.push(offset);
    }
    this.#image = image;
    return `a flipped bit at ${offsets.join(', ')}`;
  }

  #misdirect(seed: number): string {
    const image = Buffer.from(this.bytes());
    const end = this.#provenEnd();
    const count = Math.floor(end / sectorBytes);
    if (count < 2) throw new Unavailable('the log has no two whole sectors yet');
    const from = mix(seed, 1) % count;
    const others = Array.from({ length: count - 1 }, (_, i) => (from + 1 + i) % count);
    const sector = (n: number): Buffer => image.subarray(n * sectorBytes, (n + 1) * sectorBytes);
    const different = others.filter((other) => !sector(other).equals(sector(from)));
    const to = different[mix(seed, 2) % different.length];
    if (to === undefined) throw new Unavailable('all sectors of the log are equal');
    image.copy(image, to * sectorBytes, from * sectorBytes, (from + 1) * sectorBytes);
    this.#image = image;
    return `sector ${from} in the place of sector ${to}`;
  }

  #truncate(bytes: number): string {
    const end =
      fileHeaderBytes +
      this.#batches.slice(0).reduce((sum, batch) => sum + bytesOf(batch).length, 0);
    const keep = Math.max(0, end - bytes);
    let offset = fileHeaderBytes;
    const isLossy = this.#batches.slice(0).some((batch, index) => {
      offset += bytesOf(batch).length;
      return index < this.#durable && offset > keep && batch.records.length > 0;
    });
    this.#refuse(isLossy, `the last ${bytes} bytes`);
    this.#image = Buffer.from(this.bytes().subarray(0, Math.max(fileHeaderBytes, keep)));
    return `the log ends at ${Math.max(fileHeaderBytes, keep)} instead of ${end}`;
  }

  /** Up to here a later header says that the log had been on disk, so damage before it cannot pass for a torn write. */
  #provenEnd(): number {
    const proven = this.#batches.lastSynced;
    if (!this.#bounded) return this.bytes().length - pageBytes;
    let end = fileHeaderBytes;
    for (const batch of this.#batches.slice(0, proven)) end += bytesOf(batch).length;
    return end;
  }
}

/** Some of the sectors of one write, at its offset in the file; sectors are where the disk has them, not where the write begins. */
function tearOne(bytes: Buffer, offset: number, image: Buffer, bits: number): void {
  const grain = mix(bits, salts.grain) % 2 === 0 ? sectorBytes : pageBytes;
  for (let at = offset; at < offset + bytes.length; ) {
    const sector = Math.floor(at / grain);
    const end = Math.min((sector + 1) * grain, offset + bytes.length);
    if (mix(mix(bits, salts.sector), sector) % 2 === 0) {
      bytes.copy(image, at, at - offset, end - offset);
    }
    at = end;
  }
}
