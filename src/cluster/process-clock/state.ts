/** The state of the machine code within a process, byte by byte: `struct state` in `blob/clock.c`. */

import type { NsLine } from './line.ts';

/** What a process's clocks are: of the day (CLOCK_REALTIME and its kin), and that which only goes on (CLOCK_MONOTONIC and its kin). */
export interface Lines {
  readonly wall: NsLine;
  readonly monotonic: NsLine;
}

const lineBytes = 32;
const linesBytes = 2 * lineBytes;
const headBytes = 8;

export const stateBytes = headBytes + 2 * linesBytes;

/** Where the lines are that a state with this sequence number makes the ones in force. */
export const linesOffset = (sequence: number): number => headBytes + (sequence & 1) * linesBytes;

export const nextSequence = (sequence: number): number => (sequence + 1) & 0xff;

function writeLine(line: NsLine, to: Buffer, at: number): void {
  to.writeBigInt64LE(line.sinceNs, at);
  to.writeBigInt64LE(line.shownNs, at + 8);
  to.writeBigInt64LE(line.rateBefore, at + 16);
  to.writeBigInt64LE(line.rate, at + 24);
}

const readLine = (from: Buffer, at: number): NsLine => ({
  sinceNs: from.readBigInt64LE(at),
  shownNs: from.readBigInt64LE(at + 8),
  rateBefore: from.readBigInt64LE(at + 16),
  rate: from.readBigInt64LE(at + 24),
});

export function encodeLines({ wall, monotonic }: Lines): Buffer {
  const bytes = Buffer.alloc(linesBytes);
  writeLine(wall, bytes, 0);
  writeLine(monotonic, bytes, lineBytes);
  return bytes;
}

/** A state in which these lines are in force. */
export function encodeState(lines: Lines): Buffer {
  const bytes = Buffer.alloc(stateBytes);
  encodeLines(lines).copy(bytes, linesOffset(0));
  return bytes;
}

/** Its sequence number and the lines in force. Throws RangeError when the bytes are too few. */
export function decodeState(bytes: Buffer): { readonly sequence: number; readonly lines: Lines } {
  const sequence = bytes.readUInt8(0);
  const at = linesOffset(sequence);
  return {
    sequence,
    lines: { wall: readLine(bytes, at), monotonic: readLine(bytes, at + lineBytes) },
  };
}
