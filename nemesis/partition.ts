/** Network partitions: links between nodes are cut, in one direction or both, until the fault is healed. */

import { z } from 'zod';
import { pick, type Random } from '#src/random/random';
import type { Node } from '#src/schedule/world';
import type { Aim, Fault, Plan } from './fault.ts';
import { linkText } from './links-around.ts';
import { type Cut, type Direction, directions, partitionLinks, shapes } from './partition-links.ts';
import { weighted } from './weighted.ts';

const nodeName = z.string().regex(/^n[1-9]\d*$/, 'a name of a node, such as n2');

const schema = z
  .strictObject({
    kind: z.literal('partition'),
    /**
     * `isolate`: the targets as a group against the rest. `each`: every target alone. `halves`: a random split, targets on the
     * smaller side. `random-halves`: a random split, whoever the targets are. `bridge`: two sides that only one node, a target,
     * sees. `majorities-ring`: everybody sees another majority. `graph`: the pairs in `cuts`, whoever the targets are.
     */
    shape: z.enum(shapes).default('isolate'),
    /** Seen from the targets: `in` cuts what they would receive, `out` what they send. Of a pair in `cuts`, the first one sends. */
    direction: z.enum(directions).default('both'),
    style: z.enum(['hold', 'drop', 'refuse']).default('hold'),
    /** For `graph`: pairs of nodes whose links are cut. */
    cuts: z
      .array(z.tuple([nodeName, nodeName]))
      .min(1)
      .max(600)
      .optional(),
  })
  .refine(({ shape, cuts }) => (shape === 'graph') === (cuts !== undefined), {
    path: ['cuts'],
    message: '"shape": "graph" needs "cuts", such as [["n1", "n2"]], and no other shape takes them',
  });
type Partition = z.infer<typeof schema>;

type Shaped = readonly [
  shape: Exclude<Partition['shape'], 'graph'>,
  direction: Direction,
  target: string,
  weight: number,
];

/** A cut-off leader is where algorithms differ most, so it comes up first. */
const ofTwo: readonly Shaped[] = [
  ['isolate', 'both', 'leader', 16],
  ['isolate', 'in', 'leader', 6],
  ['isolate', 'out', 'leader', 6],
  ['halves', 'both', 'leader', 5],
  ['isolate', 'both', 'follower', 1],
  ['isolate', 'out', 'follower', 1],
  ['random-halves', 'both', 'all', 1],
];

/** These need a third node. */
const ofThree: readonly Shaped[] = [
  ['bridge', 'both', 'leader', 4],
  ['majorities-ring', 'both', 'all', 2],
  ['bridge', 'both', 'one', 1],
  ['isolate', 'both', 'minority', 1],
  ['isolate', 'both', 'majority', 1],
  ['each', 'both', 'minority', 1],
];

/** Pairs drawn at random, about a third of all. */
function randomCuts(nodes: readonly Node[], random: Random): [Node, Node][] {
  const pairs = nodes.flatMap((a, i) => nodes.slice(i + 1).map((b): [Node, Node] => [a, b]));
  const cuts = pairs.filter(() => random.below(3) === 0);
  return cuts.length > 0 ? cuts : [pick(random, pairs)];
}

function plans(nodes: readonly Node[], random: Random): readonly Plan<Partition>[] {
  const style = () =>
    weighted(random, [
      ['hold', 3],
      ['drop', 1],
      ['refuse', 1],
    ] as const);
  const shaped = (nodes.length < 3 ? ofTwo : [...ofTwo, ...ofThree]).map(
    ([shape, direction, target, weight]) => ({
      parameters: { kind: 'partition' as const, shape, direction, style: style() },
      target,
      weight,
    }),
  );
  if (nodes.length < 3) return shaped;
  const cuts = randomCuts(nodes, random);
  const graph = { kind: 'partition', shape: 'graph', direction: 'both', style: style() } as const;
  return [...shaped, { parameters: { ...graph, cuts }, target: 'all', weight: 1 }];
}

const cutOf = ({ shape, direction, cuts }: Partition, { targets, nodes, random }: Aim): Cut =>
  partitionLinks(shape, { direction, targets, nodes, random, cuts });

export const partition: Fault<Partition> = {
  kind: 'partition',
  summary:
    'cuts links between nodes: isolate, each, halves, random-halves, bridge, majorities-ring, graph; one way or both',
  schema,
  plans,
  names: ({ cuts = [] }) => cuts.flat(),
  harms(parameters, aim) {
    const cut = cutOf(parameters, aim);
    return cut.kind === 'impossible' ? [] : cut.links.map((link) => ({ kind: 'cut', ...link }));
  },
  async inject(parameters, { owner, targets, world, random }) {
    const cut = cutOf(parameters, { targets, nodes: world.nodes, random });
    if (cut.kind === 'impossible') return { kind: 'skipped', reason: cut.reason };
    const { style } = parameters;
    const seen = await world.links.cut(owner, cut.links, style);
    const detail = { style, cut: cut.links.map(linkText), ...(seen ? { seen } : {}) };
    return { kind: 'installed', detail };
  },
  heal: (_, { owner, world }) => world.links.heal(owner),
};
