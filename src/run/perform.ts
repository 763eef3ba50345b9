/** The recorded part of a test, in either world: everything between the first and the last line of the history. */

import { faults } from '#nemesis/index';
import type { Workload } from '#workloads/workload';
import {
  clients,
  type Generator,
  phases,
  scripted,
  stagger,
  timeLimit,
} from '../generator/index.ts';
import { stream } from '../random/random.ts';
import { type FaultEvent, type FaultRecord, play } from '../schedule/player.ts';
import { validateSchedule } from '../schedule/validate.ts';
import { processClient } from './client.ts';
import { type Interpreted, interpret, type Progress } from './interpreter.ts';
import { markPhase } from './phase-marks.ts';
import { finalPhase, gate, lazily } from './phases.ts';
import type { Recorder } from './recorder.ts';
import { startSampler } from './sampler.ts';
import type { TestSpec } from './spec.ts';
import type { Stage } from './stage.ts';

/** A test that is being performed, and whom to tell about it. */
export interface Performance {
  readonly spec: TestSpec;
  readonly workload: Workload;
  readonly stage: Stage;
  readonly recorder: Recorder;
  /** Aborting ends it early; what is recorded is sound. */
  readonly signal: AbortSignal;
  /** Does it; if it throws, the run ends as a failure of the harness. */
  readonly orBreak: (write: () => void) => void;
  readonly log: (line: string) => void;
  /** Gets JSON lines: what the nodes say of themselves now and then. Left out: they are not asked. Must not throw. */
  readonly onSamples?: ((lines: string) => void) | undefined;
  /** Left out: nobody looks on. */
  readonly onProgress?: OnProgress | undefined;
  /** The workload and its faults are over; what is left is to clean up. */
  readonly onHealing?: () => void;
}

export type OnProgress = (
  progress: Progress,
  /** In words, such as `kill n2`. */
  activeFaults: readonly string[],
  leader: string | undefined,
) => void;

export interface Performed {
  /** One per entry of the schedule. */
  readonly faults: readonly FaultRecord[];
  readonly ended: Interpreted['ended'];
}

/** Performs the test. All faults are healed when it returns, also when it throws. */
export async function perform(run: Performance): Promise<Performed> {
  const { stage, recorder, spec, signal, onProgress, onSamples } = run;
  const nowNs = (): number => stage.timeline.nowNs();
  const sampler = onSamples && startSampler(() => stage.system.statuses(), stage.clock, onSamples);
  const ended = new AbortController();
  // With a reason of our own: the one that would be made has a stack, which costs more than many messages.
  const healNow = (): void => ended.abort('the faults are over');
  const nemesis = playFaults(run, AbortSignal.any([signal, ended.signal]));
  let interpreted: Interpreted;
  try {
    markPhase(recorder, nowNs(), 'main');
    interpreted = await interpret({
      generator: wholeRun(run, { healNow, isHealed: () => nemesis.isOver() }),
      concurrency: spec.clients,
      random: stream(spec.seed, 'workload'),
      timeline: stage.timeline,
      recorder,
      open: (_process, thread) =>
        processClient(run.workload, stage.system.connect(nodeOf(run, thread)), spec.opTimeoutMs),
      node: (_process, thread) => nodeOf(run, thread),
      signal,
      graceMs: spec.opTimeoutMs + 500,
      ...(onProgress && {
        onProgress: (progress) => onProgress(progress, nemesis.active(), sampler?.leader()),
      }),
      onLog: (message) => run.log(message),
    });
    if (!signal.aborted) markPhase(recorder, nowNs(), 'end');
  } finally {
    run.onHealing?.();
    healNow();
    await nemesis.over;
    await sampler?.stop();
  }
  return { faults: await nemesis.over, ended: interpreted.ended };
}

/** Thread i talks to node i modulo the number of nodes. */
function nodeOf({ stage }: Performance, thread: number): string {
  const { nodes } = stage.system.world;
  return nodes[thread % nodes.length] as string;
}

interface Nemesis {
  readonly over: Promise<readonly FaultRecord[]>;
  isOver(): boolean;
  /** Faults in effect, for the status line. */
  active(): readonly string[];
}

/** Plays the schedule, and writes what it does into the history. */
function playFaults(run: Performance, signal: AbortSignal): Nemesis {
  const { spec, stage, recorder } = run;
  const { world } = stage.system;
  const active = new Map<number, string>();
  let isOver = false;
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
  const over = play({
    schedule: validateSchedule(spec.schedule, { nodes: world.nodes, faults }),
    world,
    clock: stage.clock,
    seed: spec.seed,
    signal,
    report,
  }).finally(() => {
    isOver = true;
  });
  // It is waited for at the end, which may come after it has failed.
  over.catch(() => undefined);
  return { over, isOver: () => isOver, active: () => [...active.values()] };
}

/** Main phase at its rate, then all faults healed, also those that were to last longer, then every client until it is served again. */
function wholeRun(
  run: Performance,
  nemesis: { readonly healNow: () => void; readonly isHealed: () => boolean },
): Generator {
  const { spec, workload, recorder, stage } = run;
  const { timeline } = stage;
  const paced =
    spec.closedLoop === true ? workload.generator : stagger(1000 / spec.rate, workload.generator);
  const operations = spec.operations === undefined ? paced : scripted(spec.operations);
  const main = timeLimit(spec.time * 1000, clients(operations));
  const final = (): Generator => {
    markPhase(recorder, timeline.nowNs(), 'final');
    const operations = workload.finalOperations?.(recorder.operations) ?? [];
    const deadlineNs = timeline.nowNs() + spec.recoveryTimeoutMs * 1e6;
    const isLost = (thread: number): boolean => stage.isLost?.(nodeOf(run, thread)) === true;
    return finalPhase(spec.clients, workload.probe, operations, deadlineNs, isLost);
  };
  const heal = (): Generator => {
    markPhase(recorder, timeline.nowNs(), 'heal');
    nemesis.healNow();
    return gate(nemesis.isHealed);
  };
  return phases(main, lazily(heal), lazily(final));
}
