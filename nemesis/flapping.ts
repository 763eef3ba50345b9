/** A loose plug: the links between the targets and the others are cut and whole again in turn. */

import { z } from 'zod';
import { pick } from '#src/random/random';
import type { CutStyle } from '#src/schedule/world';
import { lasts } from './act.ts';
import { direction, plansAround } from './degraded.ts';
import type { Fault } from './fault.ts';
import { linksAround, linkText, noLinks } from './links-around.ts';

const styles: readonly CutStyle[] = ['hold', 'drop', 'refuse'];

const schema = z.strictObject({
  kind: z.literal('flapping'),
  direction,
  style: z.enum(['hold', 'drop', 'refuse']).default('refuse'),
  /** How long the links are cut, in ms. */
  downMs: z.number().min(10).max(60_000).default(300),
  /** How long they are whole, in ms. */
  upMs: z.number().min(10).max(60_000).default(300),
});
type Flapping = z.infer<typeof schema>;

export const flapping: Fault<Flapping> = {
  kind: 'flapping',
  summary: 'cuts the links around nodes and heals them, again and again',
  schema,
  plans(nodes, random) {
    const [downMs, upMs] = [100 + random.below(501), 100 + random.below(501)];
    const style = pick(random, styles);
    return plansAround(nodes, (way) =>
      schema.parse({ kind: 'flapping', direction: way, style, downMs, upMs }),
    );
  },
  harms: (parameters, { targets, nodes }) =>
    linksAround(targets, nodes, parameters.direction).map((link) => ({ kind: 'cut', ...link })),
  async inject({ style, upMs, downMs, ...parameters }, { owner, targets, world }) {
    const links = linksAround(targets, world.nodes, parameters.direction);
    if (links.length === 0) return noLinks;
    const seen = await world.links.cut(owner, links, style);
    return {
      kind: 'installed',
      detail: { style, flapping: links.map(linkText), ...(seen ? { seen } : {}) },
      during: async (clock, signal) => {
        let cuts = 1;
        while (await lasts(clock, downMs, signal)) {
          await world.links.heal(owner);
          if (!(await lasts(clock, upMs, signal))) break;
          await world.links.cut(owner, links, style);
          cuts += 1;
        }
        return { cuts };
      },
    };
  },
  heal: (_, { owner, world }) => world.links.heal(owner),
};
