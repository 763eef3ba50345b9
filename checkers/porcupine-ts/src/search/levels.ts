/** The configurations of the beam that wait, by the first required operation that is not placed; of two alike the better. */

import type { Node } from './beam-node.ts';

const isBetter = (node: Node, known: Node): boolean =>
  node.cost < known.cost || (node.cost === known.cost && node.covered > known.covered);

const keyOf = (node: Node): string => {
  const flags = (node.dirty ? 1 : 0) + (node.onlyOptional ? 2 : 0);
  return `${node.held} ${flags} ${node.ahead.join(' ')}`;
};

export class Levels {
  readonly #levels = new Map<number, Map<string, Node>>();

  get isEmpty(): boolean {
    return this.#levels.size === 0;
  }

  has(level: number): boolean {
    return this.#levels.has(level);
  }

  add(node: Node): void {
    let level = this.#levels.get(node.first);
    if (level === undefined) {
      level = new Map();
      this.#levels.set(node.first, level);
    }
    const key = keyOf(node);
    const known = level.get(key);
    if (known === undefined || isBetter(node, known)) level.set(key, node);
  }

  /** Takes out the cheapest of a level that is not like one in `seen`, and notes it there; undefined if there is none. */
  take(first: number, seen: Set<string>): Node | undefined {
    const level = this.#levels.get(first);
    if (level === undefined) return undefined;
    for (;;) {
      let best: Node | undefined;
      let bestKey = '';
      for (const [key, node] of level) {
        if (best === undefined || node.cost < best.cost) [best, bestKey] = [node, key];
      }
      level.delete(bestKey);
      if (best === undefined || !seen.has(bestKey)) {
        seen.add(bestKey);
        return best;
      }
    }
  }

  /** Some configuration of the level. */
  any(level: number): Node | undefined {
    const [node] = this.#levels.get(level)?.values() ?? [];
    return node;
  }

  delete(level: number): void {
    this.#levels.delete(level);
  }

  clear(): void {
    this.#levels.clear();
  }

  all(): readonly Node[] {
    return [...this.#levels.values()].flatMap((level) => [...level.values()]);
  }
}
