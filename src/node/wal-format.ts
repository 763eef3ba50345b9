/**
 * The bytes of a write-ahead log.
 *
 *     file   = magic (8) version (4) crc (4)  batch*  zeros
 *     batch  = magic (4) crc (4) number (6) synced (6) bytes (4) records (4)  record*
 *     record = length (4) crc (4)  JSON in UTF-8
 *
 * Integers are big-endian. A batch is one write, numbered from 1 without gaps. The next write starts only after the one before
 * has returned, and `synced` is the number of the last batch that was known to be on disk when this one was written.
 *
 * Torn or corrupt? A batch that does not read back is a *torn tail* when nothing after it shows that it had ever been
 * on disk: no later batch header, anywhere behind it, has a `synced` that covers it. Then nobody was promised any of it and
 * the whole batch is cut off (so the records of a batch come back together or not at all). Otherwise it had been on disk and was damaged
 * there: the log is *corrupt*, and a node that started without those records could break its promises. It must not start.
 *
 * The search for a later header cannot be fooled by what clients store: the numbers in a header have zero bytes at their top, and
 * JSON text has none. What stays undetectable is damage to (or loss of) the very last bytes, before the next batch or seal
 * was written: from the file alone it cannot be told from a write that never finished.
 */

import { crc32 } from 'node:zlib';

const fileMagic = Buffer.from('DISSWAL\n', 'latin1');
const batchMagic = Buffer.from('BTC\0', 'latin1');
const version = 1;
export const fileHeaderBytes = 16;
const batchHeaderBytes = 28;
const recordHeaderBytes = 8;

/** The log was damaged where it had been on disk, or is not a log. The node must not start from it. */
export class WalCorrupt extends Error {
  override readonly name = 'WalCorrupt';
  /** Byte offset in the file where the damage was seen. */
  readonly offset: number;

  constructor(offset: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.offset = offset;
  }
}

/** The start of every log file. */
export function encodeFileHeader(): Buffer {
  const out = Buffer.alloc(fileHeaderBytes);
  fileMagic.copy(out);
  out.writeUInt32BE(version, 8);
  out.writeUInt32BE(crc32(out.subarray(0, 12)), 12);
  return out;
}

/** A record's crc also covers its place, so that a record in the wrong batch or with the wrong length does not pass. */
const recordCrc = (payload: Buffer, batch: number): number =>
  crc32(payload, ((batch ^ payload.length) & 0xffffffff) >>> 0);

/** One batch of JSON texts. `synced` is the last batch known to be on disk. A batch without records is a seal. */
export function encodeBatch(number: number, synced: number, texts: readonly string[]): Buffer {
  let bytes = 0;
  for (const text of texts) bytes += recordHeaderBytes + Buffer.byteLength(text);
  const out = Buffer.allocUnsafe(batchHeaderBytes + bytes);
  batchMagic.copy(out);
  out.writeUIntBE(number, 8, 6);
  out.writeUIntBE(synced, 14, 6);
  out.writeUInt32BE(bytes, 20);
  out.writeUInt32BE(texts.length, 24);
  out.writeUInt32BE(crc32(out.subarray(8, batchHeaderBytes)), 4);
  let at = batchHeaderBytes;
  for (const text of texts) {
    const start = at + recordHeaderBytes;
    const length = out.write(text, start);
    out.writeUInt32BE(length, at);
    out.writeUInt32BE(recordCrc(out.subarray(start, start + length), number), at + 4);
    at = start + length;
  }
  return out;
}

interface BatchHeader {
  readonly number: number;
  readonly synced: number;
  readonly bytes: number;
  readonly records: number;
}

function readBatchHeader(log: Buffer, at: number): BatchHeader | undefined {
  if (log.length - at < batchHeaderBytes) return undefined;
  if (batchMagic.compare(log, at, at + batchMagic.length) !== 0) return undefined;
  if (log.readUInt32BE(at + 4) !== crc32(log.subarray(at + 8, at + batchHeaderBytes))) {
    return undefined;
  }
  return {
    number: log.readUIntBE(at + 8, 6),
    synced: log.readUIntBE(at + 14, 6),
    bytes: log.readUInt32BE(at + 20),
    records: log.readUInt32BE(at + 24),
  };
}

type ReadBatch =
  | { readonly kind: 'good'; readonly end: number; readonly payloads: readonly Buffer[] }
  | { readonly kind: 'bad'; readonly offset: number; readonly reason: string };

