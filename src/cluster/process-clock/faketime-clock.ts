/**
 * The clock of a node by libfaketime, a library that is loaded before the others and answers in the place of libc. It reads its orders from a
 * file. Only the wall clock's offset can be set by it:
 *
 * - It changes rates counting from the start of the process, or, told not to (FAKETIME_XRESET), from the last time the process looked at its
 *   clock, and then offsets are ignored. Either way what the clock shows would depend on what nobody knows outside the process.
 * - A monotonic clock that it sets jumps with the wall clock, back too: then timers do not fire any more.
 */

import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { type ClockReading, type Node, Unavailable } from '../../schedule/world.ts';
import { isAlive, membersOf } from '../proc.ts';
import type { Holdable } from './group.ts';
import { mapsOf } from './memory.ts';
import type { Environment, OuterClock } from './outer-clock.ts';

export interface Faketime {
  /** Path of the library. */
  readonly library: string;
  /** Path of the file with its orders. */
  readonly file: string;
}

/** What it reads as: this much more than the true time. */
const order = (offsetMs: number): string =>
  `${offsetMs < 0 ? '-' : '+'}${(Math.abs(offsetMs) / 1000).toFixed(6)}\n`;

/** What the library leaves in shared memory when its process is killed. A later process with that pid would refuse to start. */
const remains = (pid: number): readonly string[] => [
  `/dev/shm/faketime_shm_${pid}`,
  `/dev/shm/sem.faketime_sem_${pid}`,
];

export class FaketimeClock implements OuterClock {
  readonly #node: Node;
  readonly #group: Holdable;
  readonly #faketime: Faketime;
  #offsetMs = 0;
  /** Processes that may have left something in shared memory. */
  readonly #pids = new Set<number>();

  constructor(node: Node, group: Holdable, faketime: Faketime) {
    this.#node = node;
    this.#group = group;
    this.#faketime = faketime;
  }

  async environment(given: Environment): Promise<Environment> {
    await this.cleanUp();
    await this.#write();
    const { library, file } = this.#faketime;
    const others = given['LD_PRELOAD'] ?? process.env['LD_PRELOAD'];
    return {
      ...given,
      LD_PRELOAD: others === undefined || others === '' ? library : `${library}:${others}`,
      FAKETIME_TIMESTAMP_FILE: file,
      // Its orders hold from the next look at the clock on, not only after some seconds.
      FAKETIME_NO_CACHE: '1',
      // Versions differ in which name they know.
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    };
  }

  async started(): Promise<void> {
    const { pid } = this.#group;
    if (pid !== undefined) for (const member of membersOf(pid)) this.#pids.add(member);
  }

  async adjust(offsetMs: number, rate: number): Promise<ClockReading> {
    if (rate !== 1) {
      throw new Unavailable(
        'libfaketime cannot change the rate of a clock while its process runs; the memory of processes would have to be writable',
      );
    }
    this.#offsetMs += offsetMs;
    await this.#write();
    const { pid } = this.#group;
    const orders = await readFile(this.#faketime.file, 'utf8');
    const unmeasured =
      pid === undefined
        ? `${this.#node} is down; it gets its clock when it starts`
        : `libfaketime is loaded in process ${pid} and reads ${orders.trim()} s; what the program makes of it is not seen`;
    if (pid !== undefined && !mapsOf(pid).includes('libfaketime') && isAlive(pid)) {
      throw new Error(
        `process ${pid} of ${this.#node} was started with libfaketime and has not loaded it`,
      );
    }
    return { offsetMs: Math.round(this.#offsetMs * 100) / 100, rate: 1, unmeasured };
  }

  /** A rate is never another one; an offset stays. */
  async restore(): Promise<void> {}

  async cleanUp(): Promise<void> {
    for (const pid of this.#pids) {
      if (isAlive(pid)) continue;
      for (const path of remains(pid)) await rm(path, { force: true });
      this.#pids.delete(pid);
    }
  }

  /** At once or not at all, for the program may be reading. */
  async #write(): Promise<void> {
    const { file } = this.#faketime;
    await writeFile(`${file}.new`, order(this.#offsetMs));
    await rename(`${file}.new`, file);
  }
}
