/** A bad cable: messages are lost on the links around the targets. Over TCP what is lost comes late, and all behind it waits. */

import { z } from 'zod';
import { degraded, direction, plansAround } from './degraded.ts';
import type { Fault } from './fault.ts';

const schema = z.strictObject({
  kind: z.literal('loss'),
  direction,
  /** Share of the messages that are lost, above 0 and below 1. */
  loss: z.number().gt(0).lt(1).default(0.2),
});
type Loss = z.infer<typeof schema>;

export const loss: Fault<Loss> = degraded(
  {
    kind: 'loss',
    summary: 'loses messages on the links around nodes; over TCP: stalls, as of retransmissions',
    schema,
    plans(nodes, random) {
      const share = (5 + random.below(36)) / 100;
      return plansAround(nodes, (way) =>
        schema.parse({ kind: 'loss', direction: way, loss: share }),
      );
    },
  },
  ({ loss: share }) => ({ loss: share }),
);