function readBatch(log: Buffer, at: number, expected: number): ReadBatch {
  const header = readBatchHeader(log, at);
  if (header === undefined) {
    return { kind: 'bad', offset: at, reason: `the header of batch ${expected} is damaged` };
  }
  if (header.number !== expected) {
    // An intact header in a place where it was never written: no torn write looks like this.
    throw new WalCorrupt(at, `batch ${header.number} where batch ${expected} belongs`);
  }
  const end = at + batchHeaderBytes + header.bytes;
  if (end > log.length) return { kind: 'bad', offset: at, reason: `batch ${expected} is cut off` };
  const payloads: Buffer[] = [];
  let offset = at + batchHeaderBytes;
  while (offset < end) {
    const start = offset + recordHeaderBytes;
    const length = start <= end ? log.readUInt32BE(offset) : 0;
    const payload = log.subarray(start, start + length);
    const whole = start + length <= end;
    if (!whole || log.readUInt32BE(offset + 4) !== recordCrc(payload, expected)) {
      const record = payloads.length + 1;
      return { kind: 'bad', offset, reason: `record ${record} of batch ${expected} is damaged` };
    }
    payloads.push(payload);
    offset = start + length;
  }
  if (payloads.length !== header.records) {
    throw new WalCorrupt(
      at,
      `batch ${expected} has ${payloads.length} of ${header.records} records`,
    );
  }
  return { kind: 'good', end, payloads };
}

/** Where a batch header starts that was written when batch `number` was already on disk. */
function proofOnDisk(log: Buffer, from: number, number: number): number | undefined {
  let at = log.indexOf(batchMagic, from);
  while (at !== -1) {
    const header = readBatchHeader(log, at);
    if (header !== undefined && header.synced >= number) return at;
    at = log.indexOf(batchMagic, at + 1);
  }
  return undefined;
}

function checkFileHeader(log: Buffer): void {
  // The file gets its name only when its header is on disk, so a damaged header is never a torn write.
  if (log.length < fileHeaderBytes || fileMagic.compare(log, 0, fileMagic.length) !== 0) {
    throw new WalCorrupt(0, 'the file header is damaged, or this is not a write-ahead log');
  }
  if (log.readUInt32BE(12) !== crc32(log.subarray(0, 12))) {
    throw new WalCorrupt(0, 'the file header is damaged');
  }
  const found = log.readUInt32BE(8);
  if (found !== version) {
    throw new WalCorrupt(8, `the log has version ${found}; this program reads ${version}`);
  }
}

function parseRecord(log: Buffer, payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch (error) {
    const offset = payload.byteOffset - log.byteOffset;
    throw new WalCorrupt(offset, 'a record with a right checksum is not JSON', { cause: error });
  }
}

/** Room that was made in advance and not used yet. */
function isUnused(log: Buffer, from: number): boolean {
  for (let at = from; at < log.length; at += 1) {
    if (log[at] !== 0) return false;
  }
  return true;
}

/** Where a batch lies in a log, and what it says of itself. */
export interface BatchPlace {
  readonly number: number;
  /** The last batch known to be on disk when this one was written. */
  readonly synced: number;
  readonly start: number;
  readonly end: number;
  /** 0: a seal. */
  readonly records: number;
}

/** The batches at the beginning of a log, up to the first that is not whole. Never throws; none when the file header is damaged. */
export function batchPlaces(log: Buffer): readonly BatchPlace[] {
  const places: BatchPlace[] = [];
  try {
    checkFileHeader(log);
    for (let start = fileHeaderBytes; start < log.length; ) {
      const header = readBatchHeader(log, start);
      if (header === undefined) break;
      const batch = readBatch(log, start, places.length + 1);
      if (batch.kind === 'bad') break;
      const { number, synced, records } = header;
      places.push({ number, synced, start, end: batch.end, records });
      start = batch.end;
    }
  } catch (error) {
    if (!(error instanceof WalCorrupt)) throw error;
  }
  return places;
}

export interface DecodedLog {
  readonly records: readonly unknown[];
  /** Number of the last whole batch; 0 when there is none. */
  readonly lastBatch: number;
  /** Where the last whole batch ends: what lies behind has to be cut off. */
  readonly end: number;
  /** Present when there is something to cut off. */
  readonly torn?: { readonly offset: number; readonly bytes: number; readonly reason: string };
}

/** Reads a whole log. Throws WalCorrupt unless every batch that was ever promised to be on disk is intact (see above). */
export function decodeLog(log: Buffer): DecodedLog {
  checkFileHeader(log);
  const records: unknown[] = [];
  let lastBatch = 0;
  let end = fileHeaderBytes;
  while (end < log.length && !isUnused(log, end)) {
    const batch = readBatch(log, end, lastBatch + 1);
    if (batch.kind === 'bad') {
      const proof = proofOnDisk(log, end + 1, lastBatch + 1);
      if (proof !== undefined) {
        const why = `${batch.reason}, and the batch at offset ${proof} shows that it had been on disk`;
        throw new WalCorrupt(batch.offset, why);
      }
      const torn = { offset: end, bytes: log.length - end, reason: batch.reason };
      return { records, lastBatch, end, torn };
    }
    for (const payload of batch.payloads) records.push(parseRecord(log, payload));
    lastBatch += 1;
    end = batch.end;
  }
  return { records, lastBatch, end };
}
