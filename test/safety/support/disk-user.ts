/** A faulty folder and a program that uses it. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type FaultyFolder, startFaultyFolder } from '#src/cluster/faulty-folder/faulty-folder';
import { whyNoMounts } from '#src/cluster/faulty-folder/mount';
import type { NamesRule } from '#src/cluster/faulty-folder/names-log';
import { temporaryFolder } from './counting-cluster.ts';

const answer = z.union([
  z.object({ ok: z.literal(true), value: z.unknown().optional(), ms: z.number() }),
  z.object({ ok: z.literal(false), code: z.string(), ms: z.number() }),
]);
export type CallAnswer = z.infer<typeof answer>;

const fixture = fileURLToPath(new URL('../fixtures/disk-user.ts', import.meta.url));

/** Skips the test, and says why, where no folder can be mounted. */
export function needsMounts(test: Mocha.Context): void {
  const reason = whyNoMounts();
  if (reason === undefined) return;
  console.log(`      skipped: ${reason}`);
  test.skip();
}

export class DiskUser implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting: ((answer: CallAnswer) => void)[] = [];

  constructor(folder: string) {
    this.#child = spawn(process.execPath, [fixture, folder], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (this.#child.stdout === null) throw new Error('no stdout');
    createInterface({ input: this.#child.stdout }).on('line', (line) =>
      this.#waiting.shift()?.(answer.parse(JSON.parse(line))),
    );
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Never resolves when it is killed before it can answer. */
  try(...call: readonly [string, string, ...(string | number)[]]): Promise<CallAnswer> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#child.stdin?.write(`${JSON.stringify(call)}\n`);
    });
  }

  /** Throws when the call fails; gives what it returned. */
  async do(...call: Parameters<DiskUser['try']>): Promise<unknown> {
    const seen = await this.try(...call);
    if (!seen.ok) throw new Error(`${call.join(' ')}: ${seen.code}`);
    return seen.value;
  }

  /** Resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }
}

/** A mounted folder in a temporary one. */
export async function withFolder(
  use: (folder: FaultyFolder, base: string) => Promise<void>,
  names: NamesRule = 'journaled',
): Promise<void> {
  await using base = await temporaryFolder();
  await using folder = await startFaultyFolder({
    mountPoint: `${base.path}/mnt`,
    files: `${base.path}/files`,
    logFile: `${base.path}/log`,
    names,
  });
  await use(folder, base.path);
}
