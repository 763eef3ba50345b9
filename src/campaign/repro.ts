/** A failure of a real run in a file: the test with its operations written down, for `dissent replay`. */

import type { Results } from '#reports/results';
import { exitCodes } from '../errors.ts';
import { scriptOf } from '../generator/script.ts';
import type { Repro } from '../hunt/repro.ts';
import { readRecorded } from '../run/recorded.ts';

/** Who found it, as in a hunt. undefined for a run in which nothing failed. */
export function failureOf({ checkers, exitCode, reasons }: Results): Repro['failure'] | undefined {
  for (const [name, { valid, reason, anomalies }] of Object.entries(checkers)) {
    if (valid !== false) continue;
    const explanation = anomalies?.[0]?.explanation ?? reason ?? '';
    return { by: name === 'invariants' ? 'invariant' : 'checker', name, explanation };
  }
  const explanation = reasons[0] ?? '';
  if (exitCode === exitCodes.notRecovered) return { by: 'liveness', name: 'liveness', explanation };
  if (exitCode === exitCodes.violation) return { by: 'crash', name: 'node-exit', explanation };
  return undefined;
}

/**
 * The run in this folder as a repro: real processes do not do the same again to the letter, but they are asked for the same at the
 * same times under the same faults. undefined when nothing failed. Throws BadInput when it is no run folder.
 */
export function reproOfRun(folder: string, results: Results): Repro | undefined {
  const failure = failureOf(results);
  if (failure === undefined) return undefined;
  const { spec, history } = readRecorded(folder);
  const operations = scriptOf(history, spec.clients, spec.time * 1e9);
  return {
    kind: 'dissent-repro',
    spec: { ...spec, operations },
    failure,
    operations: operations.length,
    origin: {
      seed: spec.seed,
      faults: spec.schedule.length,
      operations: operations.length,
      tried: 0,
    },
  };
}
