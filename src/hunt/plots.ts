/**
 * Schedules with a plot: faults of certain kinds that follow from each other. Each is the common part of a family of known bugs, as
 * loose as it can be while it still leads there; who leads, what is on its way and what is lost differs from seed to seed.
 *
 *     tails         leaders cut off one after the other, all back at once: logs with several tails, for the same places
 *     partial       the leader reaches few, and is lost; the next one reaches others; the first one comes back (Raft, figure 8)
 *     comeback      a node is cut off, catches up, and is lost just then
 *     restarts      one node, lost again before what was on its way in its former life has arrived
 *     blackout      power fails everywhere at once, while disks are slow or forget
 *     sick-disk     one slow or failing disk, and losses of power
 *     deposed       a leader that cannot know that it is none any more: cut off, stopped, or with a slow clock
 *     last-stand    nodes are lost for good: those that are left have all that there is
 *     stand-off     as that, while another one is away with a tail of its own and the one that led in between has just lost the lead
 *     echo          answers of one node are held back over the end of the reign that they are meant for
 *     finale        whoever leads is lost with work under way as the last client stops writing
 *     go-between    two sides with one node between them, which is lost again and again
 *     contest       whoever campaigns after a leader was lost is cut off or lost while it does
 */

import { pick, type Random } from '../random/random.ts';
import { echo, finale, standOff } from './late-plots.ts';
import { contest, goBetween } from './partial-plots.ts';
import { cut, loss, slowDisks, someNode } from './plot-parts.ts';
import { between, logUniform, type Shape, type Slot, within } from './shapes.ts';

const tails: Shape = (random, options) => {
  const { fromMs, untilMs, electionTimeoutMs: t, nodes } = options;
  const slots = slowDisks(random, options);
  const leaders = 1 + random.below(Math.max(1, Math.floor(nodes.length / 2)));
  const step = between(random, t, 3 * t);
  for (let at = fromMs; at < untilMs; ) {
    const end = at + leaders * step + between(random, 0, 2 * t);
    for (let i = 0; i < leaders; i += 1) {
      const from = at + i * step;
      slots.push({ at: from, for: end - from, target: 'leader', fault: cut(random) });
    }
    // Whoever knows best is lost as the others come back.
    const lost = { for: logUniform(random, t / 2, 8 * t), fault: loss(random) };
    slots.push({ at: Math.max(at, end - random.below(t)), target: 'leader', ...lost });
    at = end + between(random, t, 6 * t);
  }
  return within(options, slots);
};

const partial: Shape = (random, options) => {
  const { fromMs, untilMs, electionTimeoutMs: t, nodes } = options;
  const slots: Slot[] = [];
  for (let at = fromMs; at < untilMs && slots.length < 14; ) {
    const lasts = logUniform(random, t / 5, 3 * t);
    const few: Slot =
      nodes.length > 3 && random.below(3) > 0
        ? { at, for: lasts, target: 'leader', fault: cut(random, 'halves') }
        : {
            at,
            for: lasts,
            target: pick(random, ['follower', 'minority', 'leader']),
            fault: cut(random),
          };
    const lost = at + random.below(Math.max(1, lasts));
    slots.push(few, {
      at: lost,
      for: logUniform(random, t / 2, 8 * t),
      target: 'leader',
      fault: loss(random),
    });
    at = lost + between(random, t, 3.5 * t);
  }
  return within(options, slots);
};

const comeback: Shape = (random, options) => {
  const { fromMs, untilMs, electionTimeoutMs: t } = options;
  const slots: Slot[] = [];
  const isOne = random.below(2) === 0;
  const one = someNode(random, options);
  for (let at = fromMs; at < untilMs && slots.length < 12; ) {
    const target = isOne ? one : someNode(random, options);
    const away = logUniform(random, t, 5 * t);
    const back = at + away;
    slots.push({ at, for: away, target, fault: cut(random) });
    const soon = logUniform(random, 3, 2 * t);
    const down = logUniform(random, 5, t);
    slots.push({ at: back + soon, for: down, target, fault: loss(random) });
    at = back + soon + down + between(random, t / 2, 3 * t);
  }
  return within(options, slots);
};

const restarts: Shape = (random, options) => {
  const { fromMs, untilMs, electionTimeoutMs: t } = options;
  const slots = slowDisks(random, options);
  for (let at = fromMs; at < untilMs && slots.length < 16; ) {
    const target = random.below(3) === 0 ? 'leader' : someNode(random, options);
    const times = 2 + random.below(3);
    for (let i = 0; i < times; i += 1) {
      const down = logUniform(random, 1, t / 2);
      slots.push({ at, for: down, target, fault: loss(random) });
      at += down + logUniform(random, 10, t);
    }
    at += between(random, t / 2, 4 * t);
  }
  return within(options, slots);
};

