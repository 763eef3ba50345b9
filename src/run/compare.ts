/**
 * The same test on several systems, rounds interleaved (A B A B ...), so that drift of the machine hits all of them alike.
 *
 *     round 1, seed S        raft | paxos
 *     round 2, seed S + 1    raft | paxos        every run under the one schedule that seed S draws
 *
 * The schedule stays the same, so that the rounds differ by noise alone; workload and timeouts follow the round's own seed.
 * Targets are roles, resolved in each cluster when a fault fires.
 */

import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { worst } from '#checkers/index';
import { renderCompareHtml } from '#reports/compare-html';
import type { ComparedRound, ComparedRun, CompareReportData } from '#reports/compare-types';
import { headlines } from '#reports/compare-words';
import type { Results } from '#reports/results';
import { BadInput, exitCodes, Interrupted } from '../errors.ts';
import { attemptsOf } from '../metrics/attempts.ts';
import { type ComparedMetric, compareEpisodes } from '../metrics/compare.ts';
import { type Episode, episodesOf } from '../metrics/episodes.ts';
import { throughput } from '../metrics/throughput.ts';
import type { Leadership } from '../metrics/types.ts';
import { validateSchedule } from '../schedule/validate.ts';
import { systems } from '../systems/index.ts';
import { buildSpec, nodeNames, type TestRequest } from './build-spec.ts';
import { createRunFolder, runFiles, shortPath, writeWhole } from './folder.ts';
import { evidenceOf, readRecorded, workloadOf } from './recorded.ts';
import { type RunOptions, runTest } from './run-test.ts';
import type { TestSpec } from './spec.ts';

export interface CompareRequest extends Omit<TestRequest, 'system' | 'systemOptions'> {
  /** At least two, each once. */
  readonly systems: readonly string[];
  /** Each system runs once per round. */
  readonly rounds: number;
  readonly seed: number;
}

/** What `dissent compare --json` prints, and how long each run was. */
export interface Comparison {
  readonly valid: Results['valid'];
  readonly systems: readonly string[];
  readonly rounds: number;
  /** Seconds of workload in each run. */
  readonly time: number;
  readonly table: readonly ComparedMetric[];
  /** Path of the report. */
  readonly report: string;
}

export interface Compared {
  readonly folder: string;
  readonly comparison: Comparison;
  readonly exitCode: number;
}

/** One finished run of one system in one round. */
interface Run {
  readonly system: string;
  readonly round: number;
  readonly spec: TestSpec;
  readonly folder: string;
  readonly results: Results;
  readonly episodes: readonly Episode[];
  readonly part: ComparedRun;
}

/** Width of a bar in the throughput charts, ms. */
const binMs = 250;

/** Throws BadInput for a request that cannot be run, and what `runTest` throws. */
export async function compare(request: CompareRequest, options: RunOptions): Promise<Compared> {
  checkRequest(request);
  const specs = specsOf(request);
  const first = specs[0]?.[0];
  if (first === undefined) throw new BadInput('nothing to compare');
  validateSchedule(first.schedule, { nodes: nodeNames(first.nodes) });
  const name = `compare-${request.systems.join('-')}-${first.workload}`;
  const folder = createRunFolder(options.store, name, new Date());
  mkdirSync(join(folder, 'runs'));
  writeWhole(folder, runFiles.schedule, `${JSON.stringify(first.schedule, null, 2)}\n`);
  const startedAt = new Date().toISOString();
  const runs: Run[] = [];
  for (const [index, round] of specs.entries()) {
    for (const spec of round) {
      options.words?.write(`round ${index + 1} of ${specs.length}: ${spec.system}\n`);
      const run = await runUnlessStopped(spec, index + 1, folder, options);
      if (run !== undefined) runs.push(run);
    }
  }
  const interrupted = runs.length < specs.flat().length || options.signal?.aborted === true;
  return conclude({ request, folder, startedAt, runs: withSome(runs, options), interrupted });
}

/** undefined when the user has asked to stop before anything was recorded. */
async function runUnlessStopped(
  spec: TestSpec,
  round: number,
  folder: string,
  options: RunOptions,
): Promise<Run | undefined> {
  if (options.signal?.aborted === true) return undefined;
  try {
    return await runOne(spec, round, folder, options);
  } catch (error) {
    if (error instanceof Interrupted) return undefined;
    throw error;
  }
}

/** Without a single run there is nothing to conclude. */
function withSome(runs: readonly Run[], { signal }: RunOptions): readonly Run[] {
  if (runs.length === 0) signal?.throwIfAborted();
  return runs;
}

