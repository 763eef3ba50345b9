/** The disk of a program that knows nothing of faults: its data is in a faulty folder, or, where there is none, in a plain one. */

import { createReadStream } from 'node:fs';
import type { DiskTrouble } from '../../node/fault-hooks.ts';
import type { Random } from '../../random/random.ts';
import { type DiskDamage, type DiskEffects, Unavailable } from '../../schedule/world.ts';
import type { NodeDisk, Strike } from '../disks.ts';
import type { ExpectedEnd } from '../node-process.ts';
import type { FaultyFolder } from './faulty-folder.ts';
import { damageFiles } from './file-damage.ts';
import type { Loss } from './file-system.ts';
import { emptyFolder } from './folders.ts';

export class FolderDisk implements NodeDisk {
  readonly #dataDir: string;
  readonly #logFile: string;
  readonly #mounted: FaultyFolder | string;
  #isFailing = false;
  /** Calls that had failed, and lines that were in its log, by the time the process was started. */
  #failedBefore = 0;
  #linesBefore = 0;

  /** `mounted`: the folder at `dataDir`, or why there is none: then files can be damaged, and nothing else. `logFile`: what it prints. */
  constructor(
    { dataDir, logFile }: { readonly dataDir: string; readonly logFile: string },
    mounted: FaultyFolder | string,
  ) {
    this.#dataDir = dataDir;
    this.#logFile = logFile;
    this.#mounted = mounted;
  }

  get isFailing(): boolean {
    return this.#isFailing;
  }

  /** To be called before every start of the process. */
  async starting(): Promise<void> {
    this.#linesBefore = await countLines(this.#logFile);
    if (typeof this.#mounted === 'string') return;
    await this.#mounted.powerOn();
    this.#failedBefore = (await this.#mounted.status()).effects.failed;
  }

  async setTroubles(troubles: readonly DiskTrouble[]): Promise<unknown> {
    // Nothing was ever wrong with a plain folder.
    if (typeof this.#mounted === 'string' && troubles.length === 0) return undefined;
    const { troubles: active } = await this.#folder().setTroubles(troubles);
    this.#isFailing = active.some(({ kind }) => kind === 'error');
    return active;
  }

  async effects(): Promise<DiskEffects | undefined> {
    if (typeof this.#mounted === 'string') return undefined;
    const { failed, delayed } = (await this.#mounted.status()).effects;
    return { failed, delayed };
  }

  async powerOff(): Promise<Strike> {
    const folder = this.#folder();
    await folder.powerOff();
    return async (unsynced, random) => {
      const loss = await folder.lose(unsynced, random.below(2 ** 31));
      await folder.powerOn();
      return describe(loss, unsynced);
    };
  }

  async damage(damage: DiskDamage, random: Random): Promise<string> {
    return this.#below((files) => damageFiles(files, damage, random));
  }

  /** Deletes everything. Only while no process uses it. */
  async wipe(): Promise<void> {
    await this.#below(emptyFolder);
  }

  /** A program may end as it likes when a call of its own was refused since its start, or when its files are damaged. */
  async expectedEnd(
    code: number | null,
    lines: readonly string[],
    isDamaged: boolean,
  ): Promise<ExpectedEnd | undefined> {
    const last = lines.findLast((line) => line.trim() !== '') ?? 'no last words';
    const how = code === null ? 'by a signal' : `with exit code ${code}`;
    // Which lines those are is read by whoever looks for trouble in the logs: a panic that a fault has caused is none.
    const written = `lines ${this.#linesBefore + 1} to ${await countLines(this.#logFile)}`;
    const ended = `it ended ${how}: ${last} (${written} of its log)`;
    const failed = await this.#failedSinceStart();
    if (failed > 0) {
      const line = `${failed} calls to its disk failed (injected), and ${ended}`;
      return { kind: 'stopped', line };
    }
    return isDamaged ? { kind: 'lost', line: `its files are damaged, and ${ended}` } : undefined;
  }

  async #failedSinceStart(): Promise<number> {
    if (typeof this.#mounted === 'string') return 0;
    return (await this.#mounted.status()).effects.failed - this.#failedBefore;
  }

  /** Acts on the files themselves, past every fault. */
  async #below<T>(act: (files: string) => Promise<T>): Promise<T> {
    if (typeof this.#mounted === 'string') return act(this.#dataDir);
    await this.#mounted.writeBack();
    return act(this.#mounted.files);
  }

  #folder(): FaultyFolder {
    if (typeof this.#mounted === 'string') throw new Unavailable(this.#mounted);
    return this.#mounted;
  }
}

/** 0 when there is no such file. */
async function countLines(path: string): Promise<number> {
  let lines = 0;
  try {
    for await (const chunk of createReadStream(path)) {
      for (const byte of chunk as Buffer) if (byte === newline) lines += 1;
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  return lines;
}

const newline = 10;

function describe({ files, changes, names }: Loss, how: 'lost' | 'torn'): string {
  if (changes === 0 && names === 0) return 'everything written had been synced';
  return `${changes} unsynced changes of ${files} files and ${names} of names are ${how}`;
}
