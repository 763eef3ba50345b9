/** The harness's side of a faulty folder: starts the process that serves it, and tells it what is to go wrong. */

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createWriteStream, openSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { HarnessFailure } from '../../errors.ts';
import { Unavailable } from '../../schedule/world.ts';
import type { Loss } from './file-system.ts';
import { limits } from './limits.ts';
import { isMounted, unmount, whyNoMounts } from './mount.ts';
import type { NamesRule } from './names-log.ts';
import type { Answer, FolderConfig, FolderStatus, Order } from './orders.ts';
import type { FolderTrouble } from './troubles.ts';

export interface FaultyFolderOptions {
  /** Where programs see the files. */
  readonly mountPoint: string;
  /** Where they really are: what is changed there while no program runs is seen by the next one. */
  readonly files: string;
  /** Gets what the server's process has to complain about. */
  readonly logFile: string;
  /** Left out: `journaled`. */
  readonly names?: NamesRule;
}

/** A mounted folder whose disk can fail. Disposing of it unmounts it. Every method rejects with HarnessFailure when the server is gone. */
export interface FaultyFolder extends AsyncDisposable {
  readonly mountPoint: string;
  readonly files: string;
  /** Of the server's process. */
  readonly pid: number;
  status(): Promise<FolderStatus>;
  /** Replaces those of before; what has happened once does not happen again for the same `id`. */
  setTroubles(troubles: readonly FolderTrouble[]): Promise<FolderStatus>;
  /** From now on nothing is done and no call returns, until the process that made it has been sent SIGKILL. */
  powerOff(): Promise<void>;
  /** What was not synced is lost or torn. To be called after `powerOff`, when no process has a file of the folder open. */
  lose(how: 'lost' | 'torn', seed: number): Promise<Loss>;
  powerOn(): Promise<void>;
  /** All of it is on the disk now. To be called before files are changed below, while no process has one of them open. */
  writeBack(): Promise<void>;
  /** Resolves when the server has ended although nobody here ended it, with what is known of it. */
  readonly died: Promise<string>;
}

const mainFile = fileURLToPath(new URL('./main.ts', import.meta.url));

/** Mounts it. Throws Unavailable where that cannot be done, and HarnessFailure when the server does not start. */
export async function startFaultyFolder(options: FaultyFolderOptions): Promise<FaultyFolder> {
  const { mountPoint, files, logFile, names = 'journaled' } = options;
  const reason = whyNoMounts();
  if (reason !== undefined) throw new Unavailable(reason);
  await mkdir(mountPoint, { recursive: true });
  await mkdir(files, { recursive: true });
  const config: FolderConfig = { mountPoint, files, kept: `${files}.removed`, names };
  const log = createWriteStream(logFile, { fd: openSync(logFile, 'a') });
  const child = spawn(process.execPath, [mainFile, JSON.stringify(config)], {
    // A session of its own: Ctrl-C must not reach it. It ends when its stdin does.
    detached: true,
    stdio: ['pipe', 'pipe', log],
  });
  log.destroy();
  const served = new Served(child, config, logFile);
  await served.mounted();
  return served;
}

type Child = ChildProcessByStdio<Writable, Readable, null>;

interface Waiting {
  readonly resolve: (status: FolderStatus) => void;
  readonly reject: (error: Error) => void;
}

class Served implements FaultyFolder {
  readonly mountPoint: string;
  readonly files: string;
  readonly died: Promise<string>;
  readonly #child: Child;
  readonly #config: FolderConfig;
  readonly #ended: Promise<string>;
  readonly #first: Promise<Answer>;
  readonly #waiting = new Map<number, Waiting>();
  #count = 0;
  #isStopping = false;
  #isGone = false;

