/**
 * Runs a test in the simulated world and says what is wrong with what happened, if anything is:
 *
 *     crash        a node ended itself: it found one of its own rules broken
 *     invariant    the nodes' protocol events contradict each other (checkers/invariants)
 *     checker      what clients saw contradicts the workload's claim
 *     liveness     a calm majority, or the healed cluster, did not serve
 */

import type { Checker } from '#checkers/checker';
import {
  createCoverage,
  createInvariants,
  type InvariantSettings,
} from '#checkers/invariants/index';
import { workloads } from '#workloads/index';
import type { History } from '../history/operation.ts';
import { standstills } from '../metrics/progress.ts';
import { attemptTimeoutMs } from '../node/limits.ts';
import { nodeNames } from '../run/build-spec.ts';
import { unserved } from '../run/findings.ts';
import { phaseStartNs } from '../run/phase-marks.ts';
import { type Simulated, simulate } from '../run/simulate.ts';
import type { TestSpec } from '../run/spec.ts';
import type { FaultRecord } from '../schedule/player.ts';
import type { SimEvent, Traced } from '../sim/index.ts';
import { type Rise, restless } from './restless.ts';
import { StormWatch } from './storm.ts';
import { calmLimits } from './swarm.ts';

export type FoundBy = 'crash' | 'invariant' | 'checker' | 'liveness';

export type Verdict =
  | { readonly kind: 'passed' }
  /** Some checker ran out of its budget. */
  | { readonly kind: 'undecided'; readonly reason: string }
  | {
      readonly kind: 'failed';
      readonly by: FoundBy;
      /** The invariant's id and name, the checker's name, or what did not go on. */
      readonly name: string;
      readonly explanation: string;
      /** When it was not served, ns. */
      readonly duringNs?: readonly [from: number, to: number];
    };

export interface Judged {
  readonly verdict: Verdict;
  readonly history: History;
  readonly faults: readonly FaultRecord[];
  /** When it was found during the run, ns of virtual time; else when the run ended. */
  readonly endNs: number;
  /** How often each thing worth reaching was reached. */
  readonly coverage: Readonly<Record<string, number>>;
  /** With `hash`. */
  readonly traceHash?: string;
}

export interface JudgeOptions {
  /** Who may find something; left out: all. With `crash` or `invariant`, the run ends as soon as they have. */
  readonly by?: readonly FoundBy[];
  readonly hash?: boolean;
  readonly witness?: (event: SimEvent) => void;
  /** Sees every protocol event as well. */
  readonly observe?: (event: Traced) => void;
}

const all: readonly FoundBy[] = ['crash', 'invariant', 'checker', 'liveness'];

/** Checkers of what a run was like, not of what the system promises. */
const aboutTheRun = new Set(['stats', 'log-pattern', 'replicas-agree', 'invariants']);

/** Rejects with BadInput for a test that cannot be run and with HarnessFailure when the simulation itself fails. */
export async function judge(spec: TestSpec, options: JudgeOptions = {}): Promise<Judged> {
  const by = options.by ?? all;
  const found = new AbortController();
  const watch = watcher(spec, by, () => found.abort());
  const run = await simulate(spec, {
    observe: (event) => {
      watch.observe(event);
      options.observe?.(event);
    },
    witness: options.witness,
    hash: options.hash === true,
    ...(by.includes('liveness') && hasLog(spec)
      ? { settleMs: calmLimits * electionTimeoutOf(spec) }
      : {}),
    // Whoever is not asked about what clients saw needs no more of the run.
    onEnd: ({ cause }) => {
      if (cause === 'system' && by.includes('crash') && !by.includes('checker')) found.abort();
    },
    signal: found.signal,
  });
  const verdict =
    watch.violation() ?? crash(run, by) ?? (await afterwards(spec, run, by, watch.rises));
  const { history, faults, endNs, traceHash } = run;
  const coverage = watch.coverage();
  const judged = { verdict, history, faults, endNs, coverage };
  return { ...judged, ...(traceHash === undefined ? {} : { traceHash }) };
}

/** Without a log that a leader keeps alike, nobody is told of what others decided unless a client asks. */
const hasLog = ({ system }: TestSpec): boolean => system === 'raft' || system === 'paxos';

interface Watch {
  observe(event: Traced): void;
  violation(): Verdict | undefined;
  coverage(): Readonly<Record<string, number>>;
  readonly rises: readonly Rise[];
}

