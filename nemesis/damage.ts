/** Damage to what a node has on disk, while it is down: bits flip, a sector lands in the wrong place, the end is gone, all is gone. */

import { z } from 'zod';
import { type DiskDamage, type Node, Unavailable } from '#src/schedule/world';
import type { Fault, Plan } from './fault.ts';
import { onlyHit, passedOver, standing } from './standing.ts';

const schema = z.strictObject({
  kind: z.literal('damage'),
  /** A schedule that is drawn has only the first two: no algorithm survives forgetting what it promised. */
  mode: z.enum(['bit-rot', 'misdirected', 'truncated', 'wiped']).default('bit-rot'),
  /** For `bit-rot`. */
  sectors: z.number().int().min(1).max(1000).optional(),
  /** For `truncated`: bytes cut off the end. */
  bytes: z.number().int().min(1).optional(),
});
type Damage = z.infer<typeof schema>;

function damageOf({ mode, sectors = 1, bytes = 4096 }: Damage, seed: number): DiskDamage {
  if (mode === 'bit-rot') return { kind: mode, sectors, seed };
  if (mode === 'misdirected') return { kind: mode, seed };
  return mode === 'truncated' ? { kind: mode, bytes } : { kind: mode };
}

export const damage: Fault<Damage> = {
  kind: 'damage',
  onlyByName: true,
  summary:
    'kills nodes and damages their logs before they restart: bit rot, misdirected writes, ...',
  schema,
  plans(nodes) {
    const plan = (mode: Damage['mode'], target: string, weight: number): Plan<Damage> => ({
      parameters: { kind: 'damage', mode },
      target,
      weight,
    });
    return [
      plan('bit-rot', 'leader', 4),
      plan('misdirected', 'one', 1),
      ...(nodes.length > 1 ? [plan('bit-rot', 'follower', 2)] : []),
    ];
  },
  harms: (_, { targets }) => targets.map((node) => ({ kind: 'down', node })),
  async inject(parameters, { owner, targets, world, others, random }) {
    const { able, reasons } = standing(targets, others, ['down']);
    const seed = random.below(2 ** 31);
    const damaged: Record<Node, unknown> = {};
    const refused: string[] = [];
    // One after the other: what was done to one decides whether the next may be damaged, and nobody is killed to no end.
    for (const node of able) {
      const refusal = world.disks.refusal(node);
      if (refusal !== undefined) {
        refused.push(refusal);
        continue;
      }
      await world.processes.kill(owner, node);
      try {
        damaged[node] = await world.disks.damage(node, damageOf(parameters, seed));
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
        refused.push(error.message);
      }
    }
    const hit = Object.keys(damaged);
    const passed = { able: hit, reasons: [...reasons, ...refused] };
    if (hit.length > 0) {
      return {
        kind: 'installed',
        detail: { damaged, ...passedOver(passed) },
        ...onlyHit(passed),
      };
    }
    await world.processes.release(owner);
    return { kind: 'skipped', reason: passed.reasons.join('; ') };
  },
  heal: (_, { owner, world }) => world.processes.release(owner),
};
