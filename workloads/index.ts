/** All workloads, by name. */

import { consensus } from './consensus.ts';
import { register } from './register.ts';
import type { WorkloadKind } from './workload.ts';

export type { Workload, WorkloadKind, WorkloadSettings } from './workload.ts';
export { consensus, register };

export const workloads: ReadonlyMap<string, WorkloadKind> = new Map(
  [register, consensus as WorkloadKind].map((workload) => [
    workload.name,
    workload as WorkloadKind,
  ]),
);
