/**
 * Which cycles a graph of transactions holds, the least excusable first: cycles of writes alone before those with reads, those
 * before anti-dependencies, and what the data alone says before what processes and clocks add. A phenomenon is not searched
 * for in a component where one that implies it was found.
 */

import {
  type CycleName,
  cyclePhenomena,
  nameOfCycle,
  type Order,
  orders,
  withImplied,
} from './anomalies.ts';
import { type Components, components } from './components.ts';
import { Effort, PathFinder, type SearchGraph, withoutAdjacentRw } from './cycle.ts';
import { dependency, type Graph, inside, type Subgraph } from './graph.ts';
import { cyclesPerNameMax, triesAfterFirst, visitsPerSearchMax } from './limits.ts';

const { ww, wr, rw, process, realtime, pass } = dependency;

/** One transaction comes before another; `about` is the edge's. */
export interface CycleStep {
  readonly from: number;
  readonly to: number;
  readonly kind: number;
  readonly about: number;
}

export interface Cycle {
  readonly name: CycleName;
  /** Each step begins where the one before it ended, the first where the last ended. */
  readonly steps: readonly CycleStep[];
}

export interface FoundCycles {
  /** A few of each name. */
  readonly cycles: readonly Cycle[];
  /** All that were found: at most one of a name in a component. */
  readonly counts: ReadonlyMap<CycleName, number>;
  /** Strongly connected components of the whole graph. Each is at least one anomaly. */
  readonly components: number;
  /** Transactions in the largest one. */
  readonly largest: number;
  /** Some search was ended by its budget: cycles may be longer than need be, or of a worse kind than was found. */
  readonly exhausted: boolean;
}

export interface SearchOptions {
  /** The strongest order to respect: `-realtime` includes `-process`. */
  readonly order: Order;
  /** On the clock of `nowMs`: searches end then. */
  readonly endMs: number;
  readonly nowMs: () => number;
}

const bitsOf: Readonly<Record<Order, number>> = {
  '': 0,
  '-process': process,
  '-realtime': process | realtime,
};

const allNames: readonly CycleName[] = orders.flatMap((order) =>
  cyclePhenomena.map((phenomenon): CycleName => `${phenomenon}${order}`),
);
const bitOf: ReadonlyMap<CycleName, number> = new Map(allNames.map((name, i) => [name, 1 << i]));

/** For a name: the bits of all names that make looking for it needless. */
const coveredBy: ReadonlyMap<CycleName, number> = new Map(
  allNames.map((name) => [
    name,
    allNames
      .filter((other) => withImplied([other]).has(name))
      .reduce((bits, other) => bits | (bitOf.get(other) ?? 0), 0),
  ]),
);

/** Edges out of a virtual node that are looked at to guess where it leads. */
const targetsLookedAt = 64;

/** Edges to close into cycles, per component; and the way back. */
interface Quest {
  readonly name: CycleName;
  readonly graph: SearchGraph;
  readonly finder: PathFinder;
  readonly components: Components;
  /** Closing edges have one of these bits. */
  readonly closing: number;
  /** Edges of the way back have only these. */
  readonly back: number;
  /** From an edge and a node of `graph` to those of the subgraph. */
  readonly edgeOf: (edge: number) => number;
  readonly nodeOf: (node: number) => number;
}

class CycleSearch {
  readonly #graph: Graph;
  readonly #sub: Subgraph;
  readonly #finder: PathFinder;
  readonly #options: SearchOptions;
  /** Per node of the subgraph: the names of the cycles found through it. */
  readonly #found: Int32Array;
  /** Per edge of the subgraph: where it begins. */
  readonly #from: Int32Array;
  readonly counts = new Map<CycleName, number>();
  readonly cycles: Cycle[] = [];
  exhausted = false;

  constructor(graph: Graph, sub: Subgraph, options: SearchOptions) {
    this.#graph = graph;
    this.#sub = sub;
    this.#finder = new PathFinder(sub);
    this.#options = options;
    this.#found = new Int32Array(sub.nodes);
    this.#from = new Int32Array(sub.to.length);
    for (let n = 0; n < sub.nodes; n += 1) {
      this.#from.fill(n, sub.start[n], sub.start[n + 1]);
    }
  }

  run(): void {
    const wanted = orders.slice(0, orders.indexOf(this.#options.order) + 1);
    for (const order of wanted) {
      const extra = bitsOf[order];
      // Processes and clocks alone never contradict themselves: every cycle has an edge of the data to close it with.
      this.#simple(`G0${order}`, ww | extra, ww);
      this.#simple(`G1c${order}`, ww | wr | extra, wr);
      this.#nonadjacent(order, ww | wr | extra);
      this.#simple(`G2-item${order}`, ww | wr | rw | extra, rw);
    }
    if (this.cycles.length === 0) this.#anything(ww | wr | rw | bitsOf[this.#options.order]);
  }

  get #isLate(): boolean {
    const late = this.#options.nowMs() >= this.#options.endMs;
    if (late) this.exhausted = true;
    return late;
  }

  #effort(): Effort {
    return new Effort(visitsPerSearchMax, this.#options.endMs, this.#options.nowMs);
  }

  /** Cycles over some kinds of edges, with a certain one among them: wherever there is one, the first try finds it. */
  #simple(name: CycleName, allowed: number, closing: number): void {
    if (this.#isLate) return;
    this.#pursue({
      name,
      graph: this.#sub,
      finder: this.#finder,
      components: components(this.#sub, allowed),
      closing,
      back: allowed,
      edgeOf: (edge) => edge,
      nodeOf: (node) => node,
    });
  }

