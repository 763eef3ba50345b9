/** Whether all nodes end alike: a follower that stays behind for ever is noticed by no client while a majority serves. */

import type { SimCluster } from '../sim/index.ts';

/** How often nodes are compared, ms. */
const lookEveryMs = 50;

/**
 * Lets time pass, without clients, until all running nodes know the same to be committed, at most `limitMs`. Gives the nodes that
 * are still behind; empty when all is well.
 */
export async function settle(cluster: SimCluster, limitMs: number): Promise<readonly string[]> {
  const { timeline } = cluster;
  const never = new AbortController().signal;
  const endNs = timeline.nowNs() + limitMs * 1e6;
  for (;;) {
    const statuses = await cluster.statuses();
    const most = Math.max(0, ...statuses.map(({ commitIndex }) => commitIndex));
    const behind = statuses.filter(({ commitIndex }) => commitIndex < most);
    const nowNs = timeline.nowNs();
    if (behind.length === 0 || nowNs >= endNs) return behind.map(({ node }) => node);
    const nextNs = Math.min(endNs, nowNs + lookEveryMs * 1e6);
    await timeline.until(timeline.sleepUntil(nextNs, never), nextNs + 1e9);
  }
}
