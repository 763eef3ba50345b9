/** Loss of power: the node is gone at once, and with it what it had written and not yet synced. */

import { z } from 'zod';
import { onEach } from './act.ts';
import type { Fault, Plan } from './fault.ts';
import { onlyHit, passedOver, standing } from './standing.ts';

const schema = z.strictObject({
  kind: z.literal('power-loss'),
  /** `lost`: nothing unsynced survives. `torn`: of the last write a part does, down to a sector. */
  unsynced: z.enum(['lost', 'torn']).default('lost'),
});
type PowerLoss = z.infer<typeof schema>;

export const powerLoss: Fault<PowerLoss> = {
  kind: 'power-loss',
  summary: 'cuts the power of nodes: unsynced writes are lost or torn; they restart on heal',
  schema,
  plans(nodes) {
    const plan = (
      unsynced: PowerLoss['unsynced'],
      target: string,
      weight: number,
    ): Plan<PowerLoss> => ({
      parameters: { kind: 'power-loss', unsynced },
      target,
      weight,
    });
    return [
      plan('lost', 'leader', 6),
      plan('torn', 'leader', 4),
      plan('lost', 'all', 2),
      plan('torn', 'all', 1),
      plan('lost', 'majority', 2),
      ...(nodes.length > 1 ? [plan('lost', 'follower', 2), plan('torn', 'follower', 1)] : []),
      ...(nodes.length > 2 ? [plan('lost', 'minority', 2)] : []),
    ];
  },
  harms: (_, { targets }) => targets.map((node) => ({ kind: 'down', node })),
  async inject({ unsynced }, { owner, targets, world, others }) {
    const { able, ...rest } = standing(targets, others, ['down']);
    if (able.length === 0) return { kind: 'skipped', reason: rest.reasons.join('; ') };
    const lost = await onEach(able, (node) => world.processes.kill(owner, node, unsynced));
    const detail = { unsynced, lost, ...passedOver(rest) };
    return { kind: 'installed', detail, ...onlyHit({ able, ...rest }) };
  },
  heal: (_, { owner, world }) => world.processes.release(owner),
};
