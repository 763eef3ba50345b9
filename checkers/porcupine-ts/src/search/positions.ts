/** The one order of all events of a partition, and sorting by time without comparisons of objects. */

import type { Operation } from '../operation.ts';
import { at, ints } from './ints.ts';

/** No earlier than any call and no later than any return. */
export const never = 0x7fffffff;

export interface Positions {
  /** Per operation: the position of its call among all events. */
  readonly call: Int32Array;
  /** Operations in the order of their calls, and completed ones in the order of their returns. */
  readonly byCall: Int32Array;
  readonly byReturn: Int32Array;
  /** The positions of these returns. */
  readonly return: Int32Array;
}

/** Runs of so many are sorted by insertion: histories are almost in order already. */
const runLength = 16;

function sortRuns(order: Int32Array, time: Float64Array): void {
  for (let start = 0; start < order.length; start += runLength) {
    const end = Math.min(start + runLength, order.length);
    for (let i = start + 1; i < end; i += 1) {
      const moved = at(order, i);
      const key = time[moved] as number;
      let j = i - 1;
      while (j >= start && (time[at(order, j)] as number) > key) {
        order[j + 1] = at(order, j);
        j -= 1;
      }
      order[j + 1] = moved;
    }
  }
}

/** Merges two sorted neighbours, in place where they are in order already. */
function merge(
  order: Int32Array,
  spare: Int32Array,
  time: Float64Array,
  start: number,
  middle: number,
  end: number,
): void {
  let right = middle;
  const first = time[at(order, middle)] as number;
  // What is not later than everything on the right stays where it is.
  let left = start;
  if ((time[at(order, middle - 1)] as number) <= first) return;
  while ((time[at(order, left)] as number) <= first) left += 1;
  for (let i = left; i < middle; i += 1) spare[i] = at(order, i);
  let to = left;
  while (left < middle && right < end) {
    const takeLeft = (time[at(spare, left)] as number) <= (time[at(order, right)] as number);
    order[to] = takeLeft ? at(spare, left) : at(order, right);
    if (takeLeft) left += 1;
    else right += 1;
    to += 1;
  }
  for (; left < middle; left += 1) {
    order[to] = at(spare, left);
    to += 1;
  }
}

/** Merges of so many are looked at one by one. */
const elementsPerTick = 65_536;

/**
 * Sorts indices by time, stably and in place. O(n log n), and about O(n) for what is almost in order. Throws what `tick`, called
 * now and then, throws.
 */
export function sortByTime(order: Int32Array, time: Float64Array, tick: () => void): void {
  let sorted = true;
  for (let i = 1; i < order.length && sorted; i += 1) {
    sorted = (time[at(order, i - 1)] as number) <= (time[at(order, i)] as number);
  }
  if (sorted) return;
  tick();
  sortRuns(order, time);
  tick();
  if (order.length <= runLength) return;
  const spare = ints(order.length);
  for (let width = runLength; width < order.length; width *= 2) {
    for (let start = 0; start + width < order.length; start += 2 * width) {
      merge(order, spare, time, start, start + width, Math.min(start + 2 * width, order.length));
      if (width >= elementsPerTick) tick();
    }
    tick();
  }
}

/**
 * Times of short histories, for the next one to use again: they are needed for a moment only, in which nobody else is called, who could
 * begin another check.
 */
const scratchLength = 4096;
const scratch = [new Float64Array(scratchLength), new Float64Array(scratchLength)] as const;
const nobody = (): void => {};

/** Where every event stands in the one order of all events: by time, calls before returns, then as they are listed. */
export function positions(
  operations: readonly Operation<unknown, unknown>[],
  tick: () => void,
): Positions {
  const n = operations.length;
  const isShort = n <= scratchLength;
  const [callTime, returnTime] = isShort ? scratch : [new Float64Array(n), new Float64Array(n)];
  const look = isShort ? nobody : tick;
  const byCall = ints(n);
  const completed = ints(n);
  let count = 0;
  for (let i = 0; i < n; i += 1) {
    if (i % elementsPerTick === 0) look();
    const op = operations[i] as Operation<unknown, unknown>;
    callTime[i] = op.call;
    byCall[i] = i;
    if (op.kind !== 'completed') continue;
    returnTime[i] = op.return;
    completed[count] = i;
    count += 1;
  }
  const byReturn = count === n ? completed : completed.subarray(0, count);
  look();
  sortByTime(byCall, callTime, look);
  look();
  sortByTime(byReturn, returnTime, look);
  look();
  const call = ints(n);
  const returned = ints(count);
  let next = 0;
  for (let j = 0; j < count; j += 1) {
    const time = returnTime[at(byReturn, j)] as number;
    for (; next < n && (callTime[at(byCall, next)] as number) <= time; next += 1) {
      call[at(byCall, next)] = next + j;
    }
    returned[j] = next + j;
  }
  for (; next < n; next += 1) call[at(byCall, next)] = next + count;
  return { call, byCall, byReturn, return: returned };
}
