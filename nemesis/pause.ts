/** Stalls, as of a long garbage collection or a frozen virtual machine: SIGSTOP, and SIGCONT on heal. */

import { z } from 'zod';
import { onEach } from './act.ts';
import type { Fault } from './fault.ts';
import { onlyHit, passedOver, standing } from './standing.ts';

const schema = z.strictObject({ kind: z.literal('pause') });

export const pause: Fault<z.infer<typeof schema>> = {
  kind: 'pause',
  summary: 'stops nodes in their tracks (SIGSTOP) and lets them continue on heal',
  schema,
  plans(nodes) {
    const plan = (target: string, weight: number, copies = 1) => ({
      parameters: { kind: 'pause' as const },
      target,
      weight,
      copies,
    });
    return [
      plan('leader', 6, 3),
      plan('majority', 1),
      ...(nodes.length > 1 ? [plan('follower', 2)] : []),
      ...(nodes.length > 2 ? [plan('minority', 2)] : []),
    ];
  },
  harms: (_, { targets }) => targets.map((node) => ({ kind: 'paused', node })),
  async inject(_, { owner, targets, world, others }) {
    const { able, ...rest } = standing(targets, others, ['down', 'paused']);
    if (able.length === 0) return { kind: 'skipped', reason: rest.reasons.join('; ') };
    const paused = await onEach(able, (node) => world.processes.pause(owner, node));
    const detail = { paused, ...passedOver(rest) };
    return { kind: 'installed', detail, ...onlyHit({ able, ...rest }) };
  },
  heal: (_, { owner, world }) => world.processes.release(owner),
};
