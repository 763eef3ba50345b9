/** Tells the starts of a node apart: what was meant for an earlier life of it must not be taken for an answer to this one. */

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from './durable-file.ts';

const fileName = 'incarnation';

/** Whether a node has ever been started from this directory to the end of its recovery. */
export const wasStartedBefore = (directory: string): boolean =>
  existsSync(join(directory, fileName));

/**
 * A number larger than at every earlier start from this directory; recorded durably before it is returned. Based on the wall clock
 * (ms), so that it is also new after the directory was wiped. Throws the system's error, or Error when the file is not ours.
 */
export function nextIncarnation(directory: string, wallClockMs: number): number {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, fileName);
  let last = 0;
  if (existsSync(path)) {
    const text = readFileSync(path, 'utf8');
    last = /^\d{1,15}\n$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isNaN(last)) throw new Error(`${path} does not hold the number of the last start`);
  }
  const incarnation = Math.max(last + 1, Math.trunc(wallClockMs));
  writeDurably(path, Buffer.from(`${incarnation}\n`));
  return incarnation;
}
