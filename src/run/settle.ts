/** Whether all nodes end alike: a follower that stays behind for ever is noticed by no client while a majority serves. */

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
