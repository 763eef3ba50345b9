/** Network partitions: links between nodes are cut, in one direction or both, until the fault is healed. */

import { z } from 'zod';
import type { Random } from '#src/random/random';
import type { Fault } from './fault.ts';
import { directions, partitionLinks, shapes } from './partition-links.ts';
import { weighted } from './weighted.ts';

const schema = z.strictObject({
  kind: z.literal('partition'),
  /**
   * `isolate`: the targets as a group against the rest. `each`: every target alone. `halves`: a random split, targets on the
   * smaller side. `bridge`: two sides that only one node sees. `majorities-ring`: everybody sees another majority.
   */
  shape: z.enum(shapes).default('isolate'),
  /** Seen from the targets: `in` cuts what they would receive, `out` what they send. */
  direction: z.enum(directions).default('both'),
  style: z.enum(['hold', 'drop', 'refuse']).default('hold'),
});
type Partition = z.infer<typeof schema>;

type Plan = Pick<Partition, 'shape' | 'direction'> & { readonly target: string };

/** A cut-off leader is where algorithms differ most, so it comes up most. */
const plans: readonly (readonly [Plan, number])[] = [
  [{ shape: 'isolate', direction: 'both', target: 'leader' }, 6],
  [{ shape: 'isolate', direction: 'in', target: 'leader' }, 2],
  [{ shape: 'isolate', direction: 'out', target: 'leader' }, 2],
  [{ shape: 'halves', direction: 'both', target: 'leader' }, 2],
  [{ shape: 'halves', direction: 'both', target: 'one' }, 2],
  [{ shape: 'isolate', direction: 'both', target: 'follower' }, 1],
  [{ shape: 'isolate', direction: 'both', target: 'minority' }, 1],
  [{ shape: 'each', direction: 'both', target: 'minority' }, 1],
  [{ shape: 'isolate', direction: 'out', target: 'follower' }, 1],
];

/** These need a third node. */
const plansOfThree: readonly (readonly [Plan, number])[] = [
  [{ shape: 'bridge', direction: 'both', target: 'one' }, 1],
  [{ shape: 'bridge', direction: 'both', target: 'leader' }, 1],
  [{ shape: 'majorities-ring', direction: 'both', target: 'all' }, 2],
];

function draw(random: Random, nodes: readonly string[]) {
  const fitting = (nodes.length < 3 ? plans : [...plans, ...plansOfThree]).filter(
    ([plan]) => plan.target !== 'minority' || nodes.length > 2,
  );
  const { target, ...cut } = weighted(random, fitting);
  const style = weighted(random, [
    ['hold', 3],
    ['drop', 1],
    ['refuse', 1],
  ] as const);
  return { parameters: { kind: 'partition' as const, ...cut, style }, target };
}

export const partition: Fault<Partition> = {
  kind: 'partition',
  summary:
    'cuts links between nodes: isolate, each, halves, bridge, majorities-ring; one way or both',
  schema,
  draw,
  async inject({ shape, direction, style }, { owner, targets, world, random }) {
    const cut = partitionLinks(shape, direction, targets, world.nodes, random);
    if (cut.kind === 'impossible') return { kind: 'skipped', reason: cut.reason };
    await world.links.cut(owner, cut.links, style);
    return {
      kind: 'installed',
      detail: { style, cut: cut.links.map(({ from, to }) => `${from}->${to}`) },
    };
  },
  heal: (_, { owner, world }) => world.links.heal(owner),
};
