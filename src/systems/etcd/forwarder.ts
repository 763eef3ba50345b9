/** The harness's side of the forwarders: a process that has one listener per member, and ends with the harness. */

import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { HarnessFailure } from '../../errors.ts';
import type { Address } from '../../node/config.ts';

export interface Forwarders extends AsyncDisposable {
  /** From now on requests at this port for these hosts (`host:port`) go to those addresses. Resolves when it is so. */
  route(port: number, routes: Readonly<Record<string, Address>>): Promise<void>;
  /** Resolves with the reason when the process ends without having been stopped. */
  readonly died: Promise<string>;
}

const mainFile = fileURLToPath(new URL('./forwarder-main.ts', import.meta.url));
const readyTimeoutMs = 10_000;

/** Starts a listener at each port of 127.0.0.1. Throws HarnessFailure with what the process said when they do not come up. */
export async function startForwarders(ports: readonly number[]): Promise<Forwarders> {
  const child = execa(process.execPath, [mainFile, ...ports.map(String)], {
    detached: true,
    cleanup: false,
    reject: false,
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    maxBuffer: 100_000,
  });
  const waiting = new Map<string, () => void>();
  const answered = (line: string): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.set(line, resolve);
    return promise;
  };
  child.stdin.on('error', () => undefined);
  createInterface({ input: child.stdout }).on('line', (line) => waiting.get(line)?.());
  let stopped = false;
  const ended = child.then(({ shortMessage, stderr }) =>
    [shortMessage ?? 'it ended', stderr].join('\n'),
  );
  const orFailure = async (work: Promise<void>, what: string): Promise<void> => {
    const timeout = new Promise<string>((resolve) => {
      setTimeout(
        () => resolve(`it did not answer within ${readyTimeoutMs} ms`),
        readyTimeoutMs,
      ).unref();
    });
    const why = await Promise.race([work, ended, timeout]);
    if (typeof why !== 'string') return;
    throw new HarnessFailure(`the forwarders of the links between etcd's members ${what}: ${why}`);
  };
  try {
    await orFailure(answered('ready'), 'did not start');
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return {
    async route(port, routes) {
      const heard = answered(String(port));
      child.stdin.write(`${JSON.stringify({ port, routes })}\n`);
      await orFailure(heard, 'took no routes');
    },
    died: new Promise((resolve) => {
      void ended.then((why) => {
        if (!stopped) resolve(`the forwarders of the links between etcd's members ended: ${why}`);
      });
    }),
    async [Symbol.asyncDispose]() {
      stopped = true;
      child.stdin.end();
      await ended;
    },
  };
}
