/**
 * A directed graph of transactions in typed arrays: a million of them with ten million edges fit in a few hundred megabytes.
 *
 * Not every node is a transaction. A virtual node stands for "every one of these comes before every one of those", which would
 * otherwise be a product of edges: the edge into it says what kind of dependency it is, the edges out of it are `pass`.
 */

/** What an edge means, as bits: an edge belongs to a search when the search allows all of its bits. */
export const dependency = {
  /** Out of a virtual node: part of the edge that led there. */
  pass: 0,
  /** The later transaction overwrote, or appended behind, what the earlier one wrote. */
  ww: 1,
  /** The later one read what the earlier one wrote. */
  wr: 2,
  /** The earlier one did not see what the later one wrote: an anti-dependency. */
  rw: 4,
  /** One process did the earlier one first. Together with `ww` or `rw`: only this tells the order of the versions. */
  process: 8,
  /** The earlier one was answered before the later one was asked. Together with `ww` or `rw`: as above. */
  realtime: 16,
} as const;

/** Edges sorted by the node that they leave: those of node `n` are `start[n]` to `start[n + 1]`. */
export interface Graph {
  readonly nodes: number;
  /** Nodes from here on are virtual. */
  readonly transactions: number;
  readonly start: Int32Array;
  readonly to: Int32Array;
  readonly kind: Uint8Array;
  /** What the edge is about, for whoever explains it: an element. -1 when there is nothing to say. */
  readonly about: Int32Array;
}

export const edgeCount = (graph: Graph): number => graph.to.length;

const increment = (counts: Int32Array, at: number): void => {
  counts[at] = (counts[at] as number) + 1;
};

const firstCapacity = 1024;

/** Collects edges in any order. Edges from a node to itself say nothing and are left out. */
export class GraphBuilder {
  readonly #transactions: number;
  #nodes: number;
  #from = new Int32Array(firstCapacity);
  #to = new Int32Array(firstCapacity);
  #kind = new Uint8Array(firstCapacity);
  #about = new Int32Array(firstCapacity);
  #size = 0;

  constructor(transactions: number) {
    this.#transactions = transactions;
    this.#nodes = transactions;
  }

  get size(): number {
    return this.#size;
  }

  addVirtualNode(): number {
    this.#nodes += 1;
    return this.#nodes - 1;
  }

  add(from: number, to: number, kind: number, about = -1): void {
    if (from === to) return;
    if (this.#size === this.#to.length) this.#grow();
    this.#from[this.#size] = from;
    this.#to[this.#size] = to;
    this.#kind[this.#size] = kind;
    this.#about[this.#size] = about;
    this.#size += 1;
  }

  /** Every one of `before` comes before every one of `after`, for the same reason. `abouts[i]` belongs to `after[i]`. */
  addAll(
    before: readonly number[],
    after: readonly number[],
    kind: number,
    abouts: readonly number[],
  ): void {
    if (before.length < 2 || after.length < 2) {
      for (const from of before) {
        for (const [i, to] of after.entries()) this.add(from, to, kind, abouts[i]);
      }
      return;
    }
    const isAfter = new Map(after.map((to, i) => [to, abouts[i] as number]));
    const isBefore = new Set(before);
    const both = before.filter((node) => isAfter.has(node));
    const middle = this.addVirtualNode();
    for (const from of before) this.add(from, middle, kind);
    for (const [to, about] of isAfter) {
      if (!isBefore.has(to)) this.add(middle, to, dependency.pass, about);
    }
    this.#addMutual(both, kind, (node) => isAfter.get(node) ?? -1, before);
  }

  /**
   * Those on both sides come before each other, but none before itself: one chain of virtual nodes leads to all up to some
   * place, another to all from some place on, and each node enters the chains beside itself.
   */
  #addMutual(
    both: readonly number[],
    kind: number,
    aboutOf: (node: number) => number,
    before: readonly number[],
  ): void {
    const upTo = both.map(() => this.addVirtualNode());
    const from = both.map(() => this.addVirtualNode());
    for (const [i, node] of both.entries()) {
      this.add(upTo[i] as number, node, dependency.pass, aboutOf(node));
      this.add(from[i] as number, node, dependency.pass, aboutOf(node));
      const [left, right] = [upTo[i - 1], from[i + 1]];
      if (left !== undefined) {
        this.add(upTo[i] as number, left, dependency.pass);
        this.add(node, left, kind);
      }
      if (right !== undefined) {
        this.add(from[i] as number, right, dependency.pass);
        this.add(node, right, kind);
      }
    }
    const all = upTo.at(-1);
    if (all === undefined) return;
    const members = new Set(both);
    for (const one of before) if (!members.has(one)) this.add(one, all, kind);
  }

