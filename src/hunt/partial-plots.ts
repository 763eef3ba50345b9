/** Plots about who can hear whom; `plots` has them all. */

import { pick } from '../random/random.ts';
import { cut, loss, type Parameters, slowDisks, someNode } from './plot-parts.ts';
import { between, logUniform, type Shape, within } from './shapes.ts';

/**
 * Two sides hear each other only through one node, which is lost again and again, for a moment: each side may win it over, what it said to
 * one it has to keep to after its return, and what only it could tell is gone. In half of the tests it stays so to the end.
 */
export const goBetween: Shape = (random, options) => {
  const { untilMs, endMs, electionTimeoutMs: t } = options;
  // There should be something to tell by then.
  const fromMs = Math.min(untilMs - 1, options.fromMs + between(random, t, 4 * t));
  const target = someNode(random, options);
  const fault: Parameters = {
    kind: 'partition',
    shape: 'bridge',
    direction: 'both',
    style: pick(random, ['hold', 'drop']),
  };
  const slots = slowDisks(random, { ...options, fromMs });
  if (random.below(2) === 0) {
    // The way to it is long: much can happen between a question and its answer.
    const slow = {
      kind: 'slow-link',
      direction: 'both',
      latencyMs: between(random, t / 20, t / 5),
    };
    const whole = { at: fromMs, for: untilMs - fromMs, target };
    slots.push({ ...whole, fault: { ...slow, jitterMs: 0 } });
  }
  // Whoever leads is not there when it comes back: it is for the other side to win it over.
  const isAlone = random.below(2) === 0;
  for (let at = fromMs + between(random, 0, 2 * t); at < untilMs && slots.length < 16; ) {
    const down = logUniform(random, 1, t / 2);
    if (isAlone) {
      const away = {
        at: Math.max(fromMs, at - random.below(t / 10)),
        for: between(random, t / 2, 2 * t),
      };
      slots.push({ ...away, target: 'leader', fault: cut(random, 'isolate') });
    }
    slots.push({ at, for: down, target, fault: loss(random) });
    at += down + between(random, t / 4, 2.5 * t);
  }
  const isForGood = random.below(2) === 0;
  const lasts = (isForGood ? endMs : untilMs) - fromMs;
  return [{ at: fromMs, for: lasts, target, fault }, ...within(options, slots)];
};

/**
 * The leader is lost, and whoever might follow it is cut off, slowed down or lost while it asks for votes or promises: some gave theirs, to
 * somebody who will not hear of it, and have to get along with whoever leads next, perhaps in a lower term or ballot. In half of the tests one
 * of them is lost for good in the end, with what only it knew.
 */
export const contest: Shape = (random, options) => {
  const { fromMs, untilMs, endMs, electionTimeoutMs: t, nodes } = options;
  const slots = slowDisks(random, options);
  let last = fromMs;
  for (let at = fromMs; at < untilMs && slots.length < 16; ) {
    last = at;
    // Not always for long: the old leader may be back before there is another one.
    const lasts = logUniform(random, t, 5 * t);
    const gone = random.below(3) === 0 ? loss(random) : cut(random, 'isolate');
    slots.push({ at, for: lasts, target: 'leader', fault: gone });
    let end = at + lasts;
    for (let times = 1 + random.below(3); times > 0; times -= 1) {
      const from = at + between(random, 0.9 * t, 2.5 * t);
      const short = logUniform(random, Math.max(1, t / 30), 2 * t);
      const fault = random.below(4) === 0 ? loss(random) : cut(random, 'isolate');
      slots.push({ at: from, for: short, target: someNode(random, options), fault });
      end = Math.max(end, from + short);
    }
    at = end + between(random, t / 2, 4 * t);
  }
  if (nodes.length < 3 || random.below(2) === 0) return within(options, slots);
  const lost = Math.min(untilMs - 1, last + between(random, t / 2, 3 * t));
  const target = someNode(random, options);
  const forGood = { at: lost, for: Math.max(1, endMs - lost), target, fault: loss(random) };
  return [...within(options, slots), forGood];
};
