/** Keeps a picture small enough for a page: all that is near what matters, and of the rest what is not routine. */

/** More arrows or marks than these are no picture, and a page of megabytes. */
export const limits = { arrows: 6000, marks: 8000, operations: 3000, moments: 60 } as const;

export interface Cropped<Thing> {
  /** In their order. */
  readonly kept: readonly Thing[];
  readonly left: number;
  /** Nothing is missing as near as this to one of the places, ms. */
  readonly radiusMs: number;
}

/** Keeps the nearest to any of the places. Without a place: the first. */
export function crop<Thing>(
  things: readonly Thing[],
  most: number,
  timeMs: (thing: Thing) => number,
  placesMs: readonly number[],
): Cropped<Thing> {
  if (things.length <= most) {
    return { kept: things, left: 0, radiusMs: Number.POSITIVE_INFINITY };
  }
  const places = placesMs.length === 0 ? [0] : placesMs;
  const distance = (thing: Thing): number =>
    Math.min(...places.map((place) => Math.abs(timeMs(thing) - place)));
  const ranked = things
    .map((thing, at) => ({ thing, at, far: distance(thing) }))
    .sort((a, b) => a.far - b.far || a.at - b.at);
  const radiusMs = ranked[most]?.far ?? 0;
  // All that is as far as the first one left out goes with it: a moment is shown whole or not at all.
  const kept = ranked.filter(({ far }) => far < radiusMs).sort((a, b) => a.at - b.at);
  return { kept: kept.map(({ thing }) => thing), left: things.length - kept.length, radiusMs };
}

/** The times around the places, joined where they meet. */
export function around(
  placesMs: readonly number[],
  radiusMs: number,
  endMs: number,
): (readonly [number, number])[] {
  const places = placesMs.length === 0 ? [0] : placesMs.toSorted((a, b) => a - b);
  const windows: [number, number][] = [];
  for (const place of places) {
    const from = Math.max(0, place - radiusMs);
    const to = Math.min(endMs, place + radiusMs);
    const last = windows.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else windows.push([from, to]);
  }
  return windows;
}