  constructor(child: Child, config: FolderConfig, logFile: string) {
    this.mountPoint = config.mountPoint;
    this.files = config.files;
    this.#child = child;
    this.#config = config;
    const { promise: first, resolve: tellFirst } = Promise.withResolvers<Answer>();
    this.#first = first;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const answer = JSON.parse(line) as Answer;
      if (answer.kind === 'done' || answer.kind === 'failed') this.#answered(answer);
      else tellFirst(answer);
    });
    child.stdin.on('error', () => undefined);
    this.#ended = new Promise((resolve) => {
      const ended = (how: string): void => {
        this.#isGone = true;
        resolve(`the process that serves ${config.mountPoint} ended ${how}; open ${logFile}`);
        for (const { reject } of this.#waiting.values()) reject(this.#goneError());
        this.#waiting.clear();
      };
      child.once('error', (error) => ended(`before it began: ${error.message}`));
      child.once('exit', (code, signal) => ended(`with ${signal ?? `code ${code}`}`));
    });
    this.died = new Promise((resolve) => {
      void this.#ended.then((how) => this.#isStopping || resolve(how));
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Throws Unavailable when it cannot be mounted, HarnessFailure when nothing is heard of it. Then nothing is left. */
  async mounted(): Promise<void> {
    const late = delay(limits.mount, 'late' as const, { ref: false });
    const first = await Promise.race([this.#first, this.#ended, late]);
    if (typeof first === 'object' && first.kind === 'mounted') return;
    await this[Symbol.asyncDispose]();
    if (typeof first === 'object' && first.kind === 'unavailable') {
      throw new Unavailable(`no faulty folder can be mounted: ${first.reason}`);
    }
    const what =
      typeof first === 'string' && first !== 'late' ? first : `not mounted in ${limits.mount} ms`;
    throw new HarnessFailure(`${this.mountPoint}: ${what}`);
  }

  status(): Promise<FolderStatus> {
    return this.#tell({ kind: 'status' });
  }

  setTroubles(troubles: readonly FolderTrouble[]): Promise<FolderStatus> {
    return this.#tell({ kind: 'troubles', troubles });
  }

  async powerOff(): Promise<void> {
    await this.#tell({ kind: 'power-off' });
  }

  async lose(how: 'lost' | 'torn', seed: number): Promise<Loss> {
    const { loss } = await this.#tell({ kind: 'lose', how, seed });
    if (loss === undefined) throw new HarnessFailure('a loss of power was told without its loss');
    return loss;
  }

  async powerOn(): Promise<void> {
    await this.#tell({ kind: 'power-on' });
  }

  async writeBack(): Promise<void> {
    await this.#tell({ kind: 'write-back' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isStopping) {
      this.#isStopping = true;
      this.#child.stdin.end(`${JSON.stringify({ id: 0, order: { kind: 'stop' } })}\n`);
      const late = delay(limits.unmount, 'late' as const, { ref: false });
      if ((await Promise.race([this.#ended, late])) === 'late') this.#child.kill('SIGKILL');
    }
    await this.#ended;
    // Only when the server could not do it itself.
    if (isMounted(this.mountPoint)) {
      const why = await unmount(this.mountPoint, true);
      if (why !== undefined) throw new HarnessFailure(`${this.mountPoint} stays mounted: ${why}`);
    }
    await rm(this.#config.kept, { recursive: true, force: true });
  }

  #tell(order: Order): Promise<FolderStatus> {
    if (this.#isGone) return Promise.reject(this.#goneError());
    this.#count += 1;
    const id = this.#count;
    return new Promise<FolderStatus>((resolve, reject) => {
      const late = setTimeout(() => {
        const what = `${this.mountPoint}: no answer to ${order.kind} within ${limits.answer} ms`;
        this.#waiting.delete(id);
        reject(new HarnessFailure(what));
      }, limits.answer);
      late.unref();
      const clear =
        <T>(then: (value: T) => void) =>
        (value: T): void => {
          clearTimeout(late);
          then(value);
        };
      this.#waiting.set(id, { resolve: clear(resolve), reject: clear(reject) });
      this.#child.stdin.write(`${JSON.stringify({ id, order })}\n`);
    });
  }

  #answered(answer: Extract<Answer, { kind: 'done' | 'failed' }>): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.kind === 'done') waiting?.resolve(answer.status);
    else waiting?.reject(new HarnessFailure(`${this.mountPoint}: ${answer.reason}`));
  }

  #goneError(): HarnessFailure {
    return new HarnessFailure(`the process that serves ${this.mountPoint} is gone`);
  }
}
