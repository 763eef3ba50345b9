/** A made-up run that looks like a real one: five nodes, faults, elections, slow and failed operations, and on request a stale read. */

import type { Anomaly, CheckResult } from '#checkers/checker';
import { type RunPieces, reportData } from '#reports/data';
import type { Results } from '#reports/results';
import type { ReportData } from '#reports/types';
import type { Operation } from '#src/history/operation';
import type { FaultWindow } from '#src/metrics/faults';
import { measure } from '#src/metrics/measure';
import type { Leadership } from '#src/metrics/types';
import { fraction, pick, type Random, stream } from '#src/random/random';

const ms = 1_000_000;

export interface SyntheticOptions {
  readonly seed?: number;
  readonly seconds?: number;
  /** Operations per second. */
  readonly rate?: number;
  readonly verdict?: 'valid' | 'violation' | 'unknown' | 'not-recovered';
}

const nodes = ['n1', 'n2', 'n3', 'n4', 'n5'];

interface Planned {
  readonly kind: string;
  readonly target: string;
  readonly resolved: readonly string[];
  readonly at: number;
  readonly for: number;
  readonly parameters?: Record<string, unknown>;
}

/** Times in seconds; the leader at each time is in `reigns`. */
const faults: readonly Planned[] = [
  {
    kind: 'partition',
    target: 'leader',
    resolved: ['n3'],
    at: 2.5,
    for: 3,
    parameters: { shape: 'isolate', style: 'hold' },
  },
  { kind: 'kill', target: 'follower', resolved: ['n5'], at: 7, for: 2.2 },
  { kind: 'pause', target: 'leader', resolved: ['n1'], at: 11, for: 2.5 },
  {
    kind: 'partition',
    target: 'minority',
    resolved: ['n1', 'n4'],
    at: 15,
    for: 4,
    parameters: { shape: 'halves', style: 'drop' },
  },
  { kind: 'kill', target: 'leader', resolved: ['n2'], at: 16.5, for: 2.4 },
  { kind: 'kill', target: 'n4', resolved: ['n4'], at: 22.5, for: 1.8 },
  { kind: 'pause', target: 'followers', resolved: ['n1', 'n2'], at: 25, for: 2 },
];

/** Who leads from when, in seconds; nobody between a reign's end and the next one's start. */
const reigns: readonly {
  node: string;
  term: number;
  from: number;
  to: number;
  believesUntil: number;
}[] = [
  { node: 'n3', term: 1, from: 0.18, to: 2.5, believesUntil: 3.9 },
  { node: 'n1', term: 2, from: 3.05, to: 11, believesUntil: 13.55 },
  { node: 'n2', term: 4, from: 11.6, to: 16.5, believesUntil: 16.5 },
  { node: 'n5', term: 5, from: 17.12, to: 99_999, believesUntil: 99_999 },
];

/** Seconds of the template; longer runs repeat its faults. */
const templateSeconds = 30;

const leaderAt = (s: number) => reigns.find((reign) => s >= reign.from && s < reign.to);
const nextLeaderAt = (s: number) => reigns.find((reign) => reign.from >= s)?.from ?? s;
const downAt = (node: string, s: number) =>
  faults.find((f) => f.resolved.includes(node) && s >= f.at && s < f.at + f.for);

/** Roughly log-normal around `median`, ms. */
function latency(random: Random, median: number): number {
  const normal = fraction(random) + fraction(random) + fraction(random) - 1.5;
  return median * Math.exp(normal * 1.1);
}

interface Fate {
  readonly type: 'ok' | 'fail' | 'info';
  readonly latencyMs: number;
  readonly error?: string;
}

/** What becomes of an operation at `node` invoked at second `s`. */
function fateOf(random: Random, f: string, node: string, s: number): Fate {
  const at = s % templateSeconds;
  const gone = (waited: number): Fate => ({
    type: f === 'read' ? 'fail' : 'info',
    latencyMs: waited + fraction(random) * 3,
    error: 'no answer within 1000 ms',
  });
  const fault = downAt(node, at);
  if (fault?.kind === 'kill') {
    return { type: 'fail', latencyMs: latency(random, 0.4), error: 'connection refused' };
  }
  if (fault !== undefined) {
    const waits = (fault.at + fault.for - at) * 1000;
    return waits > 1000 ? gone(1000) : { type: 'ok', latencyMs: waits + latency(random, 6) };
  }
  const base = latency(random, f === 'read' ? 1.6 : 3.4) * (node === leaderAt(at)?.node ? 0.7 : 1);
  if (leaderAt(at) !== undefined) return { type: 'ok', latencyMs: base };
  const wait = (nextLeaderAt(at) - at) * 1000;
  return wait > 1000 ? gone(1000) : { type: 'ok', latencyMs: wait + base + fraction(random) * 60 };
}

