/**
 * Makes a process ask us for the time: machine code in the unused end of its vDSO, and a jump to it at the start of each function.
 *
 *     [vdso]  | ELF header, tables | clock_gettime: jmp --. | gettimeofday: jmp --. | ...  0 0 0 | code | state |
 *                                                         '---------------------- '--------------^
 *
 * The pages are shared by all processes until one is written to: then the process has its own, which its children inherit. A program that
 * the process turns into (execve) has a new vDSO.
 */

import { blob } from './blob/built.ts';
import { Memory, mapsOf } from './memory.ts';
import {
  decodeState,
  encodeLines,
  encodeState,
  type Lines,
  linesOffset,
  nextSequence,
  stateBytes,
} from './state.ts';
import { findVdso, parseVdso } from './vdso.ts';

/** What a patch of a process consists of, in terms of addresses. */
interface Site {
  /** Of the code. */
  readonly code: number;
  readonly jumps: readonly { readonly at: number; readonly bytes: Buffer }[];
}

const jumpBytes = 5;
const alignment = 16;

/** Not all programs of a kernel have all of them, but without the first there is no way to tell the time. */
const names = ['clock_gettime', 'gettimeofday', 'time'] as const;

/** `jmp rel32`, counted from its end. */
function jump(from: number, to: number): Buffer {
  const bytes = Buffer.from([0xe9, 0, 0, 0, 0]);
  bytes.writeInt32LE(to - (from + jumpBytes), 1);
  return bytes;
}

/** Where a function is to jump from: behind the mark that some kernels want to find where a call arrives (`endbr64`). */
const skipMark = (image: Buffer, offset: number): number =>
  image.readUInt32BE(offset) === 0xf30f1efa ? offset + 4 : offset;

/** Throws an Error saying why the vDSO cannot be patched. */
export function siteIn(image: Buffer, start: number): Site {
  const { functions, endOffset } = parseVdso(image);
  const codeOffset = Math.floor((image.length - blob.code.length) / alignment) * alignment;
  if (codeOffset < endOffset) {
    throw new Error(
      `its vDSO has ${image.length - endOffset} unused bytes, and ${blob.code.length} are needed`,
    );
  }
  if (!functions.has('clock_gettime')) throw new Error('its vDSO has no clock_gettime');
  const code = start + codeOffset;
  const jumps = names.flatMap((name) => {
    const found = functions.get(name);
    if (found === undefined) return [];
    const offset = skipMark(image, found.offset);
    if (found.offset + found.bytes < offset + jumpBytes) {
      throw new Error(`${name} of its vDSO has ${found.bytes} bytes, too few for a jump`);
    }
    const at = start + offset;
    return [{ at, bytes: jump(at, code + blob.entries[name]) }];
  });
  return { code, jumps };
}

/** The vDSO of one process, to be used at once: the process may end, or become another program. */
export class ProcessVdso implements Disposable {
  readonly #memory: Memory;
  readonly #site: Site;
  readonly #image: Buffer;
  readonly #start: number;

  /** Throws an Error when the process is gone, its memory is not to be had, or it cannot be patched. */
  constructor(pid: number) {
    const mapping = findVdso(mapsOf(pid));
    if (mapping === undefined) throw new Error('it has no vDSO');
    this.#start = mapping.start;
    this.#memory = new Memory(pid, 'r+');
    try {
      this.#image = this.#memory.read(mapping.start, mapping.end - mapping.start);
      this.#site = siteIn(this.#image, mapping.start);
    } catch (error) {
      this.#memory[Symbol.dispose]();
      throw error;
    }
  }

  /** Of this process, as it was read; undefined when it is not patched. Throws an Error when only a part of the patch is there. */
  get lines(): Lines | undefined {
    const at = this.#offset(this.#site.code);
    const code = this.#image.subarray(at, at + blob.state);
    const parts = [
      code.equals(blob.code.subarray(0, blob.state)),
      ...this.#site.jumps.map(({ at: from, bytes }) =>
        this.#image.subarray(this.#offset(from), this.#offset(from) + jumpBytes).equals(bytes),
      ),
    ];
    if (parts.every((isThere) => !isThere)) return undefined;
    if (parts.some((isThere) => !isThere)) {
      throw new Error('its vDSO holds a part of our code only: another tool has changed it too');
    }
    return decodeState(this.#state()).lines;
  }

  /** Whether a thread that goes on from there would run the end of an instruction that the patch overwrites. */
  isInTheWay(counter: number): boolean {
    return this.#site.jumps.some(({ at }) => counter > at && counter < at + jumpBytes);
  }

  /** To be called while the process is still and no thread is in the way. Throws an Error when the place is in use. */
  patch(lines: Lines): void {
    const { code, jumps } = this.#site;
    if (this.#image.subarray(this.#offset(code)).some((byte) => byte !== 0)) {
      throw new Error('the end of its vDSO is in use');
    }
    this.#memory.write(code, blob.code.subarray(0, blob.state));
    this.#memory.write(code + blob.state, encodeState(lines));
    for (const { at, bytes } of jumps) this.#memory.write(at, bytes);
  }

  /** Puts other lines in force, in an instant. Of a patched process that runs or not. */
  set(lines: Lines): void {
    const at = this.#site.code + blob.state;
    const sequence = nextSequence(decodeState(this.#state()).sequence);
    this.#memory.write(at + linesOffset(sequence), encodeLines(lines));
    this.#memory.write(at, Buffer.from([sequence]));
  }

  [Symbol.dispose](): void {
    this.#memory[Symbol.dispose]();
  }

  #offset(address: number): number {
    return address - this.#start;
  }

  #state(): Buffer {
    return this.#memory.read(this.#site.code + blob.state, stateBytes);
  }
}
