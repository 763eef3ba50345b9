/** One test from start to verdict: cluster up, workload and faults, everything healed, cluster down, analysis. */

import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { faults } from '#nemesis/index';
import { type StatusLine, statusLine } from '#reports/status-line';
import type { Workload } from '#workloads/index';
import { workloads } from '#workloads/index';
import { BadInput, HarnessFailure } from '../errors.ts';
import {
  clients,
  type Generator,
  phases,
  scripted,
  stagger,
  timeLimit,
} from '../generator/index.ts';
import { stream } from '../random/random.ts';
import { wallClock } from '../schedule/clock.ts';
import { type FaultEvent, play } from '../schedule/player.ts';
import { validateSchedule } from '../schedule/validate.ts';
import { systems } from '../systems/index.ts';
import type { RunningSystem } from '../systems/system.ts';
import { type Analyzed, analyze } from './analyze.ts';
import { nodeNames } from './build-spec.ts';
import { processClient } from './client.ts';
import { createRunFolder, runFiles, writeTest, writeWhole } from './folder.ts';
import { interpret, type Progress } from './interpreter.ts';
import { markPhase } from './phase-marks.ts';
import { finalPhase, gate, lazily } from './phases.ts';
import { RealTimeline } from './real-timeline.ts';
import { fileRecorder, type Recorder } from './recorder.ts';
import { startSampler } from './sampler.ts';
import type { TestSpec } from './spec.ts';

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

/** What the phases of one run share. */
interface Run {
  readonly spec: TestSpec;
  readonly folder: string;
  readonly workload: Workload;
  readonly system: RunningSystem;
  readonly timeline: RealTimeline;
  readonly recorder: Recorder;
  readonly signal: AbortSignal;
  readonly status: StatusLine;
  readonly log: (line: string) => void;
  /** Does it; if it throws, the run ends as a failure of the harness. */
  readonly orBreak: (write: () => void) => void;
}

/**
 * Runs a test and analyzes it. Throws BadInput for a description that cannot be run and HarnessFailure when the harness
 * itself cannot do its work; whatever the system under test does is in the results, not an exception.
 */
export async function runTest(spec: TestSpec, options: RunOptions): Promise<Analyzed> {
  known(systems, 'system', spec.system);
  known(workloads, 'workload', spec.workload);
  validateSchedule(spec.schedule, { nodes: nodeNames(spec.nodes) });
  const folder = createRunFolder(options.store, spec.name, new Date());
  writeWhole(folder, runFiles.schedule, `${JSON.stringify(spec.schedule, null, 2)}\n`);
  const status = statusLine(options.words);
  status.phase(`starting ${spec.nodes} nodes of ${spec.system} (seed ${spec.seed})`);
  try {
    await record(spec, folder, options, status);
  } finally {
    status.end();
  }
  const words = options.summary === false ? undefined : options.words;
  return analyze(folder, words === undefined ? {} : { words });
}

/** Brings the cluster up, runs the test on it, and takes everything down again, whatever happens. */
async function record(
  spec: TestSpec,
  folder: string,
  options: RunOptions,
  status: StatusLine,
): Promise<void> {
  const broken = new AbortController();
  const signal = AbortSignal.any([broken.signal, ...(options.signal ? [options.signal] : [])]);
  const orBreak = breaking(broken, folder);
  const log = (line: string): void =>
    orBreak(() =>
      appendFileSync(join(folder, runFiles.log), `${new Date().toISOString()} ${line}\n`),
    );
  // Before there is a history, a node that dies is a cluster that does not come up; afterwards it no longer matters.
  const logExit = (node: string, message: string): void => log(`${node} ended: ${message}`);
  let onNodeExit = logExit;
  const nodes = nodeNames(spec.nodes);
  await using system = await known(systems, 'system', spec.system).start({
    nodes,
    folder,
    seed: spec.seed,
    options: spec.systemOptions,
    trace: spec.trace,
    ...(options.ports === undefined ? {} : { ports: options.ports }),
    toxiproxy: options.toxiproxy ?? 'auto',
    signal,
    onNodeExit: (node, message) => onNodeExit(node, message),
    onHarnessFailure: (reason) => broken.abort(new HarnessFailure(reason)),
  });
  using timeline = new RealTimeline();
  const originNs = Number(process.hrtime.bigint()) - timeline.nowNs();
  const startedAt = new Date().toISOString();
  writeTest(folder, { spec, circumstances: { startedAt, originNs, proxy: system.proxy } });
  const settings = { concurrency: spec.clients, nodes };
  const kind = known(workloads, 'workload', spec.workload);
  const workload = kind.create(spec.workloadOptions, settings);
  const recorder = fileRecorder(join(folder, runFiles.history));
  onNodeExit = (node, error) => {
    const time = timeline.nowNs();
    const line = { time, type: 'info', process: 'nemesis', f: 'node-exit', node, error } as const;
    orBreak(() => recorder.record(line));
  };
  const run = { spec, folder, workload, system, timeline, recorder, signal, status, log, orBreak };
  try {
    await perform(run);
  } finally {
    onNodeExit = logExit;
    await recorder.close();
  }
  if (options.signal?.aborted !== true) broken.signal.throwIfAborted();
  status.phase('stopping the nodes');
}

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

