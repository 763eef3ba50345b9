/** All workloads, by name. */

import { bankWorkload } from './bank.ts';
import { consensus } from './consensus.ts';
import { listAppendWorkload } from './list-append.ts';
import { register } from './register.ts';
import { rwRegisterWorkload } from './rw-register.ts';
import type { WorkloadKind } from './workload.ts';

export type { Workload, WorkloadKind, WorkloadSettings } from './workload.ts';
export { bankWorkload, consensus, listAppendWorkload, register, rwRegisterWorkload };

export const workloads: ReadonlyMap<string, WorkloadKind> = new Map(
  [
    register,
    listAppendWorkload as WorkloadKind,
    rwRegisterWorkload as WorkloadKind,
    bankWorkload as WorkloadKind,
    consensus as WorkloadKind,
  ].map((workload) => [workload.name, workload as WorkloadKind]),
);
