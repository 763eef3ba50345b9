/** Broken connections: those on the links around the targets are reset, and again every so often. */

import { z } from 'zod';
import { lasts } from './act.ts';
import { direction, plansAround } from './degraded.ts';
import type { Fault } from './fault.ts';
import { linksAround, linkText, noLinks } from './links-around.ts';

const schema = z.strictObject({
  kind: z.literal('reset'),
  direction,
  /** From one reset to the next, in ms. */
  everyMs: z.number().min(50).max(60_000).default(500),
});
type Reset = z.infer<typeof schema>;

export const reset: Fault<Reset> = {
  kind: 'reset',
  summary: 'breaks the connections on the links around nodes, again and again',
  schema,
  plans: (nodes, random) => {
    const everyMs = 200 + random.below(801);
    return plansAround(nodes, (way) => schema.parse({ kind: 'reset', direction: way, everyMs }));
  },
  async inject(parameters, { targets, world }) {
    const links = linksAround(targets, world.nodes, parameters.direction);
    if (links.length === 0) return noLinks;
    const seen = await world.links.reset(links);
    return {
      kind: 'installed',
      detail: { reset: links.map(linkText), ...(seen ? { seen } : {}) },
      during: async (clock, signal) => {
        let resets = 1;
        for (; await lasts(clock, parameters.everyMs, signal); resets += 1) {
          await world.links.reset(links);
        }
        return { resets };
      },
    };
  },
  heal: (_, { owner, world }) => world.links.heal(owner),
};
