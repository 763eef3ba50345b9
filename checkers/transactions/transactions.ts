/** The transactions of a history, numbered in the order in which they were asked. */

import { BadInput } from '#src/errors';
import type { History, Operation } from '#src/history/operation';
import { pairs } from '#src/history/pairs';
import { describeOperation, show } from '#src/history/source';

/** `info` may have happened; it counts as committed once somebody saw what it wrote. */
export type Status = 'ok' | 'info' | 'fail';

/** `[f, key, value]`. */
export type Step = readonly [f: string, key: unknown, value: unknown];

export interface Transaction {
  readonly invoke: Operation;
  readonly completion: Operation | undefined;
  readonly status: Status;
  /** As completed when that is known, else as asked: then the values of reads mean nothing. */
  readonly steps: readonly Step[];
  /** Reads have their results. */
  readonly isAnswered: boolean;
}

/** What the steps of a kind of transaction are called. */
export interface StepNames {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** Every transaction. Throws BadInput for operations that are none, and for steps that `names` does not have. */
export function transactionsOf(history: History, names: StepNames): Transaction[] {
  const check = stepChecker(names);
  return pairs(history).map(({ invoke, completion }) => {
    check(invoke);
    const answer = completion?.type === 'ok' ? completion.value : undefined;
    const isAnswered = answer !== undefined && answer !== null;
    if (isAnswered) check(completion as Operation);
    const status =
      completion?.type === 'ok' || completion?.type === 'fail' ? completion.type : 'info';
    const steps = (isAnswered ? answer : invoke.value) as readonly Step[];
    return { invoke, completion, status, steps, isAnswered };
  });
}

/**
 * The first of them, as if the history ended before the operation with index `end`: what was answered later is not known,
 * but what failed later had failed all along.
 */
export function untilIndex(all: readonly Transaction[], end: number): Transaction[] {
  const early: Transaction[] = [];
  for (const one of all) {
    if (one.invoke.index >= end) break;
    const isLate = one.completion !== undefined && one.completion.index >= end;
    early.push(
      isLate && one.status === 'ok'
        ? {
            invoke: one.invoke,
            completion: undefined,
            status: 'info',
            steps: one.invoke.value as readonly Step[],
            isAnswered: false,
          }
        : one,
    );
  }
  return early;
}

function stepChecker(names: StepNames): (op: Operation) => void {
  const known = new Set([...names.reads, ...names.writes]);
  const [read, write] = [names.reads[0], names.writes[0]];
  const allowed = `a list of steps, such as [["${write}", "x", 1], ["${read}", "y", null]]`;
  const bad = (op: Operation, problem: string): BadInput =>
    new BadInput(
      `operation ${op.index}, ${describeOperation(op)}: ${problem}. Allowed: ${allowed}. Choose the model that fits the history.`,
    );
  return (op) => {
    if (!Array.isArray(op.value)) throw bad(op, 'not a transaction');
    for (const step of op.value as readonly unknown[]) {
      if (
        !Array.isArray(step) ||
        step.length < 2 ||
        step.length > 3 ||
        !known.has(step[0] as string)
      ) {
        throw bad(op, `step ${show(step)}`);
      }
    }
  };
}