function known<T>(kinds: ReadonlyMap<string, T>, what: string, name: string): T {
  const found = kinds.get(name);
  if (found !== undefined) return found;
  throw new BadInput(`unknown ${what} "${name}"; there are: ${[...kinds.keys()].join(', ')}`);
}

/** The recorded part: everything between the first and the last line of the history. */
async function perform(run: Run): Promise<void> {
  const { timeline, recorder, system, folder, status } = run;
  const nowNs = (): number => timeline.nowNs();
  const samples = join(folder, runFiles.samples);
  const sampler = startSampler(
    () => system.statuses(),
    nowNs,
    (lines) => run.orBreak(() => appendFileSync(samples, lines)),
  );
  const ended = new AbortController();
  const nemesis = playFaults(run, AbortSignal.any([run.signal, ended.signal]));
  try {
    markPhase(recorder, nowNs(), 'main');
    await interpret({
      generator: wholeRun(run, {
        healNow: () => ended.abort(),
        isHealed: () => nemesis.isOver(),
      }),
      concurrency: run.spec.clients,
      random: stream(run.spec.seed, 'workload'),
      timeline,
      recorder,
      open: (_process, thread) =>
        processClient(run.workload, system.connect(nodeOf(system, thread)), run.spec.opTimeoutMs),
      node: (_process, thread) => nodeOf(system, thread),
      signal: run.signal,
      graceMs: run.spec.opTimeoutMs + 500,
      onProgress: (progress) => showProgress(run, progress, nemesis.active(), sampler.leader()),
      onLog: (message) => run.log(message),
    });
    if (!run.signal.aborted) markPhase(recorder, nowNs(), 'end');
  } finally {
    status.phase('healing');
    ended.abort();
    await nemesis.over;
    await sampler.stop();
  }
}

/** Thread i talks to node i modulo the number of nodes. */
const nodeOf = (system: RunningSystem, thread: number): string =>
  system.world.nodes[thread % system.world.nodes.length] as string;

interface Nemesis {
  readonly over: Promise<void>;
  isOver(): boolean;
  /** Faults in effect, for the status line. */
  active(): readonly string[];
}

/** Plays the schedule, and writes what it does into the history. */
function playFaults(run: Run, signal: AbortSignal): Nemesis {
  const { spec, system, timeline, recorder } = run;
  const active = new Map<number, string>();
  let over = false;
  const report = (event: FaultEvent): void => {
    const { type, f, timeNs, value, error } = event;
    const failure = error === undefined ? {} : { error };
    run.orBreak(() =>
      recorder.record({ time: timeNs, type, process: 'nemesis', f, value, ...failure }),
    );
    if (type === 'invoke') return;
    if (f.startsWith('heal-')) active.delete(value.index);
    else if (value.outcome?.kind === 'installed') {
      active.set(value.index, `${f} ${value.resolved?.join(',') ?? ''}`.trim());
    }
    run.log(`nemesis ${f} ${JSON.stringify(value)}${error === undefined ? '' : ` ${error}`}`);
  };
  const playing = play({
    schedule: validateSchedule(spec.schedule, { nodes: system.world.nodes, faults }),
    world: system.world,
    clock: wallClock(() => timeline.nowNs()),
    seed: spec.seed,
    signal,
    report,
  }).finally(() => {
    over = true;
  });
  return {
    over: playing.then(() => undefined),
    isOver: () => over,
    active: () => [...active.values()],
  };
}

/** Main phase at its rate, then all faults healed, also those that were to last longer, then every client until it is served again. */
function wholeRun(
  run: Run,
  nemesis: { readonly healNow: () => void; readonly isHealed: () => boolean },
): Generator {
  const { spec, workload, recorder, timeline } = run;
  const operations =
    spec.operations === undefined
      ? stagger(1000 / spec.rate, workload.generator)
      : scripted(spec.operations);
  const main = timeLimit(spec.time * 1000, clients(operations));
  const final = (): Generator => {
    markPhase(recorder, timeline.nowNs(), 'final');
    const operations = workload.finalOperations?.(recorder.operations) ?? [];
    const deadlineNs = timeline.nowNs() + spec.recoveryTimeoutMs * 1e6;
    return finalPhase(spec.clients, workload.probe, operations, deadlineNs);
  };
  const heal = (): Generator => {
    markPhase(recorder, timeline.nowNs(), 'heal');
    nemesis.healNow();
    return gate(nemesis.isHealed);
  };
  return phases(main, lazily(heal), lazily(final));
}

function showProgress(
  { spec, status }: Run,
  progress: Progress,
  active: readonly string[],
  leader: string | undefined,
): void {
  const elapsedMs = progress.timeNs / 1e6;
  status.progress({
    elapsedMs,
    totalMs: spec.time * 1000,
    ok: progress.ok,
    fail: progress.fail,
    info: progress.info,
    active,
    ...(leader === undefined ? {} : { leader }),
  });
}
