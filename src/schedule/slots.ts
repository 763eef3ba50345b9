/**
 * When faults of a generated schedule begin and how long they last, before anybody knows which faults they are.
 *
 *     calm, normal   ---####-----####----####---     one at a time, with gaps in which the cluster can recover
 *     hell           --####-#####-###-------####-    several lanes at once: a storm
 *                    ---###--####-###--------###-    then a quiet time in which all is healed, then the next storm
 */

import type { Random } from '../random/random.ts';

export const intensities = ['calm', 'normal', 'hell'] as const;
export type Intensity = (typeof intensities)[number];

/** All in ms. */
export interface Pace {
  readonly faultMin: number;
  readonly faultMax: number;
  readonly gapMin: number;
  readonly gapMax: number;
  /** Left out: one fault at a time. */
  readonly storm?: {
    /** Faults in effect at the same time, at most. */
    readonly lanes: number;
    readonly min: number;
    readonly max: number;
    readonly quietMin: number;
    readonly quietMax: number;
  };
}

/** Before the first fault, ms: time to elect somebody, and to measure the cluster undisturbed. */
export const lead = { firstMin: 1_800, firstMax: 2_200 } as const;

/** Between the last heal and the end, ms. */
export const tailMs = 500;

/** A gap of `normal` outlasts TCP's retransmission back-off after a cut, and a few election timeouts. */
export const paces: Readonly<Record<Intensity, Pace>> = {
  calm: { faultMin: 1_500, faultMax: 3_000, gapMin: 4_000, gapMax: 7_000 },
  normal: { faultMin: 1_500, faultMax: 3_000, gapMin: 1_200, gapMax: 2_500 },
  hell: {
    faultMin: 1_000,
    faultMax: 4_000,
    gapMin: 200,
    gapMax: 900,
    storm: { lanes: 3, min: 8_000, max: 14_000, quietMin: 2_500, quietMax: 4_000 },
  },
};

export interface Slot {
  /** ms after the start, and ms long. */
  readonly at: number;
  readonly for: number;
  /** Slots of one lane never overlap. */
  readonly lane: number;
}

/** A run shorter than its faults need shortens them in proportion, down to this share: less is over before anyone notices. */
export const leastScale = 0.3;

/** From the beginning of one fault to that of the next in its lane, on average, in ms. */
const meanIntervalMs = ({ faultMin, faultMax, gapMin, gapMax }: Pace): number =>
  (faultMin + faultMax + gapMin + gapMax) / 2;

/** The same pace, faster or slower. */
function scaled(pace: Pace, by: number): Pace {
  const { faultMin, faultMax, gapMin, gapMax, storm } = pace;
  return {
    faultMin: faultMin * by,
    faultMax: faultMax * by,
    gapMin: gapMin * by,
    gapMax: gapMax * by,
    ...(storm === undefined
      ? {}
      : {
          storm: {
            lanes: storm.lanes,
            min: storm.min * by,
            max: storm.max * by,
            quietMin: storm.quietMin * by,
            quietMax: storm.quietMax * by,
          },
        }),
  };
}

/** The pace of this intensity, with so many ms from one fault to the next of its lane if that is given. */
export const paceOf = (intensity: Intensity, intervalMs?: number): Pace =>
  intervalMs === undefined
    ? paces[intensity]
    : scaled(paces[intensity], intervalMs / meanIntervalMs(paces[intensity]));

/** The shortest run, in ms, that holds this many faults one after the other at full length. */
const neededMs = (pace: Pace, count: number): number =>
  lead.firstMax + count * pace.faultMin + (count - 1) * pace.gapMin + tailMs;

/** The shortest run, in ms, in which this many faults find place at all. */
export function shortestMs(pace: Pace, count: number): number {
  const inEachLane = Math.ceil(count / (pace.storm?.lanes ?? 1));
  return leastScale * neededMs(pace, inEachLane);
}

