/** All workloads, by name. */

import { register } from './register.ts';
import type { WorkloadKind } from './workload.ts';

export type { Workload, WorkloadKind, WorkloadSettings } from './workload.ts';
export { register };

export const workloads: ReadonlyMap<string, WorkloadKind> = new Map(
  [register].map((workload) => [workload.name, workload as WorkloadKind]),
);
