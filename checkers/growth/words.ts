/** A contradiction among observations, in words and as a drawing. */

import { show } from '#src/history/source';
import type { Anomaly, AnomalyCycle } from '../checker.ts';
import type { Observation } from './observations.ts';
import { because, type GrowthCycle, type GrowthStep } from './order.ts';

/** What a cycle is about. */
interface Told {
  readonly observations: readonly Observation[];
  /** By their numbers. */
  readonly keys: readonly string[];
}

const called = (at: number): string => `T${at + 1}`;

function label({ kind, from, to, about }: GrowthStep, { observations, keys }: Told): string {
  if (kind === because.process) return 'the same process';
  if (kind === because.realtime) return 'answered before it was asked';
  const seen = (node: number): string =>
    observations[node]?.sights.find(({ key }) => key === keys[about])?.shown ?? '';
  return `${seen(from)}, then ${seen(to)}`;
}

function sentence(step: GrowthStep, i: number, count: number, told: Told) {
  const [before, after] = [called(i), called((i + 1) % count)];
  const { process } = told.observations[step.from]?.invoke ?? {};
  switch (step.kind) {
    case because.process:
      return `${before} comes before ${after}: process ${process} did ${before} first.`;
    case because.realtime:
      return `${before} comes before ${after}: it was answered before ${after} was asked.`;
    default:
      return `${before} comes before ${after}: ${label(step, told)}.`;
  }
}

/** Only what the circle is about: a read may show a hundred keys. */
function introduction(
  node: number,
  at: number,
  keys: ReadonlySet<string>,
  all: readonly Observation[],
): string {
  const { invoke, sights } = all[node] as Observation;
  const about = sights.filter(({ key }) => keys.has(key)).map(({ shown }) => shown);
  return `${called(at)} is operation ${invoke.index} of process ${invoke.process}, a ${invoke.f} that saw ${about.join(', ')}.`;
}

/** Keys whose growth makes up the cycle, or all of those that its members saw when there is none. */
const keysOf = (cycle: GrowthCycle, { keys }: Told): ReadonlySet<string> =>
  new Set(cycle.flatMap(({ kind, about }) => (kind === because.growth ? [keys[about] ?? ''] : [])));

/** The cycle as an anomaly of this name; `moral` says what it means. */
export function cycleAnomaly(name: string, cycle: GrowthCycle, told: Told, moral: string): Anomaly {
  const { observations } = told;
  const keys = keysOf(cycle, told);
  const introductions = cycle.map(({ from }, i) => introduction(from, i, keys, observations));
  const reasons = cycle.map((step, i) => sentence(step, i, cycle.length, told));
  const operations = cycle
    .flatMap(({ from }) => [observations[from]?.invoke, observations[from]?.completion])
    .filter((op) => op !== undefined)
    .sort((a, b) => a.index - b.index);
  return {
    name,
    explanation: [...introductions, ...reasons, moral].join('\n'),
    operations,
    cycle: drawing(cycle, told),
  };
}

function drawing(cycle: GrowthCycle, told: Told): AnomalyCycle {
  const { observations } = told;
  return {
    transactions: cycle.map(({ from }, i) => {
      const { invoke, completion } = observations[from] as Observation;
      const text = `${invoke.f} ${show(completion.value)}`;
      return { name: called(i), operation: invoke.index, text };
    }),
    dependencies: cycle.map((step, i) => ({
      from: i,
      to: (i + 1) % cycle.length,
      kind:
        step.kind === because.process
          ? ('process' as const)
          : step.kind === because.realtime
            ? ('realtime' as const)
            : ('rw' as const),
      label: label(step, told),
    })),
  };
}
