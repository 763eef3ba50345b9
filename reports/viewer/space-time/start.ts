/** What to look at first: the contradiction and how it came about, as far back as can still be read. */

import type { SpaceTime } from '../../space-time-types.ts';
import type { Scale } from './scale.ts';

/** The most that can be read at once, units. */
const readableUnits = 75;
const marginUnits = 2.5;

/** ms. */
export function startOf(
  { focusMs, moments, contradictions }: SpaceTime,
  scale: Scale,
): readonly [number, number] {
  const first = contradictions[0]?.timeMs ?? focusMs[0];
  const last = contradictions.at(-1)?.timeMs ?? focusMs[1];
  const to = scale.units(contradictions.length === 0 ? focusMs[1] : last) + marginUnits * 1.6;
  let from = scale.units(contradictions.length === 0 ? focusMs[0] : first) - marginUnits;
  // Faults and elections before it are how it came about.
  for (const { timeMs } of moments.toReversed()) {
    const at = scale.units(timeMs) - marginUnits;
    if (timeMs <= first && to - at <= readableUnits) from = Math.min(from, at);
  }
  return [scale.ms(from), scale.ms(to + (to - from) * 0.05)];
}
