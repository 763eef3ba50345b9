/**
 * porcupine-ts against Porcupine in Go: the same files, interleaved in one run, on one thread of ours against all of Go's.
 *
 *     npm run bench:porcupine [-- --rounds 9 --timeout 20000 --only warm,cold,diagnosis,synthetic,large --json]
 *
 * Ratios are Go / ours: above 1 ours is faster. The files are those of DISSENT_CORPUS (default ../shared/histories); what is
 * not there is not measured. Warm: medians of rounds in two processes that have seen every file before. Cold: one check
 * in a process of its own, file by file, its start not counted.
 */

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compare, median, type Row, type Summary, summary } from './porcupine/compare.ts';
import { cold, fresh } from './porcupine/fresh.ts';
import { buildGo, Go } from './porcupine/go.ts';
import { corpus, etcdFiles, type File, kvFiles, syntheticFiles } from './porcupine/histories.ts';
import { writeGeneratedKv } from './porcupine/kv.ts';
import { large } from './porcupine/large.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    timeout: { type: 'string', default: '20000' },
    only: { type: 'string', default: 'warm,cold,diagnosis,synthetic,large' },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const timeoutMs = Number(values.timeout);
const parts = values.only.split(',');

const mb = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
const ms = (value: number): string => value.toFixed(value < 10 ? 3 : 0);
const times = (ratio: number): string => `${ratio.toFixed(2)}x`;

/** Lines for people go to stderr when stdout is for a program. */
const say = (line: string): void => {
  if (values.json) console.error(line);
  else console.log(line);
};

const row = (cells: readonly (string | number)[], widths: readonly number[]): string =>
  cells.map((cell, i) => String(cell).padStart(widths[i] ?? 0)).join('  ');

function saySummary(s: Summary): void {
  const slower = s.slower.length === 0 ? 'none slower' : `${s.slower.length} slower`;
  say(
    `  ${s.name.padEnd(16)} ${s.files} files: total ${times(s.totalRatio)} (${ms(s.goMs)} / ${ms(s.oursMs)} ms), geometric mean ${times(s.geometricMean)}, ${slower}, worst ${times(s.worst)}${s.slower.length > 0 ? `: ${s.slower.join(' ')}` : ''}`,
  );
}

function sayRows(rows: readonly Row[]): void {
  const widths = [14, 6, 8, 9, 9, 9, 8, 8];
  say(row(['file', 'ops', 'verdict', 'go ms', 'ours ms', 'opaque', 'ratio', 'opaque'], widths));
  for (const r of rows) {
    const cells = [r.file, r.operations, r.verdict, ms(r.goMs), ms(r.oursMs), ms(r.opaqueMs)];
    say(row([...cells, times(r.goMs / r.oursMs), times(r.goMs / r.opaqueMs)], widths));
  }
}

async function warm(go: Go | undefined): Promise<object> {
  const result: Record<string, { rows: readonly Row[]; summaries: readonly Summary[] }> = {};
  for (const [name, files] of [
    ['etcd', etcdFiles],
    ['kv', kvFiles],
  ] as const) {
    if (files.length === 0) continue;
    const rows = await compare(files, go, rounds, timeoutMs);
    const summaries = [summary(name, rows, 'oursMs'), summary(`${name}, opaque`, rows, 'opaqueMs')];
    say(`\nwarm, ${name}`);
    sayRows(rows);
    for (const s of summaries) saySummary(s);
    result[name] = { rows, summaries };
  }
  return result;
}

async function coldRuns(binary: string | undefined): Promise<object> {
  const rows = await cold([...etcdFiles, ...kvFiles], binary, timeoutMs);
  say('\ncold, a process for every file');
  for (const [name, isIn] of [
    ['etcd', (file: string) => file.endsWith('.log')],
    ['kv', (file: string) => file.endsWith('.txt')],
  ] as const) {
    const some = rows.filter(({ file }) => isIn(file));
    if (some.length === 0) continue;
    const asRows = some.map((r) => ({ ...r, operations: 0, verdict: '', opaqueMs: Number.NaN }));
    saySummary(summary(name, asRows, 'oursMs'));
    const peak = (of: (r: (typeof some)[number]) => number): number => Math.max(...some.map(of));
    const [ours, theirs] = [peak((r) => r.oursPeakBytes), peak((r) => r.goPeakBytes)];
    say(`  ${''.padEnd(16)} peak memory: Go ${mb(theirs)} MB, ours ${mb(ours)} MB, Node included`);
  }
  say(
    `  median per file: Go ${ms(median(rows.map((r) => r.goMs)))} ms, ours ${ms(median(rows.map((r) => r.oursMs)))} ms`,
  );
  return rows;
}

