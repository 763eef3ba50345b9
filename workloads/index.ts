/** All workloads, by name. */

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
import { totalQueueWorkload } from './total-queue.ts';
import { uniqueIdsWorkload } from './unique-ids.ts';
import type { WorkloadKind } from './workload.ts';

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
  totalQueueWorkload,
  uniqueIdsWorkload,
};

export const workloads: ReadonlyMap<string, WorkloadKind> = new Map(
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
    consensus as WorkloadKind,
  ].map((workload) => [workload.name, workload as WorkloadKind]),
);
