/** One real run of a campaign: performed, judged, and boiled down to what is kept of it. */

import { rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Results } from '#reports/results';
import { exitCodes, Interrupted } from '../errors.ts';
import { serializeRepro } from '../hunt/repro.ts';
import { rolesOf } from '../metrics/coverage.ts';
import { buildSpec } from '../run/build-spec.ts';
import { findings } from '../run/findings.ts';
import { writeWhole } from '../run/folder.ts';
import { readRecorded } from '../run/recorded.ts';
import { type RunOptions, runTest } from '../run/run-test.ts';
import type { TestSpec } from '../run/spec.ts';
import type { RealCell } from './plan.ts';
import type { CampaignFault, CampaignRun } from './record.ts';
import { reproFile, reproOfRun } from './repro.ts';

/** Which run folders stay: of valid runs a campaign can do without. */
export type Keep = 'all' | 'failures';

export interface RealOptions {
  /** The campaign's folder. */
  readonly folder: string;
  readonly keep: Keep;
  readonly workload: string | undefined;
  readonly run: Omit<RunOptions, 'store' | 'summary'>;
}

/** Reasons are told in full in the run's own folder; here there is room for so many of so many characters. */
const reasonsMax = 5;
const reasonLength = 400;

const nodes = 5;

/** The test of one system in a cell. Throws BadInput for one that cannot be. */
export const specOf = (
  { group, seed }: Pick<RealCell, 'group' | 'seed'>,
  system: string,
  workload: string | undefined,
): TestSpec =>
  buildSpec(
    {
      system,
      ...(workload === undefined ? {} : { workload }),
      nemesis: group.kinds,
      intensity: group.intensity,
      nodes,
      time: group.seconds,
      name: `${group.name}-seed-${seed}-${system}`,
    },
    seed,
  );

/** undefined when the user asked to stop in the middle of it and nothing failed until then. */
export async function runReal(
  cell: RealCell,
  system: string,
  { folder, keep, workload, run }: RealOptions,
): Promise<CampaignRun | undefined> {
  const spec = specOf(cell, system, workload);
  const about = {
    system,
    group: cell.group.name,
    workload: spec.workload,
    seed: cell.seed,
    seconds: spec.time,
  };
  try {
    const made = await runTest(spec, { ...run, store: join(folder, 'real'), summary: false });
    const { results } = made;
    const hasFailed = isFailure(results.exitCode);
    if (run.signal?.aborted === true && !hasFailed) return undefined;
    const repro = hasFailed ? keepRepro(made.folder, results) : undefined;
    const missed = missedIn(made.folder, results);
    const isKept = keep === 'all' || results.exitCode !== exitCodes.valid;
    if (!isKept) rmSync(made.folder, { recursive: true, force: true });
    return {
      ...about,
      ...(isKept ? { folder: relative(folder, made.folder) } : {}),
      ...figuresOf(results, spec.nodes),
      ...(missed === undefined ? {} : { missed }),
      ...(repro === undefined ? {} : { repro: relative(folder, repro) }),
    };
  } catch (error) {
    if (error instanceof Interrupted || run.signal?.aborted === true) return undefined;
    // One run that the harness could not do must not take the others with it; it is told for what it is.
    return { ...about, ...withoutResults(error) };
  }
}

const isFailure = (exitCode: number): boolean =>
  exitCode === exitCodes.violation || exitCode === exitCodes.notRecovered;

/** Kinds that were planned and never took effect, if that is all that the run lacks: others of the campaign may make up for it. */
export function missedIn(folder: string, results: Results): string[] | undefined {
  const { exitCode, checkers, faults } = results;
  if (exitCode !== exitCodes.unknown) return undefined;
  if (Object.values(checkers).some(({ valid }) => valid !== true)) return undefined;
  if (faults.some(({ outcome }) => outcome.kind === 'failed')) return undefined;
  const recorded = readRecorded(folder);
  if (findings(recorded, results).some(({ kind }) => kind !== 'fault-missing')) return undefined;
  const installed = faults.filter(({ outcome }) => outcome.kind === 'installed');
  const planned = new Set(recorded.spec.schedule.map(({ fault }) => fault.kind));
  return [...planned].filter((kind) => !installed.some((fault) => fault.kind === kind));
}

function keepRepro(folder: string, results: Results): string | undefined {
  const repro = reproOfRun(folder, results);
  if (repro === undefined) return undefined;
  writeWhole(folder, reproFile, serializeRepro(repro));
  return join(folder, reproFile);
}

const shortened = (text: string): string =>
  text.length <= reasonLength ? text : `${text.slice(0, reasonLength - 1).toWellFormed()}…`;

const withoutResults = (error: unknown) => ({
  exitCode: exitCodes.harnessFailure,
  reasons: [shortened(error instanceof Error ? error.message : String(error))],
  counts: { ok: 0, fail: 0, info: 0 },
  availability: 0,
  longestOutageMs: 0,
  leaderChanges: 0,
  faults: [],
});

const figuresOf = (results: Results, members: number) => ({
  exitCode: results.exitCode,
  reasons: results.reasons.slice(0, reasonsMax).map(shortened),
  counts: results.counts,
  availability: results.availability.fraction,
  longestOutageMs: results.availability.longestOutageMs,
  leaderChanges: results.leader.changes ?? 0,
  faults: faultsOf(results, members),
});

/** The nth firing of a kind on a target is the same entry of the schedule in every system: schedules are played in order. */
function faultsOf({ faults }: Results, members: number): CampaignFault[] {
  const seen = new Map<string, number>();
  return faults.map((fault) => {
    const { kind, target, outcome } = fault;
    const what = `${kind} ${target} ${JSON.stringify(fault.parameters ?? null)}`;
    const count = (seen.get(what) ?? 0) + 1;
    seen.set(what, count);
    return {
      kind,
      target,
      firing: `${what} ${count}`,
      outcome: outcome.kind,
      hit: outcome.kind === 'installed' ? [...rolesOf(fault, members)] : [],
      lostMs: fault.lostMs ?? null,
      detectionMs: fault.detectionMs ?? null,
      timeToFirstOkMs: fault.timeToFirstOkMs,
      recoveryMs: fault.recoveryMs,
      ...(fault.degradedMs === undefined ? {} : { degradedMs: fault.degradedMs }),
      ...(fault.catchUpMs === undefined ? {} : { catchUpMs: fault.catchUpMs }),
      unavailableMs: fault.unavailableMs,
    };
  });
}
