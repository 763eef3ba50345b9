/**
 * A whole test in the simulated world, in memory: the unchanged interpreter, workload and schedule over a SimCluster. The same
 * test gives the same run, to the byte, in any process.
 */

import type { Workload } from '#workloads/index';
import { workloads } from '#workloads/index';
import { BadInput, HarnessFailure } from '../errors.ts';
import type { History } from '../history/operation.ts';
import type { FaultRecord } from '../schedule/player.ts';
import {
  defaultSimOptions,
  type NodeEnd,
  SimCluster,
  type SimCounters,
  type SimEvent,
  type Traced,
} from '../sim/index.ts';
import { systems } from '../systems/index.ts';
import { nodeNames } from './build-spec.ts';
import { type OnProgress, perform } from './perform.ts';
import { memoryRecorder } from './recorder.ts';
import { leaveAlone, settle, settleDebts } from './settle.ts';
import type { TestSpec } from './spec.ts';

export interface SimulateOptions {
  /** Protocol events as they happen; left out: replicas do not make them, which is faster. Changes nothing of the run. */
  readonly observe?: ((event: Traced) => void) | undefined;
  /** What happened between and beneath the nodes, for diagrams. Changes nothing of the run. */
  readonly witness?: ((event: SimEvent) => void) | undefined;
  /** Whether to hash everything that happens into `traceHash`. Slow. */
  readonly hash?: boolean;
  /** Whether nodes pass messages as JSON, as a check that they share nothing else. Slow; changes nothing of the run. */
  readonly serialise?: boolean;
  /** How long the nodes may take to end alike, and to answer what they were asked, once everything is over, in ms; left out: they are not asked to. */
  readonly settleMs?: number;
  /** How long the nodes are left alone after that, with nothing to do, in ms; left out: not at all. */
  readonly idleMs?: number;
  /** Whether to count bytes of messages. Slow. */
  readonly measure?: boolean;
  /** Aborting ends the run early. */
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
  /** As in `perform`. */
  readonly onSamples?: (lines: string) => void;
  readonly log?: (line: string) => void;
  /** Told at once of every node that ends by itself. */
  readonly onEnd?: (end: NodeEnd) => void;
  /** Given the cluster before anything happens in it. */
  readonly onCluster?: (cluster: SimCluster) => void;
}

export interface Simulated {
  readonly history: History;
  /** One per entry of the schedule. */
  readonly faults: readonly FaultRecord[];
  readonly ended: 'exhausted' | 'aborted';
  /** Virtual time at the end, ns. */
  readonly endNs: number;
  /** With `hash`. */
  readonly traceHash?: string;
  readonly counters: SimCounters;
  /** Nodes that ended by themselves: for a reason of their own (`system`), or because a fault broke their disk (`injected`). */
  readonly ends: readonly NodeEnd[];
  /** Of these, those that ended for a reason of their own: broken invariants, mostly. */
  readonly brokenNodes: readonly NodeEnd[];
  /** With `settleMs`: running nodes that still knew less to be committed than others. */
  readonly behind: readonly string[];
  /** With `settleMs`: running nodes that still owed clients an answer. */
  readonly owing: readonly string[];
  /** With `idleMs`: when the nodes were left alone, ns. */
  readonly idle?: { readonly fromNs: number; readonly untilNs: number };
  /** Nodes that were not running at the end. */
  readonly down: readonly string[];
}

/** Longest virtual time after the workload, besides the recovery: faults that heal, operations that end, in ms. */
const afterwardsMs = 120_000;

/**
 * Runs the test of this description in the simulated world. Rejects with BadInput for one that cannot be run and with HarnessFailure
 * when the simulation itself fails; whatever the system under test does is in what is returned.
 */
export async function simulate(spec: TestSpec, options: SimulateOptions = {}): Promise<Simulated> {
  const { log = () => undefined, signal, onProgress, onSamples } = options;
  const recorder = memoryRecorder();
  const broken = new AbortController();
  const orBreak = (write: () => void): void => {
    try {
      write();
    } catch (error) {
      broken.abort(error);
    }
  };
  const cluster = createCluster(spec, options, (end) => {
    const { node, timeNs, error, cause, isForGood } = end;
    options.onEnd?.(end);
    log(`${node} ended: ${error}`);
    // What a fault made it do is no finding about the system.
    if (cause === 'injected' && !isForGood) return;
    const f = isForGood ? 'node-lost' : 'node-exit';
    const line = { type: 'info', process: 'nemesis', f, node, error } as const;
    orBreak(() => recorder.record({ time: timeNs, ...line }));
  });
  options.onCluster?.(cluster);
  const { timeline } = cluster;
  const performing = perform({
    spec,
    workload: workloadOf(spec),
    stage: { system: cluster, timeline, clock: timeline, isLost: lostIn(spec, cluster) },
    recorder,
    signal: AbortSignal.any([broken.signal, ...(signal ? [signal] : [])]),
    orBreak,
    log,
    onProgress,
    onSamples,
  });
  const limitMs = spec.time * 1000 + spec.recoveryTimeoutMs + afterwardsMs;
  const { faults, ended } = await timeline.until(performing, limitMs * 1e6).catch(failure);
  broken.signal.throwIfAborted();
  const { settleMs, idleMs } = ended === 'aborted' ? {} : options;
  const behind = settleMs === undefined ? [] : await settle(cluster, settleMs);
  const history = recorder.operations;
  const traceHash = cluster.traceHash(history);
  const { counters } = cluster;
  const endNs = timeline.nowNs();
  const owing = settleMs === undefined ? [] : await settleDebts(cluster, settleMs);
  const idle = await leaveAlone(timeline, idleMs);
  return {
    history,
    faults,
    ended,
    endNs,
    ...(traceHash === undefined ? {} : { traceHash }),
    counters,
    ends: cluster.ends,
    brokenNodes: cluster.ends.filter(({ cause }) => cause === 'system'),
    behind,
    owing,
    ...(idle === undefined ? {} : { idle }),
    down: cluster.down,
  };
}

/**
 * By the time this is asked all faults are healed and what they had killed runs again. So a node that is still down ended by itself for
 * good; and where no majority is left, nobody is served any more.
 */
function lostIn(spec: TestSpec, cluster: SimCluster): (node: string) => boolean {
  return (node) => {
    const { down } = cluster;
    return down.includes(node) || 2 * (spec.nodes - down.length) <= spec.nodes;
  };
}

function workloadOf(spec: TestSpec): Workload {
  const kind = workloads.get(spec.workload);
  if (kind === undefined) throw new BadInput(`unknown workload "${spec.workload}"`);
  const settings = { concurrency: spec.clients, nodes: nodeNames(spec.nodes) };
  return kind.create(spec.workloadOptions, settings);
}

function createCluster(
  spec: TestSpec,
  { observe, witness, hash, serialise, measure }: SimulateOptions,
  onEnd: (end: NodeEnd) => void,
): SimCluster {
  const program = systems.get(spec.system)?.simulated?.(spec.systemOptions);
  if (program === undefined) throw new BadInput(`the system "${spec.system}" cannot be simulated`);
  return new SimCluster({
    nodes: nodeNames(spec.nodes),
    program,
    seed: spec.seed,
    options: spec.sim ?? defaultSimOptions,
    onEnd,
    observe,
    witness,
    hash: hash === true,
    serialise: serialise === true,
    measure: measure === true,
  });
}

function failure(error: unknown): never {
  if (error instanceof BadInput || error instanceof HarnessFailure) throw error;
  throw new HarnessFailure(`the simulation failed: ${String(error)}`, { cause: error });
}
