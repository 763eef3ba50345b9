/** How systems under comparison are told apart: by a colour and by a shape. */

import { h, s } from './dom.ts';
import { addShape, type ShapeName } from './shapes.ts';

const shapes: readonly ShapeName[] = ['circle', 'diamond', 'square', 'triangle'];

/** There are this many colours in the style sheet. */
const colors = 4;

/** The class that gives an element the colour of the system at this place. */
export const systemClass = (at: number): string => `system-${at % colors}`;

/** The mark of a system as an SVG path around a point. */
function outline(at: number, x: number, y: number, r: number): string {
  const steps: string[] = [];
  addShape(
    {
      moveTo: (px, py) => steps.push(`M${px} ${py}`),
      lineTo: (px, py) => steps.push(`L${px} ${py}`),
      closePath: () => steps.push('Z'),
      rect: (px, py, w, hgt) => steps.push(`M${px} ${py}h${w}v${hgt}h${-w}Z`),
      arc: (_x, _y, radius) =>
        steps.push(
          `a${radius} ${radius} 0 1 0 ${-2 * radius} 0a${radius} ${radius} 0 1 0 ${2 * radius} 0`,
        ),
    },
    shapes[at % shapes.length] ?? 'circle',
    x,
    y,
    r,
  );
  return steps.join('');
}

export const systemMark = (at: number, x: number, y: number, r = 5): SVGPathElement =>
  s('path', { d: outline(at, x, y, r), class: 'mark' });

/** The mark and the name of a system. */
export const systemName = (systems: readonly string[], system: string): HTMLElement => {
  const at = Math.max(0, systems.indexOf(system));
  return h(
    'span',
    { class: `system ${systemClass(at)}` },
    s(
      'svg',
      { viewBox: '-8 -8 16 16', class: 'icon', 'aria-hidden': 'true' },
      systemMark(at, 0, 0),
    ),
    system,
  );
};
