/** A test on real processes into a run folder: cluster up, workload and faults, everything healed, cluster down. */

import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { damage, disk, powerLoss, shippedKinds } from '#nemesis/index';
import type { StatusLine } from '#reports/status-line';
import { workloads } from '#workloads/index';
import { HarnessFailure } from '../errors.ts';
import { wallClock } from '../schedule/clock.ts';
import { type StartContext, systems } from '../systems/index.ts';
import { nodeNames } from './build-spec.ts';
import { runFiles, writeTest } from './folder.ts';
import { known } from './known.ts';
import { perform } from './perform.ts';
import { RealTimeline } from './real-timeline.ts';
import { fileRecorder } from './recorder.ts';
import { showProgress } from './show-progress.ts';
import type { TestSpec } from './spec.ts';

export interface RealRun {
  readonly spec: TestSpec;
  readonly folder: string;
  readonly status: StatusLine;
  readonly ports: { readonly from: number; readonly to: number } | undefined;
  /** URL of a running Toxiproxy, or which kind to start. */
  readonly toxiproxy: string;
  readonly signal: AbortSignal | undefined;
}

/** Brings the cluster up, runs the test on it, and takes everything down again, whatever happens. */
export async function recordReal(run: RealRun): Promise<void> {
  const { spec, folder, status } = run;
  const broken = new AbortController();
  const signal = AbortSignal.any([broken.signal, ...(run.signal ? [run.signal] : [])]);
  const orBreak = breaking(broken, folder);
  const log = (line: string): void =>
    orBreak(() =>
      appendFileSync(join(folder, runFiles.log), `${new Date().toISOString()} ${line}\n`),
    );
  // Before there is a history, a node that dies is a cluster that does not come up; afterwards it no longer matters.
  const logExit: StartContext<unknown>['onNodeExit'] = (node, message) =>
    log(`${node} ended: ${message}`);
  let onNodeExit = logExit;
  const nodes = nodeNames(spec.nodes);
  await using system = await known(systems, 'system', spec.system).start({
    nodes,
    folder,
    seed: spec.seed,
    options: spec.systemOptions,
    trace: spec.trace,
    ...(run.ports === undefined ? {} : { ports: run.ports }),
    toxiproxy: run.toxiproxy,
    signal,
    faultyDisks: mayTouchDisks(spec),
    onNodeExit: (node, message, fault) => onNodeExit(node, message, fault),
    onHarnessFailure: (reason) => broken.abort(new HarnessFailure(reason)),
  });
  using timeline = new RealTimeline();
  const originNs = Number(process.hrtime.bigint()) - timeline.nowNs();
  const circumstances = { startedAt: new Date().toISOString(), originNs, proxy: system.proxy };
  writeTest(folder, { spec, circumstances });
  const kind = known(workloads, 'workload', spec.workload);
  const workload = kind.create(spec.workloadOptions, { concurrency: spec.clients, nodes });
  const recorder = fileRecorder(join(folder, runFiles.history));
  onNodeExit = (node, error, fault) => {
    const time = timeline.nowNs();
    const f = `node-${fault ?? 'exit'}`;
    orBreak(() => recorder.record({ time, type: 'info', process: 'nemesis', f, node, error }));
  };
  const clock = wallClock(() => timeline.nowNs());
  try {
    await perform({
      spec,
      workload,
      stage: { system, timeline, clock },
      recorder,
      signal,
      orBreak,
      log,
      onSamples: (lines) => orBreak(() => appendFileSync(join(folder, runFiles.samples), lines)),
      onProgress: (progress, active, leader) =>
        showProgress(spec, status, { progress, active, leader }),
      onHealing: () => status.phase('healing'),
    });
  } finally {
    onNodeExit = logExit;
    await recorder.close();
  }
  if (run.signal?.aborted !== true) broken.signal.throwIfAborted();
  status.phase('stopping the nodes');
}

const diskKinds: readonly string[] = [disk.kind, powerLoss.kind, damage.kind];

/** What a fault of the user's own does is not known. */
const mayTouchDisks = ({ schedule }: TestSpec): boolean =>
  schedule.some(({ fault: { kind } }) => diskKinds.includes(kind) || !shippedKinds.includes(kind));

/** What fails in a callback has nobody to throw at: it ends the run instead, as a failure of the harness. */
const breaking =
  (broken: AbortController, folder: string) =>
  (write: () => void): void => {
    try {
      write();
    } catch (error) {
      broken.abort(
        error instanceof HarnessFailure
          ? error
          : new HarnessFailure(`cannot write into ${folder}: ${String(error)}`, { cause: error }),
      );
    }
  };
