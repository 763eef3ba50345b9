/**
 * Operations with an unknown outcome that may have taken any value: whom to give them to. Every one of them is optional and
 * has no end, so a value that gets one is only freer than before.
 */

import { at } from '../search/ints.ts';
import { never } from '../search/problem.ts';
import { type Lifetimes, none, operationsOf } from './lifetimes.ts';
import { sortByTimes, type Timeline } from './timeline.ts';

/** Values that are there for certain and that nobody is known to take. */
function orphans(t: Timeline, l: Lifetimes): number[] {
  const found: number[] = [];
  for (let v = 0; v < l.count; v += 1) {
    t.tick();
    if (at(l.take, v) === none) found.push(v);
  }
  return found;
}

/** The same lifetimes where these values are taken by these operations. */
function given(
  t: Timeline,
  l: Lifetimes,
  pairs: readonly (readonly [value: number, by: number])[],
): Lifetimes {
  const [take, takeCall, takeReturn] = [l.take.slice(), l.takeCall.slice(), l.takeReturn.slice()];
  for (const [v, i] of pairs) {
    t.tick();
    take[v] = i;
    takeCall[v] = Math.max(at(t.call, i), at(l.putCall, v));
    takeReturn[v] = never;
  }
  return { ...l, take, takeCall, takeReturn };
}

/** Somebody who needs whatever was put before `call` to be taken before `return`. */
interface Demand {
  readonly call: number;
  readonly return: number;
  readonly operations: readonly number[];
}

/** In the order of their calls: takes of values, about what was put before them, and operations that found nothing. */
function demands(t: Timeline, l: Lifetimes, required: number): readonly Demand[] {
  const found: Demand[] = [];
  for (let v = 0; v < l.count; v += 1) {
    t.tick();
    const j = at(l.take, v);
    if (j === none || j >= required) continue;
    const both = operationsOf(l, [v]);
    found.push({ call: at(l.putCall, v), return: at(l.takeReturn, v), operations: both });
  }
  for (const i of l.empties) {
    t.tick();
    found.push({ call: at(t.call, i), return: at(t.return, i), operations: [i] });
  }
  return found.sort((a, b) => {
    t.tick();
    return a.call - b.call;
  });
}

/** For the return of a put: the demand called after it that returns first. */
function mostUrgent(t: Timeline, all: readonly Demand[]): (put: number) => Demand | undefined {
  const first: Demand[] = [];
  let best: Demand | undefined;
  for (const demand of all.toReversed()) {
    t.tick();
    if (best === undefined || demand.return < best.return) best = demand;
    first.push(best);
  }
  first.reverse();
  return (put) => {
    let low = 0;
    let high = all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((all[middle] as Demand).call < put) low = middle + 1;
      else high = middle;
    }
    return first[low];
  };
}

export type Given =
  | { readonly kind: 'given'; readonly lifetimes: Lifetimes }
  /** There are too few of them for what is needed. */
  | { readonly kind: 'conflict'; readonly conflict: readonly number[] };

/**
 * Queues: a value must be taken before one that was put after it is, and before anybody finds nothing after it was put.
 * Those values, the most urgent first, get the operations in the order of their calls. No other way could serve more.
 */
export function giveInQueue(t: Timeline, l: Lifetimes, required: number): Given {
  if (l.unknown.length === 0) return { kind: 'given', lifetimes: l };
  const demandOn = mostUrgent(t, demands(t, l, required));
  const urgent: { readonly v: number; readonly demand: Demand }[] = [];
  for (const v of orphans(t, l)) {
    t.tick();
    const demand = demandOn(at(l.putReturn, v));
    if (demand !== undefined) urgent.push({ v, demand });
  }
  urgent.sort((a, b) => {
    t.tick();
    return a.demand.return - b.demand.return;
  });
  const pairs: [number, number][] = [];
  for (const [k, { v, demand }] of urgent.entries()) {
    t.tick();
    const i = l.unknown[k];
    if (i === undefined || at(t.call, i) > demand.return) {
      const conflict = [
        ...urgent
          .slice(0, k + 1)
          .flatMap((one) => [...operationsOf(l, [one.v]), ...one.demand.operations]),
        ...l.unknown.filter((j) => at(t.call, j) < demand.return),
      ];
      return { kind: 'conflict', conflict: [...new Set(conflict)] };
    }
    pairs.push([v, i]);
  }
  return { kind: 'given', lifetimes: given(t, l, pairs) };
}

/** Stacks: a guess. First the values that vanish if they get one, then the others, in the order of their puts. */
export function giveInStack(t: Timeline, l: Lifetimes): Lifetimes {
  if (l.unknown.length === 0) return l;
  const byPut = sortByTimes(t, Int32Array.from(orphans(t, l)), l.putReturn);
  const pairs: [number, number][] = [];
  const spare: number[] = [];
  const left: number[] = [];
  let next = 0;
  for (const v of byPut) {
    t.tick();
    for (; next < l.unknown.length; next += 1) {
      const i = l.unknown[next] as number;
      if (at(t.call, i) > at(l.putReturn, v)) break;
      spare.push(i);
    }
    const i = spare.pop();
    if (i === undefined) left.push(v);
    else pairs.push([v, i]);
  }
  const rest = [...spare, ...l.unknown.slice(next)];
  for (const [k, v] of left.entries()) {
    const i = rest[k];
    if (i !== undefined) pairs.push([v, i]);
  }
  return given(t, l, pairs);
}
