/** Which faults a seed plays, and when: some of the kinds, in up to two shapes laid over each other, or a plot with its own. */

import { drawnKinds, type Fault, faults, faultsOf, type Plan } from '#nemesis/index';
import { weighted } from '#nemesis/weighted';
import { pick, type Random, shuffle, stream } from '../random/random.ts';
import type { TestSpec } from '../run/spec.ts';
import type { ScheduleEntry } from '../schedule/schedule.ts';
import { entriesOf, validateSchedule } from '../schedule/validate.ts';
import { systems } from '../systems/index.ts';
import { plots } from './plots.ts';
import { type ShapeOptions, type Slot, shapes } from './shapes.ts';
import type { HuntSubject } from './subject.ts';

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

/** In which what a leader counts on ends without its knowing. */
const aboutLeases = ['deposed', 'go-between', 'restarts', 'echo'];

/** Two of three tests have a plot. */
export function drawPlot(random: Random, isLeased: boolean): string | undefined {
  if (random.below(3) === 0) return undefined;
  const names = Object.keys(plots);
  return pick(random, isLeased && random.below(2) === 0 ? aboutLeases : names);
}

/** Some of the kinds, in up to two shapes laid over each other, or a plot with its own, and perhaps a shape. */
export function drawSchedule(
  { nemesis, systemOptions: told }: HuntSubject,
  seed: number,
  shape: ShapeOptions,
  plot: string | undefined,
  { system, systemOptions }: TestSpec,
): ScheduleEntry[] {
  const random = stream(seed, 'swarm/schedule');
  const isLeased = told === undefined && systemOptions['reads'] === 'lease';
  const all = faultsOf(nemesis ?? drawnKinds).filter(({ kind }) => !isLeased || kind !== 'clock');
  const kinds = drawKinds(random, all);
  const hasPlot = plot !== undefined;
  const layers = weighted(random, [
    [1, hasPlot ? 1 : 4],
    [2, hasPlot ? 0 : 2],
    [0, hasPlot ? 4 : nemesis === undefined ? 1 : 0],
  ] as const);
  const slots: Slot[] = [];
  if (hasPlot) slots.push(...(plots[plot]?.(random, shape) ?? []));
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
  // One clock at most is wrong where leases count on it: two faults on one node would make up for more than was said.
  const wrongClock = isLeased ? slots.findIndex(({ fault }) => fault?.kind === 'clock') : -1;
  const isLeaderless = systems.get(system)?.leaderless === true;
  const entries = slots.flatMap((slot, i) =>
    entryOf(
      stream(seed, `swarm/schedule/${i}`),
      kinds,
      i === wrongClock && slot.fault !== undefined
        ? withinDrift(slot, slot.fault, Number(systemOptions['maxClockDrift']))
        : permitted(slot, all),
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

/** The promise of a lease holds for clocks that differ by no more than was said: a leader's runs no slower than that, or right. */
function withinDrift(slot: Slot, fault: NonNullable<Slot['fault']>, maxClockDrift: number): Slot {
  return { ...slot, fault: { ...fault, rate: Math.max(Number(fault['rate']), 1 - maxClockDrift) } };
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
