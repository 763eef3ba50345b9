/** Many orders that share their beginnings: a tree of steps in flat arrays, from which what nobody needs any more is swept out. */

import { at, grown, ints } from './ints.ts';

const firstLength = 1024;

export class Paths {
  #parent = ints(firstLength);
  #operation = ints(firstLength);
  #length = 0;
  /** Sweep when there are so many. */
  #sweepAt = firstLength;

  get bytes(): number {
    return 8 * this.#parent.length;
  }

  /** True when it is worth calling `sweep`. */
  get isFull(): boolean {
    return this.#length >= this.#sweepAt;
  }

  /** The number of a path that goes on from `parent` (-1: from nothing) with this operation. */
  add(parent: number, operation: number): number {
    const path = this.#length;
    this.#parent = grown(this.#parent, path + 1);
    this.#operation = grown(this.#operation, path + 1);
    this.#parent[path] = parent;
    this.#operation[path] = operation;
    this.#length = path + 1;
    return path;
  }

  /** The operations of a path, in order. */
  order(path: number): Int32Array {
    let length = 0;
    for (let step = path; step >= 0; step = at(this.#parent, step)) length += 1;
    const order = ints(length);
    for (let step = path; step >= 0; step = at(this.#parent, step)) {
      length -= 1;
      order[length] = at(this.#operation, step);
    }
    return order;
  }

  /** Forgets all but the paths of `live`, and gives these new numbers. */
  sweep(live: Iterable<{ path: number }>): void {
    const number = ints(this.#length);
    const holders = new Set(live);
    for (const { path } of holders) {
      for (let step = path; step >= 0 && at(number, step) === 0; step = at(this.#parent, step)) {
        number[step] = 1;
      }
    }
    // Parents come before children, so their new numbers are known.
    let length = 0;
    for (let step = 0; step < this.#length; step += 1) {
      if (at(number, step) === 0) continue;
      const parent = at(this.#parent, step);
      this.#parent[length] = parent < 0 ? parent : at(number, parent);
      this.#operation[length] = at(this.#operation, step);
      number[step] = length;
      length += 1;
    }
    for (const holder of holders) {
      if (holder.path >= 0) holder.path = at(number, holder.path);
    }
    this.#length = length;
    this.#sweepAt = Math.max(firstLength, 2 * length);
  }
}
