/** The run folder: where everything about one run is kept. */

import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { z } from 'zod';
import type { Results } from '#reports/results';
import { BadInput, HarnessFailure } from '../errors.ts';
import { describeIssues, parseSpec, type TestSpec } from './spec.ts';

export const runFiles = {
  spec: 'test.json',
  schedule: 'schedule.json',
  history: 'history.jsonl',
  samples: 'samples.jsonl',
  log: 'run.log',
  results: 'results.json',
  report: 'report.html',
  junit: 'junit.xml',
  summary: 'summary.md',
} as const;

/** A path as a user would type it: relative where it is below the working directory. */
export function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' || short.startsWith('..') ? path : short;
}

/** Local time to the millisecond, sortable and safe in a file name. */
function timestamp(now: Date): string {
  const pad = (value: number, width = 2) => String(value).padStart(width, '0');
  const day = `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`;
  const time = `${pad(now.getHours())}-${pad(now.getMinutes())}-${pad(now.getSeconds())}`;
  return `${day}T${time}.${pad(now.getMilliseconds(), 3)}`;
}

/** Makes `<store>/<name>/<timestamp>/` and points `<store>/latest` at it. Returns the absolute path. Throws BadInput. */
export function createRunFolder(store: string, name: string, now: Date): string {
  const parent = resolve(store, name);
  try {
    mkdirSync(parent, { recursive: true });
    const folder = claim(join(parent, timestamp(now)));
    pointLatest(resolve(store), folder);
    return folder;
  } catch (error) {
    throw new BadInput(
      `cannot make a run folder in ${parent}: ${(error as Error).message}.\n` +
        'next: name a writable folder with --out',
      { cause: error },
    );
  }
}

/** Two runs may start in the same millisecond: the second gets a suffix. */
function claim(base: string): string {
  for (let attempt = 1; ; attempt += 1) {
    const folder = attempt === 1 ? base : `${base}-${attempt}`;
    try {
      mkdirSync(folder);
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt === 100) throw error;
    }
  }
}

/** Replaced by rename, so that a reader never finds it missing. Best effort: some file systems have no symbolic links. */
function pointLatest(store: string, folder: string): void {
  const fresh = join(store, `.latest-${process.pid}`);
  try {
    rmSync(fresh, { force: true });
    symlinkSync(relative(store, folder), fresh);
    renameSync(fresh, join(store, 'latest'));
  } catch {
    rmSync(fresh, { force: true });
  }
}

/** Writes beside the file first and renames: a reader sees the old content or the new, never half of it. Throws HarnessFailure. */
export function writeWhole(folder: string, file: string, content: string): void {
  const fresh = join(folder, `.${file}.new`);
  try {
    writeFileSync(fresh, content);
    renameSync(fresh, join(folder, file));
  } catch (error) {
    rmSync(fresh, { force: true });
    throw new HarnessFailure(
      `cannot write ${join(folder, file)}: ${(error as Error).message}. Make room there or make it writable, then \`dissent analyze ${folder}\``,
      { cause: error },
    );
  }
}

/** What `test.json` says besides the test: the circumstances of one run of it. */
const circumstancesSchema = z.strictObject({
  /** Date and time, ISO 8601. */
  startedAt: z.string(),
  /** `process.hrtime.bigint()` at time 0 of the history, as a number: traces of nodes count on the same clock. */
  originNs: z.number(),
  /** What carried the links. */
  proxy: z.string().optional(),
  /** Of a simulated run: a hash of all that happened. */
  traceHash: z.string().optional(),
});
export type Circumstances = z.infer<typeof circumstancesSchema>;

export interface RecordedTest {
  readonly spec: TestSpec;
  readonly circumstances: Circumstances;
}

/** Writes `test.json`: enough to run the test again, and to read what this run recorded. */
export function writeTest(folder: string, { spec, circumstances }: RecordedTest): void {
  const whole = { ...spec, run: circumstances };
  writeWhole(folder, runFiles.spec, `${JSON.stringify(whole, null, 2)}\n`);
}

/** Reads `test.json`. Throws BadInput when the folder is not a run folder. */
export function readTest(folder: string): RecordedTest {
  const file = join(folder, runFiles.spec);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new BadInput(
      `${folder} is not a run folder: cannot read ${file} (${(error as Error).message}).\n` +
        'next: name a folder such as store/raft-register/<time>; the runs of a comparison are in its folder, at runs/<round>/<time>, ' +
        'those of a campaign at real/<run>/<time>',
    );
  }
  const value = parseJson(text, file);
  const { run, ...spec } = z
    .looseObject({ run: z.unknown() })
    .catch({ run: undefined })
    .parse(value);
  const circumstances = circumstancesSchema.safeParse(run);
  if (!circumstances.success)
    throw new BadInput(describeIssues(circumstances.error, run, `${file}, run`));
  return { spec: parseSpec(spec, file), circumstances: circumstances.data };
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BadInput(`${file} is not JSON: ${(error as Error).message}`);
  }
}

/** Enough to tell results from another or a damaged file; what is inside is as `analyze` wrote it. */
const resultsSchema = z.looseObject({
  valid: z.union([z.boolean(), z.literal('unknown')]),
  exitCode: z.number(),
  reasons: z.array(z.string()),
  system: z.string(),
  workload: z.string(),
  counts: z.looseObject({}),
  checkers: z.record(z.string(), z.looseObject({})),
  latency: z.looseObject({}),
  availability: z.looseObject({}),
  faults: z.array(z.looseObject({})),
  leader: z.looseObject({}),
  cost: z.looseObject({}),
});

/** `results.json` as written, or undefined when the run was never analyzed. Throws BadInput when it is something else. */
export function readResults(folder: string): Results | undefined {
  const file = join(folder, runFiles.results);
  if (!existsSync(file)) return undefined;
  const value = parseJson(readFileSync(file, 'utf8'), file);
  const parsed = resultsSchema.safeParse(value);
  if (parsed.success) return value as Results;
  throw new BadInput(
    `${describeIssues(parsed.error, value, file)}\nnext: run \`dissent analyze ${folder}\``,
  );
}
