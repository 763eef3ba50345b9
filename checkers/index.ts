/** All checkers, by name, with their defaults. */

import { agreement } from './agreement.ts';
import type { Checker } from './checker.ts';
import { invariants } from './invariants.ts';
import { linearizable } from './linearizable.ts';
import { logPattern } from './log-pattern.ts';
import { stats } from './stats.ts';

export type { Anomaly, CheckContext, Checker, CheckResult, Valid } from './checker.ts';
export { worst } from './checker.ts';
export { agreement, invariants, linearizable, logPattern, stats };

export const checkers: ReadonlyMap<string, Checker> = new Map(
  [linearizable({ model: 'cas-register' }), agreement(), invariants(), stats(), logPattern()].map(
    (checker) => [checker.name, checker],
  ),
);
