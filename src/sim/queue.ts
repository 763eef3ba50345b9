/** What is going to happen, in order of time; what happens at the same time, in the order in which it was asked for. */

/** Something that happens once its time has come. */
export interface Due {
  fire(): void;
}

/** A heap in which every node has four children: flatter than a binary one, and the children lie side by side. */
export class EventQueue {
  readonly #times: number[] = [];
  readonly #orders: number[] = [];
  readonly #items: Due[] = [];
  #asked = 0;

  get size(): number {
    return this.#items.length;
  }

  /** When the next thing happens; Infinity when nothing will. */
  get nextNs(): number {
    return this.#times[0] ?? Number.POSITIVE_INFINITY;
  }

  /** A place in the order of asking, for something that is asked for now and put in later. */
  place(): number {
    this.#asked += 1;
    return this.#asked - 1;
  }

  push(atNs: number, item: Due, order = this.place()): void {
    const times = this.#times;
    const orders = this.#orders;
    const items = this.#items;
    let at = items.length;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      const parentNs = times[parent] as number;
      if (parentNs < atNs || (parentNs === atNs && (orders[parent] as number) < order)) break;
      times[at] = parentNs;
      orders[at] = orders[parent] as number;
      items[at] = items[parent] as Due;
      at = parent;
    }
    times[at] = atNs;
    orders[at] = order;
    items[at] = item;
  }

  /** Takes out the next. Throws RangeError when there is none. */
  pop(): Due {
    const items = this.#items;
    const first = items[0];
    if (first === undefined) throw new RangeError('nothing is left in the queue');
    const last = items.pop() as Due;
    const lastNs = this.#times.pop() as number;
    const lastOrder = this.#orders.pop() as number;
    if (items.length > 0) this.#sink(last, lastNs, lastOrder);
    return first;
  }

  /** Puts an item into the free place at the top, and from there down to where it belongs. */
  #sink(item: Due, atNs: number, order: number): void {
    const times = this.#times;
    const orders = this.#orders;
    const items = this.#items;
    const size = items.length;
    let at = 0;
    for (let child = 1; child < size; child = 4 * at + 1) {
      let best = child;
      let bestNs = times[child] as number;
      const end = Math.min(child + 4, size);
      for (let other = child + 1; other < end; other += 1) {
        const otherNs = times[other] as number;
        if (
          otherNs < bestNs ||
          (otherNs === bestNs && (orders[other] as number) < (orders[best] as number))
        ) {
          best = other;
          bestNs = otherNs;
        }
      }
      if (bestNs > atNs || (bestNs === atNs && (orders[best] as number) > order)) break;
      times[at] = bestNs;
      orders[at] = orders[best] as number;
      items[at] = items[best] as Due;
      at = best;
    }
    times[at] = atNs;
    orders[at] = order;
    items[at] = item;
  }
}
