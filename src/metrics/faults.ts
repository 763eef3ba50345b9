/**
 * What each fault did to the clients. Three figures, all from the history alone:
 *
 *     ok  ok                 ok ok  ok            ok on n1 .. ok on n3
 *     ----|=======fault========================|----------------|---------> time
 *         start                                heal             served by every node again
 *         |--timeToFirstOk---|                 |---recovery-----|
 *         |---longest gap = unavailable---|    (gaps are looked for from start to recovery)
 *
 * An operation counts for timeToFirstOk and recovery only if it was *invoked* after the fault started, or was healed: an
 * answer that was already under way says nothing about the cluster as it is now.
 */

import { type Attempt, nodeOf } from './attempts.ts';
import { successTimes } from './availability.ts';
import { firstAtLeast, type Gaps, gapsOf } from './gaps.ts';
import type { FaultFigures } from './types.ts';

/** One firing of one fault, as the nemesis recorded it. Times in ns since the start of the run. */
export interface FaultWindow {
  readonly kind: string;
  readonly target: string;
  readonly resolved: readonly string[];
  /** Those of them that it took effect on, where some had to be passed over. */
  readonly hit?: readonly string[];
  readonly leader?: string;
  /** When it had taken effect. */
  readonly startNs: number;
  /** When it had been healed. The end of the history if it never was. */
  readonly endNs: number;
  readonly outcome: FaultFigures['outcome'];
  readonly parameters?: unknown;
  /** Nodes that were given up for good before the run ended: none of them is waited for. Left out: none. */
  readonly givenUp?: readonly string[];
}

/** Whom a fault took effect on. */
export const hitBy = ({ hit, resolved }: Pick<FaultWindow, 'hit' | 'resolved'>) => hit ?? resolved;

/** Earliest success among attempts invoked at or after some time. */
interface Successes {
  firstInvokedFrom(timeNs: number): number | null;
}

/** Attempts must be in order of invocation. */
function successes(attempts: readonly Attempt[]): Successes {
  const invoked = new Float64Array(attempts.length);
  const earliest = new Float64Array(attempts.length + 1);
  earliest[attempts.length] = Number.POSITIVE_INFINITY;
  for (let i = attempts.length - 1; i >= 0; i -= 1) {
    const { invoke, completion, outcome } = attempts[i] as Attempt;
    invoked[i] = invoke.time;
    const done = outcome === 'ok' && completion !== undefined ? completion.time : Infinity;
    earliest[i] = Math.min(done, earliest[i + 1] as number);
  }
  return {
    firstInvokedFrom(timeNs) {
      const time = earliest[firstAtLeast(invoked, timeNs)] as number;
      return time === Infinity ? null : time;
    },
  };
}

interface View {
  readonly all: Successes;
  /** Only nodes that clients talked to: of the others a history cannot tell. */
  readonly byNode: ReadonlyMap<string, Successes>;
  readonly gaps: Gaps;
  readonly historyEndNs: number;
}

function viewOf(attempts: readonly Attempt[]): View {
  const byNode = new Map<string, Attempt[]>();
  let historyEndNs = 0;
  for (const attempt of attempts) {
    const node = nodeOf(attempt);
    const own = byNode.get(node);
    if (own === undefined) byNode.set(node, [attempt]);
    else own.push(attempt);
    historyEndNs = Math.max(historyEndNs, (attempt.completion ?? attempt.invoke).time);
  }
  return {
    all: successes(attempts),
    byNode: new Map([...byNode].map(([node, own]) => [node, successes(own)])),
    gaps: gapsOf(successTimes(attempts)),
    historyEndNs,
  };
}

interface Recovery {
  /** When every node that was not given up has served an operation invoked after the healing; null when one never did. */
  readonly atNs: number | null;
  /** Those that did not serve, and were given up. */
  readonly givenUp: readonly string[];
}

function recoveryOf(view: View, { endNs, givenUp = [] }: FaultWindow): Recovery {
  let atNs: number | null = null;
  const missing: string[] = [];
  for (const [node, own] of view.byNode) {
    const first = own.firstInvokedFrom(endNs);
    if (first === null) missing.push(node);
    else atNs = Math.max(atNs ?? 0, first);
  }
  const excused = missing.filter((node) => givenUp.includes(node));
  return { atNs: excused.length === missing.length ? atNs : null, givenUp: excused };
}

function figures(view: View, fault: FaultWindow): FaultFigures {
  const described = {
    kind: fault.kind,
    target: fault.target,
    resolved: hitBy(fault),
    ...(fault.leader === undefined ? {} : { leader: fault.leader }),
    startMs: fault.startNs / 1e6,
    endMs: fault.endNs / 1e6,
    outcome: fault.outcome,
    ...(fault.parameters === undefined ? {} : { parameters: fault.parameters }),
  };
  if (fault.outcome.kind !== 'installed') {
    return { ...described, timeToFirstOkMs: null, recoveryMs: null, unavailableMs: 0 };
  }
  const firstOk = view.all.firstInvokedFrom(fault.startNs);
  const { atNs: recovered, givenUp } = recoveryOf(view, fault);
  const untilNs = recovered ?? Math.max(view.historyEndNs, fault.endNs);
  return {
    ...described,
    timeToFirstOkMs: firstOk === null ? null : (firstOk - fault.startNs) / 1e6,
    recoveryMs: recovered === null ? null : (recovered - fault.endNs) / 1e6,
    ...(givenUp.length === 0 ? {} : { givenUp }),
    unavailableMs: view.gaps.longest(fault.startNs, untilNs) / 1e6,
  };
}

/**
 * The figures of every fault, in the order given. `attempts` in order of invocation. A fault that was skipped or failed
 * is described, but nothing is measured of it (null, null, 0). Linear in the attempts, plus a little for each fault.
 */
export function faultFigures(
  attempts: readonly Attempt[],
  faults: readonly FaultWindow[],
): FaultFigures[] {
  const view = viewOf(attempts);
  return faults.map((fault) => figures(view, fault));
}
