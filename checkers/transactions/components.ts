/** Strongly connected components by Tarjan's algorithm, with a stack of its own: a component may be as large as the history. */

/** What the algorithm needs of a graph; edges with a bit outside of `allowed` do not exist. */
export interface Edges {
  readonly nodes: number;
  readonly start: Int32Array;
  readonly to: Int32Array;
  readonly kind: Uint8Array;
}

export interface Components {
  /** Per node: the number of its component, from 0; -1 for a node that is alone, and so on no cycle. */
  readonly of: Int32Array;
  readonly count: number;
}

/** Linear in nodes and edges. R. Tarjan, "Depth-first search and linear graph algorithms", 1972. */
export function components(graph: Edges, allowed: number): Components {
  const search = new DepthFirst(graph, allowed);
  for (let root = 0; root < graph.nodes; root += 1) search.from(root);
  return { of: search.of, count: search.count };
}

class DepthFirst {
  readonly #graph: Edges;
  readonly #allowed: number;
  readonly of: Int32Array;
  count = 0;
  /** 0: not seen; else the order of discovery from 1. */
  readonly #order: Int32Array;
  /** The earliest node known to be reachable and still open. */
  readonly #low: Int32Array;
  /** The edge to follow next. */
  readonly #next: Int32Array;
  /** Nodes whose component is not known yet. */
  readonly #open: Int32Array;
  readonly #isOpen: Uint8Array;
  /** The way from the root. */
  readonly #path: Int32Array;
  #openCount = 0;
  #pathLength = 0;
  #seen = 0;

  constructor(graph: Edges, allowed: number) {
    const { nodes } = graph;
    this.#graph = graph;
    this.#allowed = allowed;
    this.of = new Int32Array(nodes).fill(-1);
    this.#order = new Int32Array(nodes);
    this.#low = new Int32Array(nodes);
    this.#next = new Int32Array(nodes);
    this.#open = new Int32Array(nodes);
    this.#isOpen = new Uint8Array(nodes);
    this.#path = new Int32Array(nodes);
  }

  from(root: number): void {
    if (this.#order[root] !== 0) return;
    this.#enter(root);
    while (this.#pathLength > 0) {
      const node = this.#path[this.#pathLength - 1] as number;
      if (!this.#follow(node)) this.#leave(node);
    }
  }

  #enter(node: number): void {
    this.#seen += 1;
    this.#order[node] = this.#seen;
    this.#low[node] = this.#seen;
    this.#next[node] = this.#graph.start[node] as number;
    this.#open[this.#openCount] = node;
    this.#openCount += 1;
    this.#isOpen[node] = 1;
    this.#path[this.#pathLength] = node;
    this.#pathLength += 1;
  }

  /** Follows edges up to one that leads to a new node. False when there is none left. */
  #follow(node: number): boolean {
    const { start, to, kind } = this.#graph;
    const end = start[node + 1] as number;
    for (let edge = this.#next[node] as number; edge < end; edge += 1) {
      if (((kind[edge] as number) & ~this.#allowed) !== 0) continue;
      const target = to[edge] as number;
      if (this.#order[target] === 0) {
        this.#next[node] = edge + 1;
        this.#enter(target);
        return true;
      }
      if (this.#isOpen[target] === 1) this.#reach(node, this.#order[target] as number);
    }
    return false;
  }

  #reach(node: number, order: number): void {
    if (order < (this.#low[node] as number)) this.#low[node] = order;
  }

  #leave(node: number): void {
    this.#pathLength -= 1;
    const low = this.#low[node] as number;
    if (low === this.#order[node]) this.#close(node);
    if (this.#pathLength > 0) this.#reach(this.#path[this.#pathLength - 1] as number, low);
  }

  /** All that is open since this node is one component. */
  #close(root: number): void {
    const isAlone = this.#open[this.#openCount - 1] === root;
    let node: number;
    do {
      this.#openCount -= 1;
      node = this.#open[this.#openCount] as number;
      this.#isOpen[node] = 0;
      if (!isAlone) this.of[node] = this.count;
    } while (node !== root);
    if (!isAlone) this.count += 1;
  }
}
