/** A failure of a real run in a file: the test with its operations written down, for `dissent replay`. */

import type { Results } from '#reports/results';
import { scriptOf } from '../generator/script.ts';
import { verdictOf } from '../hunt/real-judge.ts';
import type { Repro } from '../hunt/repro.ts';
import { findings } from '../run/findings.ts';
import { readRecorded } from '../run/recorded.ts';

/**
 * The run in this folder as a repro: real processes do not do the same again to the letter, but they are asked for the same at the
 * same times under the same faults. undefined when nothing failed. Throws BadInput when it is no run folder.
 */
export function reproOfRun(folder: string, results: Results): Repro | undefined {
  const recorded = readRecorded(folder);
  const verdict = verdictOf(results, findings(recorded, results));
  if (verdict.kind !== 'failed') return undefined;
  const { spec, history } = recorded;
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
