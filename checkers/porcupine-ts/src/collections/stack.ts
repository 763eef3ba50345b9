/**
 * A stack in which every value is pushed once: decided in O(n log n).
 *
 * A value whose push and pop overlap can come and go at once, in the way of nobody: leave it out. The others have zones. A
 * moment inside no zone splits the history in two. Where zones overlap one another without a gap, some value lies below
 * all others from before the first zone begins to after the last one ends; any value whose intervals allow that will do
 * (exchange argument in docs/algorithms.md), and if there is none the history is impossible. Take it away, and go on with
 * what is left of the component. (The idea of taking away values that decide nothing: Lee and Mathur 2025.)
 */

import { at } from '../search/ints.ts';
import { chain, coveredBy, forward, type Gap, gaps } from './gaps.ts';
import { end, type Lifetimes, none, operationsOf } from './lifetimes.ts';
import type { BufferVerdict } from './queue.ts';
import { sortByTimes, type Timeline } from './timeline.ts';
import { CountdownTree, SmallestTree } from './trees.ts';

type Step =
  /** To be ordered: what is left of these places. */
  | { readonly kind: 'component'; readonly from: number; readonly to: number }
  | { readonly kind: 'pop'; readonly place: number };

type Nested =
  /** Pushes (value + 1) and pops (-value - 1). */
  | { readonly kind: 'tour'; readonly tour: readonly number[] }
  /** Values that cannot be nested. */
  | { readonly kind: 'conflict'; readonly values: readonly number[] };

class Nest {
  readonly #t: Timeline;
  readonly #l: Lifetimes;
  /** Values with a zone, by its beginning. Their indices here are places. */
  readonly #values: Int32Array;
  /** By place: the beginning of the zone of those that are left, Infinity for the others. */
  readonly #left: SmallestTree;
  /** By place: -(end of the zone) of those that are left. */
  readonly #lastEnd: SmallestTree;
  /** By place: the call of the push, of those that are left and were not yet called when their component began. */
  readonly #notCalled: SmallestTree;
  /** By place: -(return of the pop), of those that are left and can be pushed before everything in their component. */
  readonly #lastReturn: SmallestTree;
  /** By place: how many zones of those that are left hold the beginning of this one. */
  readonly #cover: CountdownTree;

  constructor(t: Timeline, l: Lifetimes, values: Int32Array) {
    this.#t = t;
    this.#l = l;
    this.#values = values;
    const tree = (number: (v: number) => number): SmallestTree => {
      t.look();
      return new SmallestTree(Float64Array.from(values, number));
    };
    this.#left = tree((v) => at(l.putReturn, v));
    this.#lastEnd = tree((v) => -at(l.takeCall, v));
    this.#notCalled = tree((v) => at(l.putCall, v));
    this.#lastReturn = tree(() => Infinity);
    this.#cover = new CountdownTree(this.#counts());
    t.look();
  }

