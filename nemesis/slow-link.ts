/** Distance: messages take longer on the links around the targets, each by another time. */

import { z } from 'zod';
import { degraded, direction, plansAround } from './degraded.ts';
import type { Fault } from './fault.ts';

const schema = z.strictObject({
  kind: z.literal('slow-link'),
  direction,
  /** Added to every message, in ms. */
  latencyMs: z.number().min(0).max(60_000).default(80),
  /** A uniform extra of up to this, in ms. */
  jitterMs: z.number().min(0).max(60_000).default(40),
});
type SlowLink = z.infer<typeof schema>;

export const slowLink: Fault<SlowLink> = degraded(
  {
    kind: 'slow-link',
    summary: 'adds latency and jitter to the links around nodes, one way or both',
    schema,
    plans(nodes, random) {
      const latencyMs = 20 + random.below(180);
      return plansAround(nodes, (way) =>
        schema.parse({ kind: 'slow-link', direction: way, latencyMs, jitterMs: latencyMs / 2 }),
      );
    },
  },
  ({ latencyMs, jitterMs }) => ({ latencyMs, jitterMs }),
);
