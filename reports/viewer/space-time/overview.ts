/** The whole run as a strip: who led, what failed, where the contradiction is, and which part is in sight. */

import { s } from '../dom.ts';
import { n } from './lanes.ts';
import type { Picture } from './picture.ts';

const lanePx = 7;

export const overviewPx = (nodes: number): number => nodes * lanePx + 14;

/** Units of the scale at a place of the strip. */
export const unitsAt = ({ scale, layout, width }: Picture, x: number): number =>
  ((x - layout.left) / (width - layout.left - layout.right)) * scale.endUnits;

export function overview(picture: Picture): SVGElement {
  const { data, scale, layout, width, from, to } = picture;
  const { left, right } = layout;
  const height = overviewPx(data.nodes.length);
  const x = (units: number): number =>
    left + (units / Math.max(1e-9, scale.endUnits)) * (width - left - right);
  const span = (fromMs: number, toMs: number) => {
    const at = x(scale.units(fromMs));
    return { x: n(at), width: n(Math.max(1, x(scale.units(toMs)) - at)) };
  };
  const y = (node: string): number => 7 + data.nodes.indexOf(node) * lanePx;
  const roles = data.stretches.map(({ node, fromMs, toMs, role }) =>
    s('rect', {
      ...span(fromMs, toMs),
      y: n(y(node)),
      height: n(lanePx - 2),
      class: `band ${role}`,
    }),
  );
  const bars = data.bars.map(({ node, fromMs, toMs, kind }) =>
    s('rect', {
      ...span(fromMs, toMs),
      y: n(y(node)),
      height: n(lanePx - 2),
      class: `mini ${kind}`,
    }),
  );
  const clashes = data.contradictions.map(({ timeMs }) =>
    s('rect', {
      x: n(x(scale.units(timeMs)) - 1),
      width: '2',
      y: '0',
      height: n(height),
      class: 'clashline',
    }),
  );
  const [a, b] = [x(Math.max(0, from)), x(Math.min(scale.endUnits, to))];
  return s(
    'svg',
    {
      class: 'overview',
      width: n(width),
      height: n(height),
      role: 'img',
      'aria-label': 'The whole run; the frame is what the diagram shows',
    },
    s('text', { x: n(left - 10), y: n(height / 2 + 4), class: 'clients' }, 'all'),
    ...roles,
    ...bars,
    ...clashes,
    s('rect', {
      x: n(a),
      width: n(Math.max(4, b - a)),
      y: '1',
      height: n(height - 2),
      rx: '3',
      class: 'frame',
    }),
  );
}
