/**
 * Stretches of time that belong to one value, or to one chain of values.
 *
 * Let f be the first return and s the last call of all operations that touch it. With f < s it must have been held all the
 * time from f to s: a forward zone. Otherwise all its operations overlap at every point of [s, f] and it fits at any one of
 * them: a backward zone (Gibbons and Korach 1997; zones as in Golab et al.).
 */

import { ints } from '../search/ints.ts';
import { sortByTime } from '../search/positions.ts';

export interface Zone {
  /** First return. */
  readonly f: number;
  /** Last call. */
  readonly s: number;
  /** Whose it is. */
  readonly owner: number;
}

/** Forward zones in the order of time; `undefined` if two overlap. Throws what `look`, called now and then, throws. */
export function disjoint(forward: readonly Zone[], look: () => void): readonly Zone[] | undefined {
  const order = ints(forward.length);
  const times = new Float64Array(forward.length);
  for (let i = 0; i < forward.length; i += 1) {
    order[i] = i;
    times[i] = (forward[i] as Zone).f;
  }
  sortByTime(order, times, look);
  const ordered: Zone[] = [];
  let last = -1;
  for (const i of order) {
    const zone = forward[i] as Zone;
    if (last > zone.f) return undefined;
    last = zone.s;
    ordered.push(zone);
  }
  return ordered;
}

/** The zone that contains a point in time, if any. */
export function zoneAt(zones: readonly Zone[], time: number): Zone | undefined {
  let low = 0;
  let high = zones.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((zones[middle]?.f ?? Infinity) < time) low = middle + 1;
    else high = middle;
  }
  const zone = zones[low - 1];
  return zone !== undefined && time < zone.s ? zone : undefined;
}
