/** Runs the command line as a user does, and finds what it may have left behind. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa, type Options } from 'execa';

const bin = fileURLToPath(new URL('../../bin/dissent.js', import.meta.url));

/** A store of its own for each test, so that its processes can be told from all others by their arguments. */
export function temporaryStore(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'dissent-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Starts `dissent ...`; never throws for an exit code. */
export const dissent = (args: readonly string[], options: Options = {}) =>
  execa(process.execPath, [bin, ...args], { reject: false, ...options });

/** Command lines of live processes in which this text occurs. Linux only: elsewhere there is no /proc, and it is empty. */
export function processesWith(text: string): readonly string[] {
  const pids = readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && Number(name) !== process.pid,
  );
  return pids.flatMap((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const state = /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      return command.includes(text) && state !== 'Z' ? [`${pid} ${command}`] : [];
    } catch {
      // It ended while we looked.
      return [];
    }
  });
}

/** The newest run folder of a store. */
export const latest = (store: string): string => join(store, 'latest');

export const readJson = (folder: string, file: string): unknown =>
  JSON.parse(readFileSync(join(folder, file), 'utf8'));
