/** A checker out of a kind of transactions. */

import { getHeapStatistics } from 'node:v8';
import type { Checker } from '../checker.ts';
import type { TransactionKind } from './inference.ts';
import { judge } from './judge.ts';
import { consistencyModel } from './models.ts';

export interface TransactionsOptions {
  /** Names of `consistencyModels` or their aliases. Default strict-serializable. */
  readonly consistencyModels?: readonly string[];
  /** What the check may use beyond the history itself, in bytes. Default: what this process has left. */
  readonly memoryLimitBytes?: number;
}

interface Described extends TransactionsOptions {
  readonly name: string;
  readonly summary: string;
  readonly kind: TransactionKind;
}

/** Throws BadInput for a consistency model that is not known. */
export function transactionsChecker(options: Described): Checker {
  const { name, summary, kind } = options;
  const models = (options.consistencyModels ?? ['strict-serializable']).map(consistencyModel);
  return {
    name,
    summary,
    check({ history, timeLimitMs }) {
      const { memoryLimitBytes = memoryLeft() } = options;
      const nowMs = (): number => performance.now();
      return judge(history, { kind, models, timeLimitMs, memoryLimitBytes, nowMs });
    },
  };
}

function memoryLeft(): number {
  const { heap_size_limit: limit, used_heap_size: used } = getHeapStatistics();
  return limit - used;
}