  build(): Graph {
    const edges = this.#size;
    const start = new Int32Array(this.#nodes + 1);
    for (let i = 0; i < edges; i += 1) increment(start, (this.#from[i] as number) + 1);
    for (let n = 0; n < this.#nodes; n += 1) {
      start[n + 1] = (start[n + 1] as number) + (start[n] as number);
    }
    const next = start.slice();
    const to = new Int32Array(edges);
    const kind = new Uint8Array(edges);
    const about = new Int32Array(edges);
    for (let i = 0; i < edges; i += 1) {
      const from = this.#from[i] as number;
      const at = next[from] as number;
      next[from] = at + 1;
      to[at] = this.#to[i] as number;
      kind[at] = this.#kind[i] as number;
      about[at] = this.#about[i] as number;
    }
    return { nodes: this.#nodes, transactions: this.#transactions, start, to, kind, about };
  }

  #grow(): void {
    const capacity = this.#to.length * 2;
    const grown = <T extends Int32Array | Uint8Array>(from: T, into: T): T => {
      into.set(from);
      return into;
    };
    this.#from = grown(this.#from, new Int32Array(capacity));
    this.#to = grown(this.#to, new Int32Array(capacity));
    this.#kind = grown(this.#kind, new Uint8Array(capacity));
    this.#about = grown(this.#about, new Int32Array(capacity));
  }
}

/** A part of a graph with nodes renumbered. Virtual nodes are no longer behind the transactions: `isVirtual` tells. */
export interface Subgraph {
  readonly nodes: number;
  readonly start: Int32Array;
  readonly to: Int32Array;
  readonly kind: Uint8Array;
  /** Per node: its number in the whole graph. */
  readonly original: Int32Array;
  /** Per edge: its number in the whole graph. */
  readonly originalEdge: Int32Array;
  readonly isVirtual: Uint8Array;
}

/** The nodes with a component number from 0, and the edges inside components. */
export function inside(graph: Graph, component: Int32Array): Subgraph {
  const number = new Int32Array(graph.nodes).fill(-1);
  let nodes = 0;
  for (let n = 0; n < graph.nodes; n += 1) {
    if ((component[n] as number) >= 0) {
      number[n] = nodes;
      nodes += 1;
    }
  }
  const original = new Int32Array(nodes);
  const isVirtual = new Uint8Array(nodes);
  const start = new Int32Array(nodes + 1);
  const edges: number[] = [];
  for (let n = 0; n < graph.nodes; n += 1) {
    const at = number[n] as number;
    if (at < 0) continue;
    original[at] = n;
    isVirtual[at] = n >= graph.transactions ? 1 : 0;
    for (let e = graph.start[n] as number; e < (graph.start[n + 1] as number); e += 1) {
      if (component[graph.to[e] as number] === component[n]) edges.push(e);
    }
    start[at + 1] = edges.length;
  }
  const originalEdge = Int32Array.from(edges);
  return {
    nodes,
    start,
    to: originalEdge.map((e) => number[graph.to[e] as number] as number),
    kind: Uint8Array.from(edges, (e) => graph.kind[e] as number),
    original,
    originalEdge,
    isVirtual,
  };
}
