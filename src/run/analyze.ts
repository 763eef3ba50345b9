/** From a run folder to its verdict: checkers, figures, results, reports. Needs no cluster, and can be done again. */

import { type Checker, type CheckResult, type Valid, worst } from '#checkers/index';
import { withReduction } from '#checkers/reductions';
import { consoleSummary } from '#reports/console';
import type { Results } from '#reports/results';
import { exitCodes } from '../errors.ts';
import { coverageOf } from '../metrics/coverage.ts';
import type { Measured } from '../metrics/measure.ts';
import { findings } from './findings.ts';
import { runFiles, writeWhole } from './folder.ts';
import { measureRun, type Recorded, readRecorded, workloadOf } from './recorded.ts';
import { renderReports } from './render.ts';
import { loadWorkloadFile } from './workload-files.ts';

export interface AnalyzeOptions {
  /** Budget of each checker, ms; left out: as the test says. */
  readonly checkTimeoutMs?: number;
  /** Where the summary goes; left out: nowhere. */
  readonly words?: NodeJS.WriteStream;
}

export interface Analyzed {
  /** The run folder. */
  readonly folder: string;
  readonly results: Results;
}

/** Checks and measures a run folder and writes its results and reports. Throws BadInput when it is not a run folder. */
export async function analyze(folder: string, options: AnalyzeOptions = {}): Promise<Analyzed> {
  const recorded = readRecorded(folder);
  const { spec, history } = recorded;
  if (spec.workloadFile !== undefined) await loadWorkloadFile(spec.workloadFile);
  const workload = workloadOf(recorded);
  const timeLimitMs = options.checkTimeoutMs ?? spec.checkTimeoutMs;
  const checkers: Record<string, CheckResult> = {};
  for (const checker of workload.checkers) {
    checkers[checker.name] = await checkSafely(checker, { history, folder, timeLimitMs });
  }
  const measured = await measureRun(recorded);
  const results = resultsOf(recorded, checkers, measured);
  writeWhole(folder, runFiles.results, `${JSON.stringify(results, null, 2)}\n`);
  const files = await renderReports(folder);
  const { words } = options;
  words?.write(`${consoleSummary(results, { report: files.report, stream: words })}\n`);
  return { folder, results };
}

/** A checker that throws has found nothing and cleared nothing. */
async function checkSafely(
  checker: Checker,
  context: Parameters<Checker['check']>[0],
): Promise<CheckResult> {
  try {
    return await withReduction(checker).check(context);
  } catch (error) {
    const reason = `the checker ${checker.name} failed: ${error instanceof Error ? error.message : String(error)}`;
    return { valid: 'unknown', reason };
  }
}

function resultsOf(
  recorded: Recorded,
  checkers: Readonly<Record<string, CheckResult>>,
  measured: Measured,
): Results {
  const { spec } = recorded;
  const { traceHash } = recorded.circumstances;
  const found = findings(recorded, measured);
  const verdicts = [...Object.values(checkers), ...found];
  const valid = worst(verdicts.map((one) => one.valid));
  const violated = Object.values(checkers).some((one) => one.valid === false);
  const notRecovered = found.some(({ kind }) => kind === 'not-recovered' || kind === 'standstill');
  return {
    valid,
    exitCode: exitCodeOf(valid, violated, notRecovered),
    reasons: reasonsOf(checkers, found),
    system: spec.system,
    workload: spec.workload,
    world: spec.world,
    seed: spec.seed,
    counts: measured.counts,
    checkers,
    latency: measured.latency,
    ...(measured.latencyCorrected === undefined
      ? {}
      : { latencyCorrected: measured.latencyCorrected }),
    availability: measured.availability,
    faults: measured.faults,
    coverage: coverageOf(measured.faults, spec.nodes, spec.require ?? []),
    leader: measured.leader,
    cost: measured.cost,
    ...(traceHash === undefined ? {} : { traceHash }),
  };
}

/** A violation outweighs a cluster that did not recover, which outweighs not knowing. */
function exitCodeOf(valid: Valid, violated: boolean, notRecovered: boolean): number {
  if (violated) return exitCodes.violation;
  if (notRecovered) return exitCodes.notRecovered;
  if (valid === 'unknown') return exitCodes.unknown;
  return valid ? exitCodes.valid : exitCodes.violation;
}

function reasonsOf(
  checkers: Readonly<Record<string, CheckResult>>,
  found: readonly { readonly valid: Valid; readonly reason: string }[],
): string[] {
  const all = [
    ...Object.entries(checkers).map(([name, { valid, reason }]) => ({
      valid,
      reason: reason ?? `${name} is ${String(valid)}`,
    })),
    ...found,
  ].filter(({ valid }) => valid !== true);
  const worstFirst = all.sort((a, b) => Number(b.valid === false) - Number(a.valid === false));
  return worstFirst.map(({ reason }) => reason);
}