interface Call {
  readonly process: number;
  readonly node: string;
  readonly f: string;
  readonly key: string;
  readonly value: unknown;
  readonly startNs: number;
  readonly fate: Fate;
  readonly stale?: boolean;
}

function calls(random: Random, seconds: number, rate: number): Call[] {
  const clients = Array.from({ length: 10 }, (_, i) => ({ process: i, freeNs: 0 }));
  const made: Call[] = [];
  const next = new Map<string, number>();
  for (let ns = 0; ns < seconds * 1e9; ns += (1e9 / rate) * (0.5 + fraction(random))) {
    const free = clients.filter((client) => client.freeNs <= ns);
    if (free.length === 0) continue;
    const client = pick(random, free);
    const node = nodes[client.process % nodes.length] as string;
    const f = pick(random, ['read', 'read', 'read', 'write', 'write', 'cas']);
    const key = `k${random.below(5) + 5 * Math.floor(ns / 4e9)}`;
    const version = (next.get(key) ?? 0) + (f === 'read' ? 0 : 1);
    if (f !== 'read') next.set(key, version);
    let fate = fateOf(random, f, node, ns / 1e9);
    if (f === 'cas' && fate.type === 'ok' && random.below(3) === 0) {
      fate = { ...fate, type: 'fail', error: 'precondition: another value was there' };
    }
    const value =
      f === 'read' ? null : f === 'write' ? version : [Math.max(1, version - 1), version];
    const startNs = Math.round(ns);
    made.push({ process: client.process, node, f, key, value, startNs, fate });
    client.freeNs = startNs + Math.round(fate.latencyMs * ms) + 1;
    if (fate.type === 'info') client.process += 10;
  }
  return made;
}

interface Line extends Omit<Operation, 'index'> {
  readonly call: Call;
}

/** The isolated old leader answers one read by itself, quickly, and from its own copy. */
function makeStale(made: readonly Call[]): Call[] {
  const at = made.findIndex(
    ({ f, node, startNs }) => f === 'read' && node === 'n3' && startNs > 3.2e9 && startNs < 3.9e9,
  );
  return made.map((call, i) =>
    i === at ? { ...call, stale: true, fate: { type: 'ok', latencyMs: 1.4 } } : call,
  );
}

/** Reads see the newest value whose write completed. Good enough to look at; no checker sees it. */
function historyOf(made: readonly Call[]): Operation[] {
  const lines = made.flatMap((call): Line[] => {
    const { process, f, key, value, node, startNs, fate } = call;
    const common = { process, f, key, value, node, call };
    const end = {
      time: startNs + Math.round(fate.latencyMs * ms),
      type: fate.type,
      ...(fate.error === undefined ? {} : { error: fate.error }),
    };
    return [
      { ...common, time: startNs, type: 'invoke' },
      { ...common, ...end },
    ];
  });
  const stored = new Map<string, number>();
  return lines
    .sort((a, b) => a.time - b.time)
    .map(({ call, ...line }, index) => {
      if (line.type !== 'ok') return { index, ...line };
      const { key, value, f } = call;
      if (f === 'write') stored.set(key, Number(value));
      if (f === 'cas') stored.set(key, (value as [number, number])[1]);
      if (f !== 'read') return { index, ...line };
      const newest = stored.get(key) ?? null;
      return {
        index,
        ...line,
        value: call.stale === true && newest !== null ? newest - 3 : newest,
      };
    });
}

/** The stale read and the operations on its key before it. */
function staleRead(history: readonly Operation[], made: readonly Call[]): Anomaly {
  const call = made.find(({ stale }) => stale === true);
  const at = history.findIndex(
    (op) => op.type === 'ok' && op.process === call?.process && op.time > (call?.startNs ?? 0),
  );
  const read = history[at] as Operation;
  const around = history.slice(0, at).filter((op) => op.key === read.key && op.type === 'ok');
  return {
    name: 'stale-read',
    explanation: `Process ${read.process} read ${JSON.stringify(read.value)} from ${String(read.key)} at n3, although a newer value had been acknowledged before the read was even asked. No order of these operations explains it.`,
    operations: [...around.slice(-9), read],
    impossible: read.index,
  };
}

