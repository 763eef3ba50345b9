/** What several plots are made of. */

import { pick, type Random } from '../random/random.ts';
import { logUniform, type ShapeOptions, type Slot } from './shapes.ts';

export type Parameters = NonNullable<Slot['fault']>;

const styles = ['hold', 'hold', 'drop', 'refuse'] as const;
const directions = ['both', 'both', 'both', 'in', 'out'] as const;

/** The target is cut off, or it with as many as are no majority. */
export const cut = (random: Random, shape: 'isolate' | 'halves' = 'isolate'): Parameters => ({
  kind: 'partition',
  shape,
  direction: pick(random, directions),
  style: pick(random, styles),
});

/** A process or a machine is lost. */
export const loss = (random: Random): Parameters =>
  pick(random, [
    { kind: 'kill' },
    { kind: 'power-loss', unsynced: 'lost' },
    { kind: 'power-loss', unsynced: 'torn' },
  ]);

/** Everything takes its time: what was asked in one life is answered in the next, and what leads again finds its disk busy. */
export function slowDisks(
  random: Random,
  { fromMs, untilMs, electionTimeoutMs: t }: ShapeOptions,
): Slot[] {
  if (random.below(2) === 0) return [];
  const fsyncMs = logUniform(random, Math.max(2, t / 20), t / 2);
  const fault = { kind: 'disk', mode: 'slow', fsyncMs };
  return [{ at: fromMs, for: untilMs - fromMs, target: pick(random, ['all', 'majority']), fault }];
}

/** Whoever it is. */
export const someNode = (random: Random, { nodes }: ShapeOptions): string => pick(random, nodes);
