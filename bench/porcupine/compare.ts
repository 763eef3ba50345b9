/** Both sides on the same files, in turns, warm. */

import type { CheckOptions } from 'porcupine-ts';
import type { Go } from './go.ts';
import { type File, read, type Subject } from './histories.ts';

export interface Row {
  readonly file: string;
  readonly operations: number;
  readonly verdict: string;
  /** Medians over the rounds, ms. */
  readonly oursMs: number;
  readonly opaqueMs: number;
  /** NaN where Porcupine did not finish. */
  readonly goMs: number;
}

export interface Summary {
  readonly name: string;
  readonly files: number;
  readonly goMs: number;
  readonly oursMs: number;
  /** Go / ours; above 1 ours is faster. */
  readonly totalRatio: number;
  readonly geometricMean: number;
  readonly slower: readonly string[];
  readonly worst: number;
}

export const median = (values: readonly number[]): number => {
  const ordered = values.toSorted((a, b) => a - b);
  const middle = ordered.length >> 1;
  const upper = ordered[middle] ?? Number.NaN;
  return ordered.length % 2 === 1 ? upper : ((ordered[middle - 1] ?? Number.NaN) + upper) / 2;
};

/** Checks of every file before anything is measured: a compiler of ours optimises what ran some hundred times, Go's did it before. */
const warmUps = 200;
/** Of so many checks in a row, of each side, the fastest counts: the first finds the caches full of the other side's work. */
const timesInARow = 3;

/** How long one check takes, ms. */
function timed(subject: Subject, options: CheckOptions, verdicts: Set<string>): number {
  let best = Infinity;
  for (let i = 0; i < timesInARow; i += 1) {
    const begin = performance.now();
    const { verdict } = subject.check(options);
    best = Math.min(best, performance.now() - begin);
    verdicts.add(verdict);
  }
  return best;
}

/** Round by round, file by file: Go, ours, ours with an opaque model. Throws when they disagree. */
export async function compare(
  files: readonly File[],
  go: Go | undefined,
  rounds: number,
  timeoutMs: number,
): Promise<readonly Row[]> {
  const subjects = await Promise.all(files.map(read));
  // For nothing: compilers need to see the code run.
  for (let i = 0; i < warmUps; i += 1) {
    for (const subject of subjects) {
      subject.check({ timeLimitMs: timeoutMs });
      subject.check({ timeLimitMs: timeoutMs, ignoreHints: true });
    }
  }
  const samples = subjects.map(() => ({
    ours: [] as number[],
    opaque: [] as number[],
    go: [] as number[],
    verdicts: new Set<string>(),
  }));
  for (let round = 0; round < rounds; round += 1) {
    for (const [i, subject] of subjects.entries()) {
      const { file } = subject;
      const sample = samples[i];
      if (sample === undefined) continue;
      const goMs = [];
      for (let i = 0; i < timesInARow && go !== undefined; i += 1) {
        const answer = await go.check('check', file.model, timeoutMs, file.path);
        if (answer === undefined || answer.verdict === 'unknown') break;
        goMs.push(answer.ns / 1e6);
        sample.verdicts.add(answer.verdict);
      }
      if (goMs.length > 0) sample.go.push(Math.min(...goMs));
      sample.ours.push(timed(subject, { timeLimitMs: timeoutMs }, sample.verdicts));
      const opaque = { timeLimitMs: timeoutMs, ignoreHints: true };
      sample.opaque.push(timed(subject, opaque, sample.verdicts));
    }
  }
  return subjects.map(({ file, operations }, i) => {
    const sample = samples[i];
    const verdicts = [...(sample?.verdicts ?? [])].filter((verdict) => verdict !== 'unknown');
    if (verdicts.length > 1)
      throw new Error(`${file.name}: verdicts differ: ${verdicts.join(', ')}`);
    return {
      file: file.name,
      operations,
      verdict: verdicts[0] ?? 'unknown',
      oursMs: median(sample?.ours ?? []),
      opaqueMs: median(sample?.opaque ?? []),
      goMs: median(sample?.go ?? []),
    };
  });
}

/** Of the files that Porcupine finished. */
export function summary(name: string, rows: readonly Row[], which: 'oursMs' | 'opaqueMs'): Summary {
  const both = rows.filter(({ goMs }) => !Number.isNaN(goMs));
  const sum = (of: (row: Row) => number): number => both.reduce((total, row) => total + of(row), 0);
  const ratio = (row: Row): number => row.goMs / row[which];
  const [goMs, oursMs] = [sum((row) => row.goMs), sum((row) => row[which])];
  return {
    name,
    files: both.length,
    goMs,
    oursMs,
    totalRatio: goMs / oursMs,
    geometricMean: Math.exp(sum((row) => Math.log(ratio(row))) / both.length),
    slower: both.filter((row) => ratio(row) < 1).map((row) => row.file),
    worst: Math.min(...both.map(ratio)),
  };
}