/** Looks at the protocol events as they happen; `onViolation` is called at the first that contradicts another. */
function watcher(spec: TestSpec, by: readonly FoundBy[], onViolation: () => void): Watch {
  const { system } = spec;
  // Single-decree Paxos has no log to speak of; its workload's checker sees all that it promises.
  if (system !== 'raft' && system !== 'paxos') {
    return {
      observe: () => undefined,
      violation: () => undefined,
      coverage: () => ({}),
      rises: [],
    };
  }
  const members = nodeNames(spec.nodes);
  const settings: InvariantSettings = { algorithm: system, members, ...leaseSettings(spec) };
  const invariants = by.includes('invariant') ? createInvariants(settings) : undefined;
  const storm = by.includes('liveness') ? new StormWatch(electionTimeoutOf(spec)) : undefined;
  const coverage = createCoverage(settings);
  let violation: Verdict | undefined;
  const rises: Rise[] = [];
  return {
    rises,
    observe(event) {
      coverage.observe(event);
      if (event.ev === 'becomeLeader') rises.push({ node: event.node, timeNs: event.timeNs });
      if (violation !== undefined) return;
      const first = invariants?.observe(event);
      const tooMany = storm?.observe(event.timeNs);
      if (first !== undefined) {
        const { invariant, name, explanation } = first;
        violation = { kind: 'failed', by: 'invariant', name: `${invariant} ${name}`, explanation };
      } else if (tooMany !== undefined) {
        violation = {
          kind: 'failed',
          by: 'liveness',
          name: 'traffic-is-bounded',
          explanation: tooMany,
        };
      }
      if (violation !== undefined) onViolation();
    },
    violation: () => violation,
    coverage: () => coverage.counters(),
  };
}

function crash({ brokenNodes }: Simulated, by: readonly FoundBy[]): Verdict | undefined {
  const [first] = brokenNodes;
  if (first === undefined || !by.includes('crash')) return undefined;
  return {
    kind: 'failed',
    by: 'crash',
    name: sameCrash(first.error),
    explanation: `${first.node} ended itself: ${first.error}`,
  };
}

/** What a node said at its end without names and numbers: the same rule broken at another node or index is the same failure. */
export const sameCrash = (error: string): string =>
  error
    .replace(/\bn\d+\b/g, 'n')
    .replace(/\d+/g, '0')
    .slice(0, 120);

/** Whether a verdict is of this failure: found in the same way, under the same name. */
export const isSameFailure = (
  verdict: Verdict,
  failure: { readonly by: FoundBy; readonly name: string },
): boolean =>
  verdict.kind === 'failed' && verdict.by === failure.by && verdict.name === failure.name;

async function afterwards(
  spec: TestSpec,
  run: Simulated,
  by: readonly FoundBy[],
  rises: readonly Rise[],
): Promise<Verdict> {
  let undecided: Verdict | undefined;
  for (const checker of by.includes('checker') ? checkersOf(spec) : []) {
    const { history } = run;
    const result = await checker.check({ history, timeLimitMs: spec.checkTimeoutMs });
    const explanation = result.anomalies?.[0]?.explanation ?? result.reason ?? '';
    if (result.valid === false) {
      return { kind: 'failed', by: 'checker', name: checker.name, explanation };
    }
    if (result.valid === 'unknown') {
      undecided ??= {
        kind: 'undecided',
        reason: `${checker.name}: ${result.reason ?? 'it does not know'}`,
      };
    }
  }
  return (
    (by.includes('liveness') ? (stuck(spec, run) ?? unsettled(spec, run, rises)) : undefined) ??
    undecided ?? { kind: 'passed' }
  );
}

/** Where nothing is lost and nobody is disturbed, a leader stays. */
function unsettled(
  spec: TestSpec,
  { history, faults }: Simulated,
  rises: readonly Rise[],
): Verdict | undefined {
  if (spec.sim?.network.transport !== 'stream') return undefined;
  const endNs = phaseStartNs(history, 'final') ?? spec.time * 1e9;
  const limitMs = calmLimits * electionTimeoutOf(spec);
  const found = restless(rises, faults, { limitMs, endNs });
  if (found === undefined) return undefined;
  const { fromNs, untilNs, rises: late } = found;
  return {
    kind: 'failed',
    by: 'liveness',
    name: 'calm-leader-stays',
    explanation:
      `nothing disturbed the nodes that were up from ${fromNs / 1e6} to ${untilNs / 1e6} ms, and in the second half of that time there ` +
      `were ${late.length} new leaders: ${late
        .slice(0, 8)
        .map(({ node, timeNs }) => `${node} at ${timeNs / 1e6} ms`)
        .join(', ')}`,
    duringNs: [fromNs, untilNs],
  };
}

