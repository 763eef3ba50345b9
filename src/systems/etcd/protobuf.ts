/** As much of the protocol buffers' wire format as etcd's messages need: varints and length-delimited fields. */

/** Wire types; 1 and 5 are only ever passed over. */
const varintType = 0;
const fixed64Type = 1;
const bytesType = 2;
const fixed32Type = 5;

/** A value of a field; numbers must be safe integers that are not negative. */
export type FieldValue = number | bigint | boolean | string | Uint8Array;

function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  if (rest < 0n) throw new RangeError(`not a value of these messages: ${value}`);
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

function field(number: number, value: FieldValue): Buffer {
  if (typeof value === 'object' || typeof value === 'string') {
    const bytes = Buffer.from(value as string);
    return Buffer.concat([varint((number << 3) | bytesType), varint(bytes.length), bytes]);
  }
  return Buffer.concat([varint((number << 3) | varintType), varint(BigInt(value))]);
}

/** A message: fields by number, in order. What is undefined is left out; a default (0, false, empty) is written all the same. */
export const message = (...fields: readonly (readonly [number, FieldValue | undefined])[]) =>
  Buffer.concat(
    fields.flatMap(([number, value]) => (value === undefined ? [] : [field(number, value)])),
  );

/** A message that was taken apart. Absent fields have their defaults. */
export interface Fields {
  /** The last value of a field, 0 where there is none. */
  number(field: number): bigint;
  /** The last value of a field, empty where there is none. */
  bytes(field: number): Buffer;
  /** Every value of a repeated field. */
  all(field: number): readonly Buffer[];
  has(field: number): boolean;
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) break;
      this.#at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a number in a message does not end');
  }

  take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError('a message ends within a field');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}

/** Takes a message apart. Throws RangeError for what is none. */
export function parse(bytes: Buffer): Fields {
  const found = new Map<number, (bigint | Buffer)[]>();
  const reader = new Reader(bytes);
  while (!reader.isAtEnd) {
    const tag = Number(reader.varint());
    const value = fieldValue(reader, tag & 7);
    if (value === undefined) continue;
    const number = tag >>> 3;
    const values = found.get(number);
    if (values === undefined) found.set(number, [value]);
    else values.push(value);
  }
  const last = (number: number) => found.get(number)?.at(-1);
  return {
    number(number) {
      const value = last(number);
      return typeof value === 'bigint' ? value : 0n;
    },
    bytes(number) {
      const value = last(number);
      return Buffer.isBuffer(value) ? value : Buffer.alloc(0);
    },
    all: (number) => (found.get(number) ?? []).filter((value) => Buffer.isBuffer(value)),
    has: (number) => found.has(number),
  };
}

/** undefined for a fixed-width number, which nobody here asks for. */
function fieldValue(reader: Reader, type: number): bigint | Buffer | undefined {
  switch (type) {
    case varintType:
      return reader.varint();
    case bytesType:
      return reader.take(Number(reader.varint()));
    case fixed64Type:
      reader.take(8);
      return undefined;
    case fixed32Type:
      reader.take(4);
      return undefined;
    default:
      throw new RangeError(`a field of wire type ${type} is not known`);
  }
}
