/**
 * One seed, one test. Every seed draws for itself which faults there are and which are not, how they lie in time, how many nodes,
 * clients and keys there are, how fast and how bad the network is, and how the algorithm is set: a swarm of different tests finds
 * what a single well-mixed one never reaches (Groce et al., Swarm Testing, ISSTA 2012).
 */

import { drawnKinds, type Fault, faults, faultsOf, type Plan } from '#nemesis/index';
import { weighted } from '#nemesis/weighted';
import { pick, type Random, shuffle, stream } from '../random/random.ts';
import { buildSpec, nodeNames } from '../run/build-spec.ts';
import type { TestSpec } from '../run/spec.ts';
import type { ScheduleEntry } from '../schedule/schedule.ts';
import { entriesOf, validateSchedule } from '../schedule/validate.ts';
import { systems } from '../systems/index.ts';
import type { HuntSubject } from './jobs.ts';
import { plots } from './plots.ts';
import { type ShapeOptions, type Slot, shapes } from './shapes.ts';
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
  const lengthMs = (8 + sizes.below(25)) * t;
  // At the end everything is calm for a while in some tests, so that what must go on can be seen to.
  const calmMs = weighted(sizes, [
    [0, 2],
    [calmLimits * t + 200, 1],
  ] as const);
  const shape: ShapeOptions = {
    fromMs: sizes.below(4 * t),
    untilMs: lengthMs,
    endMs: lengthMs + calmMs,
    electionTimeoutMs: t,
    nodes: nodeNames(nodes),
  };
  const systemOptions = subject.systemOptions ?? {
    ...drawOptions(subject.system, t, random('options')),
    // Asking again and again for more than fits through is no test of anything.
    ...(sim.clients === undefined ? {} : { maxBatchEntries: 256 }),
  };
  const batch = Number(systemOptions['maxBatchEntries'] ?? 256);
  const load = drawLoad(sizes, nodes, t, {
    latencyMs: sim.network.latencyMs.mean,
    fsyncMs: sim.disk.fsyncMs.mean / batch,
  });
  const draft = buildSpec(
    {
      system: subject.system,
      systemOptions,
      workload,
      workloadOptions,
      nodes,
      ...load,
      time: (lengthMs + calmMs) / 1000,
      recoveryTimeoutMs: recoveryLimits * t,
      checkTimeoutMs,
      world: 'sim',
      trace: true,
      sim,
      schedule: [],
    },
    seed,
  );
  return { ...draft, schedule: drawSchedule(subject, seed, shape, draft.system) };
}

/** What one command costs, ms. */
interface Cost {
  readonly latencyMs: number;
  /** Its share of an fsync. */
  readonly fsyncMs: number;
}

