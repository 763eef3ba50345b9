/** Whether messages lead from one event to another: what a node cannot know, it cannot be blamed for. */

import type { Arrow, Bar } from '#reports/space-time-types';

export interface Place {
  readonly node: string;
  readonly timeMs: number;
}

/**
 * The messages by which the first place could become known at the second, in order; undefined when none lead there, empty when both
 * are at one node. What arrives at a node that is paused counts from when it goes on.
 */
export function chainBetween(
  first: Place,
  second: Place,
  arrows: readonly Arrow[],
  bars: readonly Bar[],
): readonly Arrow[] | undefined {
  if (first.node === second.node) return first.timeMs <= second.timeMs ? [] : undefined;
  const known = new Map<string, { readonly atMs: number; readonly by?: Arrow }>();
  known.set(first.node, { atMs: first.timeMs });
  const taken = arrows
    .filter(
      ({ endMs, lost, sentMs }) => endMs !== null && lost === undefined && sentMs >= first.timeMs,
    )
    .map((arrow) => ({ arrow, atMs: takenIn(arrow, bars) }))
    .filter(({ atMs }) => atMs <= second.timeMs)
    .sort((a, b) => a.atMs - b.atMs);
  for (const { arrow, atMs } of taken) {
    const source = known.get(arrow.from);
    if (source === undefined || source.atMs > arrow.sentMs || known.has(arrow.to)) continue;
    known.set(arrow.to, { atMs, by: arrow });
  }
  const chain: Arrow[] = [];
  for (let at = known.get(second.node); at?.by !== undefined; at = known.get(at.by.from)) {
    chain.unshift(at.by);
  }
  return chain.length === 0 ? undefined : chain;
}

function takenIn({ to, endMs }: Arrow, bars: readonly Bar[]): number {
  const at = endMs ?? Number.POSITIVE_INFINITY;
  const pause = bars.find(
    ({ kind, node, fromMs, toMs }) => kind === 'paused' && node === to && fromMs <= at && at < toMs,
  );
  return pause?.toMs ?? at;
}
