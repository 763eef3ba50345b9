/**
 * Whether a cluster went on where it had to. What may be asked of consensus under faults: a majority of nodes that no fault
 * touches, all of whose links to each other are whole, serves its clients again within a limit. Nothing is asked of a minority,
 * nor while the faults themselves still change (FLP: no limit holds without some calm).
 *
 *     fault ends      next fault          core: a majority that is whole between the two
 *     --|===========|-----|--             calm of at least `limitMs`: a client of the core has to be served in it
 *       a           a + limitMs
 */

import type { History, Operation } from '../history/operation.ts';

/** What is needed of a fault that was played. Times in ns since the start of the run. */
export interface PlayedFault {
  readonly resolved: readonly string[];
  /** On what exactly it acted; links are told as `n1->n2`. */
  readonly detail?: unknown;
  readonly startNs: number;
  readonly endNs: number;
  readonly outcome: { readonly kind: 'installed' | 'skipped' | 'failed' };
}

export interface ProgressOptions {
  readonly nodes: readonly string[];
  /** How long a calm core may take to serve again, ms. */
  readonly limitMs: number;
  /** By how much longer a core of this many nodes may take; left out: by nothing. */
  readonly patience?: (coreSize: number) => number;
  /** Only calms that begin in [0, endNs - limit] are judged: when the workload ended. */
  readonly endNs: number;
  /** How long a client waits for an answer before it asks again, ms. */
  readonly attemptMs: number;
  /**
   * Whether the core also has to go on while somebody outside hears a part of it and is heard by it. What was made without such
   * partial connectivity in mind may stand still then, as the literature says it does (docs/partial-connectivity.md). Left out: it has to.
   */
  readonly withstandsNeighbours?: boolean;
}

/** With fewer attempts in vain a lossy network may have eaten all of them. */
const fewestAttempts = 5;

/** They have to lie apart by this share of the calm: within less, all of them may have met the same election. */
const leastSpan = 1 / 4;

/** A calm in which nobody was served although somebody asked. */
export interface Standstill {
  readonly fromNs: number;
  readonly untilNs: number;
  /** The nodes that should have gone on. */
  readonly core: readonly string[];
  /** Operations that clients of the core waited for in the second half of this time, all in vain. */
  readonly asked: number;
}

interface Broken {
  readonly nodes: ReadonlySet<string>;
  readonly links: ReadonlySet<string>;
}

/** The links that a fault names; undefined when it names none, and then its targets are touched as a whole. */
function linksIn(detail: unknown): readonly string[] | undefined {
  if (typeof detail !== 'object' || detail === null) return undefined;
  const links = Object.values(detail).flatMap((value: unknown) =>
    Array.isArray(value) ? value.filter((one) => /^\w+->\w+$/.test(String(one))).map(String) : [],
  );
  return links.length > 0 ? links : undefined;
}

function brokenAt(faults: readonly PlayedFault[], atNs: number): Broken {
  const nodes = new Set<string>();
  const links = new Set<string>();
  for (const { resolved, detail, startNs, endNs, outcome } of faults) {
    if (outcome.kind === 'skipped' || atNs < startNs || atNs >= endNs) continue;
    const named = linksIn(detail);
    for (const link of named ?? []) links.add(link);
    if (named === undefined) for (const node of resolved) nodes.add(node);
  }
  return { nodes, links };
}

const isLinked = ({ links }: Broken, a: string, b: string): boolean =>
  !links.has(`${a}->${b}`) && !links.has(`${b}->${a}`);

/** A largest set of untouched nodes that all reach each other. At most 25 nodes: tried in order, which is enough for few cuts. */
function largestCore(nodes: readonly string[], broken: Broken): string[] {
  const whole = nodes.filter((node) => !broken.nodes.has(node));
  const linked = (a: string, b: string): boolean => isLinked(broken, a, b);
  let best: string[] = [];
  const grow = (core: string[], from: number): void => {
    if (core.length > best.length) best = [...core];
    for (let i = from; i < whole.length; i += 1) {
      if (core.length + whole.length - i <= best.length) return;
      const node = whole[i] as string;
      if (core.every((other) => linked(other, node))) grow([...core, node], i + 1);
    }
  };
  grow([], 0);
  return best;
}