  /** G-single and G-nonadjacent. Only where the second exists can the first. */
  #nonadjacent(order: Order, allowed: number): void {
    if (this.#isLate) return;
    const product = withoutAdjacentRw(this.#sub, allowed | rw);
    const parts = components(product, allowed | rw);
    if (parts.count === 0) return;
    const single: Quest = {
      name: `G-single${order}`,
      graph: product,
      finder: new PathFinder(product),
      components: parts,
      closing: rw,
      back: allowed,
      edgeOf: (edge) => product.base[edge] as number,
      nodeOf: (node) => node >> 1,
    };
    this.#pursue(single);
    this.#pursue({ ...single, name: `G-nonadjacent${order}`, back: allowed | rw });
  }

  #pursue(quest: Quest): void {
    const { graph, components: parts, closing } = quest;
    if (parts.count === 0) return;
    const covered = this.#coveredComponents(quest);
    const edges = new Map<number, number[]>();
    for (let n = 0; n < graph.nodes; n += 1) {
      const component = parts.of[n] as number;
      if (component < 0 || covered[component] === 1) continue;
      for (let e = graph.start[n] as number; e < (graph.start[n + 1] as number); e += 1) {
        const k = graph.kind[e] as number;
        const isClosing = (k & closing) !== 0 && (k & ~(quest.back | closing)) === 0;
        if (!isClosing || parts.of[graph.to[e] as number] !== component) continue;
        const list = edges.get(component);
        if (list === undefined) edges.set(component, [e]);
        else list.push(e);
      }
    }
    for (const list of edges.values()) {
      if (this.#isLate) return;
      const cycle = this.#shortest(quest, this.#backwardsFirst(quest, list));
      if (cycle !== undefined) this.#keep(cycle);
    }
  }

  /**
   * Dependencies mostly lead from transactions that were asked earlier to later ones. The way back is short where they do not, so
   * those that lead furthest into the past are tried first.
   */
  #backwardsFirst({ edgeOf }: Quest, edges: readonly number[]): readonly number[] {
    const into = new Map<number, number>();
    for (const edge of edges) {
      const base = edgeOf(edge);
      const from = this.#sub.original[this.#from[base] as number] as number;
      into.set(edge, from - this.#earliest(this.#sub.to[base] as number));
    }
    return edges.toSorted((a, b) => (into.get(b) ?? 0) - (into.get(a) ?? 0));
  }

  /** The first transaction that a node leads to, or is. */
  #earliest(node: number): number {
    const { start, to, isVirtual, original } = this.#sub;
    if (isVirtual[node] === 0) return original[node] as number;
    let earliest = Infinity;
    const end = Math.min(start[node + 1] as number, (start[node] as number) + targetsLookedAt);
    for (let e = start[node] as number; e < end; e += 1) {
      const target = to[e] as number;
      if (isVirtual[target] === 0) earliest = Math.min(earliest, original[target] as number);
    }
    return earliest === Infinity ? this.#graph.transactions : earliest;
  }

