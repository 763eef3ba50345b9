/**
 * A queue in which every value is put once: decided in O(n log n).
 *
 * A value must be put and taken before another if its put returns before the other's is called, or its take before the
 * other's. The next value in line is any that nobody must precede in either way. If there is none, then the value whose put
 * returns first and the one whose take returns first contradict each other: one must be put first, the other taken first
 * (the pattern VOrd of Bouajjani, Emmi, Enea, Hamza 2015; the order of removal of Lee and Mathur 2025). An
 * operation that found nothing splits the values at a gap between zones into those before and those after it.
 */

import { at } from '../search/ints.ts';
import { coveredBy, type Gap, gaps } from './gaps.ts';
import { end, type Lifetimes, none, operationsOf } from './lifetimes.ts';
import { sortByTimes, type Timeline } from './timeline.ts';

export type BufferVerdict =
  | { readonly kind: 'ok'; readonly order: readonly number[] }
  /** Impossible together. `values` are those that the conflict is about. */
  | {
      readonly kind: 'illegal';
      readonly conflict: readonly number[];
      readonly values: readonly number[];
    };

/** Values in groups: group k is between the gaps number k - 1 and k. */
interface Groups {
  readonly of: Int32Array;
  /** Group k has the places start[k] .. start[k + 1] - 1 of every sorted order. */
  readonly start: Int32Array;
}

function groups(t: Timeline, l: Lifetimes, found: readonly Gap[]): Groups {
  const of = new Int32Array(l.count);
  const start = new Int32Array(found.length + 2);
  for (let v = 0; v < l.count; v += 1) {
    t.tick();
    let low = 0;
    let high = found.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((found[middle] as Gap).time <= at(l.takeCall, v)) low = middle + 1;
      else high = middle;
    }
    of[v] = low;
    start[low + 1] = at(start, low + 1) + 1;
  }
  for (let k = 1; k < start.length; k += 1) start[k] = at(start, k) + at(start, k - 1);
  return { of, start };
}

/** Values group by group, each group by key. */
function sorted(t: Timeline, keys: Int32Array, count: number, { of, start }: Groups): Int32Array {
  const order = new Int32Array(count);
  for (let v = 0; v < count; v += 1) order[v] = v;
  sortByTimes(t, order, keys);
  if (start.length === 2) return order;
  const next = start.slice();
  const grouped = new Int32Array(count);
  for (const v of order) {
    t.tick();
    const group = at(of, v);
    grouped[at(next, group)] = v;
    next[group] = at(next, group) + 1;
  }
  return grouped;
}

const hasPut = 1;
const hasTake = 2;

type Lined =
  | { readonly kind: 'line'; readonly line: readonly number[] }
  /** Two values that contradict each other. */
  | { readonly kind: 'pair'; readonly pair: readonly number[] };

class Line {
  readonly #t: Timeline;
  readonly #l: Lifetimes;
  readonly #byPutCall: Int32Array;
  readonly #byPutReturn: Int32Array;
  readonly #byTakeCall: Int32Array;
  readonly #byTakeReturn: Int32Array;
  /** Per value: in which ways nobody must precede it. */
  readonly #ready: Uint8Array;
  readonly #gone: Uint8Array;

  constructor(t: Timeline, l: Lifetimes, g: Groups) {
    this.#t = t;
    this.#l = l;
    this.#byPutCall = sorted(t, l.putCall, l.count, g);
    this.#byPutReturn = sorted(t, l.putReturn, l.count, g);
    this.#byTakeCall = sorted(t, l.takeCall, l.count, g);
    this.#byTakeReturn = sorted(t, l.takeReturn, l.count, g);
    this.#ready = new Uint8Array(l.count);
    this.#gone = new Uint8Array(l.count);
  }

  /** The values of these places in line. */
  order(start: number, stop: number): Lined {
    const { tick } = this.#t;
    const l = this.#l;
    const line: number[] = [];
    const open: number[] = [];
    let [put, take, firstPut, firstTake] = [start, start, start, start];
    const mark = (v: number, way: number): void => {
      this.#ready[v] = (this.#ready[v] as number) | way;
      if (this.#ready[v] === (hasPut | hasTake)) open.push(v);
    };
    while (line.length < stop - start) {
      tick();
      while (this.#gone[at(this.#byPutReturn, firstPut)] === 1) firstPut += 1;
      while (this.#gone[at(this.#byTakeReturn, firstTake)] === 1) firstTake += 1;
      const putBy = at(this.#byPutReturn, firstPut);
      const takeBy = at(this.#byTakeReturn, firstTake);
      for (; put < stop; put += 1) {
        tick();
        const v = at(this.#byPutCall, put);
        if (at(l.putCall, v) > at(l.putReturn, putBy)) break;
        mark(v, hasPut);
      }
      for (; take < stop; take += 1) {
        tick();
        const v = at(this.#byTakeCall, take);
        if (at(l.takeCall, v) > at(l.takeReturn, takeBy)) break;
        mark(v, hasTake);
      }
      const next = open.pop();
      if (next === undefined) return { kind: 'pair', pair: [putBy, takeBy] };
      this.#gone[next] = 1;
      line.push(next);
    }
    return { kind: 'line', line };
  }
}

/** Writes down the puts and takes of values in line, each as early as can be. The time at the end. */
function emit(
  t: Timeline,
  l: Lifetimes,
  line: readonly number[],
  from: number,
  order: number[],
): number {
  let putTime = from;
  let takeTime = from;
  let taken = 0;
  const putTimes: number[] = [];
  /** Takes what can be taken before this time. */
  const takeUntil = (time: number, upTo: number): void => {
    for (; taken < upTo; taken += 1) {
      t.tick();
      const v = line[taken] as number;
      const earliest = Math.max(takeTime, putTimes[taken] as number, at(l.takeCall, v));
      if (earliest >= time) return;
      takeTime = earliest;
      if (at(l.take, v) !== none) order.push(at(l.take, v));
    }
  };
  for (const [k, v] of line.entries()) {
    t.tick();
    putTime = Math.max(putTime, at(l.putCall, v));
    takeUntil(putTime, k);
    putTimes.push(putTime);
    if (at(l.put, v) !== none) order.push(at(l.put, v));
  }
  takeUntil(end, line.length);
  return Math.max(putTime, takeTime);
}

/** Exact for these lifetimes. */
export function decideQueue(t: Timeline, l: Lifetimes): BufferVerdict {
  const found = gaps(t, l);
  if (found.kind === 'covered') {
    const { empty, values } = found;
    return { kind: 'illegal', conflict: coveredBy(l, empty, values), values };
  }
  const g = groups(t, l, found.gaps);
  const all = new Line(t, l, g);
  const order: number[] = [];
  let time = Number.NEGATIVE_INFINITY;
  for (let k = 0; k <= found.gaps.length; k += 1) {
    const part = all.order(at(g.start, k), at(g.start, k + 1));
    if (part.kind === 'pair') {
      return { kind: 'illegal', conflict: operationsOf(l, part.pair), values: part.pair };
    }
    time = emit(t, l, part.line, time, order);
    const gap = found.gaps[k];
    if (gap === undefined) break;
    order.push(gap.i);
    time = Math.max(time, gap.time);
  }
  return { kind: 'ok', order };
}
