/** A narrow line: the links around the targets carry only so many bytes per second. */

import { z } from 'zod';
import { degraded, direction, plansAround } from './degraded.ts';
import type { Fault } from './fault.ts';

const schema = z.strictObject({
  kind: z.literal('bandwidth'),
  direction,
  /** Per link; where links are proxies, whole kilobytes. */
  bytesPerSecond: z.number().min(1_000).max(1e9).default(10_000),
});
type Bandwidth = z.infer<typeof schema>;

export const bandwidth: Fault<Bandwidth> = degraded(
  {
    kind: 'bandwidth',
    summary: 'narrows the links around nodes to so many bytes per second',
    schema,
    plans(nodes, random) {
      const bytesPerSecond = 1_000 * (2 + random.below(29));
      return plansAround(nodes, (way) =>
        schema.parse({ kind: 'bandwidth', direction: way, bytesPerSecond }),
      );
    },
  },
  ({ bytesPerSecond }) => ({ bytesPerSecond }),
);