  /** 1 per component in which a cycle was found that implies what is wanted. */
  #coveredComponents({ name, components: parts, nodeOf }: Quest): Uint8Array {
    const covered = new Uint8Array(parts.count);
    const bits = coveredBy.get(name) ?? 0;
    for (let n = 0; n < parts.of.length; n += 1) {
      const component = parts.of[n] as number;
      if (component >= 0 && ((this.#found[nodeOf(n)] as number) & bits) !== 0) {
        covered[component] = 1;
      }
    }
    return covered;
  }

  #shortest(quest: Quest, closing: readonly number[]): readonly number[] | undefined {
    const effort = this.#effort();
    let best: readonly number[] | undefined;
    let bestLength = Infinity;
    let left = triesAfterFirst;
    for (const edge of closing) {
      const found = this.#closed(quest, edge, effort);
      if (effort.exhausted) {
        this.exhausted = true;
        break;
      }
      if (found !== undefined) {
        const length = this.#steps(found).length;
        if (length < bestLength && !this.#isKnown(found)) [best, bestLength] = [found, length];
      }
      if (bestLength <= 2) break;
      if (best !== undefined) left -= 1;
      if (left === 0) break;
    }
    return best;
  }

  /** Found already at one of its nodes, by itself or as something worse. */
  #isKnown(cycle: readonly number[]): boolean {
    const bits = coveredBy.get(this.#nameOf(cycle)) ?? 0;
    return cycle.some((e) => ((this.#found[this.#from[e] as number] as number) & bits) !== 0);
  }

  /** A cycle through this edge, as edges of the subgraph. */
  #closed(quest: Quest, edge: number, effort: Effort): readonly number[] | undefined {
    const { graph, finder, components: parts, back, edgeOf } = quest;
    const to = graph.to[edge] as number;
    const from = this.#startOf(quest, edge);
    const path = finder.path(to, from, back, parts.of, effort);
    if (path === undefined) return undefined;
    return this.#withoutLoops([edge, ...path].map(edgeOf));
  }

  /** The node an edge leaves. After an anti-dependency a node is another one, so the base graph's is not enough. */
  #startOf({ graph, edgeOf }: Quest, edge: number): number {
    const base = this.#from[edgeOf(edge)] as number;
    if (graph === this.#sub) return base;
    return edge < (graph.start[2 * base + 1] as number) ? 2 * base : 2 * base + 1;
  }

  /**
   * Where a transaction is passed twice, one of the two loops does: the one without adjacent anti-dependencies. (If both joints
   * of one loop are anti-dependencies, no joint of the other is.)
   */
  #withoutLoops(cycle: readonly number[]): readonly number[] {
    const seen = new Map<number, number>();
    for (const [i, edge] of cycle.entries()) {
      const node = this.#from[edge] as number;
      const before = seen.get(node);
      if (before === undefined) {
        seen.set(node, i);
        continue;
      }
      const inner = cycle.slice(before, i);
      const outer = [...cycle.slice(0, before), ...cycle.slice(i)];
      const [better] = [inner, outer].sort((a, b) => this.#excuse(a) - this.#excuse(b));
      return this.#withoutLoops(better as readonly number[]);
    }
    return cycle;
  }

  #excuse(cycle: readonly number[]): number {
    return allNames.indexOf(this.#nameOf(cycle)) % cyclePhenomena.length;
  }

  #nameOf(cycle: readonly number[]): CycleName {
    return nameOfCycle(this.#steps(cycle).map((step) => step.kind));
  }

  #keep(edges: readonly number[]): void {
    const steps = this.#steps(edges);
    const name = nameOfCycle(steps.map((step) => step.kind));
    const bit = bitOf.get(name) ?? 0;
    for (const edge of edges) {
      const node = this.#from[edge] as number;
      this.#found[node] = (this.#found[node] as number) | bit;
    }
    const count = this.counts.get(name) ?? 0;
    this.counts.set(name, count + 1);
    if (count < cyclesPerNameMax) this.cycles.push({ name, steps });
  }

  /** From transaction to transaction: virtual nodes are skipped. */
  #steps(edges: readonly number[]): CycleStep[] {
    const sub = this.#sub;
    const first = edges.findIndex((edge) => sub.isVirtual[this.#from[edge] as number] === 0);
    const steps: { from: number; to: number; kind: number; about: number }[] = [];
    for (const edge of [...edges.slice(first), ...edges.slice(0, first)]) {
      const from = this.#from[edge] as number;
      const to = sub.original[sub.to[edge] as number] as number;
      const about = this.#graph.about[sub.originalEdge[edge] as number] as number;
      const kind = sub.kind[edge] as number;
      if (sub.isVirtual[from] === 0) {
        steps.push({ from: sub.original[from] as number, to, kind, about });
        continue;
      }
      const last = steps.at(-1);
      if (last === undefined) continue;
      last.to = to;
      if (about >= 0) last.about = about;
    }
    return steps;
  }

  /** When time ran out before anything was found: a component is proof enough that there is a cycle, so show one. */
  #anything(allowed: number): void {
    const quest: Quest = {
      name: 'G2-item',
      graph: this.#sub,
      finder: this.#finder,
      components: components(this.#sub, allowed),
      closing: allowed,
      back: allowed,
      edgeOf: (edge) => edge,
      nodeOf: (node) => node,
    };
    for (const closing of [realtime, process, rw, wr, ww]) {
      const edge = this.#sub.kind.findIndex((kind) => (kind & closing) !== 0 && kind !== pass);
      if (edge < 0) continue;
      const path = this.#finder.path(
        this.#sub.to[edge] as number,
        this.#from[edge] as number,
        allowed,
        quest.components.of,
        undefined,
      );
      if (path !== undefined) {
        this.#keep([edge, ...path]);
        return;
      }
    }
  }
}

/** All components, and cycles that show what is wrong with them. Linear apart from the search for short cycles. */
export function findCycles(graph: Graph, options: SearchOptions): FoundCycles {
  const parts = components(graph, ww | wr | rw | bitsOf[options.order]);
  if (parts.count === 0)
    return { cycles: [], counts: new Map(), components: 0, largest: 0, exhausted: false };
  const sizes = new Int32Array(parts.count);
  for (let n = 0; n < graph.transactions; n += 1) {
    const component = parts.of[n] as number;
    if (component >= 0) sizes[component] = (sizes[component] as number) + 1;
  }
  const search = new CycleSearch(graph, inside(graph, parts.of), options);
  search.run();
  return {
    cycles: search.cycles,
    counts: search.counts,
    components: parts.count,
    largest: sizes.reduce((a, b) => Math.max(a, b), 0),
    exhausted: search.exhausted,
  };
}
