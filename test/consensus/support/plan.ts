/** Fault plans as values that fast-check can generate and shrink. */

import fc from 'fast-check';
import { defaultLimits, type Limits } from '#src/consensus/algorithm';
import type { Cluster, Weather } from './cluster.ts';

export interface Fault {
  readonly kind: 'crash' | 'pause' | 'isolate' | 'one-way' | 'halves' | 'crash-all';
  readonly atMs: number;
  readonly forMs: number;
  /** Picks the node or nodes: a number, so that it fits clusters of every size. -1: whoever leads then. */
  readonly target: number;
}

export interface Plan {
  readonly seed: number;
  readonly size: number;
  readonly weather: Weather;
  readonly limits: Limits;
  readonly faults: readonly Fault[];
}

export const faultPhaseMs = 3000;

const faults: fc.Arbitrary<Fault> = fc.record({
  kind: fc.constantFrom('isolate', 'crash', 'pause', 'one-way', 'halves', 'crash-all'),
  atMs: fc.integer({ min: 200, max: faultPhaseMs }),
  forMs: fc.integer({ min: 20, max: 1200 }),
  target: fc.integer({ min: -1, max: 4 }),
});

const weathers: fc.Arbitrary<Weather> = fc.record({
  delayMsMin: fc.integer({ min: 0, max: 3 }),
  delayMsMax: fc.integer({ min: 3, max: 25 }),
  lossPercent: fc.constantFrom(0, 1, 5, 15),
  duplicatePercent: fc.constantFrom(0, 5, 20),
  latePercent: fc.constantFrom(0, 2, 10),
  diskMsMax: fc.constantFrom(0, 5, 20, 60),
});

export const plans: fc.Arbitrary<Plan> = fc.record({
  seed: fc.integer(),
  size: fc.constantFrom(3, 5, 4, 2, 1),
  weather: weathers,
  limits: fc.record({
    maxBatchEntries: fc.constantFrom(defaultLimits.maxBatchEntries, 1, 2),
    maxInflight: fc.constantFrom(defaultLimits.maxInflight, 1, 2),
    maxUncommitted: fc.constantFrom(defaultLimits.maxUncommitted, 2),
    maxPendingReads: fc.constantFrom(defaultLimits.maxPendingReads, 2),
  }),
  faults: fc.array(faults, { maxLength: 10, size: 'max' }),
});

/** Puts the faults into the cluster's future. Each ends on its own, unless another of its kind goes on. */
export function schedule(cluster: Cluster, plan: Plan): void {
  for (const fault of plan.faults) {
    cluster.time.at(fault.atMs, () => {
      const end = begin(cluster, fault);
      cluster.time.after(fault.forMs, end);
    });
  }
}

/** Returns what ends it. */
function begin(cluster: Cluster, fault: Fault): () => void {
  const { ids } = cluster;
  const leader = ids.indexOf(cluster.leaders()[0] ?? '');
  const index = fault.target === -1 ? Math.max(leader, 0) : fault.target % ids.length;
  const node = ids[index] ?? '';
  const others = ids.filter((id) => id !== node);
  const half = ids.filter((_, i) => (i + index) % ids.length < ids.length / 2);
  switch (fault.kind) {
    case 'crash':
      cluster.crash(node);
      return () => cluster.restart(node);
    case 'crash-all':
      for (const id of ids) cluster.crash(id);
      return () => {
        for (const id of ids) cluster.restart(id);
      };
    case 'pause':
      cluster.pause(node);
      return () => cluster.resume(node);
    case 'isolate':
      cluster.partition([node]);
      return () => mendAll(cluster, [node]);
    case 'one-way':
      for (const other of others) cluster.cut(other, node);
      return () => mendAll(cluster, [node]);
    case 'halves':
      cluster.partition(half);
      return () => mendAll(cluster, half);
    default:
      throw new Error(`unknown fault ${JSON.stringify(fault)}`);
  }
}

function mendAll(cluster: Cluster, some: readonly string[]): void {
  for (const a of some) {
    for (const b of cluster.ids) {
      cluster.mend(a, b);
      cluster.mend(b, a);
    }
  }
}
