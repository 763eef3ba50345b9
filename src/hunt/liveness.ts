/** Whether a cluster went on, and settled down, where it had to. */

import { standstills, usualFewestAttempts } from '../metrics/progress.ts';
import { attemptTimeoutMs } from '../node/limits.ts';
import { nodeNames } from '../run/build-spec.ts';
import { unserved } from '../run/findings.ts';
import { phaseStartNs } from '../run/phase-marks.ts';
import type { Simulated } from '../run/simulate.ts';
import type { TestSpec } from '../run/spec.ts';
import { calmsOf } from './calms.ts';
import { leftOut } from './left-out.ts';
import { type Rise, restless, restlessIn } from './restless.ts';
import { calmLimits } from './swarm.ts';
import type { Verdict } from './verdict.ts';

/** T, ms. */
export const electionTimeoutOf = ({ systemOptions }: TestSpec): number =>
  Number(systemOptions['electionTimeoutMs'] ?? 300);

/** Whether every message arrives, in order, unless a fault has it otherwise. */
export const losesNothing = ({ sim }: Pick<TestSpec, 'sim'>): boolean =>
  sim?.network.transport === 'stream';

/** So long, in election timeouts, the nodes are left alone once all is over: who is busy all the time hides that somebody forgot his clock. */
export const idleLimits = 20;

/** What is wrong with how it went on, if anything is. `rises`: who became leader, and when. */
export const liveness = (
  spec: TestSpec,
  run: Simulated,
  rises: readonly Rise[],
): Verdict | undefined =>
  stuck(spec, run) ?? unsettled(spec, run, rises) ?? partlyServed(spec, run);

/**
 * A bare majority elects somebody only when all of it is heard in time, twice: with p for a message that is neither lost nor late, one try
 * in p^-4(q - 1) succeeds. One in four is what the usual limit allows for.
 */
export function patienceWith(
  { nodes, sim }: Pick<TestSpec, 'nodes' | 'sim'>,
  coreSize: number,
): number {
  const quorum = Math.floor(nodes / 2) + 1;
  if (sim === undefined || coreSize > quorum) return 1;
  const { transport, loss, reordered, stragglers } = sim.network;
  const heard = transport === 'datagram' ? (1 - loss) * (1 - reordered) * (1 - stragglers) : 1;
  return Math.max(1, 0.25 / heard ** (4 * (quorum - 1)));
}

/** How likely it may be that so many attempts meet with nothing but bad luck: one calm in so many is judged by mistake. */
const badLuck = 1e-5;

/**
 * How many attempts in vain prove something where messages are lost or come late. What a client asks a follower for is forwarded, and
 * nobody repeats that: a new session takes two messages to the leader and two back, each of which has to come in time.
 */
export function fewestAttemptsWith({ sim }: Pick<TestSpec, 'sim'>): number {
  if (sim === undefined || sim.network.transport !== 'datagram') return usualFewestAttempts;
  const { loss, stragglers } = sim.network;
  const fails = 1 - ((1 - loss) * (1 - stragglers)) ** 4;
  if (fails === 1) return Number.POSITIVE_INFINITY;
  return Math.max(usualFewestAttempts, Math.ceil(Math.log(badLuck) / Math.log(fails)));
}

/** Whether nodes ask before they campaign, and leaders notice that they have lost their majority: on unless it was told otherwise. */
const asksBeforehand = ({ systemOptions }: TestSpec): boolean =>
  ['preVote', 'canvass', 'checkQuorum'].every((name) => systemOptions[name] !== false);

