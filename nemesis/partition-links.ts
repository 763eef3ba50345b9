/**
 * Which links a partition cuts: pure functions from a shape, the targets and the nodes to ordered pairs.
 *
 * A link is one direction. For a cut between a side A and a side B, `out` is A -> B (A is heard by nobody over there), `in` is
 * B -> A (A hears nobody from there), `both` is both.
 */

import { pick, type Random, shuffle } from '#src/random/random';
import type { Link, Node } from '#src/schedule/world';

export const shapes = [
  'isolate',
  'each',
  'halves',
  'random-halves',
  'bridge',
  'majorities-ring',
  'graph',
] as const;
export type Shape = (typeof shapes)[number];

export const directions = ['both', 'in', 'out'] as const;
export type Direction = (typeof directions)[number];

export type Cut =
  | { readonly kind: 'links'; readonly links: readonly Link[] }
  /** The shape does not exist among these nodes, and why. */
  | { readonly kind: 'impossible'; readonly reason: string };

/** Every link between the two sides, in the given direction as seen from `a`. */
function between(a: readonly Node[], b: readonly Node[], direction: Direction): Link[] {
  return a.flatMap((x) =>
    b.flatMap((y) => [
      ...(direction === 'in' ? [] : [{ from: x, to: y }]),
      ...(direction === 'out' ? [] : [{ from: y, to: x }]),
    ]),
  );
}

const without = (nodes: readonly Node[], excluded: readonly Node[]): Node[] =>
  nodes.filter((node) => !excluded.includes(node));

/** The same link named twice is cut once. */
function unique(links: readonly Link[]): Link[] {
  return [...new Map(links.map((link) => [JSON.stringify([link.from, link.to]), link])).values()];
}

function cut(links: readonly Link[], reason: string): Cut {
  return links.length === 0
    ? { kind: 'impossible', reason }
    : { kind: 'links', links: unique(links) };
}

/** The targets as one group against everybody else. */
function isolate(targets: readonly Node[], nodes: readonly Node[], direction: Direction): Cut {
  return cut(
    between(targets, without(nodes, targets), direction),
    'every node is a target: nobody is left to be cut off from',
  );
}

/** Every target alone, cut off from all others, the other targets too. */
function each(targets: readonly Node[], nodes: readonly Node[], direction: Direction): Cut {
  return cut(
    targets.flatMap((target) => between([target], without(nodes, [target]), direction)),
    'a single node has no links to cut',
  );
}

/** A random split in two; targets are drawn first, so a single target is always on the smaller side. */
function halves(
  targets: readonly Node[],
  nodes: readonly Node[],
  direction: Direction,
  random: Random,
): Cut {
  const order = [...shuffle(random, targets), ...shuffle(random, without(nodes, targets))];
  const half = Math.floor(nodes.length / 2);
  return cut(
    between(order.slice(0, half), order.slice(half), direction),
    'a single node has no halves',
  );
}

/** Two sides that cannot talk to each other, and one of the targets between them that both can talk to. */
function bridge(
  targets: readonly Node[],
  nodes: readonly Node[],
  direction: Direction,
  random: Random,
): Cut {
  const middle = pick(random, targets);
  const rest = shuffle(random, without(nodes, [middle]));
  const half = Math.floor(rest.length / 2);
  return cut(
    between(rest.slice(0, half), rest.slice(half), direction),
    `a bridge needs at least 3 nodes, there are ${nodes.length}`,
  );
}

/**
 * Every node is left with a majority around it on a random ring, and no two nodes with the same one: nobody is in a minority,
 * yet there is no majority that agrees on who is there. `in`: everybody hears exactly a majority. `out`: everybody is heard by
 * exactly a majority. `both`: the smallest symmetric ring. Three nodes have none of that kind, so theirs is one-way (`in`).
 */
function majoritiesRing(nodes: readonly Node[], direction: Direction, random: Random): Cut {
  const count = nodes.length;
  if (count < 3) {
    return {
      kind: 'impossible',
      reason: `a ring of majorities needs at least 3 nodes, there are ${count}`,
    };
  }
  const ring = shuffle(random, nodes);
  const others = Math.floor(count / 2);
  const symmetric = direction === 'both' && count > 3;
  const before = symmetric ? Math.ceil(others / 2) : Math.floor(others / 2);
  const after = Math.ceil(others / 2);
  const links = ring.flatMap((node, place) =>
    ring.flatMap((other, otherPlace) => {
      const ahead = (otherPlace - place + count) % count;
      if (ahead <= after || count - ahead <= before) return [];
      return [direction === 'out' ? { from: node, to: other } : { from: other, to: node }];
    }),
  );
  return cut(links, 'the ring of majorities has nothing to cut');
}

/** The given pairs; a node cannot be cut off from itself. */
function graph(cuts: readonly (readonly [Node, Node])[], direction: Direction): Cut {
  const links = cuts.flatMap(([a, b]) => between([a], [b], direction));
  return cut(
    links.filter(({ from, to }) => from !== to),
    'the graph has no pair of two different nodes',
  );
}

export interface CutAim {
  readonly direction: Direction;
  /** Not empty and a part of `nodes`. */
  readonly targets: readonly Node[];
  readonly nodes: readonly Node[];
  readonly random: Random;
  /** For `graph`. */
  readonly cuts?: readonly (readonly [Node, Node])[] | undefined;
}

/** The links that a partition of this shape cuts. */
export function partitionLinks(shape: Shape, aim: CutAim): Cut {
  const { direction, targets, nodes, random, cuts = [] } = aim;
  switch (shape) {
    case 'isolate':
      return isolate(targets, nodes, direction);
    case 'each':
      return each(targets, nodes, direction);
    case 'halves':
      return halves(targets, nodes, direction, random);
    case 'random-halves':
      return halves([], nodes, direction, random);
    case 'bridge':
      return bridge(targets, nodes, direction, random);
    case 'majorities-ring':
      return majoritiesRing(nodes, direction, random);
    case 'graph':
      return graph(cuts, direction);
  }
}
