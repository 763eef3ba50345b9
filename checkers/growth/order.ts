/**
 * Objects that only grow put what saw them in an order: whoever saw more of one of them came later. Together with the order of each
 * process and that of real time this is a graph, and a circle in it is a contradiction: two reads that saw two writes in
 * opposite orders, a process for which time went back, a read of what was out of date.
 *
 *     x = 1, y = 0   before, by x   x = 2, y = 0
 *     x = 0, y = 1   before, by x   x = 1, y = 0   before, by y   x = 0, y = 1
 *
 * Each key is a chain of virtual nodes, one after each state of it that somebody saw: linear in what was seen.
 */

import { components } from '../transactions/components.ts';
import { Effort, PathFinder, type SearchGraph } from '../transactions/cycle.ts';
import { type Graph, GraphBuilder } from '../transactions/graph.ts';
import { addRealtimeOrder } from '../transactions/orders.ts';
import type { Observation } from './observations.ts';

/** Why one observation comes before another, as bits; `process` and `realtime` are those of transactions. */
export const because = { pass: 0, growth: 1, process: 8, realtime: 16 } as const;

export interface GrowthStep {
  /** Places in the observations. */
  readonly from: number;
  readonly to: number;
  readonly kind: number;
  /** What the edge is about; of growth: the number of the key that grew. */
  readonly about: number;
}

/** Each step begins where the one before it ended, the first where the last ended. */
export type GrowthCycle = readonly GrowthStep[];

export interface Contradictions {
  readonly cycles: readonly GrowthCycle[];
  /** Groups of observations that contradict each other. */
  readonly components: number;
  /** The time was up before all was searched. */
  readonly exhausted: boolean;
}

/** What else than the data has to be respected. Real time includes the processes. */
export type GrowthOrder = 'none' | 'process' | 'realtime';

/** Cycles that are worked out; further groups are counted. */
const cyclesMax = 8;
/** Closing edges tried for a shorter cycle. */
const triesMax = 64;
/** Nodes that one search may look at. */
const visitsMax = 10_000_000;

/** Edges from whoever saw a state to a virtual node behind it, and from there to all that saw a later one. */
function addGrowth(
  graph: GraphBuilder,
  keys: ReadonlyMap<string, readonly (readonly [at: number, observation: number])[]>,
): void {
  for (const [number, [, seen]] of [...keys].entries()) {
    const sorted = seen.toSorted(([a], [b]) => a - b);
    let before: number | undefined;
    for (let i = 0; i < sorted.length; ) {
      const [at] = sorted[i] as readonly [number, number];
      const after: number = graph.addVirtualNode();
      if (before !== undefined) graph.add(before, after, because.pass, number);
      for (; i < sorted.length && sorted[i]?.[0] === at; i += 1) {
        const node = sorted[i]?.[1] as number;
        if (before !== undefined) graph.add(before, node, because.pass, number);
        graph.add(node, after, because.growth, number);
      }
      before = after;
    }
  }
}

/** A chain of virtual nodes per process, so that the way from an operation to any later one is one step. */
function addProcesses(graph: GraphBuilder, observations: readonly Observation[]): void {
  const last = new Map<unknown, number>();
  for (const [node, { invoke }] of observations.entries()) {
    const before = last.get(invoke.process);
    const after = graph.addVirtualNode();
    if (before !== undefined) {
      graph.add(before, node, because.pass);
      graph.add(before, after, because.pass);
    }
    graph.add(node, after, because.process);
    last.set(invoke.process, after);
  }
}

function build(
  observations: readonly Observation[],
  order: GrowthOrder,
  keyNames: string[],
): Graph {
  const graph = new GraphBuilder(observations.length);
  const keys = new Map<string, (readonly [number, number])[]>();
  for (const [node, { sights }] of observations.entries()) {
    for (const { key, at } of sights) {
      const seen = keys.get(key);
      if (seen === undefined) keys.set(key, [[at, node]]);
      else seen.push([at, node]);
    }
  }
  keyNames.push(...keys.keys());
  addGrowth(graph, keys);
  if (order !== 'none') addProcesses(graph, observations);
  if (order === 'realtime') {
    const answered = observations.map(({ invoke, completion }) => ({
      invoke,
      completion,
      status: 'ok' as const,
      steps: [],
      isAnswered: true,
    }));
    addRealtimeOrder(graph, answered, new Uint8Array(observations.length).fill(1));
  }
  return graph.build();
}

