/** A failure of a real run in a file: the test with its operations written down, for `dissent replay`. */

import { join, relative } from 'node:path';
import type { Results } from '#reports/results';
import { plural } from '#reports/text';
import { HarnessFailure } from '../errors.ts';
import { scriptOf } from '../generator/script.ts';
import { findReal, type RunReal } from '../hunt/real-find.ts';
import { judgeFolder, judgeReal, type RealOptions } from '../hunt/real-judge.ts';
import { type Repro, readRepro, serializeRepro } from '../hunt/repro.ts';
import { readResults, writeWhole } from '../run/folder.ts';
import { readRecorded } from '../run/recorded.ts';
import type { CampaignRun } from './record.ts';

/** In the folder of a run that failed. */
export const reproFile = 'repro.json';

/** Beside it, when a smaller test failed in the same way. */
const shrunkFile = 'shrunk.repro.json';

/**
 * The run in this folder as a repro: real processes do not do the same again to the letter, but they are asked for the same at the
 * same times under the same faults. undefined when nothing failed. Throws BadInput when it is no run folder.
 */
export function reproOfRun(folder: string, results: Results): Repro | undefined {
  const { verdict, history } = judgeFolder(folder, results);
  if (verdict.kind !== 'failed') return undefined;
  const { spec } = readRecorded(folder);
  const { by, name, explanation } = verdict;
  const operations = scriptOf(history, spec.clients, spec.time * 1e9);
  return {
    kind: 'dissent-repro',
    spec: { ...spec, operations },
    failure: { by, name, explanation },
    // It was not shrunk, so the run that failed is the one run of it that there is.
    again: { runs: 1, failed: 1 },
    operations: operations.length,
    origin: {
      seed: spec.seed,
      faults: spec.schedule.length,
      operations: operations.length,
      tried: 0,
    },
  };
}

export interface ShrinkOptions {
  /** The campaign's folder. */
  readonly folder: string;
  readonly budgetMs: number;
  readonly running: Omit<RealOptions, 'store' | 'words'>;
  /** Told after every run. */
  readonly onRun?: (tried: number) => void;
}

/** How often a smaller test is run before it counts as one that passes: each of these runs takes seconds of a night. */
const runsPerCandidate = 2;

/**
 * The same run with a smaller test that fails in the same way, where one was found in time. Its own folder stays; that of the smaller
 * test's last failure is below `shrunk`. The harness failing meanwhile leaves things as they were: what failed is known already.
 */
export async function shrunkRun(
  run: CampaignRun,
  { folder, budgetMs, running, onRun }: ShrinkOptions,
  play: RunReal = judgeReal,
): Promise<CampaignRun> {
  const own = run.folder === undefined ? undefined : join(folder, run.folder);
  const results = own === undefined ? undefined : readResults(own);
  if (own === undefined || run.repro === undefined || results === undefined) return run;
  const whole = readRepro(join(folder, run.repro));
  const failed = { spec: whole.spec, judged: judgeFolder(own, results) };
  const store = join(folder, 'shrunk');
  const told = onRun === undefined ? {} : { onRun };
  const options = { ...running, store, runsPerCandidate, budgetMs, keepsFirst: true, ...told };
  try {
    const repro = await findReal(failed, options, play);
    const { again } = repro;
    // A smaller test that does not fail again is less than what there is.
    if (isSmaller(repro, whole) && again !== undefined && again.failed > 0) {
      writeWhole(own, shrunkFile, serializeRepro(repro));
      const shrunk = { faults: repro.spec.schedule.length, operations: repro.operations };
      return { ...run, repro: relative(folder, join(own, shrunkFile)), shrunk, again };
    }
    if (isSmaller(repro, whole) || again === undefined) return run;
    writeWhole(own, reproFile, serializeRepro({ ...whole, again }));
    return { ...run, again };
  } catch (error) {
    if (error instanceof HarnessFailure) return run;
    throw error;
  }
}

const isSmaller = ({ spec: a }: Repro, { spec: b }: Repro): boolean =>
  a.schedule.length < b.schedule.length ||
  (a.operations?.length ?? 0) < (b.operations?.length ?? 0) ||
  a.time < b.time;

/** In a sentence; undefined where it was not shrunk. */
export function shrinkingSaid({ shrunk, again }: CampaignRun): string | undefined {
  if (again === undefined) return undefined;
  const { runs, failed } = again;
  const how = `${failed} of ${plural(runs, 'more run')} of it failed in the same way`;
  if (shrunk === undefined) return `nothing smaller failed; ${how}`;
  const { faults, operations } = shrunk;
  return `shrunk to ${plural(faults, 'fault')} and ${plural(operations, 'operation')}; ${how}`;
}