/** Who asks how often, and for how long. Several clients at each node, so that one that waits leaves others to go on. */
function drawLoad(random: Random, nodes: number, t: number, { latencyMs, fsyncMs }: Cost) {
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
    [3 * t, 2],
    [10 * t, 3],
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

/**
 * Small batches and small windows, but not both at once: where next to nothing fits through, clients ask for more than is ever done,
 * and what that looks like is a cluster that stands still.
 */
function drawWindow(random: Random) {
  const maxBatchEntries = weighted(random, [
    [256, 3],
    [1, 1],
    [2, 1],
    [5, 1],
  ] as const);
  const drawn = weighted(random, [
    [16, 3],
    [1, 1],
    [2, 1],
  ] as const);
  return { maxBatchEntries, maxInflight: Math.max(drawn, Math.ceil(8 / maxBatchEntries)) };
}

/** Sizes at which batches split and windows fill up; the algorithm's own safe switches. */
function drawOptions(system: string, t: number, random: Random): Record<string, unknown> {
  const own =
    system === 'raft'
      ? { preVote: random.below(4) > 0, checkQuorum: random.below(3) > 0 }
      : system === 'paxos'
        ? { canvass: random.below(4) > 0, checkQuorum: random.below(3) > 0 }
        : {};
  return {
    electionTimeoutMs: t,
    heartbeatMs: Math.max(
      5,
      Math.round(
        t /
          weighted(random, [
            [6, 3],
            [10, 1],
            [3, 1],
          ] as const),
      ),
    ),
    ...drawWindow(random),
    maxUncommitted: weighted(random, [
      [4096, 4],
      [8, 1],
    ] as const),
    maxPendingReads: weighted(random, [
      [4096, 4],
      [4, 1],
    ] as const),
    ...own,
  };
}

/** The weather: most networks are good, some are slow, some lose, double and reorder. */
function drawConditions(random: Random, t: number) {
  const drawn = weighted(random, [
    [1, 4],
    [4, 3],
    [15, 1],
  ] as const);
  // Nobody can be elected where messages take as long as the timeout (dissertation 9.1: broadcast time << election timeout).
  const mean = Math.min(drawn, t / 15);
  // Sometimes all messages take the same time, so that nodes stay in step with each other.
  const least = random.below(8) === 0 ? mean : mean / 4;
  const isBad = random.below(2) === 0;
  const share = (): number => (random.below(2) === 0 ? 0 : random.below(20) / 100);
  return {
    network: {
      transport: isBad ? ('datagram' as const) : ('stream' as const),
      latencyMs: { min: least, mean },
      ...(isBad
        ? { loss: share(), duplicates: share(), reordered: share(), ...drawStragglers(random, t) }
        : {}),
    },
    // Clients in a hurry ask again for what is under way. On a slow network they would give up on everything.
    ...(mean < 15 && random.below(2) === 0 ? { clients: hurried(t) } : {}),
    disk: {
      fsyncMs: weighted(random, [
        [{ min: 0.2, mean: 0.6 }, 3],
        [{ min: 1, mean: 8 }, 1],
      ] as const),
    },
    startMs: weighted(random, [
      [{ min: 1, mean: 5 }, 2],
      [{ min: 20, mean: 60 }, 1],
    ] as const),
  };
}

const hurried = (t: number) => ({ attemptTimeoutMs: Math.max(60, t / 2), retryPauseMs: 10 });

/** A few messages that come one to several elections late. */
function drawStragglers(random: Random, t: number) {
  const stragglers = weighted(random, [
    [0, 1],
    [0.02, 1],
    [0.1, 1],
  ] as const);
  const mean = weighted(random, [
    [t, 1],
    [2 * t, 2],
    [4 * t, 1],
  ] as const);
  return { stragglers, stragglerMs: { min: t / 4, mean } };
}

/** The kinds that most is lost by, and that most bugs need: one of them is in half of the tests. */
const grave = ['partition', 'kill', 'power-loss', 'pause'];

function drawKinds(random: Random, all: readonly Fault[]): readonly Fault[] {
  const some = shuffle(random, all).slice(
    0,
    weighted(random, [
      [1, 2],
      [2, 3],
      [3, 2],
      [all.length, 1],
    ] as const),
  );
  const first = shuffle(random, all).find(({ kind }) => grave.includes(kind));
  return first !== undefined && random.below(2) === 0 ? [first, ...some] : some;
}

/** Some of the kinds, in up to two shapes laid over each other, or a plot with its own, and perhaps a shape. */
function drawSchedule(
  { nemesis }: HuntSubject,
  seed: number,
  shape: ShapeOptions,
  system: string,
): ScheduleEntry[] {
  const random = stream(seed, 'swarm/schedule');
  const all = faultsOf(nemesis ?? drawnKinds);
  const kinds = drawKinds(random, all);
  const hasPlot = random.below(3) > 0;
  const layers = weighted(random, [
    [1, hasPlot ? 1 : 4],
    [2, hasPlot ? 0 : 2],
    [0, hasPlot ? 4 : nemesis === undefined ? 1 : 0],
  ] as const);
  const slots: Slot[] = [];
  if (hasPlot) slots.push(...pick(random, Object.values(plots))(random, shape));
  for (let i = 0; i < layers; i += 1) {
    const name = weighted(random, [
      ['churn', 5],
      ['scatter', 4],
      ['overlap', 3],
      ['storm', 2],
      ['rolling', 1],
    ] as const);
    slots.push(...(shapes[name]?.(random, shape) ?? []));
  }
  const isLeaderless = systems.get(system)?.leaderless === true;
  const entries = slots.flatMap((slot, i) =>
    entryOf(
      stream(seed, `swarm/schedule/${i}`),
      kinds,
      permitted(slot, all),
      shape.nodes,
      isLeaderless,
    ),
  );
  return [
    ...entriesOf(
      validateSchedule(entries, { faults, nodes: shape.nodes }, `the schedule of seed ${seed}`),
    ),
  ];
}

function entryOf(
  random: Random,
  kinds: readonly Fault[],
  { at, for: lasts, target: wanted, fault: told }: Slot,
  nodes: readonly string[],
  isLeaderless: boolean,
): ScheduleEntry[] {
  const aimed = (target: string): string =>
    isLeaderless && /leader|follower/.test(target) ? 'one' : target;
  if (told !== undefined && wanted !== undefined) {
    return [{ at, for: lasts, fault: told, target: aimed(wanted) }];
  }
  const fault = kinds[random.below(Math.max(1, kinds.length))];
  const plans = fault?.plans(nodes, random) ?? [];
  if (plans.length === 0) return [];
  const fitting = wanted === undefined ? plans : plans.filter((plan) => isFor(plan, wanted));
  const plan = weighted(
    random,
    (fitting.length > 0 ? fitting : plans).map((one) => [one, one.weight] as const),
  );
  const target = wanted !== undefined && isFree(plan) ? wanted : plan.target;
  return [
    {
      at,
      for: lasts,
      fault: plan.parameters as ScheduleEntry['fault'],
      target: aimed(target),
    },
  ];
}

/** A fault that may not be: another one takes its place. */
function permitted(slot: Slot, allowed: readonly Fault[]): Slot {
  const { fault, ...rest } = slot;
  return fault === undefined || allowed.some(({ kind }) => kind === fault.kind) ? slot : rest;
}

/** Plans that hit one node can be aimed at another one. */
const isFree = ({ target }: Plan): boolean => ['leader', 'follower', 'one'].includes(target);

const isFor = (plan: Plan, wanted: string): boolean =>
  wanted === 'leader' ? plan.target === 'leader' : isFree(plan);
