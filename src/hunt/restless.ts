/**
 * Leaders that do not stay although nothing disturbs them: everybody is served all the same, with an election in between, so that whoever
 * looks at progress only sees nothing wrong.
 */

import type { FaultRecord } from '../schedule/player.ts';
import { type Calm, calmsOf } from './calms.ts';

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
  for (const calm of calmsOf(faults, { limitMs, endNs })) {
    const found = restlessIn(rises, calm);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The same of one calm. */
export function restlessIn(
  rises: readonly Rise[],
  { fromNs, untilNs }: Calm,
): Restless | undefined {
  const late = rises.filter(({ timeNs }) => timeNs >= (fromNs + untilNs) / 2 && timeNs < untilNs);
  return late.length > 1 ? { fromNs, untilNs, rises: late } : undefined;
}