/** Edges of the data alone, then with those of processes, then with those of real time: the least excusable first. */
const levels: Readonly<Record<GrowthOrder, readonly number[]>> = {
  none: [because.growth],
  process: [because.growth, because.growth | because.process],
  realtime: [
    because.growth,
    because.growth | because.process,
    because.growth | because.process | because.realtime,
  ],
};

class Search {
  readonly #graph: SearchGraph & Graph;
  readonly #finder: PathFinder;
  readonly #effort: Effort;

  constructor(graph: Graph, endMs: number) {
    const isVirtual = new Uint8Array(graph.nodes).fill(1, graph.transactions);
    this.#graph = { ...graph, isVirtual };
    this.#finder = new PathFinder(this.#graph);
    this.#effort = new Effort(visitsMax, endMs, () => performance.now());
  }

  get exhausted(): boolean {
    return this.#effort.exhausted;
  }

  /** A short cycle through one of these nodes, which are some of one component. */
  shortest(nodes: readonly number[], of: Int32Array, allowed: number): GrowthCycle | undefined {
    const { start, to, kind } = this.#graph;
    let best: GrowthCycle | undefined;
    for (const node of nodes.slice(0, triesMax)) {
      for (let e = start[node] as number; e < (start[node + 1] as number); e += 1) {
        const next = to[e] as number;
        if (((kind[e] as number) & ~allowed) !== 0 || of[next] !== of[node]) continue;
        const back = this.#finder.path(next, node, allowed, of, this.#effort);
        const cycle = back && this.#steps(node, [e, ...back]);
        if (cycle && (best === undefined || cycle.length < best.length)) best = cycle;
        if (best?.length === 2) return best;
      }
    }
    return best;
  }

  /** One step per real node: the edge that leaves it says why. */
  #steps(first: number, edges: readonly number[]): GrowthCycle {
    const { to, kind, about, transactions } = this.#graph;
    const steps: GrowthStep[] = [];
    let from = first;
    let why = { kind: 0, about: -1 };
    for (const e of edges) {
      if (kind[e] !== because.pass) why = { kind: kind[e] as number, about: about[e] as number };
      const node = to[e] as number;
      if (node >= transactions) continue;
      steps.push({ from, to: node, ...why });
      from = node;
    }
    return steps;
  }
}

/** Short cycles of a graph, those of the first levels first: a level is the kinds of edge, as bits, that may be used. */
export function shortCycles(
  graph: Graph,
  allLevels: readonly number[],
  endMs: number,
): Contradictions {
  const search = new Search(graph, endMs);
  const cycles: GrowthCycle[] = [];
  const isTold = new Uint8Array(graph.transactions);
  let groups = 0;
  for (const allowed of allLevels) {
    const { of, count } = components(graph, allowed);
    const members: number[][] = Array.from({ length: count }, () => []);
    for (let node = 0; node < graph.transactions; node += 1) {
      if (of[node] !== -1) members[of[node] as number]?.push(node);
    }
    for (const nodes of members) {
      // A group that holds a smaller one says nothing new.
      if (nodes.some((node) => isTold[node] === 1)) continue;
      groups += 1;
      for (const node of nodes) isTold[node] = 1;
      const cycle = cycles.length < cyclesMax ? search.shortest(nodes, of, allowed) : undefined;
      if (cycle !== undefined) cycles.push(cycle);
    }
  }
  return { cycles, components: groups, exhausted: search.exhausted };
}

/** The contradictions among observations, those that need the least to be assumed first. `endMs`: on the clock of `performance`. */
export function contradictions(
  observations: readonly Observation[],
  order: GrowthOrder,
  endMs: number,
): Contradictions & { readonly keys: readonly string[] } {
  const keys: string[] = [];
  const graph = build(observations, order, keys);
  return { ...shortCycles(graph, levels[order], endMs), keys };
}
