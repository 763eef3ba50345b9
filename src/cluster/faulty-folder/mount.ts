/** Mounting by the system's own mount(8), which makes the system call on a descriptor of ours. Linux, as root. */

import { spawn } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';

export const fuseDevice = '/dev/fuse';

/** Why no folder can be mounted here; undefined: nothing is known that speaks against it. */
export function whyNoMounts(): string | undefined {
  if (process.platform !== 'linux') return `faulty folders need Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'faulty folders need root, to mount them';
  try {
    accessSync(fuseDevice, constants.R_OK | constants.W_OK);
  } catch {
    return `faulty folders need ${fuseDevice}, which is not there or cannot be used`;
  }
  return undefined;
}

interface Ran {
  readonly isOk: boolean;
  /** What it said. */
  readonly text: string;
}

/** Never blocks this process, which may have to serve the folder meanwhile. `fd` becomes descriptor 3 of the program. */
function run(program: string, args: readonly string[], fd?: number): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'ignore', 'pipe', ...(fd === undefined ? [] : [fd])],
    });
    let text = '';
    child.stderr?.on('data', (chunk) => {
      text += String(chunk);
    });
    child.once('error', (error) => resolve({ isOk: false, text: error.message }));
    child.once('close', (code) => resolve({ isOk: code === 0, text: text.trim() }));
  });
}

/** Gives why it did not work. */
export async function mount(fuse: number, mountPoint: string): Promise<string | undefined> {
  const options = 'fd=3,rootmode=40755,user_id=0,group_id=0,allow_other,default_permissions';
  const args = ['-i', '-n', '-t', 'fuse', '-o', options, 'dissent', mountPoint];
  const { isOk, text } = await run('mount', args, fuse);
  return isOk ? undefined : `mount(8) refused: ${text.split('\n')[0] || 'no reason given'}`;
}

/** Unmounts it; when it is in use it is taken out of sight, and is gone when nobody uses it any more. Gives why it did not work. */
export async function unmount(mountPoint: string, atOnce: boolean): Promise<string | undefined> {
  const lazily = () => run('umount', ['-i', '-n', '-c', '-l', mountPoint]);
  const plainly = () => run('umount', ['-i', '-n', '-c', mountPoint]);
  const first = atOnce ? await lazily() : await plainly();
  const { isOk, text } = first.isOk || atOnce ? first : await lazily();
  return isOk ? undefined : text;
}

/** Whether something is mounted there. */
export function isMounted(mountPoint: string): boolean {
  const escaped = mountPoint.replaceAll(' ', '\\040');
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .some((line) => line.split(' ')[4] === escaped);
}
