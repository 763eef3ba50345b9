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

/** So many events are passed by one by one; the others, which are rare, are moved together. */
const nearby = 16;

/**
 * A list sorted by time, the next at its end. What is asked for mostly comes sooner than nearly all that waits (a message takes a
 * millisecond, the timers of nodes and clients hundreds), so a new event passes by a few others and is there: cheaper than
 * a heap. Only numbers are moved: the items themselves stay where they were put, since every move of one would have to be told to the
 * garbage collector. Tens of thousands of waiting events, all due at about the same time, cost some microseconds each.
 */
export class EventQueue {
  #size = 0;
  #times = new Float64Array(firstRoom);
  #orders = new Float64Array(firstRoom);
  /** Where in `#items` the item of each event is. Behind the list: the places that are free. */
  #places = Int32Array.from({ length: firstRoom }, (_, place) => place);
  readonly #items: (Due | undefined)[] = [];
  #asked = 0;

  get size(): number {
    return this.#size;
  }

  /** When the next thing happens; Infinity when nothing will. */
  get nextNs(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#times[this.#size - 1] as number);
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
    const near = at - nearby;
    while (at > 0) {
      const otherNs = times[at - 1] as number;
      if (otherNs > atNs || (otherNs === atNs && (orders[at - 1] as number) > order)) break;
      if (at === near) {
        at = this.#passMany(at, atNs, order);
        break;
      }
      times[at] = otherNs;
      orders[at] = orders[at - 1] as number;
      places[at] = places[at - 1] as number;
      at -= 1;
    }
    times[at] = atNs;
    orders[at] = order;
    places[at] = place;
  }

  /** Takes out the next. Throws RangeError when there is none. */
  pop(): Due {
    if (this.#size === 0) throw new RangeError('nothing is left in the queue');
    this.#size -= 1;
    const place = this.#places[this.#size] as number;
    const next = this.#items[place] as Due;
    this.#items[place] = undefined;
    return next;
  }

  /** Makes room at the place of a new event, of which only is known that it is before `end`. */
  #passMany(end: number, atNs: number, order: number): number {
    let low = 0;
    let high = end - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      const ns = this.#times[middle] as number;
      const isSooner = ns < atNs || (ns === atNs && (this.#orders[middle] as number) < order);
      if (isSooner) high = middle;
      else low = middle + 1;
    }
    this.#times.copyWithin(low + 1, low, end);
    this.#orders.copyWithin(low + 1, low, end);
    this.#places.copyWithin(low + 1, low, end);
    return low;
  }

  #grow(): void {
    const room = 2 * this.#size;
    this.#times = larger(this.#times, new Float64Array(room));
    this.#orders = larger(this.#orders, new Float64Array(room));
    const places = Int32Array.from({ length: room }, (_, place) => place);
    this.#places = larger(this.#places, places);
  }
}
