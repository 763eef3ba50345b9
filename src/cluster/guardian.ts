/** The harness's side of the guardian process: whatever happens to the harness, what it started is gone soon after. */

import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { HarnessFailure } from '../errors.ts';
import { startTimeOf } from './proc.ts';

export interface Guardian extends AsyncDisposable {
  /** Resolves when the guardian has been told: from then on the process dies with the harness. */
  guard(pid: number): Promise<void>;
  /** The process is gone, or somebody else's business. */
  release(pid: number): Promise<void>;
  readonly pid: number;
}

const mainFile = fileURLToPath(new URL('./guardian-main.ts', import.meta.url));
const readyTimeoutMs = 10_000;

/** Starts a guardian. Disposing of it kills what it still guards. Throws HarnessFailure when it does not start. */
export async function startGuardian(): Promise<Guardian> {
  const child = execa(process.execPath, [mainFile], {
    // A session of its own: Ctrl-C and a closed terminal must not reach it, or nobody would be left to clean up.
    detached: true,
    cleanup: false,
    buffer: false,
    reject: false,
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'ignore',
  });
  const { pid, stdin, stdout } = child;
  if (pid === undefined) throw new HarnessFailure(`cannot start the guardian process ${mainFile}`);
  stdin.on('error', () => undefined);
  const ready = once(stdout, 'data', { signal: AbortSignal.timeout(readyTimeoutMs) });
  const ended = child.then((result) => {
    throw new HarnessFailure(`the guardian process ended at once: ${result.shortMessage ?? ''}`);
  });
  try {
    await Promise.race([ready, ended]);
  } catch (error) {
    child.kill('SIGKILL');
    if (error instanceof HarnessFailure) throw error;
    throw new HarnessFailure(`the guardian process was not ready within ${readyTimeoutMs} ms`);
  }
  ended.catch(() => undefined);
  const tell = (line: string) =>
    new Promise<void>((resolve, reject) => {
      stdin.write(`${line}\n`, (error) => {
        if (error) reject(new HarnessFailure(`the guardian process is gone: ${error.message}`));
        else resolve();
      });
    });
  return {
    pid,
    guard: (guarded) => tell(`+${guarded} ${startTimeOf(guarded) ?? '?'}`),
    release: (released) => tell(`-${released}`),
    async [Symbol.asyncDispose]() {
      stdin.end();
      await child;
    },
  };
}
