/** Plots about what comes late and about how a run ends; `plots` has them all. */

import { pick, type Random } from '../random/random.ts';
import { cut, loss, someNode } from './plot-parts.ts';
import { between, type Shape, type ShapeOptions, type Slot, within } from './shapes.ts';

/** Takes the lead from a node without taking its memory, so that it may well lead again. */
const interruption = (random: Random): NonNullable<Slot['fault']> =>
  pick(random, [
    { kind: 'partition', shape: 'isolate', direction: 'in', style: 'hold' },
    { kind: 'partition', shape: 'isolate', direction: 'both', style: 'hold' },
    { kind: 'partition', shape: 'isolate', direction: 'both', style: 'drop' },
    { kind: 'pause' },
  ]);

/**
 * One node hears everything, but what it says arrives only later: when the leader that it answered leads no more, or leads again. Meanwhile
 * the lead changes hands once or twice.
 */
export const echo: Shape = (random, options) => {
  const { fromMs, untilMs, electionTimeoutMs: t } = options;
  const slots: Slot[] = [];
  for (let at = fromMs; at < untilMs && slots.length < 15; ) {
    const held = between(random, 3 * t, 8 * t);
    slots.push({
      at,
      for: held,
      target: pick(random, ['follower', 'follower', someNode(random, options)]),
      fault: {
        kind: 'partition',
        shape: 'isolate',
        direction: pick(random, ['out', 'out', 'both']),
        style: 'hold',
      },
    });
    let then = at + between(random, t / 4, t);
    for (let times = 1 + random.below(2); times > 0 && then < at + held; times -= 1) {
      const lasts = between(random, t, 2.2 * t);
      slots.push({ at: then, for: lasts, target: 'leader', fault: interruption(random) });
      then += lasts + between(random, t / 2, 2 * t);
    }
    at += held + between(random, t, 3 * t);
  }
  return within(options, slots);
};

/** A leader that reaches few, or nobody, and then the next one, until the very end. */
export const finale: Shape = (random, options) => {
  const { fromMs, untilMs, electionTimeoutMs: t } = options;
  const at = Math.max(fromMs, untilMs - between(random, t / 4, 4 * t));
  const few = cut(random, pick(random, ['isolate', 'halves']));
  const slots: Slot[] = [{ at, for: untilMs - at, target: 'leader', fault: few }];
  const left = untilMs - at;
  for (let losses = 1 + random.below(2); losses > 0; losses -= 1) {
    const lost = at + random.below(Math.max(1, left));
    slots.push({
      at: lost,
      for: random.below(2) === 0 ? untilMs - lost : between(random, 1, t),
      target: pick(random, ['leader', 'leader', 'minority', 'all']),
      fault: loss(random),
    });
  }
  return within(options, slots);
};

/** Who is lost for good, from then on. */
const forGood = (random: Random, { endMs, nodes }: ShapeOptions, at: number): Slot[] =>
  Array.from({ length: Math.floor((nodes.length - 1) / 2) }, () => ({
    at,
    for: Math.max(1, endMs - at),
    target: pick(random, ['follower', 'follower', 'one']),
    fault: loss(random),
  }));

/**
 * The leader is cut off and gathers a tail; the next one gets a little done, then those that helped it are lost for good, and it
 * loses the lead before the first one is back: whose log is better, and do both think so?
 */
export const standOff: Shape = (random, options) => {
  const { fromMs, untilMs, electionTimeoutMs: t } = options;
  const lasts = between(random, 3 * t, 7 * t);
  const at = between(random, fromMs, Math.max(fromMs, untilMs - lasts));
  const away: Slot = {
    at,
    for: lasts,
    target: 'leader',
    fault: {
      kind: 'partition',
      shape: 'isolate',
      direction: 'both',
      style: pick(random, ['hold', 'drop']),
    },
  };
  const lost = Math.min(untilMs - 1, at + between(random, 1.2 * t, Math.max(1.2 * t, lasts - t)));
  const again: Slot = {
    at: Math.min(untilMs - 1, lost + between(random, 0, t)),
    for: between(random, 1, t / 2),
    target: 'leader',
    fault: loss(random),
  };
  const early = within(options, random.below(2) === 0 ? [away] : [away, again]);
  return [...early, ...forGood(random, options, lost)];
};
