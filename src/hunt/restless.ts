/**
 * Leaders that do not stay although nothing disturbs them: everybody is served all the same, with an election in between, so that whoever
 * looks at progress only sees nothing wrong.
 */

import type { FaultRecord } from '../schedule/player.ts';

/** A node that becomes leader. */
export interface Rise {
  readonly node: string;
  readonly timeNs: number;
}

export interface Restless {
  readonly fromNs: number;
  readonly untilNs: number;
  /** Who became leader once half of the calm was over, in this order. */
  readonly rises: readonly Rise[];
}

/** Who is down disturbs nobody. */
const silencing: ReadonlySet<string> = new Set(['kill', 'power-loss']);

/**
 * The first calm of at least `limitMs` in the second half of which there were two new leaders: one may be late. Calm: no fault begins or
 * ends, and none is in effect but that nodes are down. Only for networks that lose nothing. `endNs`: when the workload ended.
 */
export function restless(
  rises: readonly Rise[],
  faults: readonly FaultRecord[],
  { limitMs, endNs }: { readonly limitMs: number; readonly endNs: number },
): Restless | undefined {
  const played = faults.filter(
    ({ outcome, resolved }) => outcome.kind !== 'skipped' || resolved.length > 0,
  );
  const changes = [0, ...played.flatMap(({ startNs, endNs: over }) => [startNs, over]), endNs];
  const times = [...new Set(changes)].filter((ns) => ns <= endNs).toSorted((a, b) => a - b);
  for (const [i, fromNs] of times.entries()) {
    const untilNs = times[i + 1] ?? fromNs;
    if (untilNs - fromNs < limitMs * 1e6) continue;
    const isDisturbed = played.some(
      ({ entry, startNs, endNs: over }) =>
        startNs <= fromNs && fromNs < over && !silencing.has(entry.fault.kind),
    );
    if (isDisturbed) continue;
    const late = rises.filter(({ timeNs }) => timeNs >= (fromNs + untilNs) / 2 && timeNs < untilNs);
    if (late.length > 1) return { fromNs, untilNs, rises: late };
  }
  return undefined;
}
