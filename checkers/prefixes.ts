/** A check that needs all of its history at once, kept to a budget: first a beginning, then as much as there is time for. */

import type { History } from '#src/history/operation';
import type { Found } from './found.ts';

/** Shorter histories are checked at once. */
const firstOperations = 100_000;
/** A longer history may take this much longer for each operation. */
const slowDown = 1.5;
/** The next beginning is so much longer than the last. */
const growth = 8;

export interface Checked {
  readonly found: Found;
  /** Answers that could have shown an anomaly. */
  readonly answers: number;
  readonly details: Readonly<Record<string, unknown>>;
  /** The time was up before all of it was searched. */
  readonly exhausted: boolean;
}

export interface CheckedPrefix extends Checked {
  readonly checkedUpTo: number;
}

/**
 * Checks longer and longer beginnings. `check` gets the position of the first line that is left out, and when to stop (on the clock of
 * `performance`, ms). Only for checkers where what is wrong with a beginning is wrong with the whole.
 */
export function checkPrefixes(
  history: History,
  timeLimitMs: number,
  check: (end: number, endMs: number) => Checked,
): CheckedPrefix {
  const endMs = performance.now() + timeLimitMs;
  let size = Math.min(history.length, firstOperations);
  for (;;) {
    const startedMs = performance.now();
    const checked = check(size, endMs);
    const checkedUpTo = checked.exhausted ? 0 : size;
    if (size === history.length || checked.found.anomalies.length > 0 || checked.exhausted) {
      return { ...checked, checkedUpTo };
    }
    const nowMs = performance.now();
    const reachable = (size * (endMs - nowMs)) / ((nowMs - startedMs) * slowDown);
    if (reachable < size * slowDown) return { ...checked, checkedUpTo };
    size = Math.floor(Math.min(history.length, size * growth, reachable));
  }
}
