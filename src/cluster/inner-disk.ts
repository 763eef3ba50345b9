/** The disk of one of our own nodes, which fails in the node itself and whose log we know byte by byte. */

import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import type { DiskTrouble } from '../node/fault-hooks.ts';
import type { Random } from '../random/random.ts';
import { type DiskDamage, type Node, Unavailable } from '../schedule/world.ts';
import type { NodeDisk, Strike } from './disks.ts';
import { expectedEnd } from './expected-end.ts';
import type { InnerFaults } from './inner-faults.ts';
import { damaged, withoutUnsynced, withTornWrites } from './log-damage.ts';
import type { ExpectedEnd } from './node-process.ts';

export class InnerDisk implements NodeDisk {
  readonly #node: Node;
  readonly #faults: InnerFaults;
  readonly #logFile: string;

  /** `logFile`: path of the log. */
  constructor(node: Node, faults: InnerFaults, logFile: string) {
    this.#node = node;
    this.#faults = faults;
    this.#logFile = logFile;
  }

  get isFailing(): boolean {
    return this.#faults.isFailing;
  }

  async setTroubles(troubles: readonly DiskTrouble[]): Promise<unknown> {
    return (await this.#faults.setTroubles(troubles))?.faults.troubles;
  }

  async powerOff(): Promise<Strike | undefined> {
    const left = await this.#faults.powerOff();
    if (left === undefined) return undefined;
    return async (unsynced, random) => {
      const { file, syncedBytes, writes } = left;
      const log = await readFile(file);
      const { bytes, done } =
        unsynced === 'lost'
          ? withoutUnsynced(log, syncedBytes, writes)
          : withTornWrites(log, syncedBytes, writes, random);
      await writeFile(file, bytes);
      return done;
    };
  }

  /** A node that was refused says so itself, in its log. */
  effects(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async damage(damage: DiskDamage, random: Random): Promise<string> {
    if (!existsSync(this.#logFile)) {
      throw new Unavailable(`${this.#node} has no log that can be damaged`);
    }
    const { bytes, done } = damaged(await readFile(this.#logFile), damage, random);
    if (bytes === undefined) await rm(this.#logFile);
    else await writeFile(this.#logFile, bytes);
    return done;
  }

  async expectedEnd(
    code: number | null,
    lines: readonly string[],
    isDamaged: boolean,
  ): Promise<ExpectedEnd | undefined> {
    const why = expectedEnd(code, lines, isDamaged);
    if (why?.kind === 'stopped') this.#faults.ended();
    return why;
  }
}
