/** The run folder: where everything about one run is kept. */

import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { BadInput } from '../errors.ts';
import { parseSpec, type TestSpec } from './spec.ts';

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

/** Local time to the millisecond, sortable and safe in a file name. */
function timestamp(now: Date): string {
  const pad = (value: number, width = 2) => String(value).padStart(width, '0');
  const day = `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`;
  const time = `${pad(now.getHours())}-${pad(now.getMinutes())}-${pad(now.getSeconds())}`;
  return `${day}T${time}.${pad(now.getMilliseconds(), 3)}`;
}

/** Makes `<store>/<name>/<timestamp>/` and points `<store>/latest` at it. Returns the absolute path. */
export function createRunFolder(store: string, name: string, now: Date): string {
  const parent = resolve(store, name);
  mkdirSync(parent, { recursive: true });
  const base = join(parent, timestamp(now));
  const folder = claim(base);
  pointLatest(resolve(store), folder);
  return folder;
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

/** Writes beside the file first and renames: a reader sees the old content or the new, never half of it. */
export function writeWhole(folder: string, file: string, content: string): void {
  const fresh = join(folder, `.${file}.new`);
  writeFileSync(fresh, content);
  renameSync(fresh, join(folder, file));
}

/** Reads `test.json`. Throws BadInput when the folder is not a run folder. */
export function readSpec(folder: string): TestSpec {
  const file = join(folder, runFiles.spec);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new BadInput(
      `${folder} is not a run folder: cannot read ${file} (${(error as Error).message}).\n` +
        'next: name a folder such as store/raft-register/<time>, or store/latest',
    );
  }
  try {
    return parseSpec(JSON.parse(text), file);
  } catch (error) {
    if (error instanceof SyntaxError) throw new BadInput(`${file} is not JSON: ${error.message}`);
    throw error;
  }
}
