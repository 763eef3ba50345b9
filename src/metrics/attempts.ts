/** Attempts: invocations joined with their completions. Every figure is computed from these. */

import type { History, Operation, Process } from '../history/operation.ts';

export interface Attempt {
  readonly invoke: Operation;
  /** Absent when the history ends before the answer came. */
  readonly completion?: Operation;
  /** `info` also when there is no completion: nobody knows. */
  readonly outcome: 'ok' | 'fail' | 'info';
}

/**
 * The clients' attempts in order of invocation; the nemesis's lines are left out. Linear time. Tolerates a history that
 * was cut short or is malformed: a completion without its invocation is skipped, an invocation over an open one leaves
 * the open one as `info`.
 */
export function attemptsOf(history: History): Attempt[] {
  const attempts: Attempt[] = [];
  const open = new Map<Process, number>();
  for (const op of history) {
    if (op.process === 'nemesis') continue;
    if (op.type === 'invoke') {
      open.set(op.process, attempts.length);
      attempts.push({ invoke: op, outcome: 'info' });
      continue;
    }
    const at = open.get(op.process);
    const invoke = at === undefined ? undefined : attempts[at]?.invoke;
    if (at === undefined || invoke === undefined) continue;
    open.delete(op.process);
    attempts[at] = { invoke, completion: op, outcome: op.type };
  }
  return attempts;
}

/** How many attempts ended how. */
export function countOutcomes(attempts: readonly Attempt[]): {
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
} {
  const counts = { ok: 0, fail: 0, info: 0 };
  for (const { outcome } of attempts) counts[outcome] += 1;
  return counts;
}

/** The node an attempt was made at; empty where the history does not say. */
export const nodeOf = (attempt: Attempt): string =>
  attempt.invoke.node ?? attempt.completion?.node ?? '';
