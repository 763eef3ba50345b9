/**
 * Medians and ranges of several systems over one scale, so that overlap can be seen:
 *
 *     |----o------|
 *                   |--o-|
 */

import type { Spread } from '#src/metrics/compare';
import { s } from './dom.ts';
import { systemClass, systemMark } from './system-mark.ts';

const width = 230;
const laneHeight = 20;
const margin = 9;

/** From 0, unless everything is so far from it that nothing could be told apart. Shares end at 1 at most. */
function scaleOf(spreads: readonly Spread[], share: boolean): (value: number) => number {
  const low = Math.min(...spreads.map(({ min }) => min));
  const high = Math.max(...spreads.map(({ max }) => max));
  const near = low > 0.6 * high;
  const pad = (high - low) * 0.08;
  const from = near ? low - pad : 0;
  const to = share ? Math.min(1, high + pad) : high + pad;
  if (!(to > from)) return () => width / 2;
  return (value) => margin + ((value - from) / (to - from)) * (width - 2 * margin);
}

/** `label`: the same in words. null where nothing was measured. */
export function spreadDrawing(
  spreads: readonly (Spread | null)[],
  label: string,
  share: boolean,
): SVGSVGElement | null {
  const known = spreads.filter((spread) => spread !== null);
  if (known.length === 0) return null;
  const x = scaleOf(known, share);
  const height = spreads.length * laneHeight;
  const lanes = spreads.flatMap((spread, at) => {
    const y = laneHeight * (at + 0.5);
    const base = s('line', {
      class: 'lane',
      x1: '0',
      x2: String(width),
      y1: String(y),
      y2: String(y),
    });
    if (spread === null) return [base];
    const [from, to] = [x(spread.min), x(spread.max)];
    return [
      base,
      s(
        'g',
        { class: systemClass(at) },
        s('path', {
          class: 'range',
          d: `M${from} ${y - 4}V${y + 4}M${from} ${y}H${to}M${to} ${y - 4}V${y + 4}`,
        }),
        systemMark(at, x(spread.median), y, 4.4),
      ),
    ];
  });
  return s(
    'svg',
    {
      class: 'spread',
      width: String(width),
      height: String(height),
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-label': label,
    },
    ...lanes,
  );
}