/** Where nothing is lost and nothing is wrong but that nodes are down, a majority serves within so many election timeouts. */
const promptLimits = 15;

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
    fewestAttempts: fewestAttemptsWith(spec),
    withstandsNeighbours: asksBeforehand(spec),
  };
  const disturbed = [...faults, ...away];
  const limitMs = promptLimits * t;
  const calms = losesNothing(spec) ? calmsOf(faults, { limitMs, endNs }) : [];
  const [first] = [
    ...standstills(history, disturbed, options),
    ...standstills(history, disturbed, { ...options, limitMs }).filter(({ fromNs, untilNs }) =>
      calms.some((calm) => calm.fromNs <= fromNs && untilNs <= calm.untilNs),
    ),
  ];
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
  if (dark.length === 0) return unfinished(run, calmLimits * t);
  return {
    kind: 'failed',
    by: 'liveness',
    name: 'healed-cluster-serves',
    explanation: `${dark.join(', ')} served no client within ${spec.recoveryTimeoutMs} ms after everything was healed`,
  };
}

/** What a majority that serves leaves undone, and no client notices. */
function unfinished({ behind, owing }: Simulated, limitMs: number): Verdict | undefined {
  if (behind.length > 0) {
    return {
      kind: 'failed',
      by: 'liveness',
      name: 'nodes-end-alike',
      explanation: `${behind.join(', ')} still had not learnt of everything that is committed, and learnt nothing more for ${limitMs} ms after everything was over`,
    };
  }
  if (owing.length === 0) return undefined;
  return {
    kind: 'failed',
    by: 'liveness',
    name: 'requests-are-answered',
    explanation: `${owing.join(', ')} still owed clients an answer, and answered nothing for ${limitMs} ms after everything was over: neither with a result, nor that it is not known`,
  };
}

/** Where nothing is lost and nobody is disturbed, a leader stays. */
function unsettled(
  spec: TestSpec,
  { history, faults, idle }: Simulated,
  rises: readonly Rise[],
): Verdict | undefined {
  if (!losesNothing(spec)) return undefined;
  const t = electionTimeoutOf(spec);
  const endNs = phaseStartNs(history, 'final') ?? spec.time * 1e9;
  const found =
    restless(rises, faults, { limitMs: calmLimits * t, endNs }) ??
    (idle && restlessIn(rises, { ...idle, down: new Set() }));
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

/**
 * Whether next to every attempt lasts long enough for its answer: a way to the leader, through all of a bare majority and back, which takes
 * four messages and some syncs, one or the other of them much longer than on average. Whose clients ask the leader itself need less, so
 * with less those of others may be left out by nothing but their haste (paxos seed 52003830).
 */
export function hasPatience({ sim, opTimeoutMs }: Pick<TestSpec, 'sim' | 'opTimeoutMs'>): boolean {
  if (sim === undefined) return true;
  const { network, disk, clients } = sim;
  const enoughMs = 15 * network.latencyMs.mean + 10 * disk.fsyncMs.mean;
  return Math.min(clients.attemptTimeoutMs, opTimeoutMs) >= enoughMs;
}

/** By then a calm cluster is at work, and everybody's requests find their way, in election timeouts. */
const settledLimits = 10;

/** Over so many election timeouts somebody has to be left out. */
const leftOutLimits = 3;

/** In a calm everybody is served, not only somebody. Where messages are lost, clients of short patience may have bad luck for long. */
function partlyServed(spec: TestSpec, { history, faults, ends }: Simulated): Verdict | undefined {
  if (!losesNothing(spec) || !hasPatience(spec)) return undefined;
  const t = electionTimeoutOf(spec);
  const endNs = phaseStartNs(history, 'final') ?? spec.time * 1e9;
  const settleMs = settledLimits * t;
  const spanMs = leftOutLimits * t;
  const found = leftOut(history, calmsOf(faults, { limitMs: settleMs + spanMs, endNs }), {
    nodes: nodeNames(spec.nodes),
    away: new Set(ends.map(({ node }) => node)),
    settleMs,
    fewest: usualFewestAttempts,
    spanMs,
  });
  if (found === undefined) return undefined;
  const { who, asked, fromNs, untilNs } = found;
  return {
    kind: 'failed',
    by: 'liveness',
    name: 'calm-serves-all',
    explanation:
      `nothing disturbed the nodes that were up, but ${who} asked ${asked} times in a row in vain, ` +
      `from ${fromNs / 1e6} to ${untilNs / 1e6} ms`,
    duringNs: [fromNs, untilNs],
  };
}
