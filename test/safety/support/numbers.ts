/** What the numbers that counting nodes send each other say of the links between them. */

import assert from 'node:assert/strict';
import { faults } from '#nemesis/index';
import { stream } from '#src/random/random';
import { type CountingCluster, type CountingView, until } from './counting-cluster.ts';

/** The members of a counting cluster. */
export const nodes = ['n1', 'n2', 'n3'];
export const pairs = nodes.flatMap((from) =>
  nodes.filter((to) => to !== from).map((to) => ({ from, to })),
);
export const nameOf = ({ from, to }: { from: string; to: string }) => `${from}->${to}`;

/** How many numbers have to go by until a link that lets nothing through counts as cut. */
export const manyNumbers = 30;

/** What all nodes say; on a busy machine one of them may not answer at once. */
export const views = (cluster: CountingCluster): Promise<Map<string, CountingView>> =>
  until('an answer of every node', async () => {
    const all = await cluster.statuses();
    return all.size === nodes.length && new Map(all);
  });

export const lastSent = (
  all: Map<string, CountingView>,
  { from, to }: { from: string; to: string },
) => all.get(from)?.sent[to] ?? 0;
export const arrived = (
  all: Map<string, CountingView>,
  { from, to }: { from: string; to: string },
) => all.get(to)?.received[from] ?? [];

/** Waits until every link either lets numbers through that were sent from now on, or had many that it did not. */
export async function openLinks(cluster: CountingCluster): Promise<readonly string[]> {
  const before = await views(cluster);
  const sentBefore = new Map(pairs.map((pair) => [nameOf(pair), lastSent(before, pair)]));
  const isNew = (all: Map<string, CountingView>, pair: (typeof pairs)[number]) =>
    arrived(all, pair).some((number) => number > (sentBefore.get(nameOf(pair)) ?? 0));
  const after = await until('many more numbers sent on every link', async () => {
    const all = await views(cluster);
    const done = pairs.every(
      (pair) => lastSent(all, pair) > (sentBefore.get(nameOf(pair)) ?? 0) + manyNumbers,
    );
    return done && all;
  });
  return pairs.filter((pair) => isNew(after, pair)).map(nameOf);
}

/**
 * Asserts that numbers get through on these links, which may take a while, and on no other. `links` in the order of `pairs`.
 */
export const onlyOpen = (cluster: CountingCluster, links: readonly string[]) =>
  until(`numbers on ${links.join()}`, async () => {
    const open = await openLinks(cluster);
    assert.deepEqual(
      open.filter((link) => !links.includes(link)),
      [],
    );
    return open.length === links.length;
  });

/** After healing, connections are dialled anew: wait until all is well again. */
export const whole = (cluster: CountingCluster) =>
  until('numbers on every link', async () => {
    return (await openLinks(cluster)).length === pairs.length;
  });

/** A fault that is ready to be injected into the cluster. */
export function firing(
  cluster: CountingCluster,
  kind: string,
  targets: readonly string[],
  spec: object,
) {
  const fault = faults.get(kind);
  assert.ok(fault !== undefined);
  const parameters = fault.schema.parse({ kind, ...spec });
  const at = { owner: 'test', targets, world: cluster, random: stream(1, 'test'), others: [] };
  return {
    inject: () => fault.inject(parameters, at),
    heal: () => fault.heal(parameters, at),
  };
}
