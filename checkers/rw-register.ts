/** Do transactions that read and write registers behave as a consistency model promises? */

import type { Checker } from './checker.ts';
import { type TransactionsOptions, transactionsChecker } from './transactions/checker.ts';
import { rwRegisterKind } from './transactions/rw-register.ts';
import type { KeyAssumptions } from './transactions/version-order.ts';

export type RwRegisterOptions = TransactionsOptions & KeyAssumptions;

/**
 * Judges transactions of `[w, key, value]` and `[r, key, value]`, where each value is written to a key at most once and reads of
 * what nobody has written are nil. Finds fewer anomalies than `listAppend`, since reads do not tell what was there before. Throws
 * BadInput for an unknown consistency model; `check` throws it for other operations, and for a value that is written twice.
 */
export const rwRegister = (options: RwRegisterOptions = {}): Checker =>
  transactionsChecker({
    name: 'rw-register',
    summary: 'transactions on registers: no anomaly that the consistency model forbids',
    kind: rwRegisterKind(options),
    ...options,
  });
