/** Short cycles inside strongly connected components, by breadth-first search with a budget. */

import type { Edges } from './components.ts';
import { dependency } from './graph.ts';

/** How much a search may still look at; shared by all searches of one check. */
export class Effort {
  readonly #endMs: number;
  readonly #nowMs: () => number;
  #left: number;
  /** Some search ended early: shorter or other cycles may exist. */
  exhausted = false;

  constructor(visits: number, endMs: number, nowMs: () => number) {
    this.#left = visits;
    this.#endMs = endMs;
    this.#nowMs = nowMs;
  }

  /** Pays for `visits` nodes. False when nothing is left. */
  spend(visits: number): boolean {
    this.#left -= visits;
    if (this.#left > 0 && this.#nowMs() < this.#endMs) return true;
    this.exhausted = true;
    return false;
  }
}

/** A graph to search, with its components, and which nodes are not transactions. */
export interface SearchGraph extends Edges {
  readonly isVirtual: Uint8Array;
}

/** Nodes that one search looks at before it asks whether it may go on. */
const batch = 1 << 14;

/** Reused between searches, so that a search costs what it visits and not the size of the graph. */
export class PathFinder {
  readonly #graph: SearchGraph;
  readonly #stamp: Int32Array;
  /** The edge that led to a node, and the node that it came from. */
  readonly #via: Int32Array;
  readonly #from: Int32Array;
  #search = 0;

  constructor(graph: SearchGraph) {
    this.#graph = graph;
    this.#stamp = new Int32Array(graph.nodes);
    this.#via = new Int32Array(graph.nodes);
    this.#from = new Int32Array(graph.nodes);
  }

  /**
   * The edges of a path from `from` to `to` with the fewest transactions, over edges that `allowed` has all bits of, inside
   * the component of `from`. Steps out of virtual nodes cost nothing. `undefined`: there is none, or the effort was spent.
   */
  path(
    from: number,
    to: number,
    allowed: number,
    component: Int32Array,
    effort: Effort | undefined,
  ): number[] | undefined {
    if (from === to) return [];
    const { start, to: target, kind, isVirtual } = this.#graph;
    this.#search += 1;
    this.#stamp[from] = this.#search;
    const home = component[from];
    let visited = 0;
    let found = false;
    /** Expands one node; what it reaches for the first time goes to one of the lists. */
    const expand = (node: number, virtual: number[], real: number[]): void => {
      visited += 1;
      for (let e = start[node] as number; e < (start[node + 1] as number); e += 1) {
        if (((kind[e] as number) & ~allowed) !== 0) continue;
        const reached = target[e] as number;
        if (this.#stamp[reached] === this.#search || component[reached] !== home) continue;
        this.#stamp[reached] = this.#search;
        this.#via[reached] = e;
        this.#from[reached] = node;
        if (reached === to) found = true;
        (isVirtual[reached] === 1 ? virtual : real).push(reached);
      }
    };
    let virtual: number[] = isVirtual[from] === 1 ? [from] : [];
    let real: number[] = isVirtual[from] === 1 ? [] : [from];
    while (!found && virtual.length + real.length > 0) {
      const [nextVirtual, nextReal]: [number[], number[]] = [[], []];
      // What virtual nodes lead to is no further away than they are: all of that first.
      for (let node = virtual.pop(); node !== undefined && !found; node = virtual.pop()) {
        expand(node, virtual, real);
      }
      for (let i = 0; i < real.length && !found; i += 1) {
        expand(real[i] as number, nextVirtual, nextReal);
        if (visited > batch) {
          if (effort?.spend(visited) === false) return undefined;
          visited = 0;
        }
      }
      [virtual, real] = [nextVirtual, nextReal];
    }
    effort?.spend(visited);
    return found ? this.#walk(from, to) : undefined;
  }

  #walk(from: number, to: number): number[] {
    const edges: number[] = [];
    for (let node = to; node !== from; node = this.#from[node] as number) {
      edges.push(this.#via[node] as number);
    }
    return edges.reverse();
  }
}

/** The same graph where a node also knows whether an anti-dependency led to it: two of them in a row are impossible. */
export function withoutAdjacentRw(
  graph: SearchGraph,
  allowed: number,
): SearchGraph & {
  /** Per edge: the edge of the graph it was made from. */
  readonly base: Int32Array;
} {
  const nodes = graph.nodes * 2;
  const start = new Int32Array(nodes + 1);
  const to: number[] = [];
  const kind: number[] = [];
  const base: number[] = [];
  for (let node = 0; node < nodes; node += 1) {
    const n = node >> 1;
    const afterRw = node & 1;
    for (let e = graph.start[n] as number; e < (graph.start[n + 1] as number); e += 1) {
      const k = graph.kind[e] as number;
      if ((k & ~allowed) !== 0) continue;
      const isRw = (k & dependency.rw) !== 0;
      if (isRw && afterRw === 1) continue;
      const state = isRw || (k === dependency.pass && afterRw === 1) ? 1 : 0;
      to.push(2 * (graph.to[e] as number) + state);
      kind.push(k);
      base.push(e);
    }
    start[node + 1] = to.length;
  }
  return {
    nodes,
    start,
    to: Int32Array.from(to),
    kind: Uint8Array.from(kind),
    isVirtual: Uint8Array.from({ length: nodes }, (_, i) => graph.isVirtual[i >> 1] as number),
    base: Int32Array.from(base),
  };
}
