/** The links of some nodes, for faults that act on links one by one. */

import type { Link, Node } from '#src/schedule/world';
import type { Direction } from './partition-links.ts';

/** Links that begin (`out`) or end (`in`) at a target, those between two targets included. */
export function linksAround(
  targets: readonly Node[],
  nodes: readonly Node[],
  direction: Direction,
): readonly Link[] {
  const isMeant = ({ from, to }: Link): boolean =>
    (direction !== 'in' && targets.includes(from)) || (direction !== 'out' && targets.includes(to));
  return nodes
    .flatMap((from) => nodes.filter((to) => to !== from).map((to) => ({ from, to })))
    .filter(isMeant);
}

export const noLinks = { kind: 'skipped', reason: 'a single node has no links' } as const;

/** `n1->n2` */
export const linkText = ({ from, to }: Link): string => `${from}->${to}`;
