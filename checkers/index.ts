/** All checkers, by name, with their defaults. */

import { agreement } from './agreement.ts';
import { bank } from './bank.ts';
import type { Checker } from './checker.ts';
import { invariants } from './invariants.ts';
import { linearizable } from './linearizable.ts';
import { listAppend } from './list-append.ts';
import { logPattern } from './log-pattern.ts';
import { rwRegister } from './rw-register.ts';
import { stats } from './stats.ts';

export type { Anomaly, CheckContext, Checker, CheckResult, Valid } from './checker.ts';
export { worst } from './checker.ts';
export type { InvariantSettings, Traced, Violation } from './invariants/index.ts';
export { catalogue, corners, createCoverage, createInvariants } from './invariants/index.ts';
export { consistencyModels } from './transactions/models.ts';
export { agreement, bank, invariants, linearizable, listAppend, logPattern, rwRegister, stats };

export const checkers: ReadonlyMap<string, Checker> = new Map(
  [
    linearizable({ model: 'cas-register' }),
    listAppend(),
    rwRegister(),
    bank(),
    agreement(),
    invariants(),
    stats(),
    logPattern(),
  ].map((checker) => [checker.name, checker]),
);
