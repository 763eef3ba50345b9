/** Time as the interpreter knows it: what time it is, and being woken. Real, or virtual for tests and the simulated world. */

/** A wake-up to come. */
export interface Wake {
  /** It will not come. Harmless when it has come already. */
  cancel(): void;
}

/**
 * What a wake-up does. It may return false to say that nobody who awaits a promise can go on because of it: then virtual time need
 * not look after promises before it goes on.
 */
export type Run = () => unknown;

export interface Timeline {
  /** Integer nanoseconds since the start of the run; never goes back. */
  nowNs(): number;
  /** Runs once, at `ns` or as soon as possible afterwards, never before and never within this call. */
  at(ns: number, run: Run): Wake;
  /** Runs once, after everything that is ready to happen now: input that has arrived, settled promises. */
  soon(run: Run): void;
}

interface Entry {
  readonly atNs: number;
  readonly order: number;
  readonly run: () => void;
}

/** Wake-ups in order of time; those of the same time in order of asking. */
export class WakeQueue {
  /** The soonest last. */
  readonly #entries: Entry[] = [];
  #order = 0;

  /** The time of the soonest wake-up, or undefined. */
  get soonestNs(): number | undefined {
    return this.#entries.at(-1)?.atNs;
  }

  add(atNs: number, run: () => void): Wake {
    const entry = { atNs, order: this.#order, run };
    this.#order += 1;
    this.#entries.splice(this.#place(entry), 0, entry);
    return { cancel: () => this.#remove(entry) };
  }

  /** Takes out the soonest wake-up if it is due at `nowNs`. */
  takeDue(nowNs: number): (() => void) | undefined {
    const soonest = this.#entries.at(-1);
    if (soonest === undefined || soonest.atNs > nowNs) return undefined;
    this.#entries.pop();
    return soonest.run;
  }

  #remove(entry: Entry): void {
    const place = this.#place(entry);
    if (this.#entries[place] === entry) this.#entries.splice(place, 1);
  }

  /** Where an entry is, or belongs. */
  #place({ atNs, order }: Entry): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#entries[middle] as Entry;
      if (other.atNs > atNs || (other.atNs === atNs && other.order > order)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Time that passes only from one wake-up to the next. Deterministic as long as nothing else is awaited. */
export class VirtualTimeline implements Timeline {
  readonly #queue = new WakeQueue();
  #nowNs = 0;

  nowNs(): number {
    return this.#nowNs;
  }

  at(ns: number, run: () => void): Wake {
    return this.#queue.add(Math.max(ns, this.#nowNs), run);
  }

  soon(run: () => void): void {
    this.#queue.add(this.#nowNs, run);
  }

  /**
   * Lets time pass until the promise settles; resolves or rejects as it does. All promise callbacks that one wake-up brings
   * about have run before the next comes. Throws Error when nothing is left that could ever happen.
   */
  async runUntil<T>(result: Promise<T>): Promise<T> {
    let settled = false;
    const settle = (): void => {
      settled = true;
    };
    result.then(settle, settle);
    for (;;) {
      await turn();
      if (settled) return result;
      const nextNs = this.#queue.soonestNs;
      if (nextNs === undefined) {
        throw new Error(`nothing is left to happen at ${this.#nowNs} ns of virtual time`);
      }
      this.#nowNs = nextNs;
      this.#queue.takeDue(nextNs)?.();
    }
  }
}

/** One turn of the event loop, after which all promise callbacks have run. */
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });
