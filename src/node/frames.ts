/** Frames on every TCP connection of a node: a 4-byte big-endian length, then that many bytes of JSON in UTF-8. */

import { maxFrameBytes } from './protocol.ts';

const headerBytes = 4;

/** The stream is not made of our frames. The connection cannot be used any more. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** Whether a JSON text is short enough for a frame. A character takes three bytes of UTF-8 at most. */
export const fitsFrame = (text: string): boolean =>
  text.length * 3 <= maxFrameBytes || Buffer.byteLength(text) <= maxFrameBytes;

/** Several JSON texts as frames in one buffer, for one write. Throws FrameError when one is longer than a frame may be. */
export function encodeFrames(texts: readonly string[]): Buffer {
  let total = 0;
  for (const text of texts) total += headerBytes + Buffer.byteLength(text);
  const out = Buffer.allocUnsafe(total);
  let at = 0;
  for (const text of texts) {
    const length = out.write(text, at + headerBytes);
    if (length > maxFrameBytes) {
      throw new FrameError(`cannot send a frame of ${length} bytes; at most ${maxFrameBytes}`);
    }
    out.writeUInt32BE(length, at);
    at += headerBytes + length;
  }
  return out;
}

/** One value as a frame. Throws FrameError when it is too long. */
export const encodeFrame = (value: unknown): Buffer => encodeFrames([JSON.stringify(value)]);

function parse(bytes: Buffer, start: number, end: number): unknown {
  try {
    return JSON.parse(bytes.toString('utf8', start, end));
  } catch (error) {
    throw new FrameError(`a frame of ${end - start} bytes is not JSON`, { cause: error });
  }
}

/** Cuts a byte stream, arriving in chunks of any size, into the values of its frames. */
export class FrameDecoder {
  /** Bytes of a frame that is not complete. Joined only once the frame is, so that a long one costs linear time. */
  #chunks: Buffer[] = [];
  #buffered = 0;
  /** Bytes that must be there before looking again is worth it. */
  #needed = headerBytes;

  /** Bytes received of a frame that has not ended. */
  get pendingBytes(): number {
    return this.#buffered;
  }

  /** Calls `each` for every frame that is now complete, in order, with the length of its JSON. Throws FrameError; the decoder is then of no more use. */
  push(chunk: Buffer, each: (value: unknown, bytes: number) => void): void {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    if (this.#buffered < this.#needed) return;
    const only = this.#chunks.length === 1 ? this.#chunks[0] : undefined;
    const bytes = only ?? Buffer.concat(this.#chunks, this.#buffered);
    let at = 0;
    this.#needed = headerBytes;
    while (bytes.length - at >= headerBytes) {
      const length = bytes.readUInt32BE(at);
      if (length > maxFrameBytes) {
        throw new FrameError(`a frame says that it has ${length} bytes; at most ${maxFrameBytes}`);
      }
      const end = at + headerBytes + length;
      if (end > bytes.length) {
        this.#needed = headerBytes + length;
        break;
      }
      each(parse(bytes, at + headerBytes, end), length);
      at = end;
    }
    this.#chunks = at === bytes.length ? [] : [bytes.subarray(at)];
    this.#buffered = bytes.length - at;
  }
}
