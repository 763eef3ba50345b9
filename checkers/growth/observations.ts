/** What operations saw of objects that only grow. */

import type { History, Operation } from '#src/history/operation';
import { pairs } from '#src/history/pairs';

/** One object, as one operation saw it. */
export interface Sight {
  readonly key: string;
  /** Larger is later; equal is the same. */
  readonly at: number;
  /** In words: `x = 3`. */
  readonly shown: string;
}

/** An operation that succeeded, with all that it saw at one moment. */
export interface Observation {
  readonly invoke: Operation;
  readonly completion: Operation;
  readonly sights: readonly Sight[];
}

/** The observations of a history; `sightsOf` is asked of every success, with its invocation. */
export function observationsOf(
  history: History,
  sightsOf: (completion: Operation, invoke: Operation) => readonly Sight[],
): Observation[] {
  const all: Observation[] = [];
  for (const { invoke, completion } of pairs(history)) {
    if (completion?.type !== 'ok') continue;
    const sights = sightsOf(completion, invoke);
    if (sights.length > 0) all.push({ invoke, completion, sights });
  }
  return all;
}
