/** Waiting, as a parameter: the wall clock in the real world, a queue of events in the simulated one. */

import { setTimeout as delay } from 'node:timers/promises';

export interface Clock {
  /** Nanoseconds since the start of the run. */
  nowNs(): number;
  /** Resolves when `nowNs` has reached `ns`, or as soon as the signal is aborted. Never rejects. */
  sleepUntil(ns: number, signal: AbortSignal): Promise<void>;
}

/** Timers longer than this overflow and fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** Sleeps on real timers against the given reading of a monotonic clock. */
export function wallClock(nowNs: () => number): Clock {
  return {
    nowNs,
    async sleepUntil(ns, signal) {
      for (let left = ns - nowNs(); left > 0 && !signal.aborted; left = ns - nowNs()) {
        const ms = Math.min(longestTimerMs, Math.ceil(left / 1e6));
        await delay(ms, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}
