/** Both sides in fresh processes: cold times, and memory. */

import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { Go } from './go.ts';
import type { File } from './histories.ts';

const script = fileURLToPath(new URL('cold.ts', import.meta.url));

export interface Fresh {
  readonly verdict: string;
  readonly ms: number;
  /** Of the check alone; on a busy machine more telling than `ms`. */
  readonly cpuMs: number;
  readonly operations: number;
  readonly undecided: number;
  /** The most memory before the check began, and in all. */
  readonly beforeBytes: number;
  readonly peakBytes: number;
}

/** Ours. Throws what the process died of. */
export async function fresh(kind: string, name: string, options: object = {}): Promise<Fresh> {
  const { stdout } = await execa(process.execPath, [script, kind, name, JSON.stringify(options)]);
  const answer: Fresh = JSON.parse(stdout);
  return answer;
}

export interface ColdRow {
  readonly file: string;
  readonly oursMs: number;
  readonly goMs: number;
  readonly oursPeakBytes: number;
  readonly goPeakBytes: number;
}

/** One check of each file by each side, each in a process of its own. */
export async function cold(
  files: readonly File[],
  binary: string | undefined,
  timeoutMs: number,
): Promise<readonly ColdRow[]> {
  const rows: ColdRow[] = [];
  for (const file of files) {
    using go = binary === undefined ? undefined : new Go(binary);
    const answer = await go?.check('check', file.model, timeoutMs, file.path);
    const ours = await fresh(file.model, file.path, { timeLimitMs: timeoutMs });
    const isDecided = answer !== undefined && answer.verdict !== 'unknown';
    rows.push({
      file: file.name,
      oursMs: ours.ms,
      goMs: isDecided ? answer.ns / 1e6 : Number.NaN,
      oursPeakBytes: ours.peakBytes,
      goPeakBytes: answer?.peakBytes ?? Number.NaN,
    });
  }
  return rows;
}
