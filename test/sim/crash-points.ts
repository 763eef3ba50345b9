/**
 * The exhaustive crash-point loop (SQLite's way of testing): a small fixed workload is run once to see when each node writes, syncs
 * and gets messages; then once more for each of these moments, with the node crashing right after it.
 *
 *     run 0    w--f--m-m--w-f--m...      every write, fsync and message, with its node and time
 *     run i    w--f--m-m X               the same up to there, then a crash of that node, and its restart
 */

import { type Judged, judge, type Verdict } from '#src/hunt/judge';
import { buildSpec } from '#src/run/build-spec';
import type { TestSpec } from '#src/run/spec';

/** What happens to the node. */
export const crashes = [
  { kind: 'kill' },
  { kind: 'power-loss', unsynced: 'lost' },
  { kind: 'power-loss', unsynced: 'torn' },
] as const;

type Crash = (typeof crashes)[number];

/** A moment after which a node crashes. */
export interface CrashPoint {
  readonly timeNs: number;
  readonly node: string;
  readonly after: 'write' | 'fsync' | 'message';
}

export interface CrashFinding {
  readonly point: CrashPoint;
  readonly crash: Crash;
  readonly verdict: Exclude<Verdict, { readonly kind: 'passed' }>;
}

export interface CrashLoop {
  /** The verdict without any crash. */
  readonly quiet: Verdict;
  readonly points: readonly CrashPoint[];
  readonly runs: number;
  readonly findings: readonly CrashFinding[];
}

/** How long a node stays down, ms: shorter than an election takes, and longer. */
const downMs = [20, 400] as const;

/** Three nodes, seven operations by three clients, and time for what a crash delays. */
export function smallTest(system: 'raft' | 'paxos'): TestSpec {
  const request = {
    system,
    systemOptions: { electionTimeoutMs: 100, heartbeatMs: 25 },
    workload: 'register',
    nodes: 3,
    clients: 3,
    rate: 20,
    time: 0.9,
    opTimeoutMs: 400,
    recoveryTimeoutMs: 6000,
    world: 'sim',
    sim: { disk: { fsyncMs: { min: 1, mean: 3 } }, startMs: { min: 5, mean: 10 } },
  };
  const key = 'k0';
  return {
    ...buildSpec(request, 11),
    operations: [
      { at: 250, thread: 0, f: 'write', key, value: 1 },
      { at: 320, thread: 1, f: 'cas', key, value: [1, 2] },
      { at: 322, thread: 2, f: 'read', key, value: null },
      { at: 400, thread: 2, f: 'write', key, value: 3 },
      { at: 480, thread: 0, f: 'cas', key, value: [3, 4] },
      { at: 560, thread: 1, f: 'read', key, value: null },
      { at: 700, thread: 0, f: 'read', key, value: null },
    ],
  };
}

/** When something that matters happened while the workload ran, in order. Two things at a node at the same time are one point. */
async function pointsOf(spec: TestSpec): Promise<{ quiet: Judged; points: CrashPoint[] }> {
  const points = new Map<string, CrashPoint>();
  const to = new Map<number, string>();
  // With the last operation the workload is over, and no fault comes any more.
  const untilNs = Math.max(...(spec.operations ?? []).map(({ at }) => at * 1e6));
  const add = (point: CrashPoint): void => {
    const isDuring = point.timeNs < untilNs;
    if (isDuring) points.set(`${point.node}/${point.timeNs}`, point);
  };
  const quiet = await judge(spec, {
    witness(event) {
      if (event.kind === 'write' || event.kind === 'fsync') {
        add({ timeNs: event.timeNs, node: event.node, after: event.kind });
      } else if (event.kind === 'sent') {
        to.set(event.id, event.to);
      } else if (event.kind === 'delivered') {
        add({ timeNs: event.timeNs, node: to.get(event.id) ?? event.to, after: 'message' });
      }
    },
  });
  return { quiet, points: [...points.values()].toSorted((a, b) => a.timeNs - b.timeNs) };
}

/** Crashes at every `step`th point, beginning with number `first`. Ends after `findingsMax` findings. */
export async function crashEverywhere(
  spec: TestSpec,
  { step = 1, first = 0, findingsMax = 5 } = {},
): Promise<CrashLoop> {
  const { quiet, points } = await pointsOf(spec);
  const findings: CrashFinding[] = [];
  let runs = 0;
  for (let i = first; i < points.length && findings.length < findingsMax; i += step) {
    const point = points[i] as CrashPoint;
    for (const [n, crash] of crashes.entries()) {
      // After everything that happens at that very moment.
      const at = (point.timeNs + 1) / 1e6;
      const lasts = downMs[(i + n) % downMs.length] as number;
      const schedule = [{ at, for: lasts, fault: crash, target: point.node }];
      const { verdict, faults } = await judge({ ...spec, schedule });
      runs += 1;
      const [fault] = faults;
      // What is found earlier ends the run.
      if (verdict.kind !== 'failed' && fault?.outcome.kind !== 'installed') {
        throw new Error(`no crash after ${JSON.stringify(point)}: ${JSON.stringify(fault)}`);
      }
      if (verdict.kind !== 'passed') findings.push({ point, crash, verdict });
    }
  }
  return { quiet: quiet.verdict, points, runs, findings };
}