const windowsOf = (seconds: number): FaultWindow[] =>
  Array.from({ length: Math.ceil(seconds / templateSeconds) }, (_, round) => round).flatMap(
    (round) =>
      faults
        .map((fault): FaultWindow => {
          const at = fault.at + round * templateSeconds;
          return {
            kind: fault.kind,
            target: fault.target,
            resolved: fault.resolved,
            startNs: at * 1e9 + 4 * ms,
            endNs: (at + fault.for) * 1e9,
            outcome: { kind: 'installed' },
            parameters: fault.parameters ?? {},
          };
        })
        .concat(
          round > 0
            ? []
            : [
                {
                  kind: 'pause',
                  target: 'leader',
                  resolved: [],
                  startNs: 16.9e9,
                  endNs: 16.9e9,
                  outcome: { kind: 'skipped', reason: 'nobody leads; waited 1500 ms for a leader' },
                },
              ],
        )
        .filter((fault) => fault.endNs < seconds * 1e9),
  );

const leadershipsOf = (endMs: number): Leadership[] =>
  reigns
    .filter((reign) => reign.from * 1000 < endMs)
    .map(({ node, term, from, believesUntil }) => ({
      node,
      term,
      startMs: from * 1000,
      endMs: Math.min(endMs, believesUntil * 1000),
    }));

function checkersOf(verdict: string, anomaly: Anomaly | undefined): Record<string, CheckResult> {
  const linearizable: CheckResult =
    anomaly !== undefined
      ? {
          valid: false,
          reason: '1 of 40 keys is not linearizable',
          anomalies: [anomaly],
          model: 'cas-register',
          partitions: 40,
        }
      : verdict === 'unknown'
        ? {
            valid: 'unknown',
            reason: 'the time limit of 60000 ms was reached with 31 of 40 keys decided',
            partitions: 40,
          }
        : { valid: true, model: 'cas-register', partitions: 40, steps: 18_812 };
  return {
    linearizable,
    stats: { valid: true, byF: { read: 3012, write: 1988, cas: 640 } },
    'log-pattern': { valid: true, lines: 5120, patterns: ['panic', 'corrupt'] },
  };
}

const verdicts = {
  valid: { valid: true, exitCode: 0, reasons: [] },
  violation: {
    valid: false,
    exitCode: 1,
    reasons: [
      'linearizable: 1 of 40 keys is not linearizable: a read returned a value that had been overwritten.',
    ],
  },
  unknown: {
    valid: 'unknown',
    exitCode: 2,
    reasons: ['linearizable: the time limit of 60000 ms was reached with 31 of 40 keys decided.'],
  },
  'not-recovered': {
    valid: true,
    exitCode: 3,
    reasons: ['n2 did not serve its clients within 15000 ms of the last healing.'],
  },
} as const;

/** The pieces of a run folder, the same for the same options. */
export function syntheticRun(
  options: SyntheticOptions = {},
): RunPieces & { readonly results: Results } {
  const { seed = 7, seconds = 30, rate = 200, verdict = 'valid' } = options;
  const drawn = calls(stream(seed, 'synthetic'), seconds, rate);
  const made = verdict === 'violation' ? makeStale(drawn) : drawn;
  const history = historyOf(made);
  const anomaly = verdict === 'violation' ? staleRead(history, made) : undefined;
  const windows = windowsOf(seconds);
  const measured = measure({ history, faults: windows, workloadEndNs: seconds * 1e9 });
  const leaderships = leadershipsOf(seconds * 1000);
  const { leaderships: _, ...figures } = measured;
  return {
    history,
    leaderships,
    workloadEndMs: seconds * 1000,
    controls: {
      'election timeout': '300–600 ms',
      heartbeat: '60 ms',
      'fsync per batch': true,
      'batch limit': 64,
    },
    test: {
      name: 'raft-register',
      claim: 'Each key behaves like one atomic register: every read returns the latest write.',
      nodes,
      clients: 10,
      rate,
      startedAt: '2026-03-01 12:00:00',
      command: `npx dissent test raft --workload register --nemesis partition,kill,pause --seed ${seed}`,
      more: { proxy: 'toxiproxy 2.12.0' },
    },
    results: {
      ...verdicts[verdict],
      ...figures,
      system: 'raft',
      workload: 'register',
      world: 'real',
      seed,
      checkers: checkersOf(verdict, anomaly),
      leader: { changes: leaderships.length - 1, elections: leaderships.length + 2 },
      cost: { messagesPerOp: 8.4, bytesPerOp: 2210, fsyncsPerOp: 2.9 },
    },
  };
}

export const syntheticReport = (options: SyntheticOptions = {}): ReportData =>
  reportData(syntheticRun(options));
