/** Holds one graph on one cluster in the simulated world until the end of the run, and says what became of the cluster. */

import { fileURLToPath } from 'node:url';
import { faults } from '#nemesis/index';
import { buildSpec } from '#src/run/build-spec';
import { type Simulated, simulate } from '#src/run/simulate';
import type { TestSpec } from '#src/run/spec';
import { loadSchedule } from '#src/schedule/validate';
import type { Graph, Outcome, Subject } from './cells.ts';

/** T, ms: all times below are many of it. */
export const electionTimeoutMs = 300;

/** The graph is held for 100 T, which is longer than any election takes that comes to an end. */
const holdMs = 100 * electionTimeoutMs;

/** The last part of it, on which the outcome rests. */
const windowMs = 40 * electionTimeoutMs;

export interface Measured {
  readonly seed: number;
  readonly outcome: Outcome;
  /** Between the cut and the end: leaders elected, and candidacies. */
  readonly leaderChanges: number;
  readonly elections: number;
  /** From the cut to the first answer under the leader who stays, ms; only where one does. */
  readonly recoveryMs?: number;
  /** Operations that succeeded and were invoked after the cut, and operations that were invoked. */
  readonly served: number;
  readonly asked: number;
  /** The longest time after the cut in which nobody was served, ms. */
  readonly outageMs: number;
  /** Who led when the links were cut, and at the end; null for nobody. */
  readonly leaders: readonly [before: string | null, after: string | null];
}

/** The same test as `dissent test <system> --world sim --schedule ...` with these numbers. */
export function specOf(graph: Graph, { system, options }: Subject, seed: number): TestSpec {
  const path = fileURLToPath(new URL(`../../examples/schedules/${graph.file}`, import.meta.url));
  return buildSpec(
    {
      system,
      systemOptions: { ...options, electionTimeoutMs },
      world: 'sim',
      schedule: loadSchedule(path, faults),
      nodes: graph.nodes,
      clients: 2 * graph.nodes,
      rate: 100,
      time: (graph.cutMs + holdMs) / 1000,
    },
    seed,
  );
}

interface Role {
  readonly timeNs: number;
  readonly node: string;
  readonly ev: 'becomeLeader' | 'becomeCandidate';
}

/** Throws when the run is no evidence: a cut did not take effect, the wrong node led, or a node ended itself. */
export async function measure(graph: Graph, subject: Subject, seed: number): Promise<Measured> {
  const roles: Role[] = [];
  const run = await simulate(specOf(graph, subject, seed), {
    observe: ({ ev, timeNs, node }) => {
      if (ev === 'becomeLeader' || ev === 'becomeCandidate') roles.push({ ev, timeNs, node });
    },
  });
  const which = `${subject.name}, ${graph.name}, seed ${seed}`;
  refuse(run, which);
  const cutNs = graph.cutMs * 1e6;
  // The links are whole again a little later, once the last operations have been answered or given up.
  const endNs = cutNs + holdMs * 1e6;
  const held = roles.filter(({ timeNs }) => timeNs >= cutNs && timeNs < endNs);
  const led = held.filter(({ ev }) => ev === 'becomeLeader');
  const isLate = ({ timeNs }: { readonly timeNs: number }): boolean =>
    timeNs >= endNs - windowMs * 1e6;
  const calls = callsBetween(run.history, cutNs, endNs);
  const servedNs = calls.flatMap(({ okNs }) => okNs ?? []);
  const outcome = outcomeOf(
    led.filter(isLate).length,
    servedNs.filter((timeNs) => isLate({ timeNs })).length,
  );
  const stableNs = Math.max(cutNs, led.at(-1)?.timeNs ?? cutNs);
  const firstNs = Math.min(...servedNs.filter((timeNs) => timeNs >= stableNs));
  const before = roles.findLast(({ ev, timeNs }) => ev === 'becomeLeader' && timeNs < cutNs);
  if (graph.leader !== undefined && before?.node !== graph.leader) {
    throw new Error(`${which}: ${before?.node ?? 'nobody'} led at the cut, not ${graph.leader}`);
  }
  return {
    seed,
    outcome,
    leaderChanges: led.length,
    elections: held.length - led.length,
    ...(outcome === 'recovered' ? { recoveryMs: (firstNs - cutNs) / 1e6 } : {}),
    outageMs: longestGapMs([cutNs, ...servedNs.toSorted((a, b) => a - b), endNs]),
    served: servedNs.length,
    asked: calls.length,
    leaders: [before?.node ?? null, (led.at(-1) ?? before)?.node ?? null],
  };
}

const longestGapMs = (timesNs: readonly number[]): number =>
  Math.max(...timesNs.map((timeNs, i) => timeNs - (timesNs[i - 1] ?? timeNs))) / 1e6;

const outcomeOf = (lateChanges: number, lateServed: number): Outcome => {
  if (lateChanges > 0) return 'livelocked';
  return lateServed > 0 ? 'recovered' : 'deadlocked';
};

function refuse({ faults: played, brokenNodes }: Simulated, which: string): void {
  const missing = played.find(({ outcome }) => outcome.kind !== 'installed');
  if (missing !== undefined) {
    throw new Error(`${which}: a cut did not take effect: ${JSON.stringify(missing.outcome)}`);
  }
  const [broken] = brokenNodes;
  if (broken !== undefined) throw new Error(`${which}: ${broken.node} ended: ${broken.error}`);
}

/** Operations invoked in this time, and when they succeeded if they did so within it. */
function callsBetween(history: Simulated['history'], fromNs: number, untilNs: number) {
  const open = new Map<unknown, { okNs?: number }>();
  const calls: { okNs?: number }[] = [];
  for (const { type, process, time } of history) {
    if (process === 'nemesis' || time >= untilNs) continue;
    if (type === 'invoke') {
      if (time < fromNs) continue;
      const call = {};
      open.set(process, call);
      calls.push(call);
      continue;
    }
    const call = open.get(process);
    open.delete(process);
    if (call !== undefined && type === 'ok') call.okNs = time;
  }
  return calls;
}
