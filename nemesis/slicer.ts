/** Messages in crumbs: what is sent on the links around the targets arrives in small pieces. Finds readers that expect whole ones. */

import { z } from 'zod';
import { degraded, direction, plansAround } from './degraded.ts';
import type { Fault } from './fault.ts';

const schema = z.strictObject({
  kind: z.literal('slicer'),
  direction,
  /** Size of a piece. */
  sliceBytes: z.number().int().min(1).max(65_536).default(64),
});
type Slicer = z.infer<typeof schema>;

export const slicer: Fault<Slicer> = degraded(
  {
    kind: 'slicer',
    // Simulated links carry whole messages.
    worlds: ['real'],
    summary: 'cuts what is sent on the links around nodes into small pieces',
    schema,
    plans(nodes, random) {
      const sliceBytes = 16 + random.below(113);
      return plansAround(nodes, (way) =>
        schema.parse({ kind: 'slicer', direction: way, sliceBytes }),
      );
    },
  },
  ({ sliceBytes }) => ({ sliceBytes }),
);
