/** All checkers, by name, with their defaults. */

import { agreement } from './agreement.ts';
import { answers } from './answers.ts';
import { bank } from './bank.ts';
import { causal } from './causal.ts';
import type { Checker } from './checker.ts';
import { counter } from './counter.ts';
import { invariants } from './invariants.ts';
import { linearizable } from './linearizable.ts';
import { listAppend } from './list-append.ts';
import { lock } from './lock.ts';
import { log } from './log.ts';
import { logPattern } from './log-pattern.ts';
import { longFork } from './long-fork.ts';
import { monotonic } from './monotonic.ts';
import { refusals } from './refusals.ts';
import { rwRegister } from './rw-register.ts';
import { setFull } from './set-full.ts';
import { stats } from './stats.ts';
import { totalQueue } from './total-queue.ts';
import { uniqueIds } from './unique-ids.ts';

export type { Anomaly, CheckContext, Checker, CheckResult, Valid } from './checker.ts';
export { worst } from './checker.ts';
export type { InvariantSettings, Traced, Violation } from './invariants/index.ts';
export { catalogue, corners, createCoverage, createInvariants } from './invariants/index.ts';
export { consistencyModels } from './transactions/models.ts';
export {
  agreement,
  answers,
  bank,
  causal,
  counter,
  invariants,
  linearizable,
  listAppend,
  lock,
  log,
  logPattern,
  longFork,
  monotonic,
  refusals,
  rwRegister,
  setFull,
  stats,
  totalQueue,
  uniqueIds,
};

export const checkers: ReadonlyMap<string, Checker> = new Map(
  [
    linearizable({ model: 'cas-register' }),
    listAppend(),
    rwRegister(),
    bank(),
    causal(),
    log(),
    longFork(),
    monotonic(),
    setFull(),
    counter(),
    totalQueue(),
    lock(),
    refusals(),
    uniqueIds(),
    answers(),
    agreement(),
    invariants(),
    stats(),
    logPattern(),
  ].map((checker) => [checker.name, checker]),
);