/** Every key of the kv files is to be explained, also after one turned out illegal. */
async function diagnosis(binary: string | undefined): Promise<object> {
  say('\nall keys diagnosed (Porcupine: verbose)');
  const rows = [];
  for (const file of [...kvFiles, ...(await writeGeneratedKv())]) {
    const ours = await fresh('kv', file.path, { exhaustive: true, timeLimitMs: timeoutMs });
    using go = binary === undefined ? undefined : new Go(binary);
    const theirs = await go?.check('verbose', 'kv', timeoutMs, file.path);
    const went = theirs === undefined ? 'died' : `${theirs.verdict} in ${ms(theirs.ns / 1e6)} ms`;
    say(
      `  ${file.name.padEnd(30)} ours ${ours.verdict} in ${ms(ours.ms)} ms (CPU ${ms(ours.cpuMs)}), ${ours.undecided} keys undecided, ${mb(ours.peakBytes)} MB; Go ${went}, ${mb(theirs?.peakBytes ?? Number.NaN)} MB`,
    );
    rows.push({ file: file.name, ours, go: theirs });
  }
  return rows;
}

async function synthetic(binary: string | undefined): Promise<object> {
  say('\nsynthetic, each in a fresh process');
  const rows = [];
  for (const file of syntheticFiles) rows.push(await one(file, binary));
  return rows;
}

async function one(file: File, binary: string | undefined): Promise<object> {
  const ours = await fresh('register', file.path, { timeLimitMs: timeoutMs });
  using go = binary === undefined ? undefined : new Go(binary);
  // What Porcupine does not finish soon it fills the memory with.
  const theirs = await go?.check('check', 'register', Math.min(timeoutMs, 5000), file.path);
  const went = theirs === undefined ? 'died' : `${theirs.verdict} in ${ms(theirs.ns / 1e6)} ms`;
  say(
    `  ${file.name.padEnd(22)} ours ${ours.verdict} in ${ms(ours.ms)} ms, ${mb(ours.peakBytes)} MB; Go ${went}, ${mb(theirs?.peakBytes ?? Number.NaN)} MB`,
  );
  return { file: file.name, ours, go: theirs };
}

async function largeOnes(): Promise<object> {
  say('\nlarge, ours alone, each in a fresh process: wanted 3 s and 1 GB for 1e6, 1 s for 1e5');
  const rows = [];
  for (const name of Object.keys(large)) {
    const ours = await fresh('large', name, { timeLimitMs: timeoutMs });
    say(
      `  ${name.padEnd(30)} ${String(ours.operations).padStart(8)} operations: ${ours.verdict} in ${ms(ours.ms)} ms (CPU ${ms(ours.cpuMs)}), ${mb(ours.peakBytes)} MB, of which ${mb(ours.beforeBytes)} before the check`,
    );
    rows.push({ name, ...ours });
  }
  return rows;
}

if (etcdFiles.length === 0) {
  console.error(`bench: no recorded histories in ${join(corpus, 'porcupine')}; set DISSENT_CORPUS`);
}
const binary = await buildGo();
const results: Record<string, object> = {};
{
  using go = binary === undefined ? undefined : new Go(binary);
  if (parts.includes('warm')) results['warm'] = await warm(go);
}
if (parts.includes('cold')) results['cold'] = await coldRuns(binary);
if (parts.includes('diagnosis')) results['diagnosis'] = await diagnosis(binary);
if (parts.includes('synthetic')) results['synthetic'] = await synthetic(binary);
if (parts.includes('large')) results['large'] = await largeOnes();
if (values.json) console.log(JSON.stringify(results));
