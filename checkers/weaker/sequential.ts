/**
 * Is there one order of all operations, the same for all, that respects each process but not real time? In general that takes a
 * search (NP-complete also where every read names its write: Gibbons and Korach, 1997), so it has a budget. What is legal and
 * changes nothing is done at once: that never closes a way. A write waits until all who read the value before it have.
 */

import { type Accesses, initial } from '../causal/accesses.ts';

/** Steps between two looks at the clock. */
const stepsPerLook = 1024;

interface Frame {
  /** Processes whose next access may be tried, the best last. */
  readonly choices: number[];
  /** How many accesses were done when it was made. */
  readonly done: number;
}

class Search {
  readonly #all: Accesses['all'];
  readonly #members: number[][] = [];
  readonly #processOf: Int32Array;
  readonly #next: Int32Array;
  /** Per key the access that wrote last, or `initial`. */
  readonly #current: Int32Array;
  /** Per access: reads of its value that are still to come; of first values by key. */
  readonly #readers: Int32Array;
  readonly #readersOfFirst: Int32Array;
  /** In order; with what was current in its key before. */
  readonly #done: { readonly access: number; readonly before: number }[] = [];
  readonly #dead = new Set<string>();
  readonly #endMs: number;
  #steps = 0;

  constructor({ all, keys }: Accesses, endMs: number) {
    this.#all = all;
    this.#endMs = endMs;
    this.#processOf = new Int32Array(all.length);
    const numbers = new Map<unknown, number>();
    for (const [i, { process }] of all.entries()) {
      const number = numbers.get(process) ?? numbers.size;
      numbers.set(process, number);
      this.#members[number] ??= [];
      this.#members[number].push(i);
      this.#processOf[i] = number;
    }
    this.#next = new Int32Array(numbers.size);
    this.#current = new Int32Array(keys).fill(initial);
    this.#readers = new Int32Array(all.length);
    this.#readersOfFirst = new Int32Array(keys);
    for (const access of all) this.#countReader(access, 1);
  }

  #countReader({ source, key }: Accesses['all'][number], by: number): void {
    if (source === undefined) return;
    const [counts, at] = source === initial ? [this.#readersOfFirst, key] : [this.#readers, source];
    counts[at] = (counts[at] as number) + by;
  }

  #candidate(process: number): number | undefined {
    return this.#members[process]?.[this.#next[process] as number];
  }

  #isLegal(access: number): boolean {
    const { source, key, writes } = this.#all[access] as Accesses['all'][number];
    const current = this.#current[key] as number;
    if (source !== undefined && source !== current) return false;
    if (!writes) return true;
    const waiting = (current === initial ? this.#readersOfFirst[key] : this.#readers[current]) ?? 0;
    return waiting === (source === undefined ? 0 : 1);
  }

  #do(access: number): void {
    const one = this.#all[access] as Accesses['all'][number];
    this.#done.push({ access, before: this.#current[one.key] as number });
    const process = this.#processOf[access] as number;
    this.#next[process] = (this.#next[process] as number) + 1;
    this.#countReader(one, -1);
    if (one.writes) this.#current[one.key] = access;
  }

  #undoTo(count: number): void {
    while (this.#done.length > count) {
      const { access, before } = this.#done.pop() as { access: number; before: number };
      const one = this.#all[access] as Accesses['all'][number];
      const process = this.#processOf[access] as number;
      this.#next[process] = (this.#next[process] as number) - 1;
      this.#countReader(one, 1);
      this.#current[one.key] = before;
    }
  }

  /** All that changes nothing and is legal, until nothing is. */
  #doReads(): void {
    for (let again = true; again; ) {
      again = false;
      for (let process = 0; process < this.#members.length; process += 1) {
        for (;;) {
          const access = this.#candidate(process);
          if (access === undefined || this.#all[access]?.writes || !this.#isLegal(access)) break;
          this.#do(access);
          again = true;
        }
      }
    }
  }

  /** What may change something now, the one that ended first last. */
  #choices(): number[] {
    const legal = this.#members.flatMap((_, process) => {
      const access = this.#candidate(process);
      return access !== undefined && this.#isLegal(access) ? [process] : [];
    });
    const endOf = (process: number): number =>
      this.#all[this.#candidate(process) ?? 0]?.pair.completion?.index ?? Infinity;
    return legal.sort((a, b) => endOf(b) - endOf(a));
  }

  /** Undefined: the time was up. */
  run(): boolean | undefined {
    const frames: Frame[] = [];
    for (;;) {
      this.#steps += 1;
      if (this.#steps % stepsPerLook === 0 && performance.now() > this.#endMs) return undefined;
      this.#doReads();
      if (this.#done.length === this.#all.length) return true;
      const state = `${this.#next.join()} ${this.#current.join()}`;
      const choices = this.#dead.has(state) ? [] : this.#choices();
      this.#dead.add(state);
      frames.push({ choices, done: this.#done.length });
      let frame = frames.at(-1);
      while (frame !== undefined && frame.choices.length === 0) {
        frames.pop();
        frame = frames.at(-1);
      }
      if (frame === undefined) return false;
      this.#undoTo(frame.done);
      this.#do(this.#candidate(frame.choices.pop() as number) as number);
    }
  }
}

/** Whether the history is sequentially consistent; undefined: it was not decided by `endMs` (on the clock of `performance`). */
export const isSequential = (accesses: Accesses, endMs: number): boolean | undefined =>
  accesses.thinAir.length > 0 ? false : new Search(accesses, endMs).run();
