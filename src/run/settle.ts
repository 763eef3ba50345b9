/**
 * What clients do not notice while a majority serves: a follower that stays behind for ever, and a request that a node forgot. Whoever asked
 * gave up long ago, and took the silence for a slow network.
 */

import type { SimCluster } from '../sim/index.ts';

/** How often nodes are compared, ms. */
const lookEveryMs = 50;

/** Nobody catches up for longer than this, ms: a run has to end. */
const longestMs = 300_000;

/**
 * Lets time pass, without clients, until all running nodes know the same to be committed, or none of those that are behind has
 * learnt anything for `limitMs`: one entry at a time over a slow network is slow, but it is progress. Gives the nodes that are
 * still behind; empty when all is well.
 */
export async function settle(cluster: SimCluster, limitMs: number): Promise<readonly string[]> {
  const { timeline } = cluster;
  const never = new AbortController().signal;
  const longestNs = timeline.nowNs() + longestMs * 1e6;
  let endNs = timeline.nowNs() + limitMs * 1e6;
  let known = -1;
  for (;;) {
    const statuses = await cluster.statuses();
    const most = Math.max(0, ...statuses.map(({ commitIndex }) => commitIndex));
    const behind = statuses.filter(({ commitIndex }) => commitIndex < most);
    const nowNs = timeline.nowNs();
    const least = Math.min(...behind.map(({ commitIndex }) => commitIndex));
    if (least > known) endNs = Math.min(longestNs, nowNs + limitMs * 1e6);
    known = Math.max(known, least);
    if (behind.length === 0 || nowNs >= endNs) return behind.map(({ node }) => node);
    const nextNs = Math.min(endNs, nowNs + lookEveryMs * 1e6);
    await timeline.until(timeline.sleepUntil(nextNs, never), nextNs + 1e9);
  }
}

/**
 * Lets time pass, without clients, until running nodes have answered everything that they were ever asked, or have answered nothing for
 * `limitMs`. Every request has an answer (see Replica): of its effect, of a refusal, or that its fate is not known. Gives the nodes that
 * still owe some.
 */
export async function settleDebts(
  cluster: SimCluster,
  limitMs: number,
): Promise<readonly string[]> {
  const { timeline } = cluster;
  const never = new AbortController().signal;
  const longestNs = timeline.nowNs() + longestMs * 1e6;
  let endNs = timeline.nowNs() + limitMs * 1e6;
  let owedBefore = Number.POSITIVE_INFINITY;
  for (;;) {
    const { owing } = cluster;
    const owed = [...owing.values()].reduce((sum, count) => sum + count, 0);
    const nowNs = timeline.nowNs();
    if (owed < owedBefore) endNs = Math.min(longestNs, nowNs + limitMs * 1e6);
    owedBefore = Math.min(owedBefore, owed);
    if (owed === 0 || nowNs >= endNs) return [...owing.keys()];
    const nextNs = Math.min(endNs, nowNs + lookEveryMs * 1e6);
    await timeline.until(timeline.sleepUntil(nextNs, never), nextNs + 1e9);
  }
}

/** Lets this time pass, in ms, and gives when that was. */
export async function leaveAlone(
  timeline: SimCluster['timeline'],
  idleMs: number | undefined,
): Promise<{ readonly fromNs: number; readonly untilNs: number } | undefined> {
  if (idleMs === undefined) return undefined;
  const fromNs = timeline.nowNs();
  const untilNs = fromNs + idleMs * 1e6;
  const never = new AbortController().signal;
  await timeline.until(timeline.sleepUntil(untilNs, never), untilNs + 1e9);
  return { fromNs, untilNs };
}
