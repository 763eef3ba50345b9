/** All figures of a run at once. */

import type { History } from '../history/operation.ts';
import { attemptsOf, countOutcomes } from './attempts.ts';
import { availability } from './availability.ts';
import { type Cost, type CounterSample, costPerOp } from './cost.ts';
import { type FaultWindow, faultFigures } from './faults.ts';
import { latencyByF } from './latency.ts';
import { type Kill, leaderFigures, type RoleEvent } from './leaderships.ts';
import type { Availability, FaultFigures, Leadership, Quantiles } from './types.ts';

export interface Measured {
  readonly counts: { readonly ok: number; readonly fail: number; readonly info: number };
  readonly latency: Readonly<Record<string, Quantiles>>;
  readonly availability: Availability;
  readonly faults: readonly FaultFigures[];
  readonly leader: { readonly changes: number; readonly elections: number };
  readonly cost: Cost;
  readonly leaderships: readonly Leadership[];
}

export interface Evidence {
  readonly history: History;
  readonly faults: readonly FaultWindow[];
  /** When the workload ended and the healing for the final operations began, ns. */
  readonly workloadEndNs: number;
  /** From the nodes' traces; empty when there are none. */
  readonly roleEvents?: Iterable<RoleEvent>;
  readonly samples?: Iterable<CounterSample>;
}

/** Nodes that were killed by a fault, and when. */
const killsIn = (faults: readonly FaultWindow[]): Kill[] =>
  faults
    .filter((fault) => fault.kind === 'kill' && fault.outcome.kind === 'installed')
    .flatMap((fault) => fault.resolved.map((node) => ({ node, timeNs: fault.startNs })));

/** Pure. Linear in the history. */
export function measure(evidence: Evidence): Measured {
  const attempts = attemptsOf(evidence.history);
  const counts = countOutcomes(attempts);
  const endNs = evidence.history.at(-1)?.time ?? 0;
  const { leaderships, ...leader } = leaderFigures(
    evidence.roleEvents ?? [],
    killsIn(evidence.faults),
    Math.max(endNs, evidence.workloadEndNs),
  );
  return {
    counts,
    latency: latencyByF(attempts),
    availability: availability(attempts, evidence.workloadEndNs),
    faults: faultFigures(attempts, evidence.faults),
    leader,
    cost: costPerOp(evidence.samples ?? [], counts.ok),
    leaderships,
  };
}
