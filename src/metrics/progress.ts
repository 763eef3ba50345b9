/**
 * Whether a cluster went on where it had to. What may be asked of consensus under faults: while a majority of nodes is untouched by
 * any fault, and all their links to each other are whole, somebody leads after a limit, and serves himself and whomever he is linked to.
 * Nothing is asked of a minority, nor while the faults themselves still change (FLP: no limit holds without some calm).
 *
 *     fault ends      next fault          core: a majority that is whole between the two
 *     --|===========|-----|--             calm of at least `limitMs`: clients of whoever leads have to be served in it
 *       a           a + limitMs
 *
 * Who leads need not be one of the core: in `1 - 2 - 3`, where the ends do not hear each other, both `1 2` and `2 3` are whole. When 3
 * leads, 1 hears of nobody, and 2 gives it no vote because it hears a leader: nothing is wrong with that (docs/partial-connectivity.md).
 * So a standstill is one only if it is one whoever leads.
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
  /** So many attempts in vain prove something: with fewer a lossy network may have eaten all of them. Left out: 5. */
  readonly fewestAttempts?: number;
  /**
   * Whether the core also has to go on while somebody outside hears a part of it and is heard by it. What was made without such
   * partial connectivity in mind may stand still then, as the literature says it does (docs/partial-connectivity.md). Left out: it has to.
   */
  readonly withstandsNeighbours?: boolean;
}

/** Where next to nothing is lost. */
export const usualFewestAttempts = 5;

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

/**
 * For each node that could lead, being linked to a majority, whose clients it would serve: those of untouched nodes that it is linked to.
 * Whoever is touched may lead and vote all the same, with its clock or its disk out of order.
 */
const servedByEach = (nodes: readonly string[], broken: Broken): readonly (readonly string[])[] =>
  nodes
    .map((leader) => nodes.filter((node) => node === leader || isLinked(broken, leader, node)))
    .filter((reached) => 2 * reached.length > nodes.length)
    .map((reached) => reached.filter((node) => !broken.nodes.has(node)));

/** The calms of at least `limitMs` in which a core existed, asked, and was not served. Empty when all is well. */
export function standstills(
  history: History,
  faults: readonly PlayedFault[],
  options: ProgressOptions,
): readonly Standstill[] {
  const { nodes, limitMs, patience, endNs, withstandsNeighbours = true } = options;
  const times = changesOf(faults, endNs);
  return times.flatMap((fromNs, i) => {
    const calmUntilNs = Math.min(endNs, times[i + 1] ?? endNs);
    if (calmUntilNs - fromNs < limitMs * 1e6) return [];
    const broken = brokenAt(faults, fromNs);
    const core = largestCore(nodes, broken);
    if (2 * core.length <= nodes.length) return [];
    if (!withstandsNeighbours && hasNeighbour(nodes, core, broken)) return [];
    const untilNs = fromNs + limitMs * 1e6 * (patience?.(core.length) ?? 1);
    if (calmUntilNs < untilNs) return [];
    const calm = { fromNs, untilNs, attemptMs: options.attemptMs };
    const inVain = (asked: readonly string[]): boolean =>
      isInVain(demand(history, asked, calm), calm, options);
    if (!inVain(core) || !servedByEach(nodes, broken).every(inVain)) return [];
    return [{ fromNs, untilNs, core, asked: demand(history, core, calm).asked }];
  });
}

/** When a fault began or ended, and the beginning. */
function changesOf(faults: readonly PlayedFault[], endNs: number): readonly number[] {
  const changes = [
    0,
    // Who gives a fault up after its first steps has disturbed those it was aimed at: damage, for one, ends a node first.
    ...faults.flatMap(({ startNs, endNs: over, outcome, resolved }) =>
      outcome.kind === 'skipped' && resolved.length === 0 ? [] : [startNs, over],
    ),
  ].filter((ns) => ns < endNs);
  return [...new Set(changes)].toSorted((a, b) => a - b);
}

/** Nobody was served, and so often that it cannot be chance. */
const isInVain = (
  { served, attempts, spanNs }: Demand,
  { fromNs, untilNs }: Calm,
  { fewestAttempts = usualFewestAttempts }: ProgressOptions,
): boolean => !served && attempts >= fewestAttempts && spanNs >= leastSpan * (untilNs - fromNs);

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