function checkRequest({ systems: names, rounds }: CompareRequest): void {
  if (names.length < 2 || new Set(names).size !== names.length) {
    throw new BadInput(
      `compare needs two or more different systems, got: ${names.join(' ') || 'none'}; there are: ${[...systems.keys()].join(', ')}`,
    );
  }
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 1000) {
    throw new BadInput(`--rounds ${rounds} is not allowed; allowed: whole numbers from 1 to 1000`);
  }
}

/** By round, then by system. The schedule is drawn once and given to all. */
function specsOf(request: CompareRequest): TestSpec[][] {
  const { systems: names, rounds, seed, ...test } = request;
  const { schedule } = buildSpec({ ...test, system: names[0] ?? '' }, seed);
  return Array.from({ length: rounds }, (_, i) =>
    names.map((system) => {
      const name = `round-${i + 1}-${system}`;
      return buildSpec({ ...test, system, schedule, name }, seed + i);
    }),
  );
}

async function runOne(
  spec: TestSpec,
  round: number,
  folder: string,
  options: RunOptions,
): Promise<Run> {
  const store = join(folder, 'runs');
  const { folder: own, results } = await runTest(spec, { ...options, store, summary: false });
  const recorded = readRecorded(own);
  const evidence = await evidenceOf(recorded);
  return {
    system: spec.system,
    round,
    spec,
    folder: own,
    results,
    episodes: episodesOf(evidence),
    part: {
      system: spec.system,
      valid: results.valid,
      exitCode: results.exitCode,
      reasons: results.reasons,
      report: relative(folder, join(own, runFiles.report)),
      throughput: throughput(attemptsOf(recorded.history), binMs),
      faults: results.faults,
      leaderships: evidence.leaderships,
    },
  };
}

interface Finished {
  readonly request: CompareRequest;
  readonly folder: string;
  readonly startedAt: string;
  readonly runs: readonly Run[];
  readonly interrupted: boolean;
}

async function conclude(finished: Finished): Promise<Compared> {
  const { request, folder, runs, interrupted } = finished;
  const table = compareEpisodes(
    Object.fromEntries(
      request.systems.map((system) => [
        system,
        runs.filter((run) => run.system === system).flatMap((run) => run.episodes),
      ]),
    ),
  );
  const valid = worst([...runs.map((run) => run.results.valid), interrupted ? 'unknown' : true]);
  const report = join(folder, runFiles.report);
  writeWhole(folder, 'schedules.json', `${JSON.stringify(schedulesOf(runs), null, 2)}\n`);
  const data = reportDataOf(finished, table, valid);
  if (data !== undefined) writeWhole(folder, runFiles.report, renderCompareHtml(data));
  const comparison = {
    valid,
    systems: request.systems,
    rounds: request.rounds,
    time: runs[0]?.spec.time ?? 0,
    table,
    report: shortPath(report),
  };
  writeWhole(folder, runFiles.results, `${JSON.stringify(comparison, null, 2)}\n`);
  return { folder, comparison, exitCode: exitCodeOf(runs, interrupted) };
}

/** The gravest of the runs. */
function exitCodeOf(runs: readonly Run[], interrupted: boolean): number {
  const codes = new Set(runs.map((run) => run.results.exitCode));
  const gravest = [exitCodes.violation, exitCodes.notRecovered, exitCodes.unknown].find((code) =>
    codes.has(code),
  );
  return gravest ?? (interrupted ? exitCodes.unknown : exitCodes.valid);
}

/** The proof that all systems of a round got the same faults at the same times on the same roles. */
function schedulesOf(runs: readonly Run[]) {
  const rounds = new Set(runs.map((run) => run.round));
  return [...rounds].map((round) => {
    const own = runs.filter((run) => run.round === round);
    const plans = own.map((run) => JSON.stringify(run.spec.schedule));
    return {
      round,
      seed: own[0]?.spec.seed,
      identical: new Set(plans).size === 1,
      resolvedAlike: new Set(own.map((run) => JSON.stringify(rolesOf(run)))).size === 1,
      largestStartDifferenceMs: startDifferenceMs(own),
      schedule: own[0]?.spec.schedule,
      systems: Object.fromEntries(own.map((run) => [run.system, resolvedOf(run)])),
    };
  });
}

const resolvedOf = ({ results, part }: Run) =>
  results.faults.map(({ kind, target, resolved, startMs, endMs, outcome }) => ({
    kind,
    target,
    resolved: resolved.map((node) => ({ node, role: roleAt(part.leaderships, node, startMs) })),
    startMs,
    endMs,
    outcome,
  }));

