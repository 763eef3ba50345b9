/** How much happened. A run in which nothing succeeded proves nothing. */

import type { History } from '#src/history/operation';
import { type Pair, pairs } from '#src/history/pairs';
import type { Checker, CheckResult } from './checker.ts';

/** Outcomes of client operations. */
export interface Counts {
  readonly ok: number;
  readonly fail: number;
  /** Unknown outcomes, with those that were still open at the end of the history. */
  readonly info: number;
}

export interface Stats extends CheckResult {
  readonly counts: Counts;
  /** By function, in order of first appearance. */
  readonly byFunction: Readonly<Record<string, Counts>>;
  /** How many of `counts.info` were never completed. */
  readonly unfinished: number;
}

/**
 * Counts outcomes, overall and by function. Unknown when there were no operations, or when a function was tried and never
 * succeeded: such a history is too easy to get right.
 */
export const stats = (): Checker => ({
  name: 'stats',
  summary: 'enough happened: every kind of operation succeeded at least once',
  check: ({ history }) => summarize(history),
});

/** The counts of a history with the verdict of `stats`. Throws BadInput for a history that cannot be paired. */
export function summarize(history: History): Stats {
  const all = pairs(history);
  const byFunction = new Map<string, { ok: number; fail: number; info: number }>();
  for (const pair of all) {
    const { f } = pair.invoke;
    let counts = byFunction.get(f);
    if (counts === undefined) {
      counts = { ok: 0, fail: 0, info: 0 };
      byFunction.set(f, counts);
    }
    counts[outcomeOf(pair)] += 1;
  }
  const total = (outcome: keyof Counts) =>
    byFunction.values().reduce((sum, counts) => sum + counts[outcome], 0);
  const reason = tooLittle(byFunction);
  return {
    valid: reason === undefined ? true : 'unknown',
    ...(reason === undefined ? undefined : { reason }),
    counts: { ok: total('ok'), fail: total('fail'), info: total('info') },
    byFunction: Object.fromEntries(byFunction),
    unfinished: all.filter((pair) => pair.completion === undefined).length,
  };
}

/** How an invocation ended; open ones are `info`, since nobody knows. */
function outcomeOf({ completion }: Pair): keyof Counts {
  return completion === undefined || completion.type === 'invoke' ? 'info' : completion.type;
}

function tooLittle(byFunction: ReadonlyMap<string, Counts>): string | undefined {
  if (byFunction.size === 0) return 'the workload did too little: there were no operations';
  const barren = [...byFunction].filter(([, counts]) => counts.ok === 0);
  if (barren.length === 0) return undefined;
  const each = barren.map(([f, { fail, info }]) => `${f} (${fail} failed, ${info} unknown)`);
  return `the workload did too little: no success of ${each.join(', ')}`;
}
