/**
 * Operations as bytes of JSON lines, the same bytes as `serializeOperation` gives as text. This is the hottest path of a run: writing
 * digits and names straight into a buffer takes a third of the time of building strings, and leaves no garbage.
 */

import type { Operation } from '../history/operation.ts';

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'utf8');

const part = {
  index: bytesOf('{"index":'),
  time: bytesOf(',"time":'),
  type: {
    invoke: bytesOf(',"type":"invoke","process":'),
    ok: bytesOf(',"type":"ok","process":'),
    fail: bytesOf(',"type":"fail","process":'),
    info: bytesOf(',"type":"info","process":'),
  },
  nemesis: bytesOf('"nemesis"'),
  f: bytesOf(',"f":'),
  key: bytesOf(',"key":'),
  value: bytesOf(',"value":'),
  error: bytesOf(',"error":'),
  node: bytesOf(',"node":'),
  due: bytesOf(',"due":'),
  null: bytesOf('null'),
  end: bytesOf('}\n'),
} as const;

/** Names and keys come again and again; keys of long runs do not come back for ever, so the memory starts afresh at times. */
const rememberedMax = 4096;

/** A text of UTF-16 units takes at most three times as many bytes. */
const bytesPerUnitMax = 3;

/** Room for everything in a line but its texts: fixed parts and numbers. */
const fixedBytesMax = 256;

/** Deeper lists are left to JSON.stringify, which also knows about cycles. */
const listDepthMax = 2;

const [openBracket, comma, closeBracket] = [91, 44, 93];

/** A growing run of bytes, taken away in pieces. */
export class LineEncoder {
  readonly #capacity: number;
  #bytes: Buffer;
  #spare: Buffer | undefined;
  #length = 0;
  readonly #remembered = new Map<string, Uint8Array>();

  /** `capacity` in bytes: what is usually taken at a time. It grows as needed. */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  /** Bytes waiting to be taken. */
  get length(): number {
    return this.#length;
  }

  /** All bytes so far. They belong to the caller until they are given back. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = this.#spare ?? Buffer.allocUnsafe(this.#capacity);
    this.#spare = undefined;
    this.#length = 0;
    return taken;
  }

  /** What was taken will not be looked at again: its memory serves for what comes. */
  giveBack(taken: Buffer): void {
    if (taken.buffer.byteLength === this.#capacity) this.#spare = Buffer.from(taken.buffer);
  }

  /** Appends a line. Throws TypeError for a value that has no JSON (a bigint, a cycle), and then appends nothing. */
  line(op: Operation): void {
    const start = this.#length;
    try {
      this.#line(op);
    } catch (error) {
      this.#length = start;
      throw error;
    }
  }

  #line(op: Operation): void {
    this.#reserve(fixedBytesMax);
    this.#copy(part.index);
    this.#integer(op.index);
    this.#copy(part.time);
    this.#integer(op.time);
    this.#copy(part.type[op.type]);
    if (op.process === 'nemesis') this.#copy(part.nemesis);
    else this.#integer(op.process);
    this.#copy(part.f);
    this.#name(op.f);
    const { key, value, error, node, due } = op;
    if (key !== undefined) {
      this.#copy(part.key);
      if (typeof key === 'string') this.#name(key);
      else this.#integer(key);
    }
    if (value !== undefined) this.#value(value);
    if (error !== undefined) {
      this.#copy(part.error);
      this.#text(JSON.stringify(error));
    }
    if (node !== undefined) {
      this.#copy(part.node);
      this.#name(node);
    }
    if (due !== undefined) {
      this.#copy(part.due);
      this.#integer(due);
    }
    this.#copy(part.end);
  }

  /** Makes sure that so many more bytes fit, besides the fixed parts of the line. */
  #reserve(count: number): void {
    const needed = this.#length + count + fixedBytesMax;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }

  #copy(bytes: Uint8Array): void {
    const target = this.#bytes;
    let at = this.#length;
    // A loop beats `set` for the few bytes that these are.
    for (let i = 0; i < bytes.length; i += 1) {
      target[at] = bytes[i] as number;
      at += 1;
    }
    this.#length = at;
  }

  /** A whole number from 0 that is safe; any other the slow way. */
  #integer(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0 || Object.is(value, -0)) {
      return this.#text(JSON.stringify(value));
    }
    if (value < 10) {
      this.#bytes[this.#length] = 48 + value;
      this.#length += 1;
      return;
    }
    // Parts below 2^31 are divided as integers, which is several times faster.
    const high = Math.floor(value / 1e9);
    if (high > 0) {
      this.#integer(high);
      this.#digits(value - high * 1e9, 9);
    } else {
      this.#digits(value, value < 1e4 ? countSmall(value) : countLarge(value));
    }
  }

  /** Exactly `count` digits of a number below 10^9. */
  #digits(value: number, count: number): void {
    const target = this.#bytes;
    let rest = value | 0;
    for (let at = this.#length + count - 1; at >= this.#length; at -= 1) {
      const tenth = (rest / 10) | 0;
      target[at] = 48 + rest - tenth * 10;
      rest = tenth;
    }
    this.#length += count;
  }

  #value(value: unknown): void {
    const plain = value === null || typeof value === 'number' || Array.isArray(value);
    const json: string | undefined = plain ? '' : JSON.stringify(value);
    // A function or a symbol has no JSON: the field is left out.
    if (json === undefined) return;
    this.#copy(part.value);
    if (plain) this.#json(value, 0);
    else this.#text(json);
  }

  #json(value: unknown, depth: number): void {
    if (value === null) this.#copy(part.null);
    else if (typeof value === 'number') this.#integer(value);
    else if (depth < listDepthMax && Array.isArray(value)) this.#list(value, depth);
    // Within a list, what has no JSON is a null.
    else this.#text(JSON.stringify(value) ?? 'null');
  }

  /** `[from, to]`, `[[f, key, value], ...]`. */
  #list(items: readonly unknown[], depth: number): void {
    this.#bytes[this.#length] = openBracket;
    this.#length += 1;
    for (let i = 0; i < items.length; i += 1) {
      this.#reserve(fixedBytesMax);
      if (i > 0) {
        this.#bytes[this.#length] = comma;
        this.#length += 1;
      }
      this.#json(items[i], depth + 1);
    }
    this.#bytes[this.#length] = closeBracket;
    this.#length += 1;
  }

  /** JSON text, checked to be ASCII while it is copied. */
  #text(json: string): void {
    this.#reserve(json.length * bytesPerUnitMax);
    const start = this.#length;
    for (let i = 0; i < json.length; i += 1) {
      const unit = json.charCodeAt(i);
      if (unit > 127) {
        this.#length = start + this.#bytes.write(json, start, 'utf8');
        return;
      }
      this.#bytes[start + i] = unit;
    }
    this.#length = start + json.length;
  }

  /** A text that will probably come again. */
  #name(text: string): void {
    let bytes = this.#remembered.get(text);
    if (bytes === undefined) {
      if (this.#remembered.size >= rememberedMax) this.#remembered.clear();
      bytes = bytesOf(JSON.stringify(text));
      this.#remembered.set(text, bytes);
    }
    this.#reserve(bytes.length);
    this.#copy(bytes);
  }
}

const countSmall = (value: number): number => {
  if (value < 100) return 2;
  return value < 1000 ? 3 : 4;
};

const countLarge = (value: number): number => {
  if (value < 1e6) return value < 1e5 ? 5 : 6;
  if (value < 1e8) return value < 1e7 ? 7 : 8;
  return 9;
};