  order(): Nested {
    const tour: number[] = [];
    const open: Step[] = this.#split(0, this.#values.length);
    for (let step = open.pop(); step !== undefined; step = open.pop()) {
      this.#t.tick();
      if (step.kind === 'pop') {
        tour.push(-this.#value(step.place) - 1);
        continue;
      }
      const { from, to } = step;
      const bottom = this.#bottom(from, to);
      if (bottom < 0) return { kind: 'conflict', values: this.#conflict(from, to) };
      tour.push(this.#value(bottom) + 1);
      open.push({ kind: 'pop', place: bottom });
      this.#takeAway(bottom);
      for (const part of this.#split(from, to)) open.push(part);
    }
    return { kind: 'tour', tour };
  }

  #value(place: number): number {
    return at(this.#values, place);
  }

  /** How many zones hold the beginning of each. */
  #counts(): Int32Array {
    const counts = new Int32Array(this.#values.length + 1);
    for (let place = 0; place < this.#values.length; place += 1) {
      this.#t.tick();
      // It holds the beginnings of those after it, up to its end.
      counts[place + 1] = at(counts, place + 1) + 1;
      const past = this.#firstFrom(at(this.#l.takeCall, this.#value(place)));
      counts[past] = at(counts, past) - 1;
    }
    for (let place = 1; place < counts.length; place += 1) {
      counts[place] = at(counts, place) + at(counts, place - 1);
    }
    return counts.subarray(0, this.#values.length);
  }

  /** The first place whose zone begins at this time or later. */
  #firstFrom(time: number): number {
    let low = 0;
    let high = this.#values.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (at(this.#l.putReturn, this.#value(middle)) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Components among what is left of these places, the last one first. */
  #split(from: number, to: number): Step[] {
    const first = this.#left.firstAtMost(end, from, to);
    if (first < 0) return [];
    this.#cover.disable(first);
    const starts = [first];
    let start = this.#cover.firstZero(first + 1, to);
    while (start >= 0) {
      this.#t.tick();
      this.#cover.disable(start);
      starts.push(start);
      start = this.#cover.firstZero(start + 1, to);
    }
    return starts
      .map((begin, k): Step => ({ kind: 'component', from: begin, to: starts[k + 1] ?? to }))
      .reverse();
  }

  /** A place that may lie below all others of this component; -1 for none. */
  #bottom(from: number, to: number): number {
    const begins = this.#left.get(from);
    for (;;) {
      this.#t.tick();
      const place = this.#notCalled.firstAtMost(begins, from, to);
      if (place < 0) break;
      this.#notCalled.set(place, Infinity);
      this.#lastReturn.set(place, -at(this.#l.takeReturn, this.#value(place)));
    }
    return this.#lastReturn.firstAtMost(this.#lastEnd.least(from, to), from, to);
  }

  #takeAway(place: number): void {
    for (const tree of [this.#left, this.#lastEnd, this.#notCalled, this.#lastReturn]) {
      tree.set(place, Infinity);
    }
    this.#cover.disable(place);
    const past = this.#firstFrom(at(this.#l.takeCall, this.#value(place)));
    this.#cover.decrement(place + 1, past);
  }

  /** A chain of zones from the first to the last: none of them can lie below all others, either. */
  #conflict(from: number, to: number): readonly number[] {
    const others: number[] = [];
    for (let place = from + 1; place < to; place += 1) {
      this.#t.tick();
      if (this.#left.get(place) < Infinity) others.push(this.#value(place));
    }
    const first = this.#value(from);
    const ends = -this.#lastEnd.least(from, to);
    return [first, ...chain(this.#t, this.#l, others, at(this.#l.takeCall, first), ends)];
  }
}

/** An operation of the final order and its moment. */
interface Timed {
  readonly i: number;
  readonly time: number;
}

/** Everything that cannot come and go at once, with the gaps in between. */
function withGaps(
  t: Timeline,
  l: Lifetimes,
  tour: readonly number[],
  found: readonly Gap[],
): Timed[] {
  const order: Timed[] = [];
  let time = Number.NEGATIVE_INFINITY;
  let gap = 0;
  let depth = 0;
  const emit = (i: number, earliest: number): void => {
    time = Math.max(time, earliest);
    if (i !== none && time < end) order.push({ i, time });
  };
  const gapsUntil = (until: number): void => {
    for (; gap < found.length && (found[gap] as Gap).time < until; gap += 1) {
      emit((found[gap] as Gap).i, (found[gap] as Gap).time);
    }
  };
  for (const step of tour) {
    t.tick();
    const v = step > 0 ? step - 1 : -step - 1;
    if (step > 0) {
      // The bottom's own zone may begin later than the first one, but then there is no gap between the two.
      if (depth === 0) gapsUntil(at(l.putReturn, v));
      depth += 1;
      emit(at(l.put, v), at(l.putCall, v));
    } else {
      depth -= 1;
      emit(at(l.take, v), at(l.takeCall, v));
    }
  }
  gapsUntil(Infinity);
  return order;
}

/** Values that come and go at once, in the order of the first moments when both can be. */
function atOnce(t: Timeline, l: Lifetimes): Int32Array {
  const values: number[] = [];
  for (let v = 0; v < l.count; v += 1) {
    t.tick();
    if (at(l.putReturn, v) >= at(l.takeCall, v)) values.push(v);
  }
  return sortByTimes(t, Int32Array.from(values), l.takeCall);
}

/** Exact for these lifetimes. */
export function decideStack(t: Timeline, l: Lifetimes): BufferVerdict {
  const found = gaps(t, l);
  if (found.kind === 'covered') {
    const { empty, values } = found;
    return { kind: 'illegal', conflict: coveredBy(l, empty, values), values };
  }
  const nested = new Nest(t, l, forward(t, l)).order();
  if (nested.kind === 'conflict') {
    const { values } = nested;
    return { kind: 'illegal', conflict: operationsOf(l, values), values };
  }
  const others = withGaps(t, l, nested.tour, found.gaps);
  const order: number[] = [];
  let k = 0;
  for (const v of atOnce(t, l)) {
    t.tick();
    for (; k < others.length && (others[k] as Timed).time <= at(l.takeCall, v); k += 1) {
      order.push((others[k] as Timed).i);
    }
    order.push(...operationsOf(l, [v]));
  }
  for (; k < others.length; k += 1) order.push((others[k] as Timed).i);
  return { kind: 'ok', order };
}
