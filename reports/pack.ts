/**
 * Report data as bytes and back. Shared with the browser, so nothing of Node in here.
 *
 *     4 bytes: length of the JSON | JSON: everything but the columns | columns, one after the other, as varints
 *
 * Numbers of a column are whole and not negative; columns that grow are stored as differences. Small numbers take one byte, and
 * gzip does the rest: about 6 bytes for an operation.
 */

import type { OperationColumns, ReportData } from './types.ts';

/** Bytes that can grow. */
class ByteSink {
  #bytes = new Uint8Array(1 << 16);
  #length = 0;

  /** LEB128, for whole numbers from 0 to 2^53. */
  varint(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new RangeError(`a column holds ${value}; allowed: whole numbers from 0`);
    }
    if (this.#length + 8 > this.#bytes.length) this.#grow();
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  #grow(): void {
    const larger = new Uint8Array(this.#bytes.length * 2);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }

  taken(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}

/** Reads varints from a place in bytes. */
class ByteSource {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new RangeError('the report data end too early');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }
}

type Numbers = { [at: number]: number; readonly length: number };

interface Column {
  readonly values: Numbers;
  /** Stored as the difference to the one before. */
  readonly grows: boolean;
  /** Added before storing, so that a -1 becomes a 0. */
  readonly shift: number;
}

/** The columns in their order on disk. */
const columnsOf = (operations: OperationColumns): readonly Column[] => [
  { values: operations.invokeNs, grows: true, shift: 0 },
  { values: operations.latencyNs, grows: false, shift: 1 },
  { values: operations.outcome, grows: false, shift: 0 },
  { values: operations.f, grows: false, shift: 0 },
  { values: operations.process, grows: false, shift: 0 },
  { values: operations.node, grows: false, shift: 0 },
  { values: operations.index, grows: true, shift: 0 },
  { values: operations.text, grows: false, shift: 0 },
];

/** Columns for `count` operations, all zero. */
export const emptyColumns = (
  count: number,
  names: Pick<OperationColumns, 'fNames' | 'nodeNames' | 'texts'>,
): OperationColumns => ({
  count,
  invokeNs: new Float64Array(count),
  latencyNs: new Float64Array(count),
  outcome: new Uint8Array(count),
  f: new Uint16Array(count),
  process: new Float64Array(count),
  node: new Uint16Array(count),
  index: new Float64Array(count),
  text: new Uint32Array(count),
  fNames: names.fNames,
  nodeNames: names.nodeNames,
  texts: names.texts,
});

/** Throws RangeError when a column holds what is not a whole number from 0 (latency: from -1), or times go back. */
export function pack(data: ReportData): Uint8Array<ArrayBuffer> {
  const { operations, ...rest } = data;
  const { count, fNames, nodeNames, texts } = operations;
  const head = new TextEncoder().encode(
    JSON.stringify({ ...rest, operations: { count, fNames, nodeNames, texts } }),
  );
  const sink = new ByteSink();
  for (const { values, grows, shift } of columnsOf(operations)) {
    let before = 0;
    for (let i = 0; i < count; i += 1) {
      const value = (values[i] as number) + shift;
      sink.varint(value - before);
      if (grows) before = value;
    }
  }
  const columns = sink.taken();
  const bytes = new Uint8Array(4 + head.length + columns.length);
  new DataView(bytes.buffer).setUint32(0, head.length);
  bytes.set(head, 4);
  bytes.set(columns, 4 + head.length);
  return bytes;
}

/** The inverse of `pack`. Throws on bytes that `pack` did not write. */
export function unpack(bytes: Uint8Array): ReportData {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as ReportData;
  if (head.version !== 1) throw new RangeError(`report data of version ${String(head.version)}`);
  const operations = emptyColumns(head.operations.count, head.operations);
  const source = new ByteSource(bytes, 4 + length);
  for (const { values, grows, shift } of columnsOf(operations)) {
    let before = 0;
    for (let i = 0; i < operations.count; i += 1) {
      const value = before + source.varint();
      values[i] = value - shift;
      if (grows) before = value;
    }
  }
  return { ...head, operations };
}