/** What was hit, without the names and the moments, which differ from cluster to cluster. */
const rolesOf = (run: Run) =>
  resolvedOf(run).map(({ kind, target, resolved, outcome }) => ({
    kind,
    target,
    outcome: outcome.kind,
    roles: resolved.map(({ role }) => role).sort(),
  }));

/** How far apart the same fault took effect in two systems, at most. */
function startDifferenceMs(runs: readonly Run[]): number {
  const count = Math.max(0, ...runs.map(({ results }) => results.faults.length));
  const differences = Array.from({ length: count }, (_, i) => {
    const starts = runs.flatMap(({ results }) => results.faults[i]?.startMs ?? []);
    return Math.max(...starts) - Math.min(...starts);
  });
  return Math.max(0, ...differences);
}

/** What a node was, as far as it knew, when a fault hit it. */
const roleAt = (leaderships: readonly Leadership[], node: string, atMs: number): string =>
  leaderships.some((one) => one.node === node && one.startMs <= atMs && atMs <= one.endMs + 1)
    ? 'leader'
    : 'follower';

function reportDataOf(
  { request, startedAt, runs, folder, interrupted }: Finished,
  table: readonly ComparedMetric[],
  valid: Results['valid'],
): CompareReportData | undefined {
  const [first] = runs;
  if (first === undefined) return undefined;
  const { spec } = first;
  const controls = controlsOf(runs);
  const ends = runs.flatMap(({ results, part }) => [
    ...results.faults.map((fault) => fault.endMs),
    ...part.leaderships.map((one) => one.endMs),
  ]);
  return {
    version: 1,
    valid,
    systems: request.systems,
    workload: spec.workload,
    claim: workloadOf(first).claim,
    nodes: nodeNames(spec.nodes),
    clients: spec.clients,
    rate: spec.rate,
    time: spec.time,
    seed: request.seed,
    nemesis: spec.nemesis,
    startedAt,
    command: commandOf(request, spec, folder),
    ...controls,
    headlines: [
      ...headlines({ ...request, time: spec.time, table }),
      ...(interrupted ? ['The comparison was stopped before all rounds were over.'] : []),
    ],
    table,
    rounds: roundsOf(runs),
    durationMs: Math.max(spec.time * 1000, ...ends),
  };
}

/** Makes the same comparison again. A schedule that was given is taken from the folder of this one. */
function commandOf(request: CompareRequest, spec: TestSpec, folder: string): string {
  const settings = Object.keys(spec.workloadOptions).length > 0 && request.workloadOptions;
  const given = {
    workload: spec.workload,
    'workload-options': settings ? `'${JSON.stringify(settings)}'` : undefined,
    nemesis: spec.nemesis.join(',') || undefined,
    schedule: request.schedule && join(shortPath(folder), runFiles.schedule),
    nodes: spec.nodes,
    clients: spec.clients,
    rate: spec.rate,
    time: spec.time,
    'op-timeout': request.opTimeoutMs,
    'recovery-timeout': request.recoveryTimeoutMs,
    'check-timeout': request.checkTimeoutMs,
    rounds: request.rounds,
    seed: request.seed,
  };
  const flags = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name} ${value}`],
  );
  return `npx dissent compare ${request.systems.join(' ')} ${flags.join(' ')}`;
}

const roundsOf = (runs: readonly Run[]): ComparedRound[] =>
  [...new Set(runs.map((run) => run.round))].map((round) => {
    const own = runs.filter((run) => run.round === round);
    return { round, seed: own[0]?.spec.seed ?? 0, runs: own.map((run) => run.part) };
  });

/** Settings that are equal in all systems, and those that only some have or that differ. */
function controlsOf(runs: readonly Run[]) {
  const bySystem = new Map(runs.map(({ system, spec }) => [system, settingsOf(spec)]));
  const all = [...bySystem.values()];
  const names = new Set(all.flatMap((settings) => [...settings.keys()]));
  const equal = [...names].filter((name) => new Set(all.map((s) => s.get(name))).size === 1);
  return {
    controls: Object.fromEntries(equal.map((name) => [name, all[0]?.get(name) ?? ''])),
    differences: Object.fromEntries(
      [...bySystem].map(([system, settings]) => [
        system,
        Object.fromEntries([...settings].filter(([name]) => !equal.includes(name))),
      ]),
    ),
  };
}

/** Of the test and of the system, as they can be printed. */
function settingsOf(spec: TestSpec): ReadonlyMap<string, string> {
  const own = systems.get(spec.system)?.controls(spec.systemOptions) ?? {};
  return new Map(
    Object.entries({
      nodes: spec.nodes,
      clients: spec.clients,
      rate: spec.rate,
      opTimeoutMs: spec.opTimeoutMs,
      ...spec.workloadOptions,
      ...own,
    }).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}
