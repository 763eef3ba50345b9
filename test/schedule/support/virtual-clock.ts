/** A clock that jumps from one sleeper's time to the next: hours of schedule in milliseconds, always in the same order. */

import type { Clock } from '#src/schedule/clock';

interface Sleeper {
  readonly ns: number;
  readonly wake: () => void;
}

export interface VirtualClock extends Clock {
  /** Jumps from sleeper to sleeper until `done` settles; gives what it gives. Throws when nobody sleeps and it never settles. */
  runUntil<T>(done: Promise<T>): Promise<T>;
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

export function virtualClock(): VirtualClock {
  let now = 0;
  let sleepers: Sleeper[] = [];
  const wakeNext = () => {
    const next = sleepers.toSorted((a, b) => a.ns - b.ns)[0];
    if (next === undefined) throw new Error(`deadlock: nobody sleeps at ${now} ns`);
    sleepers = sleepers.filter((sleeper) => sleeper !== next);
    now = Math.max(now, next.ns);
    next.wake();
  };
  return {
    nowNs: () => now,
    sleepUntil: (ns, signal) =>
      new Promise((resolve) => {
        if (ns <= now || signal.aborted) return resolve();
        const sleeper = { ns, wake: resolve };
        sleepers.push(sleeper);
        signal.addEventListener('abort', () => {
          sleepers = sleepers.filter((other) => other !== sleeper);
          resolve();
        });
      }),
    async runUntil(done) {
      let settled = false;
      const seen = done.finally(() => {
        settled = true;
      });
      seen.catch(() => undefined);
      await turn();
      while (!settled) {
        wakeNext();
        await turn();
      }
      return seen;
    },
  };
}
