/** Invocations with what became of them. */

import { BadInput } from '../errors.ts';
import type { History, Operation } from './operation.ts';
import { describeOperation } from './source.ts';

export interface Pair {
  readonly invoke: Operation;
  /** `undefined`: the history ends before it was known. The same as `info`: it may have happened, or happen later. */
  readonly completion: Operation | undefined;
}

/**
 * Every invocation of a client process with its completion, in the order of the invocations. Lines of the nemesis are left
 * out. One pass, one map by process: a million operations take a fraction of a second. Throws BadInput for what no history
 * can hold, a completion without an invocation or two open invocations of one process (`validateHistory` says it better).
 */
export function pairs(history: History): readonly Pair[] {
  const all: { invoke: Operation; completion: Operation | undefined }[] = [];
  const open = new Map<number, number>();
  for (const op of history) {
    if (op.process === 'nemesis') continue;
    const at = open.get(op.process);
    if (op.type === 'invoke') {
      if (at !== undefined) throw impossible(op, 'its last invocation is still open');
      open.set(op.process, all.length);
      all.push({ invoke: op, completion: undefined });
      continue;
    }
    const pair = at === undefined ? undefined : all[at];
    if (pair === undefined) throw impossible(op, 'no open invocation');
    pair.completion = op;
    open.delete(op.process);
  }
  return all;
}

const impossible = (op: Operation, why: string): BadInput =>
  new BadInput(
    `operation ${op.index}, ${describeOperation(op)}: ${why}. Allowed: invoke, then one of ok, fail, info, per process.`,
  );
