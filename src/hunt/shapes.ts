/**
 * How faults lie in time. Uniformly random schedules rarely reach the deep bugs; these are the shapes in which such bugs were
 * found elsewhere: leaders lost one after the other, everything at once, one node after the other, short storms with calm between.
 *
 *     scatter   --==----=====--=---==--      anything, any length, overlapping
 *     churn     -===-===-===-===-===---      whoever leads, again as soon as another one does
 *     rolling   -n1=n2=n3=n4=n5---------     every node in turn, the next before or after the last is back
 *     storm     -|||||------------|||||-     many short ones, then calm
 *     overlap   -=====================-      one long fault, and churn within it
 */

import type { Random } from '../random/random.ts';

/** Who a shape wants hit, where it matters: the fault's own choice otherwise. */
export interface Slot {
  /** ms after the start of the workload. */
  readonly at: number;
  readonly for: number;
  readonly target?: string;
  /** Which fault, where that matters: one of those that the test has otherwise. */
  readonly fault?: { readonly kind: string; readonly [parameter: string]: unknown };
}

export interface ShapeOptions {
  /** Faults begin after this, ms: there should be a leader. */
  readonly fromMs: number;
  /** And are over by then, ms. */
  readonly untilMs: number;
  /** When the workload ends, ms: what is never to be healed lasts until then. */
  readonly endMs: number;
  /** T: a new leader is expected after one to three of these, ms. */
  readonly electionTimeoutMs: number;
  readonly nodes: readonly string[];
}

/** When something happens, for how long, and perhaps to whom and what. */
export type Shape = (random: Random, options: ShapeOptions) => readonly Slot[];

/** Between `min` and `max`, each order of magnitude as likely as the other: most faults are short, some are long. */
export function logUniform(random: Random, min: number, max: number): number {
  const share = random.below(1_000_001) / 1_000_000;
  return Math.max(1, Math.round(min * (max / min) ** share));
}

/** A whole number of ms in this range. */
export const between = (random: Random, min: number, max: number): number =>
  Math.round(min) + random.below(Math.max(1, Math.round(max - min) + 1));

/** Within the window, and at least 1 ms long. */
export const within = ({ untilMs }: ShapeOptions, slots: readonly Slot[]): Slot[] =>
  slots
    .filter(({ at }) => at < untilMs)
    .map((slot) => ({ ...slot, at: Math.max(0, Math.round(slot.at)) }))
    .map((slot) => ({ ...slot, for: Math.max(1, Math.min(slot.for, untilMs - slot.at)) }));

const scatter: Shape = (random, options) => {
  const { fromMs, untilMs, electionTimeoutMs } = options;
  const count = 1 + random.below(8);
  return within(
    options,
    Array.from({ length: count }, () => ({
      at: between(random, fromMs, untilMs),
      for: logUniform(random, 5, 12 * electionTimeoutMs),
    })),
  );
};

const churn: Shape = (random, options) => {
  const { fromMs, untilMs, electionTimeoutMs: t } = options;
  const slots: Slot[] = [];
  // Sometimes the next leader is hit before it could do anything, sometimes after it has worked for a while.
  const pause = between(random, 0, 4 * t);
  const length = logUniform(random, t / 10, 10 * t);
  for (let at = fromMs; at < untilMs && slots.length < 12; ) {
    const lasts = logUniform(random, Math.max(1, length / 3), length * 2);
    slots.push({ at, for: lasts, target: 'leader' });
    const overlaps = random.below(2) === 0;
    at += Math.round((overlaps ? 0 : lasts) + between(random, t / 2, t * 2 + pause));
  }
  return within(options, slots);
};

const rolling: Shape = (random, options) => {
  const { fromMs, electionTimeoutMs: t, nodes } = options;
  const length = logUniform(random, t / 4, 6 * t);
  const step = between(random, length / 2, length * 2);
  const rounds = 1 + random.below(2);
  const slots = Array.from({ length: rounds * nodes.length }, (_, i) => ({
    at: fromMs + i * step,
    for: length,
    target: nodes[i % nodes.length] as string,
  }));
  return within(options, slots);
};

const storm: Shape = (random, options) => {
  const { fromMs, untilMs, electionTimeoutMs: t } = options;
  const bursts = 1 + random.below(3);
  return within(
    options,
    Array.from({ length: bursts }, (_, i) => {
      const at = fromMs + ((untilMs - fromMs) * i) / bursts;
      return Array.from({ length: 2 + random.below(5) }, () => ({
        at: Math.round(at) + random.below(t),
        for: logUniform(random, 2, 2 * t),
      }));
    }).flat(),
  );
};

const overlap: Shape = (random, options) => [
  ...within(options, [{ at: options.fromMs, for: options.untilMs - options.fromMs }]),
  ...churn(random, { ...options, fromMs: options.fromMs + options.electionTimeoutMs }),
];

/** By name, the most productive first. */
export const shapes: Readonly<Record<string, Shape>> = { churn, scatter, overlap, storm, rolling };