const sickDisk: Shape = (random, options) => {
  const { fromMs, untilMs, electionTimeoutMs: t } = options;
  const slots: Slot[] = [];
  for (let at = fromMs; at < untilMs && slots.length < 14; ) {
    const target = pick(random, ['leader', 'leader', 'follower', someNode(random, options)]);
    const lasts = logUniform(random, t / 2, 6 * t);
    const isFailing = random.below(3) === 0;
    const fsyncMs = logUniform(random, Math.max(1, t / 20), t);
    slots.push({
      at,
      for: lasts,
      target,
      fault: isFailing
        ? { kind: 'disk', mode: 'error', code: 'EIO', once: random.below(2) === 0 }
        : { kind: 'disk', mode: 'slow', fsyncMs },
    });
    const lost = at + random.below(2 * lasts);
    slots.push({
      at: lost,
      for: logUniform(random, 5, 4 * t),
      target: pick(random, [target, target, 'leader', 'all']),
      fault: { kind: 'power-loss', unsynced: pick(random, ['lost', 'torn']) },
    });
    if (random.below(2) === 0) slots.push({ at, for: lasts, target: 'leader', fault: cut(random) });
    at = lost + between(random, t, 5 * t);
  }
  return within(options, slots);
};

const blackout: Shape = (random, options) => {
  const { fromMs, untilMs, electionTimeoutMs: t } = options;
  const slots: Slot[] = [];
  for (let at = fromMs; at < untilMs && slots.length < 12; ) {
    const lasts = logUniform(random, 2, t);
    const slow = { kind: 'disk', mode: 'slow', fsyncMs: logUniform(random, 5, t) };
    if (random.below(2) === 0) {
      const before = between(random, t / 2, 2 * t);
      slots.push({
        at: Math.max(fromMs, at - before),
        for: before,
        target: 'minority',
        fault: slow,
      });
    }
    slots.push({
      at,
      for: lasts,
      target: pick(random, ['all', 'all', 'majority']),
      fault: { kind: 'power-loss', unsynced: pick(random, ['lost', 'torn']) },
    });
    at += lasts + between(random, t, 6 * t);
  }
  return within(options, slots);
};

/** With two of five nodes a leader has company, and still no majority. */
function silenced(random: Random, isLate: boolean): NonNullable<Slot['fault']> {
  if (random.below(4) === 0) return { kind: 'pause' };
  const fault = cut(random, pick(random, ['isolate', 'halves']));
  return isLate ? { ...fault, direction: 'out' } : fault;
}

const deposed: Shape = (random, options) => {
  const { fromMs, untilMs, electionTimeoutMs: t } = options;
  const slots: Slot[] = [];
  for (let at = fromMs; at < untilMs && slots.length < 14; ) {
    const lasts = between(random, t, 4 * t);
    const rate = pick(random, [0.1, 0.3, 0.5]);
    if (random.below(3) === 0) {
      slots.push({
        at: Math.max(fromMs, at - t / 2),
        for: lasts + t,
        target: 'leader',
        fault: { kind: 'clock', mode: 'drift', rate },
      });
    }
    // What it hears is old: it takes itself for heard when the others have long lost sight of it.
    const isLate = random.below(4) === 0;
    if (isLate) {
      slots.push({
        at: Math.max(fromMs, at - t),
        for: lasts + t,
        target: 'leader',
        fault: {
          kind: 'slow-link',
          direction: 'in',
          latencyMs: between(random, t / 5, 0.8 * t),
          jitterMs: 0,
        },
      });
    }
    slots.push({ at, for: lasts, target: 'leader', fault: silenced(random, isLate) });
    at += lasts + logUniform(random, t / 4, 3 * t);
  }
  return within(options, slots);
};

const lastStand: Shape = (random, options) => {
  const { nodes, endMs, electionTimeoutMs: t } = options;
  const before = partialOrTails(random, options).slice(0, 6);
  // The last thing that happens is that somebody is lost for good.
  const over = Math.max(options.fromMs, ...before.map(({ at, for: lasts }) => at + lasts));
  const at = Math.min(options.untilMs - 1, Math.max(options.fromMs, over - random.below(2 * t)));
  const spare = Math.floor((nodes.length - 1) / 2);
  const lost = Array.from({ length: Math.min(spare, 1 + random.below(2)) }, (_, i) => ({
    at: Math.min(options.untilMs - 1, at + i * random.below(2 * t)),
    target: pick(random, ['leader', 'one', 'follower', someNode(random, options)]),
    fault: loss(random),
  }));
  return [...before, ...lost.map((slot) => ({ ...slot, for: Math.max(1, endMs - slot.at) }))];
};

const partialOrTails: Shape = (random, options) =>
  random.below(2) === 0 ? partial(random, options) : tails(random, options);

/** By name. */
export const plots: Readonly<Record<string, Shape>> = {
  tails,
  partial,
  comeback,
  restarts,
  'sick-disk': sickDisk,
  blackout,
  deposed,
  'last-stand': lastStand,
  'stand-off': standOff,
  echo,
  finale,
  'go-between': goBetween,
  contest,
};

/** Those at whose end nodes stay lost: what is left has to be given the time to go on, or nothing comes of them. */
export const plotsForGood: ReadonlySet<string> = new Set([
  'last-stand',
  'stand-off',
  'go-between',
  'contest',
]);
