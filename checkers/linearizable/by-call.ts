/** Intervals in the order of their calls, for questions about time that would otherwise look at all of them. */

import type { Operation as Interval } from 'porcupine-ts';

export type AnyInterval = Interval<unknown, unknown>;

export const returnOf = (op: AnyInterval): number =>
  op.kind === 'completed' ? op.return : Infinity;

export class ByCall {
  readonly #ops: readonly AnyInterval[];
  /** Per interval: the latest return of it and all that were called before. */
  readonly #latest: readonly number[];
  /** Per interval: the earliest return of it and all that were called later. */
  readonly #earliest: readonly number[];

  constructor(ops: readonly AnyInterval[]) {
    this.#ops = ops.toSorted((a, b) => a.call - b.call);
    let latest = -Infinity;
    this.#latest = this.#ops.map((op) => {
      latest = Math.max(latest, returnOf(op));
      return latest;
    });
    let earliest = Infinity;
    this.#earliest = this.#ops
      .toReversed()
      .map((op) => {
        earliest = Math.min(earliest, returnOf(op));
        return earliest;
      })
      .toReversed();
  }

  /** The latest called before `time`, if any. */
  lastCalledBefore(time: number): AnyInterval | undefined {
    return this.#ops[this.#count((call) => call < time) - 1];
  }

  /** The latest return of those called by `time`; -Infinity if there are none. */
  latestReturnOfCalledBy(time: number): number {
    return this.#latest[this.#count((call) => call <= time) - 1] ?? -Infinity;
  }

  /** The earliest return of those called after `time`; Infinity if there are none. */
  earliestReturnOfCalledAfter(time: number): number {
    return this.#earliest[this.#count((call) => call <= time)] ?? Infinity;
  }

  /** How many calls, from the first on, are that early. */
  #count(isEarly: (call: number) => boolean): number {
    let low = 0;
    let high = this.#ops.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isEarly(this.#ops[middle]?.call ?? Infinity)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
