/** An immutable list of fixed length in which one place can be changed without copying all others: a list of short lists. */

/** Powers of two; with this a list of a thousand costs two copies of 32 places per change. */
const chunkBits = 5;
const chunk = 1 << chunkBits;

export class Vector<T> {
  readonly length: number;
  readonly #chunks: readonly (readonly T[])[];

  private constructor(length: number, chunks: readonly (readonly T[])[]) {
    this.length = length;
    this.#chunks = chunks;
  }

  static from<T>(length: number, make: (index: number) => T): Vector<T> {
    const chunks = Array.from({ length: Math.ceil(length / chunk) }, (_, c) =>
      Array.from({ length: Math.min(chunk, length - c * chunk) }, (_item, i) =>
        make(c * chunk + i),
      ),
    );
    return new Vector(length, chunks);
  }

  /** Undefined beyond the end. */
  at(index: number): T | undefined {
    return this.#chunks[index >> chunkBits]?.[index & (chunk - 1)];
  }

  /** Throws RangeError beyond the end. */
  with(index: number, value: T): Vector<T> {
    const old = this.#chunks[index >> chunkBits] ?? [];
    const changed = old.with(index & (chunk - 1), value);
    return new Vector(this.length, this.#chunks.with(index >> chunkBits, changed));
  }
}
