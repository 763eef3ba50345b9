/**
 * A set that only grows, with reads of all its elements: decided in time linear in what was read, after sorting.
 *
 * What reads found must grow, so reads are ordered by how much they found, equal ones by call, and each must hold what the
 * one before it found. That order is forced, up to reads that are alike. Then every addition belongs between the last
 * read without its element and the first one with it, and the earliest moments that respect all calls either respect
 * all returns, or nothing does.
 */

import { PlainInterner } from '../intern.ts';
import { at } from '../search/ints.ts';
import type { SetView } from '../shape.ts';
import { sortByTimes, type Timeline } from './timeline.ts';
import type { ShapeVerdict } from './verdict.ts';

interface Read {
  readonly i: number;
  readonly elements: ReadonlySet<number>;
}

interface Additions {
  /** The one called first: enough for a read to find the element. */
  first: number;
  /** Required ones. */
  readonly required: number[];
}

/** The number of the first read that has each element; a read, if it lost an element that the one before it has. */
function firstReads(reads: readonly Read[], tick: () => void): Map<number, number> | Read {
  const first = new Map<number, number>();
  for (const [k, read] of reads.entries()) {
    let known = 0;
    for (const element of read.elements) {
      tick();
      if (first.has(element)) known += 1;
      else first.set(element, k);
    }
    if (known < (reads[k - 1]?.elements.size ?? 0)) return read;
  }
  return first;
}

class Snapshots {
  readonly #t: Timeline;
  readonly #reads: Read[] = [];
  readonly #additions = new Map<number, Additions>();
  readonly #nothing: number[] = [];
  readonly #elements = new PlainInterner<unknown>();
  readonly #initial: ReadonlySet<number>;

  constructor(t: Timeline, initial: readonly unknown[]) {
    this.#t = t;
    this.#initial = new Set(initial.map((element) => this.#elements.idOf(element)));
  }

  /** False: not in this class. */
  file(views: readonly SetView[]): boolean {
    const t = this.#t;
    const found = new Map<number, ReadonlySet<number>>();
    for (let i = 0; i < t.count; i += 1) {
      t.tick();
      const effect = at(t.effect, i);
      const view = views[effect] as SetView;
      if (view.kind === 'nothing') this.#nothing.push(i);
      else if (view.kind === 'read') {
        const elements = found.get(effect) ?? this.#numbers(view.elements);
        found.set(effect, elements);
        this.#reads.push({ i, elements });
      } else if (view.kind === 'add' && view.changed === undefined) {
        this.#file(i, this.#elements.idOf(view.element));
      } else return false;
    }
    const { call } = t;
    this.#reads.sort((a, b) => a.elements.size - b.elements.size || at(call, a.i) - at(call, b.i));
    return true;
  }

  #numbers(elements: readonly unknown[]): ReadonlySet<number> {
    const numbers = new Set<number>();
    for (const element of elements) {
      this.#t.tick();
      numbers.add(this.#elements.idOf(element));
    }
    return numbers;
  }

  /** Whether it found all that was there at first. */
  #hasInitial({ elements }: Read): boolean {
    for (const element of this.#initial) {
      this.#t.tick();
      if (!elements.has(element)) return false;
    }
    return true;
  }

  decide(): ShapeVerdict {
    const reads = this.#reads;
    const lost = reads.find((read) => !this.#hasInitial(read));
    if (lost !== undefined) return this.#violation([lost.i]);
    const firsts = firstReads(reads, this.#t.tick);
    if (firsts instanceof Map) return this.#place(firsts);
    const before = reads[reads.indexOf(firsts) - 1];
    return this.#violation(before === undefined ? [firsts.i] : [before.i, firsts.i]);
  }

  /** Finds out between which reads the additions belong. */
  #place(firsts: ReadonlyMap<number, number>): ShapeVerdict {
    const reads = this.#reads;
    const { tick } = this.#t;
    const add = (list: number[] | undefined, additions: readonly number[]): void => {
      for (const i of additions) {
        tick();
        list?.push(i);
      }
    };
    /** Additions between read k - 1 and read k. */
    const between: number[][] = Array.from({ length: reads.length + 1 }, () => []);
    /** Those without which read k would not find what it found. */
    const needed: number[][] = Array.from({ length: reads.length }, () => []);
    for (const [element, k] of firsts) {
      tick();
      if (this.#initial.has(element)) continue;
      const additions = this.#additions.get(element);
      if (additions === undefined) return this.#violation([(reads[k] as Read).i]);
      needed[k]?.push(additions.first);
      add(between[k], additions.required);
      if (additions.first >= this.#t.required) between[k]?.push(additions.first);
    }
    for (const [element, { required }] of this.#additions) {
      tick();
      const isThere = this.#initial.has(element);
      if (isThere || !firsts.has(element)) add(between[isThere ? 0 : reads.length], required);
    }
    return this.#schedule(between, needed);
  }

  /** Gives every operation its earliest moment. */
  #schedule(
    between: readonly (readonly number[])[],
    needed: readonly (readonly number[])[],
  ): ShapeVerdict {
    const { call, count, tick } = this.#t;
    const order: number[] = [];
    const times = new Int32Array(count);
    const put = (i: number, time: number): void => {
      tick();
      order.push(i);
      times[i] = time;
    };
    for (const i of this.#nothing) put(i, at(call, i));
    let time = -1;
    /** The operation whose call is the present time, and the read that cannot come before it. */
    let reason: readonly number[] = [];
    for (const [k, read] of [...this.#reads, undefined].entries()) {
      for (const i of between[k] ?? []) {
        if (at(this.#t.return, i) < time) return this.#violation([i, ...reason]);
        put(i, Math.max(time, at(call, i)));
      }
      if (read === undefined) break;
      for (const i of [...(needed[k] ?? []), read.i]) {
        tick();
        if (at(call, i) <= time) continue;
        time = at(call, i);
        reason = [i, read.i];
      }
      if (at(this.#t.return, read.i) < time) return this.#violation([read.i, ...reason]);
      put(read.i, time);
    }
    // Those of one moment stay as they are here.
    return { kind: 'ok', order: Array.from(sortByTimes(this.#t, Int32Array.from(order), times)) };
  }

  /** These cannot be held together; at least one of them is required. */
  #violation(involved: readonly number[]): ShapeVerdict {
    const conflict = [...new Set(involved)];
    const blocked = Math.max(...conflict.filter((i) => i < this.#t.required));
    return { kind: 'illegal', blocked, conflict };
  }

  #file(i: number, element: number): void {
    const additions = this.#additions.get(element);
    const isRequired = i < this.#t.required;
    if (additions === undefined) {
      this.#additions.set(element, { first: i, required: isRequired ? [i] : [] });
      return;
    }
    if (isRequired) additions.required.push(i);
    if (at(this.#t.call, i) < at(this.#t.call, additions.first)) additions.first = i;
  }
}

export function decideSnapshots(
  t: Timeline,
  views: readonly SetView[],
  initial: readonly unknown[],
): ShapeVerdict {
  const snapshots = new Snapshots(t, initial);
  return snapshots.file(views) ? snapshots.decide() : { kind: 'unsuited' };
}
