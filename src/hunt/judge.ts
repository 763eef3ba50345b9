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
import { nodeNames } from '../run/build-spec.ts';
import { type Simulated, simulate } from '../run/simulate.ts';
import type { TestSpec } from '../run/spec.ts';
import type { FaultRecord } from '../schedule/player.ts';
import type { SimEvent, Traced } from '../sim/index.ts';
import { electionTimeoutOf, idleLimits, liveness, losesNothing } from './liveness.ts';
import type { Rise } from './restless.ts';
import { StormWatch } from './storm.ts';
import { calmLimits } from './swarm.ts';
import type { FoundBy, Verdict } from './verdict.ts';

export type { FoundBy, Verdict } from './verdict.ts';

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
      ? {
          settleMs: calmLimits * electionTimeoutOf(spec),
          ...(losesNothing(spec) ? { idleMs: idleLimits * electionTimeoutOf(spec) } : {}),
        }
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
  let passed: Verdict = { kind: 'passed' };
  for (const checker of by.includes('checker') ? checkersOf(spec) : []) {
    const { history } = run;
    const result = await checker.check({ history, timeLimitMs: spec.checkTimeoutMs });
    const explanation = result.anomalies?.[0]?.explanation ?? result.reason ?? '';
    if (result.valid === false) {
      return { kind: 'failed', by: 'checker', name: checker.name, explanation };
    }
    // Faults may leave clients with nothing. One such test among many is no open question; a hunt of no others shows nothing.
    if (result.provesNothing === true) passed = { kind: 'idle' };
    else if (result.valid === 'unknown') {
      undecided ??= {
        kind: 'undecided',
        reason: `${checker.name}: ${result.reason ?? 'it does not know'}`,
      };
    }
  }
  return (by.includes('liveness') ? liveness(spec, run, rises) : undefined) ?? undecided ?? passed;
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
