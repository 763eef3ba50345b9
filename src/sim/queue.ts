/** What is going to happen, in order of time; what happens at the same time, in the order in which it was asked for. */

/** Something that happens once its time has come. */
export interface Due {
  fire(): void;
}

/** The kind for what is not among the most frequent: with more than four kinds in the queue, calling `fire` of any of them is slow. */
export class Call implements Due {
  readonly #run: () => void;

  constructor(run: () => void) {
    this.#run = run;
  }

  fire(): void {
    this.#run();
  }
}

/** Room at first; it doubles when it is full. */
const firstRoom = 64;

function larger<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/**
 * A heap in which every node has four children: flatter than a binary one, and the children lie side by side. It moves only
 * numbers: the items themselves stay where they were put, since every move of one would have to be told to the garbage collector.
 */
export class EventQueue {
  #size = 0;
  #times = new Float64Array(firstRoom);
  #orders = new Float64Array(firstRoom);
  /** Where in `#items` the item of each node is. Behind the heap: the places that are free. */
  #places = Int32Array.from({ length: firstRoom }, (_, place) => place);
  readonly #items: (Due | undefined)[] = [];
  #asked = 0;

  get size(): number {
    return this.#size;
  }

  /** When the next thing happens; Infinity when nothing will. */
  get nextNs(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#times[0] as number);
  }

  /** A place in the order of asking, for something that is asked for now and put in later. */
  place(): number {
    this.#asked += 1;
    return this.#asked - 1;
  }

  push(atNs: number, item: Due, order = this.place()): void {
    if (this.#size === this.#times.length) this.#grow();
    const times = this.#times;
    const orders = this.#orders;
    const places = this.#places;
    let at = this.#size;
    const place = places[at] as number;
    this.#size += 1;
    this.#items[place] = item;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      const parentNs = times[parent] as number;
      if (parentNs < atNs || (parentNs === atNs && (orders[parent] as number) < order)) break;
      times[at] = parentNs;
      orders[at] = orders[parent] as number;
      places[at] = places[parent] as number;
      at = parent;
    }
    times[at] = atNs;
    orders[at] = order;
    places[at] = place;
  }

  /** Takes out the next. Throws RangeError when there is none. */
  pop(): Due {
    const place = this.#places[0] as number;
    const first = this.#items[place];
    if (this.#size === 0 || first === undefined) {
      throw new RangeError('nothing is left in the queue');
    }
    this.#items[place] = undefined;
    this.#size -= 1;
    this.#sinkLast();
    this.#places[this.#size] = place;
    return first;
  }

  /** The top is free: the last node goes there, and from there down to where it belongs. */
  #sinkLast(): void {
    const times = this.#times;
    const orders = this.#orders;
    const places = this.#places;
    const size = this.#size;
    const atNs = times[size] as number;
    const order = orders[size] as number;
    const place = places[size] as number;
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
      places[at] = places[best] as number;
      at = best;
    }
    times[at] = atNs;
    orders[at] = order;
    places[at] = place;
  }

  #grow(): void {
    const room = 2 * this.#size;
    this.#times = larger(this.#times, new Float64Array(room));
    this.#orders = larger(this.#orders, new Float64Array(room));
    const places = Int32Array.from({ length: room }, (_, place) => place);
    this.#places = larger(this.#places, places);
  }
}
