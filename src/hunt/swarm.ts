/**
 * One seed, one test. Every seed draws for itself which faults there are and which are not, how they lie in time, how many nodes,
 * clients and keys there are, how fast and how bad the network is, and how the algorithm is set: a swarm of different tests finds
 * what a single well-mixed one never reaches (Groce et al., Swarm Testing, ISSTA 2012).
 */

import { weighted } from '#nemesis/weighted';
import { defaultMaxSessions } from '../consensus/state-machine/sessions.ts';
import { type Random, stream } from '../random/random.ts';
import { buildSpec, nodeNames } from '../run/build-spec.ts';
import type { TestSpec } from '../run/spec.ts';
import { plotsForGood } from './plots.ts';
import type { ShapeOptions } from './shapes.ts';
import type { HuntSubject } from './subject.ts';
import { asksOnce, drawConditions, drawOptions, fillsUp } from './swarm-conditions.ts';
import { drawPlot, drawSchedule } from './swarm-schedule.ts';
import { drawWorkload } from './swarm-workloads.ts';

/** The test that this seed stands for. Throws BadInput for a subject that cannot be hunted. */
export function drawTest(subject: HuntSubject, seed: number): TestSpec {
  const random = (name: string): Random => stream(seed, `swarm/${name}`);
  const nodes = weighted(random('nodes'), [
    [3, 5],
    [5, 5],
    [4, 2],
    [2, 1],
    [7, 1],
    [1, 1],
  ] as const);
  const t = weighted(random('timing'), [
    [100, 3],
    [150, 3],
    [300, 2],
    [60, 1],
  ] as const);
  const sizes = random('sizes');
  const sim = drawConditions(random('conditions'), t);
  const { workload, workloadOptions } = drawWorkload(subject, random('workload'));
  const systemOptions = subject.systemOptions ?? {
    ...drawOptions(subject, t, random('options')),
    // Asking again and again for more than fits through is no test of anything.
    ...(fillsUp(sim) ? { maxBatchEntries: 256 } : {}),
  };
  const plot = drawPlot(random('plot'), systemOptions['reads'] === 'lease');
  const shape = drawShape(sizes, plot, t, nodes);
  const batch = Number(systemOptions['maxBatchEntries'] ?? 256);
  const load = drawLoad(sizes, nodes, t, {
    latencyMs: sim.network.latencyMs.mean,
    fsyncMs: sim.disk.fsyncMs.mean / batch,
    // Whoever was told no has to wait for the end of the call.
    isShort: asksOnce(sim),
  });
  const draft = buildSpec(
    {
      system: subject.system,
      systemOptions:
        subject.systemOptions === undefined && hasSessions(subject.system)
          ? { ...systemOptions, maxSessions: drawSessions(random('sessions'), load.clients) }
          : systemOptions,
      workload,
      workloadOptions,
      nodes,
      ...load,
      time: shape.endMs / 1000,
      recoveryTimeoutMs: recoveryLimits * t,
      checkTimeoutMs,
      world: 'sim',
      trace: true,
      sim,
      schedule: [],
    },
    seed,
  );
  return { ...draft, schedule: drawSchedule(subject, seed, shape, plot, draft) };
}

function drawShape(
  random: Random,
  plot: string | undefined,
  t: number,
  nodes: number,
): ShapeOptions {
  const lengthMs = (8 + random.below(25)) * t;
  // At the end everything is calm for a while in some tests, so that what must go on can be seen to.
  const drawnMs = weighted(random, [
    [0, 2],
    [calmLimits * t + 200, 1],
  ] as const);
  const calmMs = plotsForGood.has(plot ?? '') ? calmLimits * t + 200 : drawnMs;
  return {
    fromMs: random.below(4 * t),
    untilMs: lengthMs,
    endMs: lengthMs + calmMs,
    electionTimeoutMs: t,
    nodes: nodeNames(nodes),
  };
}

/** Single-decree Paxos has none: what was decided stays decided, however often it is proposed. */
const hasSessions = (system: string): boolean => system === 'raft' || system === 'paxos';

/** Often so few that those of clients who gave up are forgotten while what they asked for is still on its way. All who ask have one. */
const drawSessions = (random: Random, clients: number): number =>
  weighted(random, [
    [defaultMaxSessions, 2],
    [clients, 1],
    [2 * clients, 1],
  ] as const);

/** What one command costs, ms. */
interface Cost {
  readonly latencyMs: number;
  /** Its share of an fsync. */
  readonly fsyncMs: number;
  /** Whether operations have little time. */
  readonly isShort: boolean;
}

/** Who asks how often, and for how long. Several clients at each node, so that one that waits leaves others to go on. */
function drawLoad(random: Random, nodes: number, t: number, { latencyMs, fsyncMs, isShort }: Cost) {
  const clients = weighted(random, [
    // One each: some nodes are only asked for reads, so that a leader without a write of its own under way is asked too.
    [nodes, 3],
    [2 * nodes, 3],
    [3 * nodes, 1],
  ] as const);
  const rate = weighted(random, [
    [20, 1],
    [60, 2],
    [150, 3],
    [400, 1],
  ] as const);
  const drawnMs = weighted(random, [
    [t, 1],
    [3 * t, isShort ? 1 : 2],
    [10 * t, isShort ? 0 : 3],
  ] as const);
  // A way there and back through a leader and a majority has to fit in, and what all ask at once has to reach the disks by then: clients
  // who have given up every time before their turn came are never served.
  const opTimeoutMs = Math.max(drawnMs, 20 * latencyMs, Math.ceil(4 * clients * fsyncMs));
  return { clients, rate, opTimeoutMs };
}

/** A calm core has to serve again within so many election timeouts. */
export const calmLimits = 30;

/**
 * A net for what nobody has thought of, ms, not a budget: histories of these sizes are checked in a fraction of a second, so that on
 * whichever machine, and however busy it is, a seed comes to the same verdict.
 */
const checkTimeoutMs = 120_000;

/**
 * A healed cluster has to serve every client again within so many election timeouts. Long, since the network goes on losing messages,
 * and where damage left a bare majority all of it has to be heard in time; who stands still stands still for ever.
 */
const recoveryLimits = 600;
