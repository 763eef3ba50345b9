/**
 * The same value, written again much later, is another value: nobody who finds it can have found the first.
 *
 * An operation s that leaves v can have been found by those who were called before D(s), the first return of any operation that was called
 * when s had returned and finds or leaves something else: by then v was there no more, or was there again. So s lasts from its call to
 * D(s), those that find v from their calls to their returns, and where nothing lasts v can change its name.
 */

import { at, ints } from '../search/ints.ts';
import { never } from '../search/problem.ts';
import { isCas, none, operationsPerLook, type RegisterHistory } from './view.ts';

/** Per place in the order of calls: the first return of what was called there or later, and the first of what touches another value. */
class Returns {
  readonly #h: RegisterHistory;
  readonly #first: Int32Array;
  /** The only value that the first of them touches; `none` if it is two. */
  readonly #value: Int32Array;
  readonly #other: Int32Array;

  constructor(h: RegisterHistory) {
    this.#h = h;
    const { length } = h.byCall;
    this.#first = ints(length + 1).fill(never);
    this.#value = ints(length + 1).fill(none);
    this.#other = ints(length + 1).fill(never);
    for (let n = length - 1; n >= 0; n -= 1) {
      if (n % operationsPerLook === 0) h.look();
      this.#add(n, at(h.byCall, n));
    }
  }

  /** The first return from that place on of an operation that touches something else than the value. */
  ofOthers(place: number, value: number): number {
    return at(at(this.#value, place) === value ? this.#other : this.#first, place);
  }

  #add(n: number, j: number): void {
    const { kind, from, to, return: returned } = this.#h;
    const value = at(kind, j) === isCas ? none : Math.max(at(from, j), at(to, j));
    const first = at(this.#first, n + 1);
    const held = at(this.#value, n + 1);
    const time = at(returned, j);
    const isFirst = time < first;
    this.#first[n] = isFirst ? time : first;
    this.#value[n] = isFirst ? value : held;
    const isOther = value !== held || value === none;
    const left = isFirst ? (isOther ? first : at(this.#other, n + 1)) : at(this.#other, n + 1);
    this.#other[n] = !isFirst && isOther ? Math.min(left, time) : left;
  }
}

/** All operations in the order of their calls, the imaginary first write first. */
function called(h: RegisterHistory): Int32Array {
  const { byCall, call, count, required } = h;
  const optional = Array.from({ length: count - required }, (_, i) => required + i).sort(
    (a, b) => at(call, a) - at(call, b),
  );
  const all = ints(count + 1);
  all[0] = count;
  let next = 0;
  for (let n = 0; n < byCall.length; n += 1) {
    const j = at(byCall, n);
    for (; next < optional.length && at(call, optional[next] as number) < at(call, j); next += 1) {
      all[1 + n + next] = optional[next] as number;
    }
    all[1 + n + next] = j;
  }
  for (; next < optional.length; next += 1)
    all[1 + byCall.length + next] = optional[next] as number;
  return all;
}

/** When each operation can be found no more, if it leaves something. */
function ends(h: RegisterHistory): Int32Array {
  const { byCall, call, to, count, required, return: returned } = h;
  const returns = new Returns(h);
  const end = ints(count + 1).fill(never);
  const endOf = (i: number, place: number): void => {
    if (at(to, i) !== none) end[i] = returns.ofOthers(place, at(to, i));
  };
  endOf(count, 0);
  let place = 0;
  for (let i = 0; i < required; i += 1) {
    while (place < byCall.length && at(call, at(byCall, place)) < at(returned, i)) place += 1;
    endOf(i, place);
  }
  return end;
}

/** The same history with new names: an order is possible there iff it is possible here. */
export function toldApart(h: RegisterHistory): RegisterHistory {
  const end = ends(h);
  const from = ints(h.count + 1).fill(none);
  const to = ints(h.count + 1).fill(none);
  /** Per value: its latest name, and until when that lasts. */
  const name = ints(h.values).fill(none);
  const until = ints(h.values).fill(none);
  let values = 0;
  const nameAt = (value: number, start: number, lasts: number): number => {
    if (start > at(until, value) || at(name, value) === none) {
      name[value] = values;
      values += 1;
    }
    until[value] = Math.max(at(until, value), lasts);
    return at(name, value);
  };
  for (const i of called(h)) {
    const start = at(h.call, i);
    if (at(h.from, i) !== none) from[i] = nameAt(at(h.from, i), start, at(h.return, i));
    if (at(h.to, i) !== none) to[i] = nameAt(at(h.to, i), start, at(end, i));
  }
  return { ...h, from, to, values };
}
