/** Seeded schedules: faults of the given kinds one after the other, with quiet gaps in which the cluster can recover. */

import { type Fault, type Faults, faultsOf, faults as shipped } from '#nemesis/index';
import { BadInput } from '../errors.ts';
import { type Random, shuffle, stream } from '../random/random.ts';
import type { Schedule } from './schedule.ts';
import { entriesOf, validateSchedule } from './validate.ts';
import type { Node } from './world.ts';

/** All in ms. A gap outlasts TCP's retransmission back-off after a cut, and a few election timeouts. */
export const pace = {
  firstMin: 1_800,
  firstMax: 2_200,
  faultMin: 1_500,
  faultMax: 3_000,
  gapMin: 1_200,
  gapMax: 2_500,
  /** Between the last heal and the end. */
  tail: 500,
} as const;

export interface GenerateOptions {
  /** Kinds of fault, every one of which appears. */
  readonly kinds: readonly string[];
  readonly nodes: readonly Node[];
  /** Length of the workload, in ms. */
  readonly durationMs: number;
  readonly seed: number;
  /** The faults that there are; left out: those that ship. */
  readonly faults?: Faults;
}

/** A run shorter than its faults need shortens them in proportion, down to this share: less is over before anyone notices. */
const leastScale = 0.3;

/** The shortest run, in ms, that holds this many faults at full length. */
const neededMs = (count: number): number =>
  pace.firstMax + count * pace.faultMin + (count - 1) * pace.gapMin + pace.tail;

/** How many faults of mean length with mean gaps fit into a run. */
function fittingCount(durationMs: number): number {
  const meanFault = (pace.faultMin + pace.faultMax) / 2;
  const meanGap = (pace.gapMin + pace.gapMax) / 2;
  const room = durationMs - pace.firstMax - pace.tail;
  return Math.max(1, Math.floor((room + meanGap) / (meanFault + meanGap)));
}

interface Slot {
  /** ms after the start, and ms long. */
  readonly at: number;
  readonly for: number;
}

/**
 * Exactly `count` faults: each length and gap is its minimum and a random extra, and where the extras together do not fit they
 * shrink in proportion.
 */
function slots(random: Random, durationMs: number, count: number): Slot[] {
  const scale = Math.min(1, durationMs / neededMs(count));
  const first = scale * (pace.firstMin + random.below(pace.firstMax - pace.firstMin + 1));
  const spans = Array.from({ length: 2 * count - 1 }, (_, index) => {
    const [min, max] =
      index % 2 === 0 ? [pace.faultMin, pace.faultMax] : [pace.gapMin, pace.gapMax];
    return { least: min * scale, extra: random.below(max - min + 1) };
  });
  const sum = (of: (span: (typeof spans)[number]) => number) =>
    spans.reduce((total, span) => total + of(span), 0);
  const spare = Math.max(0, durationMs - scale * pace.tail - first - sum(({ least }) => least));
  const share = Math.min(
    1,
    spare /
      Math.max(
        1,
        sum(({ extra }) => extra),
      ),
  );
  const out: Slot[] = [];
  let at = first;
  for (const [index, { least, extra }] of spans.entries()) {
    const length = least + extra * share;
    // Whole milliseconds, rounded so that neither the fault nor the end moves past what was budgeted.
    if (index % 2 === 0) out.push({ at: Math.floor(at), for: Math.max(1, Math.floor(length)) });
    at += length;
  }
  return out;
}

/** Kinds in rounds: each round has every kind once, in random order, so that every kind appears and none crowds out another. */
function rounds(random: Random, faults: readonly Fault[], count: number): Fault[] {
  const out: Fault[] = [];
  while (out.length < count) out.push(...shuffle(random, faults));
  return out.slice(0, count);
}

/**
 * A schedule of faults that never overlap, the same for the same options; empty for no kinds. The last one is healed before the
 * end. Throws BadInput for an unknown kind, and when there is no time for one fault of every kind.
 */
export function generateSchedule(options: GenerateOptions): Schedule {
  const { kinds, nodes, durationMs, seed, faults = shipped } = options;
  const asked = faultsOf(kinds, faults);
  if (asked.length === 0) return [];
  const shortest = leastScale * neededMs(asked.length);
  if (durationMs < shortest) {
    throw new BadInput(
      `${durationMs / 1000} s is too short for one fault of every kind (${kinds.join(', ')}); ` +
        `allowed: at least ${Math.ceil(shortest / 100) / 10} s, or fewer kinds`,
    );
  }
  const random = stream(seed, 'schedule');
  const times = slots(random, durationMs, Math.max(asked.length, fittingCount(durationMs)));
  const chosen = rounds(random, asked, times.length);
  const entries = times.map((time, index) => {
    // One stream per entry: a fault that learns to draw more does not change the others.
    const drawn = chosen[index]?.draw(stream(seed, `schedule/${index}`), nodes);
    return { ...time, fault: drawn?.parameters, target: drawn?.target };
  });
  return entriesOf(validateSchedule(entries, { faults, nodes }, 'the generated schedule'));
}
