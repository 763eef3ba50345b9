/** Clients lose a node that its peers still have: the way from clients to it is cut, the links between nodes are not. */

import { z } from 'zod';
import { pick } from '#src/random/random';
import type { CutStyle } from '#src/schedule/world';
import type { Fault } from './fault.ts';

const styles: readonly CutStyle[] = ['hold', 'drop', 'refuse'];

const schema = z.strictObject({
  kind: z.literal('client-cut'),
  /** Both what clients ask and what they are answered. */
  style: z.enum(['hold', 'drop', 'refuse']).default('drop'),
});

export const clientCut: Fault<z.infer<typeof schema>> = {
  kind: 'client-cut',
  summary: 'cuts clients off from nodes that their peers still see',
  schema,
  plans(nodes, random) {
    const plan = (target: string, weight: number, copies = 1) => ({
      parameters: { kind: 'client-cut' as const, style: pick(random, styles) },
      target,
      weight,
      copies,
    });
    return [
      plan('leader', 4, 2),
      ...(nodes.length > 1 ? [plan('followers', 2), plan('one', 1)] : []),
      ...(nodes.length > 2 ? [plan('majority', 1)] : []),
    ];
  },
  async inject({ style }, { owner, targets, world }) {
    const seen = await world.clients.cut(owner, targets, style);
    return { kind: 'installed', detail: { style, cut: targets, ...(seen ? { seen } : {}) } };
  },
  heal: (_, { owner, world }) => world.clients.heal(owner),
};
