/** Acting on several nodes or again and again, for faults that do. */

import type { Clock } from '#src/schedule/clock';
import type { Node } from '#src/schedule/world';

/** Acts on all nodes at once; gives what was seen of each. Waits for all of them, also when one fails. */
export async function onEach(
  nodes: readonly Node[],
  act: (node: Node) => Promise<unknown>,
): Promise<Readonly<Record<Node, unknown>>> {
  const seen = await Promise.allSettled(
    nodes.map(async (node) => [node, await act(node)] as const),
  );
  return Object.fromEntries(
    seen.map((one) => {
      if (one.status === 'rejected') throw one.reason;
      return one.value;
    }),
  );
}

/** Waits for `ms`; gives whether to go on: false as soon as the signal is aborted. */
export async function lasts(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  await clock.sleepUntil(clock.nowNs() + ms * 1e6, signal);
  return !signal.aborted;
}
