/**
 * The invariants of consensus, from the nodes' own traces. A client may never notice what these see: two leaders in a term, a
 * promise that was not on disk, nodes whose states differ.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Anomaly, Checker, CheckResult } from './checker.ts';
import {
  createCoverage,
  createInvariants,
  describeEvent,
  type InvariantSettings,
  membersMax,
  type Violation,
} from './invariants/index.ts';
import { earliest, endsWhole, type NodeTrace, openTraces } from './trace-files.ts';

/** Events between two looks at the clock. */
const eventsBetweenLooks = 4096;

/** Without traces of Raft or Multi-Paxos it has nothing to say, and says that it checked nothing. */
export const invariants = (): Checker => ({
  name: 'invariants',
  summary: "what Raft or Paxos promises, checked on the nodes' traces event by event",
  check({ folder, timeLimitMs }) {
    const test = testIn(folder);
    const traces = folder === undefined ? [] : openTraces(folder, test.traced);
    try {
      const algorithm = algorithmOf(traces);
      if (folder === undefined || algorithm === undefined || traces.length > membersMax) {
        const note = 'there are no traces of Raft or Multi-Paxos nodes';
        if (test.traced.length === 0) return { valid: true, checked: 0, note };
        return {
          valid: 'unknown',
          reason: `${note}, though the test was to leave some`,
          checked: 0,
        };
      }
      const members = traces.map(({ node }) => node);
      // Merged by time, in which nodes may tie: not the exact order even in a simulation.
      const settings = { algorithm, members, exact: false };
      const complete =
        test.simulated &&
        members.every((node) => endsWhole(join(folder, 'nodes', node, 'trace.jsonl')));
      return judge(traces, settings, complete, timeLimitMs);
    } finally {
      for (const trace of traces) trace.close();
    }
  },
});

/** By what the first event of every trace is. */
function algorithmOf(traces: readonly NodeTrace[]): InvariantSettings['algorithm'] | undefined {
  const first = traces.find(({ head }) => head !== undefined)?.head?.ev;
  if (first === 'logRecovered') return 'raft';
  return first === 'acceptorRecovered' ? 'paxos' : undefined;
}

/** What is known of the test whose run folder it is. */
interface Test {
  /** A simulation loses no events when a node is killed. */
  readonly simulated: boolean;
  /** Nodes that were to leave a trace of Raft or Multi-Paxos. */
  readonly traced: readonly string[];
}

/** A folder without a description of the test, or with one that cannot be read, says nothing. */
function testIn(folder: string | undefined): Test {
  const spec = folder === undefined ? {} : specIn(join(folder, 'test.json'));
  const leaves = spec.trace === true && (spec.system === 'raft' || spec.system === 'paxos');
  return {
    simulated: spec.world === 'sim',
    traced:
      leaves && Number.isSafeInteger(spec.nodes)
        ? Array.from({ length: Math.min(Number(spec.nodes), membersMax) }, (_, i) => `n${i + 1}`)
        : [],
  };
}

type SpecParts = Readonly<Partial<Record<'system' | 'world' | 'trace' | 'nodes', unknown>>>;

function specIn(path: string): SpecParts {
  if (!existsSync(path)) return {};
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as SpecParts | null) ?? {};
  } catch {
    return {};
  }
}

function judge(
  traces: readonly NodeTrace[],
  settings: InvariantSettings,
  complete: boolean,
  timeLimitMs: number,
): CheckResult {
  const judged = createInvariants(settings);
  const coverage = createCoverage(settings);
  const silent = traces.filter(({ head }) => head === undefined).map(({ node }) => node);
  for (const node of silent) judged.ended(node);
  const deadlineMs = performance.now() + timeLimitMs;
  let checked = 0;
  let outOfTime = false;
  for (let next = earliest(traces); next !== undefined; next = earliest(traces)) {
    const { head, node } = next;
    outOfTime = checked % eventsBetweenLooks === 0 && performance.now() > deadlineMs;
    if (head === undefined || outOfTime) break;
    judged.observe(head);
    coverage.observe(head);
    next.advance();
    if (!complete && next.head?.incarnation !== head.incarnation) judged.ended(node);
    checked += 1;
  }
  const skipped = traces.reduce((sum, trace) => sum + trace.skipped, 0);
  const counts = { nodes: traces.length, checked, skipped, corners: coverage.counters() };
  const { violations } = judged;
  if (violations.length > 0) {
    const anomalies = violations.map(asAnomaly);
    return {
      valid: false,
      reason: violations[0]?.explanation ?? '',
      anomalies,
      ...counts,
      violations,
    };
  }
  if (outOfTime) {
    const reason = `out of time after ${checked} events; raise --check-timeout`;
    return { valid: 'unknown', reason, ...counts };
  }
  if (silent.length === 0) return { valid: true, ...counts };
  const reason = `no trace is left of ${silent.join(', ')}: what happened there was not checked`;
  return { valid: 'unknown', reason, ...counts };
}

const asAnomaly = ({ invariant, name, explanation, events }: Violation): Anomaly => ({
  name: `${invariant} ${name}`,
  explanation: [`${explanation}.`, ...events.map(describeEvent)].join('\n'),
  operations: [],
});
