/** Do transactions that append to lists and read them behave as a consistency model promises? */

import type { Checker } from './checker.ts';
import { type TransactionsOptions, transactionsChecker } from './transactions/checker.ts';
import { listAppendKind } from './transactions/list-append.ts';

export type { TransactionsOptions } from './transactions/checker.ts';

/**
 * Judges transactions of `[append, key, value]` and `[r, key, list]`. Throws BadInput for an unknown consistency model; `check`
 * throws BadInput for other operations, and for a value that is appended to a key twice.
 */
export const listAppend = (options: TransactionsOptions = {}): Checker =>
  transactionsChecker({
    name: 'list-append',
    summary: 'transactions on lists: no anomaly that the consistency model forbids',
    kind: listAppendKind,
    ...options,
  });
