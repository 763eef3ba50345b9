/**
 * Stretches of time that belong to one value, or to one chain of values.
 *
 * Let f be the first return and s the last call of all operations that touch it. With f < s it must have been held all the
 * time from f to s: a forward zone. Otherwise all its operations overlap at every point of [s, f] and it fits at any one of
 * them: a backward zone (Gibbons and Korach 1997; zones as in Golab et al.).
 */

export interface Zone {
  /** First return. */
  readonly f: number;
  /** Last call. */
  readonly s: number;
  /** Whose it is. */
  readonly owner: number;
}

/** Forward zones in the order of time; `undefined` if two overlap. */
export function disjoint(forward: Zone[]): readonly Zone[] | undefined {
  const ordered = forward.sort((a, b) => a.f - b.f);
  const overlaps = ordered.some((zone, i) => i > 0 && (ordered[i - 1]?.s ?? -1) > zone.f);
  return overlaps ? undefined : ordered;
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
