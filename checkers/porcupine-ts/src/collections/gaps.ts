/** When a queue or a stack can have been empty: not strictly inside of any zone. */

import { at } from '../search/ints.ts';
import { type Lifetimes, operationsOf } from './lifetimes.ts';
import { sortByTimes, type Timeline } from './timeline.ts';

/** An operation that found nothing, with the earliest moment at which it can have. */
export interface Gap {
  readonly i: number;
  readonly time: number;
}

export type Gaps =
  /** Ascending. */
  | { readonly kind: 'gaps'; readonly gaps: readonly Gap[] }
  /** These values cover all the time of an operation that found nothing. */
  | { readonly kind: 'covered'; readonly empty: number; readonly values: readonly number[] };

/** Values with a zone, by its beginning. */
export function forward(t: Timeline, l: Lifetimes): Int32Array {
  const values: number[] = [];
  for (let v = 0; v < l.count; v += 1) {
    t.tick();
    if (at(l.putReturn, v) < at(l.takeCall, v)) values.push(v);
  }
  return sortByTimes(t, Int32Array.from(values), l.putReturn);
}

interface Cover {
  readonly from: number;
  readonly to: number;
  /** Of the sorted values: the first one, and one past the last. */
  readonly first: number;
  readonly last: number;
}

/** Zones that overlap, put together. */
function covers(t: Timeline, l: Lifetimes, values: Int32Array): readonly Cover[] {
  const found: Cover[] = [];
  let first = 0;
  while (first < values.length) {
    const from = at(l.putReturn, at(values, first));
    let to = at(l.takeCall, at(values, first));
    let last = first + 1;
    while (last < values.length && at(l.putReturn, at(values, last)) < to) {
      t.tick();
      to = Math.max(to, at(l.takeCall, at(values, last)));
      last += 1;
    }
    found.push({ from, to, first, last });
    first = last;
  }
  return found;
}

/** The last cover that begins before this time. */
function coverAt(all: readonly Cover[], time: number): Cover | undefined {
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((all[middle] as Cover).from < time) low = middle + 1;
    else high = middle;
  }
  return all[low - 1];
}

/** As few of the values, which are sorted by zone, as overlap one another from `from` to `to`. */
export function chain(
  t: Timeline,
  l: Lifetimes,
  values: ArrayLike<number>,
  from: number,
  to: number,
): readonly number[] {
  const chosen: number[] = [];
  let reached = from;
  let best = -1;
  let k = 0;
  while (reached < to) {
    for (; k < values.length && at(l.putReturn, values[k] as number) < reached; k += 1) {
      t.tick();
      const v = values[k] as number;
      if (best < 0 || at(l.takeCall, v) > at(l.takeCall, best)) best = v;
    }
    if (best < 0 || at(l.takeCall, best) <= reached) break;
    chosen.push(best);
    reached = at(l.takeCall, best);
  }
  return chosen;
}

/** The earliest gap for each of the operations that found nothing. */
export function gaps(t: Timeline, l: Lifetimes): Gaps {
  if (l.empties.length === 0) return { kind: 'gaps', gaps: [] };
  const values = forward(t, l);
  const all = covers(t, l, values);
  const found: Gap[] = [];
  for (const i of l.empties) {
    t.tick();
    const call = at(t.call, i);
    const cover = coverAt(all, call);
    if (cover === undefined || cover.to < call) {
      found.push({ i, time: call });
      continue;
    }
    const returned = at(t.return, i);
    if (cover.to > returned) {
      const covering = values.subarray(cover.first, cover.last);
      return { kind: 'covered', empty: i, values: chain(t, l, covering, call, returned) };
    }
    found.push({ i, time: cover.to + 0.5 });
  }
  found.sort((a, b) => {
    t.tick();
    return a.time - b.time || at(t.call, a.i) - at(t.call, b.i);
  });
  return { kind: 'gaps', gaps: found };
}

/** What a covered operation is in conflict with. */
export const coveredBy = (l: Lifetimes, empty: number, values: readonly number[]): number[] => [
  empty,
  ...operationsOf(l, values),
];
