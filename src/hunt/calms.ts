/** Times in which nothing disturbs the nodes that run. */

import type { FaultRecord } from '../schedule/player.ts';

/** From one change of the faults to the next one. */
export interface Calm {
  readonly fromNs: number;
  readonly untilNs: number;
  /** Nodes that a fault keeps down meanwhile. */
  readonly down: ReadonlySet<string>;
}

/** Who is down disturbs nobody. */
const silencing: ReadonlySet<string> = new Set(['kill', 'power-loss']);

/**
 * The calms of at least `limitMs`, in order: no fault begins or ends, and none is in effect but that nodes are down. `endNs`: when the
 * workload ended.
 */
export function calmsOf(
  faults: readonly FaultRecord[],
  { limitMs, endNs }: { readonly limitMs: number; readonly endNs: number },
): readonly Calm[] {
  const played = faults.filter(
    ({ outcome, resolved }) => outcome.kind !== 'skipped' || resolved.length > 0,
  );
  const changes = [0, ...played.flatMap(({ startNs, endNs: over }) => [startNs, over]), endNs];
  const times = [...new Set(changes)].filter((ns) => ns <= endNs).toSorted((a, b) => a - b);
  return times.flatMap((fromNs, i) => {
    const untilNs = times[i + 1] ?? fromNs;
    if (untilNs - fromNs < limitMs * 1e6) return [];
    const inEffect = played.filter(
      ({ startNs, endNs: over }) => startNs <= fromNs && fromNs < over,
    );
    if (inEffect.some(({ entry }) => !silencing.has(entry.fault.kind))) return [];
    return [{ fromNs, untilNs, down: new Set(inEffect.flatMap(({ resolved }) => resolved)) }];
  });
}
