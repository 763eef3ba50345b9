/**
 * Time on the axis. Most of a run is silence between two moments that matter; where nothing happens for long, the axis is squeezed:
 *
 *     ms      0 ......... 400 401 402 ................................. 600 601
 *     units   0 ......... 400 401 402 -//- 405 406
 *
 * Everywhere else a millisecond is as wide as any other, so that what takes longer looks longer.
 */

export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Scale {
  readonly endUnits: number;
  readonly gaps: readonly Gap[];
  units(ms: number): number;
  ms(units: number): number;
}

/** Silence that is longer than this is squeezed, to `squeezedMs` and a little around what happens before and after it, ms. */
const quietMs = 7;
const squeezedMs = 3;
const aroundMs = 1.2;

/** `busyMs`: when something happens, in any order. */
export function scaleOf(busyMs: readonly number[], endMs: number, squeeze: boolean): Scale {
  const gaps = squeeze ? gapsOf(busyMs, endMs) : [];
  const knots: { readonly ms: number; readonly units: number }[] = [{ ms: 0, units: 0 }];
  let saved = 0;
  for (const { fromMs, toMs } of gaps) {
    knots.push({ ms: fromMs, units: fromMs - saved });
    saved += toMs - fromMs - squeezedMs;
    knots.push({ ms: toMs, units: toMs - saved });
  }
  knots.push({ ms: endMs, units: endMs - saved });
  return {
    endUnits: endMs - saved,
    gaps,
    units: (ms) => between(knots, 'ms', 'units', ms),
    ms: (units) => between(knots, 'units', 'ms', units),
  };
}

function gapsOf(busyMs: readonly number[], endMs: number): Gap[] {
  const times = [0, ...busyMs.filter((at) => at >= 0 && at <= endMs), endMs].sort((a, b) => a - b);
  const gaps: Gap[] = [];
  for (let i = 1; i < times.length; i += 1) {
    const [from = 0, to = 0] = [times[i - 1], times[i]];
    if (to - from > quietMs) gaps.push({ fromMs: from + aroundMs, toMs: to - aroundMs });
  }
  return gaps;
}

type Knot = Readonly<Record<'ms' | 'units', number>>;

/** Straight lines between knots; beyond the ends, one to one. */
function between(knots: readonly Knot[], from: keyof Knot, to: keyof Knot, value: number): number {
  let [low, high] = [0, knots.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((knots[middle]?.[from] ?? 0) <= value) low = middle;
    else high = middle;
  }
  const [a, b] = [knots[low], knots[high]];
  if (a === undefined || b === undefined) return value;
  if (value <= a[from]) return a[to] + (value - a[from]);
  if (value >= b[from]) return b[to] + (value - b[from]);
  return a[to] + ((value - a[from]) / (b[from] - a[from])) * (b[to] - a[to]);
}
