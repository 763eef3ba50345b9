/** All figures of a run at once. */

import type { History } from '../history/operation.ts';
import { attemptsOf, countOutcomes } from './attempts.ts';
import { availability } from './availability.ts';
import { type Cost, type CounterSample, costPerOp } from './cost.ts';
import { type FaultWindow, faultFigures, hitBy } from './faults.ts';
import { type CommitLook, impactsOf } from './impact.ts';
import { correctedLatencyByF, latencyByF, type Pace } from './latency.ts';
import { campaignsOf, type Kill, leaderFigures, type RoleEvent } from './leaderships.ts';
import type { Availability, FaultFigures, Leadership, Quantiles } from './types.ts';

export interface Measured {
  readonly counts: { readonly ok: number; readonly fail: number; readonly info: number };
  readonly latency: Readonly<Record<string, Quantiles>>;
  /** From when operations were due, with those that nobody was free to ask. Left out without a pace. */
  readonly latencyCorrected?: Readonly<Record<string, Quantiles>>;
  readonly availability: Availability;
  readonly faults: readonly FaultFigures[];
  /** null: the nodes left no traces to tell from. */
  readonly leader: { readonly changes: number | null; readonly elections: number | null };
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
  readonly samples?: Iterable<CounterSample & Partial<CommitLook>>;
  /** Left out when clients asked as soon as they were answered. */
  readonly pace?: Pace;
}

/** Nodes that were killed by a fault, and when. */
const killsIn = (faults: readonly FaultWindow[]): Kill[] =>
  faults
    .filter((fault) => fault.kind === 'kill' && fault.outcome.kind === 'installed')
    .flatMap((fault) => hitBy(fault).map((node) => ({ node, timeNs: fault.startNs })));

/** Pure. Linear in the history. */
export function measure(evidence: Evidence): Measured {
  const attempts = attemptsOf(evidence.history);
  const counts = countOutcomes(attempts);
  const endNs = evidence.history.at(-1)?.time ?? 0;
  const roleEvents = [...(evidence.roleEvents ?? [])];
  const samples = [...(evidence.samples ?? [])];
  const { leaderships, ...leader } = leaderFigures(
    roleEvents,
    killsIn(evidence.faults),
    Math.max(endNs, evidence.workloadEndNs),
  );
  const impacts = impactsOf({
    attempts,
    faults: evidence.faults,
    workloadEndNs: evidence.workloadEndNs,
    campaignsNs: roleEvents.length === 0 ? undefined : campaignsOf(roleEvents),
    looks: samples.flatMap(({ timeNs, node, commitIndex }) =>
      timeNs === undefined || commitIndex === undefined ? [] : [{ timeNs, node, commitIndex }],
    ),
  });
  return {
    counts,
    latency: latencyByF(attempts),
    ...(evidence.pace === undefined
      ? {}
      : { latencyCorrected: correctedLatencyByF(attempts, evidence.pace) }),
    availability: availability(attempts, evidence.workloadEndNs),
    faults: faultFigures(attempts, evidence.faults).map((figures, i) => ({
      ...figures,
      ...impacts[i],
    })),
    leader: roleEvents.length === 0 ? { changes: null, elections: null } : leader,
    cost: costPerOp(samples, counts.ok),
    leaderships,
  };
}