/** The checkers that say what the system promises: those that can fail a test. */
export function checkersOf({
  workload,
  workloadOptions,
  clients,
  nodes,
}: TestSpec): readonly Checker[] {
  const settings = { concurrency: clients, nodes: nodeNames(nodes) };
  const made = workloads.get(workload)?.create(workloadOptions, settings);
  return (made?.checkers ?? []).filter(({ name }) => !aboutTheRun.has(name));
}

/** What leases rest on can be checked where clocks keep to what the system was told. */
function leaseSettings(spec: TestSpec): Pick<InvariantSettings, 'leaseTimeoutMs'> {
  const { reads, maxClockDrift } = spec.systemOptions;
  const [clock, ...more] = spec.schedule.filter(({ fault }) => fault.kind === 'clock');
  const { mode, rate } = clock?.fault ?? { mode: 'drift', rate: 1 };
  // Two at once on one node would make up for more than either.
  const isHeld =
    more.length === 0 &&
    mode === 'drift' &&
    Number(rate) <= 1 &&
    Number(rate) >= 1 - Number(maxClockDrift);
  return reads === 'lease' && isHeld ? { leaseTimeoutMs: electionTimeoutOf(spec) } : {};
}

/** T, ms. */
const electionTimeoutOf = ({ systemOptions }: TestSpec): number =>
  Number(systemOptions['electionTimeoutMs'] ?? 300);

/**
 * A bare majority elects somebody only when all of it is heard in time, twice: with p for a message that is neither lost nor late, one try
 * in p^-4(q - 1) succeeds. One in four is what the usual limit allows for.
 */
function patienceWith({ nodes, sim }: TestSpec, coreSize: number): number {
  const quorum = Math.floor(nodes / 2) + 1;
  if (sim === undefined || coreSize > quorum) return 1;
  const { transport, loss, stragglers } = sim.network;
  const heard = transport === 'datagram' ? (1 - loss) * (1 - stragglers) : 1;
  return Math.max(1, 0.25 / heard ** (4 * (quorum - 1)));
}

/** Whether nodes ask before they campaign, and leaders notice that they have lost their majority: on unless it was told otherwise. */
const asksBeforehand = ({ systemOptions }: TestSpec): boolean =>
  ['preVote', 'canvass', 'checkQuorum'].every((name) => systemOptions[name] !== false);

/** Nodes whose disk a fault has broken are right to stay away: they are asked for nothing. */
function stuck(spec: TestSpec, run: Simulated): Verdict | undefined {
  const { history, faults, ends, down } = run;
  const nodes = nodeNames(spec.nodes);
  const t = electionTimeoutOf(spec);
  const endNs = phaseStartNs(history, 'final') ?? spec.time * 1e9;
  const broken = ends.filter(({ cause }) => cause === 'injected');
  const away = broken.map(({ node, timeNs }) => ({
    resolved: [node],
    startNs: timeNs,
    endNs: Number.POSITIVE_INFINITY,
    outcome: { kind: 'installed' as const },
  }));
  const attemptMs = spec.sim?.clients.attemptTimeoutMs ?? attemptTimeoutMs;
  const patience = (coreSize: number): number => patienceWith(spec, coreSize);
  const options = {
    nodes,
    limitMs: calmLimits * t,
    patience,
    endNs,
    attemptMs,
    withstandsNeighbours: asksBeforehand(spec),
  };
  const [first] = standstills(history, [...faults, ...away], options);
  if (first !== undefined) {
    const { core, fromNs, untilNs, asked } = first;
    return {
      kind: 'failed',
      by: 'liveness',
      name: 'calm-majority-serves',
      explanation:
        `${core.join(', ')} were up and whole from ${fromNs / 1e6} to ${untilNs / 1e6} ms, ` +
        `and served none of the ${asked} operations that were asked of them`,
      duringNs: [fromNs, untilNs],
    };
  }
  const lost = new Set(broken.map(({ node }) => node).filter((node) => down.includes(node)));
  if (2 * (nodes.length - lost.size) <= nodes.length) return undefined;
  const dark = unserved({ history, spec }).filter((node) => !lost.has(node));
  if (dark.length === 0) {
    if (run.behind.length === 0) return undefined;
    return {
      kind: 'failed',
      by: 'liveness',
      name: 'nodes-end-alike',
      explanation: `${run.behind.join(', ')} still had not learnt of everything that is committed, and learnt nothing more for ${calmLimits * t} ms after everything was over`,
    };
  }
  return {
    kind: 'failed',
    by: 'liveness',
    name: 'healed-cluster-serves',
    explanation: `${dark.join(', ')} served no client within ${spec.recoveryTimeoutMs} ms after everything was healed`,
  };
}
