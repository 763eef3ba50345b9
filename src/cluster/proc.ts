/** What /proc knows about processes. On a system without it every answer is `undefined`: not known. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const hasProc = existsSync('/proc/self/stat');

/** The fields of a stat file from the third on; the second, a name in brackets, may hold anything, brackets too. */
function statFields(path: string): readonly string[] | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** When the process started, in ticks since boot: together with the pid it names a process for ever, pids alone are reused. */
export const startTimeOf = (pid: number): string | undefined =>
  statFields(`/proc/${pid}/stat`)?.[19];

/** Whether a process is there and not a zombie. Without /proc: whether a signal could be sent to it. */
export function isAlive(pid: number): boolean {
  if (hasProc) {
    const state = statFields(`/proc/${pid}/stat`)?.[0];
    return state !== undefined && state !== 'Z' && state !== 'X';
  }
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Whether every thread is stopped (SIGSTOP takes effect thread by thread); undefined without /proc. */
export function isStopped(pid: number): boolean | undefined {
  if (!hasProc) return undefined;
  try {
    const tasks = readdirSync(`/proc/${pid}/task`);
    return tasks.every((task) => statFields(`/proc/${pid}/task/${task}/stat`)?.[0] === 'T');
  } catch {
    return false;
  }
}

/** The processes of this group, whose leader is one of them or was; none without /proc. */
export function membersOf(group: number): readonly number[] {
  if (!hasProc) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => statFields(`/proc/${pid}/stat`)?.[2] === String(group))
    .map(Number);
}

/** Polls until the condition holds. Gives false when it did not within the time. */
export async function eventually(holds: () => boolean, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > deadline) return false;
    await delay(2);
  }
  return true;
}
