/**
 * Leaders that do not stay although nothing disturbs them: everybody is served all the same, with an election in between, so that whoever
 * looks at progress only sees nothing wrong.
 */

import type { FaultRecord } from '../schedule/player.ts';
import { calmsOf } from './calms.ts';

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

/**
 * The first calm of at least `limitMs` in the second half of which there were two new leaders: one may be late. Only for networks that
 * lose nothing. `endNs`: when the workload ended.
 */
export function restless(
  rises: readonly Rise[],
  faults: readonly FaultRecord[],
  { limitMs, endNs }: { readonly limitMs: number; readonly endNs: number },
): Restless | undefined {
  for (const { fromNs, untilNs } of calmsOf(faults, { limitMs, endNs })) {
    const late = rises.filter(({ timeNs }) => timeNs >= (fromNs + untilNs) / 2 && timeNs < untilNs);
    if (late.length > 1) return { fromNs, untilNs, rises: late };
  }
  return undefined;
}
