/** What all faults that make links worse have in common; each says only which quality and how much of it. */

import { z } from 'zod';
import type { LinkQuality, Node } from '#src/schedule/world';
import type { Fault, Plan } from './fault.ts';
import { linksAround, linkText, noLinks } from './links-around.ts';
import { type Direction, directions } from './partition-links.ts';

/** Seen from the targets: `in` is what they receive, `out` what they send. */
export const direction = z.enum(directions).default('both');

interface Aimed {
  readonly direction: Direction;
}

/** A fault that degrades the links around its targets. */
export const degraded = <Parameters extends Aimed>(
  about: Pick<Fault<Parameters>, 'kind' | 'summary' | 'worlds' | 'schema' | 'plans'>,
  quality: (parameters: Parameters) => LinkQuality,
): Fault<Parameters> => ({
  ...about,
  async inject(parameters, { owner, targets, world }) {
    const links = linksAround(targets, world.nodes, parameters.direction);
    if (links.length === 0) return noLinks;
    const seen = await world.links.degrade(owner, links, quality(parameters));
    return {
      kind: 'installed',
      detail: { ...quality(parameters), links: links.map(linkText), ...(seen ? { seen } : {}) },
    };
  },
  heal: (_, { owner, world }) => world.links.heal(owner),
});

/** Plans for a fault of which the leader's links, one follower's and everybody's are of interest. */
export const plansAround = <Parameters extends Aimed>(
  nodes: readonly Node[],
  parameters: (direction: Direction) => Parameters,
): readonly Plan<Parameters>[] => [
  { parameters: parameters('both'), target: 'leader', weight: 4 },
  { parameters: parameters('out'), target: 'leader', weight: 2 },
  { parameters: parameters('both'), target: 'all', weight: 2 },
  ...(nodes.length > 2
    ? [
        { parameters: parameters('in'), target: 'leader', weight: 1 },
        { parameters: parameters('both'), target: 'follower', weight: 1 },
        { parameters: parameters('both'), target: 'majority', weight: 1 },
      ]
    : []),
];
