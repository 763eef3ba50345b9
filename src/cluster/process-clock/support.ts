/** Whether clocks of foreign processes can be set on this machine, tried out on a process of no importance. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { isAlive } from '../proc.ts';
import { giveGroup, linesOf } from './group.ts';
import { fixedRate, rateOf, trueNsLine } from './line.ts';

/**
 * Whose clock a node's is: that of its processes, as the operating system gives it. `libc`: and they ask the C library for the time and
 * start with libfaketime loaded, which serves where their memory cannot be written to. `preloaded`: the same, and only so.
 */
export type ClockKind = 'process' | 'libc' | 'preloaded';

export type Support =
  | { readonly kind: 'vdso' }
  /** `library`: path of libfaketime. */
  | { readonly kind: 'faketime'; readonly library: string }
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

/** Where distributions put it; the flavour for programs with threads. */
const libraries = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib64/faketime/libfaketimeMT.so.1',
  '/usr/lib/faketime/libfaketimeMT.so.1',
  '/usr/local/lib/faketime/libfaketimeMT.so.1',
];

function preloaded(paths: readonly string[]): Support {
  const library = paths.find((path) => existsSync(path));
  if (process.platform === 'linux' && library !== undefined) return { kind: 'faketime', library };
  const reason =
    'libfaketime, which would set the wall clock only, was not found (Debian: apt-get install faketime)';
  return { kind: 'none', reason };
}

let probed: Promise<Support> | undefined;

/** What serves for this kind of program, after it was found whether memory can be written to. */
export function choose(
  kind: Exclude<ClockKind, 'preloaded'>,
  memory: Support,
  paths: readonly string[] = libraries,
): Support {
  if (memory.kind !== 'none') return memory;
  if (kind === 'process') {
    const why = 'libfaketime is no way out: not every program obeys it, or starts with it';
    return { kind: 'none', reason: `${memory.reason}; ${why}` };
  }
  const library = preloaded(paths);
  if (library.kind !== 'none') return library;
  return { kind: 'none', reason: `${memory.reason}; ${library.reason}` };
}

/** Whether memory can be written to is tried once, when it is first asked. Never rejects. */
export async function processClockSupport(kind: ClockKind): Promise<Support> {
  if (kind === 'preloaded') return preloaded(libraries);
  probed ??= probe();
  return choose(kind, await probed);
}
