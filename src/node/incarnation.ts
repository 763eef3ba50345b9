/** Tells the starts of a node apart: what was meant for an earlier life of it must not be taken for an answer to this one. */

import { join } from 'node:path';
import { type Files, writeDurably } from './durable-file.ts';

const fileName = 'incarnation';

/** Whether a node has ever been started from this directory to the end of its recovery. */
export const wasStartedBefore = (directory: string, files: Files): boolean =>
  files.exists(join(directory, fileName));

/**
 * A number larger than at every earlier start from this directory; recorded durably before it is returned. Based on the wall clock
 * (ms), so that it is also new after the directory was wiped. Throws the system's error, or Error when the file is not ours.
 */
export function nextIncarnation(directory: string, wallClockMs: number, files: Files): number {
  files.makeDirectory(directory);
  const path = join(directory, fileName);
  let last = 0;
  if (files.exists(path)) {
    const text = files.read(path).toString();
    last = /^\d{1,15}\n$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isNaN(last)) throw new Error(`${path} does not hold the number of the last start`);
  }
  const incarnation = Math.max(last + 1, Math.trunc(wallClockMs));
  writeDurably(path, Buffer.from(`${incarnation}\n`), files);
  return incarnation;
}
