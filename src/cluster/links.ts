/** The links between nodes, one proxy per ordered pair, and the ways from clients to nodes, one proxy per node. */

import { type Link, type LinkQuality, Unavailable, type World } from '../schedule/world.ts';
import type { Lines } from './lines.ts';

export const linkName = ({ from, to }: Link): string => `${from}->${to}`;

/** A stream of bytes has no messages that could come twice or in another order. Throws Unavailable. */
function refuseImpossible({ duplicates = 0, reordered = 0 }: LinkQuality): void {
  if (duplicates === 0 && reordered === 0) return;
  throw new Unavailable(
    'links between real processes are TCP, which neither repeats nor reorders; only the simulated world has messages that do',
  );
}

/** The links of a world over these lines, which have the names of the links. */
export const linksOver = (lines: Lines): World['links'] => ({
  cut: (owner, links, style) => lines.want(owner, links.map(linkName), { kind: 'cut', style }),
  async degrade(owner, links, quality) {
    refuseImpossible(quality);
    return lines.want(owner, links.map(linkName), { kind: 'quality', quality });
  },
  reset: (links) => lines.reset(links.map(linkName)),
  heal: (owner) => lines.heal(owner),
});

/** The ways from clients over these lines, which have the names of the nodes. */
export const clientsOver = (lines: Lines): World['clients'] => ({
  cut: (owner, nodes, style) => lines.want(owner, nodes, { kind: 'cut', style }),
  heal: (owner) => lines.heal(owner),
});