/** Whether a node outside the core, untouched itself, hears some of it and is heard by them. Of all it would be one of the core. */
const hasNeighbour = (nodes: readonly string[], core: readonly string[], broken: Broken): boolean =>
  nodes.some(
    (node) =>
      !core.includes(node) &&
      !broken.nodes.has(node) &&
      core.some((one) => isLinked(broken, one, node)),
  );

/** The calms of at least `limitMs` in which a core existed, asked, and was not served. Empty when all is well. */
export function standstills(
  history: History,
  faults: readonly PlayedFault[],
  { nodes, limitMs, patience, endNs, attemptMs, withstandsNeighbours = true }: ProgressOptions,
): readonly Standstill[] {
  const changes = [
    0,
    // Who gives a fault up after its first steps has disturbed those it was aimed at: damage, for one, ends a node first.
    ...faults.flatMap(({ startNs, endNs: over, outcome, resolved }) =>
      outcome.kind === 'skipped' && resolved.length === 0 ? [] : [startNs, over],
    ),
  ].filter((ns) => ns < endNs);
  const times = [...new Set(changes)].toSorted((a, b) => a - b);
  return times.flatMap((fromNs, i) => {
    const calmUntilNs = Math.min(endNs, times[i + 1] ?? endNs);
    if (calmUntilNs - fromNs < limitMs * 1e6) return [];
    const broken = brokenAt(faults, fromNs);
    const core = largestCore(nodes, broken);
    if (2 * core.length <= nodes.length) return [];
    if (!withstandsNeighbours && hasNeighbour(nodes, core, broken)) return [];
    const limitNs = limitMs * 1e6 * (patience?.(core.length) ?? 1);
    const untilNs = fromNs + limitNs;
    if (calmUntilNs < untilNs) return [];
    const { asked, attempts, spanNs, served } = demand(history, core, {
      fromNs,
      untilNs,
      attemptMs,
    });
    const isSure = attempts >= fewestAttempts && spanNs >= leastSpan * limitNs;
    return served || !isSure ? [] : [{ fromNs, untilNs, core, asked }];
  });
}

/** The system looked and said no (a cas that found another value): an answer as good as any. An error is no progress. */
const isRefusal = (type: Operation['type'], error: string | undefined): boolean =>
  type === 'fail' && error !== undefined && error.startsWith('precondition');

interface Calm {
  readonly fromNs: number;
  readonly untilNs: number;
  readonly attemptMs: number;
}

interface Demand {
  readonly asked: number;
  readonly attempts: number;
  /** From the first of the attempts to the end of the last one; negative without any. */
  readonly spanNs: number;
  readonly served: boolean;
}

/**
 * Whether clients of these nodes were served in a calm, and how often they asked in vain once half of it was over: who gave up before
 * that may have met an election, and who asks at its end has not waited yet.
 */
function demand(
  history: History,
  core: readonly string[],
  { fromNs, untilNs, attemptMs }: Calm,
): Demand {
  const open = new Map<unknown, number>();
  const halfNs = (fromNs + untilNs) / 2;
  const attemptsSince = (invokedNs: number, endNs: number): number =>
    Math.floor((endNs - Math.max(invokedNs, halfNs)) / (attemptMs * 1e6));
  let asked = 0;
  let attempts = 0;
  let firstNs = untilNs;
  let lastNs = halfNs;
  let served = false;
  for (const { type, process, time, node, error } of history) {
    if (time > untilNs) break;
    if (process === 'nemesis' || node === undefined || !core.includes(node)) continue;
    if (type === 'invoke') {
      open.set(process, time);
      continue;
    }
    const invokedNs = open.get(process) ?? time;
    open.delete(process);
    if (time < fromNs) continue;
    if (type === 'ok' || isRefusal(type, error)) served = true;
    if (time < halfNs) continue;
    asked += 1;
    attempts += 1 + attemptsSince(invokedNs, time);
    firstNs = Math.min(firstNs, Math.max(invokedNs, halfNs));
    lastNs = Math.max(lastNs, time);
  }
  // Asked and still without any answer at the end of the calm.
  for (const invokedNs of open.values()) {
    const inVain = attemptsSince(invokedNs, untilNs);
    if (inVain <= 0) continue;
    asked += 1;
    attempts += inVain;
    firstNs = Math.min(firstNs, Math.max(invokedNs, halfNs));
    lastNs = untilNs;
  }
  return { asked, attempts, spanNs: lastNs - firstNs, served };
}
