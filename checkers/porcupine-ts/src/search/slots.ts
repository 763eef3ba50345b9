/**
 * A bit for every required operation, reused once it has returned: operations that are ever open at the same time have
 * different slots, so the set of operations linearized ahead of time fits into as many bits as there are clients.
 */

import { at, ints } from './ints.ts';
import type { Problem } from './problem.ts';

const operationsPerTick = 8192;

export interface Slots {
  /** Per required operation. */
  readonly slot: Int32Array;
  readonly count: number;
}

/** Greedy colouring of intervals in the order of their calls: as few slots as were ever open at once. */
export function slots(
  p: Pick<Problem<unknown, unknown, unknown>, 'byCall' | 'call' | 'return' | 'tick'>,
): Slots {
  const slot = ints(p.call.length);
  const free: number[] = [];
  let count = 0;
  let returned = 0;
  for (let i = 0; i < p.byCall.length; i += 1) {
    if (i % operationsPerTick === 0) p.tick();
    const j = at(p.byCall, i);
    // Required operations are numbered by return, so this walks the returns in order.
    while (at(p.return, returned) < at(p.call, j)) {
      free.push(at(slot, returned));
      returned += 1;
    }
    const reused = free.pop();
    slot[j] = reused ?? count;
    if (reused === undefined) count += 1;
  }
  return { slot, count };
}
