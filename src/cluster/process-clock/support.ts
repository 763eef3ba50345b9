/** Whether clocks of foreign processes can be set on this machine, tried out on a process of no importance. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { isAlive } from '../proc.ts';
import { giveGroup, linesOf } from './group.ts';
import { fixedRate, rateOf, trueNsLine } from './line.ts';

/** Whose clock a node's is. `process`: that of its processes, whatever they are. */
export type ClockKind = 'process';

export type Support =
  | { readonly kind: 'vdso' }
  | { readonly kind: 'none'; readonly reason: string };

const rate = 3;

/** Throws an Error when a process's clock does not become what it is set to. */
async function tryOut(): Promise<void> {
  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  try {
    await once(child, 'spawn');
    const { pid } = child;
    if (pid === undefined) throw new Error('a process to try it on could not be started');
    const group = {
      pid,
      async holdStill<T>(action: (pid: number) => Promise<T>): Promise<T> {
        process.kill(-pid, 'SIGSTOP');
        try {
          return await action(pid);
        } finally {
          process.kill(-pid, 'SIGCONT');
        }
      },
    };
    await giveGroup(group, { wall: { ...trueNsLine, shownNs: 1n }, rate: fixedRate(rate) });
    const seen = linesOf(pid);
    if (seen === undefined || rateOf(seen.monotonic) !== rate || !isAlive(pid)) {
      throw new Error('what was written to the memory of a process was not there afterwards');
    }
  } finally {
    child.kill('SIGKILL');
  }
}

async function probe(): Promise<Support> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    const reason = `clocks of processes can be set on x86-64 Linux, and this is ${process.platform} on ${process.arch}`;
    return { kind: 'none', reason };
  }
  try {
    await tryOut();
    return { kind: 'vdso' };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const who = process.getuid?.() === 0 ? '' : ', which usually needs root';
    return {
      kind: 'none',
      reason: `the memory of processes cannot be written to${who}: ${why}`,
    };
  }
}

let probed: Promise<Support> | undefined;

/** Tried once, when it is first asked. Never rejects. */
export function processClockSupport(): Promise<Support> {
  probed ??= probe();
  return probed;
}
