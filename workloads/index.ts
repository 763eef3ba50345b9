/** All workloads, by name. */

import { BadInput } from '#src/errors';
import { bankWorkload } from './bank.ts';
import { causalWorkload } from './causal.ts';
import { consensus } from './consensus.ts';
import { counter } from './counter.ts';
import { listAppendWorkload } from './list-append.ts';
import { lockWorkload } from './lock.ts';
import { logWorkload } from './log.ts';
import { longForkWorkload } from './long-fork.ts';
import { monotonicWorkload } from './monotonic.ts';
import { multiRegisterWorkload } from './multi-register.ts';
import { queue } from './queue.ts';
import { register } from './register.ts';
import { rwRegisterWorkload } from './rw-register.ts';
import { set } from './set.ts';
import { setFullWorkload } from './set-full.ts';
import { storeWorkload } from './store.ts';
import { totalQueueWorkload } from './total-queue.ts';
import { uniqueIdsWorkload } from './unique-ids.ts';
import { userWorkload } from './user-workload.ts';
import type { WorkloadKind } from './workload.ts';

/** For the options of workloads: the one that this package checks them with. */
export { z } from 'zod';
export type { Workload, WorkloadKind, WorkloadSettings } from './workload.ts';
export {
  bankWorkload,
  causalWorkload,
  consensus,
  counter,
  listAppendWorkload,
  lockWorkload,
  logWorkload,
  longForkWorkload,
  monotonicWorkload,
  multiRegisterWorkload,
  queue,
  register,
  rwRegisterWorkload,
  set,
  setFullWorkload,
  storeWorkload,
  totalQueueWorkload,
  uniqueIdsWorkload,
};

/** Those that ship, by name: what a seed draws from must not depend on what else was added. */
export const shippedWorkloads: ReadonlyMap<string, WorkloadKind> = new Map(
  [
    register,
    listAppendWorkload as WorkloadKind,
    rwRegisterWorkload as WorkloadKind,
    bankWorkload as WorkloadKind,
    causalWorkload as WorkloadKind,
    logWorkload as WorkloadKind,
    multiRegisterWorkload as WorkloadKind,
    longForkWorkload as WorkloadKind,
    monotonicWorkload as WorkloadKind,
    set as WorkloadKind,
    setFullWorkload as WorkloadKind,
    counter as WorkloadKind,
    queue as WorkloadKind,
    totalQueueWorkload as WorkloadKind,
    lockWorkload as WorkloadKind,
    uniqueIdsWorkload as WorkloadKind,
    storeWorkload as WorkloadKind,
    consensus as WorkloadKind,
  ].map((workload) => [workload.name, workload as WorkloadKind]),
);

const known = new Map(shippedWorkloads);

/** Every workload that ships, and those that were added, by name. */
export const workloads: ReadonlyMap<string, WorkloadKind> = known;

/**
 * Makes a workload of a user's own known by its name. Adding one of the same name again replaces it. Throws BadInput when the value
 * is not a workload, or has the name of one that ships.
 */
export function addWorkload(value: unknown, source = 'the workload'): WorkloadKind {
  const workload = userWorkload(value, source);
  if (shippedWorkloads.has(workload.name)) {
    throw new BadInput(
      `${source} calls itself "${workload.name}", as a workload that ships does.\nnext: give it another name`,
    );
  }
  known.set(workload.name, workload);
  return workload;
}

/** Forgets a workload that was added; one that ships stays. Gives whether it was known. */
export const removeWorkload = (name: string): boolean =>
  !shippedWorkloads.has(name) && known.delete(name);
