/** Whether a process that was sent SIGSTOP does nothing any more, thread by thread, and where in its program each thread is. */

import { readdirSync, readFileSync } from 'node:fs';

const attempt = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The thread has ended.
    return undefined;
  }
};

const threadsOf = (pid: number): readonly string[] => {
  try {
    return readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}`);
  } catch {
    return [];
  }
};

/**
 * T and t: stopped. D: waits within the kernel for a disk, and comes to its stop before it runs an instruction of its own. Z and X: ended.
 */
const still: readonly (string | undefined)[] = ['T', 't', 'D', 'Z', 'X', undefined];

/** The letter behind the program's name, which is in brackets and may hold any. */
const letterOf = (stat: string | undefined): string | undefined =>
  stat?.slice(stat.lastIndexOf(')') + 2)[0];

/** To be asked after SIGSTOP was sent. */
export const isStill = (pid: number): boolean =>
  threadsOf(pid).every((thread) => still.includes(letterOf(attempt(`${thread}/stat`))));

/** The address that each thread of a process which is still goes on from; undefined for one that is not still after all. */
export const programCounters = (pid: number): readonly (number | undefined)[] =>
  threadsOf(pid).flatMap((thread) => {
    const line = attempt(`${thread}/syscall`)?.trim();
    if (line === undefined || line === '') return [];
    return [line === 'running' ? undefined : Number(line.split(' ').at(-1))];
  });
