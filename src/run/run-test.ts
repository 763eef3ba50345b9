/** One test from start to verdict, in either world: performed and recorded, then analyzed from what was recorded. */

import { statusLine } from '#reports/status-line';
import { plural } from '#reports/text';
import { workloads } from '#workloads/index';
import { validateSchedule } from '../schedule/validate.ts';
import { systems } from '../systems/index.ts';
import { type Analyzed, analyze } from './analyze.ts';
import { nodeNames } from './build-spec.ts';
import { loadFaultFiles } from './fault-files.ts';
import { createRunFolder, runFiles, writeWhole } from './folder.ts';
import { known } from './known.ts';
import { recordReal } from './record-real.ts';
import { recordSimulated } from './record-sim.ts';
import type { TestSpec } from './spec.ts';
import { loadWorkloadFile } from './workload-files.ts';

export interface RunOptions {
  /** The folder that run folders are made in. */
  readonly store: string;
  readonly ports?: { readonly from: number; readonly to: number };
  /** URL of a running Toxiproxy, or which kind to start. Default: auto. */
  readonly toxiproxy?: string;
  /** Aborting stops the run early; what was recorded is analyzed. */
  readonly signal?: AbortSignal;
  /** Where progress and the summary go; left out: nowhere. */
  readonly words?: NodeJS.WriteStream;
  /** Whether to write a summary at the end; left out: yes. */
  readonly summary?: boolean;
}

/**
 * Runs a test and analyzes it. Throws BadInput for a description that cannot be run and HarnessFailure when the harness
 * itself cannot do its work; whatever the system under test does is in the results, not an exception.
 */
export async function runTest(spec: TestSpec, options: RunOptions): Promise<Analyzed> {
  await loadFaultFiles(spec.faultFiles ?? []);
  if (spec.workloadFile !== undefined) await loadWorkloadFile(spec.workloadFile);
  known(systems, 'system', spec.system);
  known(workloads, 'workload', spec.workload);
  validateSchedule(spec.schedule, { nodes: nodeNames(spec.nodes) });
  const folder = createRunFolder(options.store, spec.name, new Date());
  writeWhole(folder, runFiles.schedule, `${JSON.stringify(spec.schedule, null, 2)}\n`);
  const { ports, toxiproxy = 'auto', signal } = options;
  const status = statusLine(options.words);
  try {
    if (spec.world === 'sim') {
      await recordSimulated({ spec, folder, status, signal });
    } else {
      status.phase(`starting ${plural(spec.nodes, 'node')} of ${spec.system} (seed ${spec.seed})`);
      await recordReal({ spec, folder, status, ports, toxiproxy, signal });
    }
  } finally {
    status.end();
  }
  const words = options.summary === false ? undefined : options.words;
  return analyze(folder, words === undefined ? {} : { words });
}