/** How many faults of mean length with mean gaps fit into a run. */
function fittingCount(durationMs: number, pace: Pace): number {
  const meanGap = (pace.gapMin + pace.gapMax) / 2;
  const room = durationMs - lead.firstMax - tailMs;
  return Math.max(1, Math.floor((room + meanGap) / meanIntervalMs(pace)));
}

const uniform = (random: Random, min: number, max: number): number =>
  min + random.below(Math.max(1, Math.floor(max - min) + 1));

/** Whole milliseconds, rounded so that neither the fault nor the end moves past what was budgeted. */
const slot = (at: number, length: number, lane: number): Slot => ({
  at: Math.floor(at),
  for: Math.max(1, Math.floor(length)),
  lane,
});

/**
 * Exactly `count` faults one after the other: each length and gap is its minimum and a random extra, and where the extras together
 * do not fit they shrink in proportion.
 */
function oneByOne(random: Random, durationMs: number, count: number, pace: Pace): Slot[] {
  const scale = Math.min(1, durationMs / neededMs(pace, count));
  const first = scale * uniform(random, lead.firstMin, lead.firstMax);
  const spans = Array.from({ length: 2 * count - 1 }, (_, index) => {
    const [min, max] =
      index % 2 === 0 ? [pace.faultMin, pace.faultMax] : [pace.gapMin, pace.gapMax];
    return { least: min * scale, extra: uniform(random, 0, max - min) };
  });
  const sum = (of: (span: (typeof spans)[number]) => number) =>
    spans.reduce((total, span) => total + of(span), 0);
  const spare = Math.max(0, durationMs - scale * tailMs - first - sum(({ least }) => least));
  const extras = sum(({ extra }) => extra);
  const share = Math.min(1, spare / Math.max(1, extras));
  const out: Slot[] = [];
  let at = first;
  for (const [index, { least, extra }] of spans.entries()) {
    const length = least + extra * share;
    if (index % 2 === 0) out.push(slot(at, length, 0));
    at += length;
  }
  return out;
}

/** One storm: every lane is filled on its own, and all lanes are over at its end. */
function oneStorm(random: Random, from: number, to: number, pace: Pace): Slot[] {
  const out: Slot[] = [];
  for (let lane = 0; lane < (pace.storm?.lanes ?? 1); lane += 1) {
    let at = from + (lane === 0 ? 0 : uniform(random, 0, pace.faultMin));
    while (at + pace.faultMin <= to) {
      const length = Math.min(to - at, uniform(random, pace.faultMin, pace.faultMax));
      out.push(slot(at, length, lane));
      at += length + uniform(random, pace.gapMin, pace.gapMax);
    }
  }
  return out;
}

function storms(random: Random, durationMs: number, pace: Pace, scale: number): Slot[] {
  const { storm = { min: durationMs, max: durationMs, quietMin: 0, quietMax: 0 } } = pace;
  const endMs = durationMs - tailMs * scale;
  const out: Slot[] = [];
  let at = scale * uniform(random, lead.firstMin, lead.firstMax);
  while (at + pace.faultMin <= endMs) {
    const quiet = uniform(random, storm.quietMin, storm.quietMax);
    const planned = at + uniform(random, storm.min, storm.max);
    // What would be left for the next storm is too short for one: this one goes on to the end.
    const to = planned + quiet + 2 * pace.faultMin > endMs ? endMs : planned;
    out.push(...oneStorm(random, at, to, pace));
    at = to + quiet;
  }
  return out.sort((a, b) => a.at - b.at);
}

/**
 * At least `count` slots in order of time, all over before the end; fewer only when the run is shorter than `shortestMs`. A run
 * that is too short for them at full length has shorter ones.
 */
export function slots(random: Random, durationMs: number, count: number, pace: Pace): Slot[] {
  if (pace.storm === undefined) {
    return oneByOne(random, durationMs, Math.max(count, fittingCount(durationMs, pace)), pace);
  }
  for (let scale = 1; scale >= leastScale; scale -= 0.05) {
    const found = storms(random, durationMs, scaled(pace, scale), scale);
    if (found.length >= count) return found;
  }
  return [];
}
