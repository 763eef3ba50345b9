/**
 * Transactions that each must come before the next, drawn as a ring of boxes with an arrow from each to the one it precedes. What an
 * arrow rests on is written beside it.
 */

import type { AnomalyCycle } from '../types.ts';
import { s } from './dom.ts';

/** More boxes than this are no picture; the words tell as much. */
export const drawnMax = 12;

const boxWidth = 216;
const boxHeight = 46;
const characterWidth = 6.8;
const margin = 16;

interface Point {
  readonly x: number;
  readonly y: number;
}

const shortened = (text: string, width: number): string => {
  const room = Math.floor(width / characterWidth);
  return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
};

const middleOf = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });

/** Clockwise from the top; two stand side by side. */
function places(count: number): readonly Point[] {
  const [rx, ry] = count === 2 ? [240, 0] : [200 + 30 * count, 60 + 30 * count];
  const first = count === 2 ? Math.PI : -Math.PI / 2;
  return Array.from({ length: count }, (_, i) => {
    const angle = first + (2 * Math.PI * i) / count;
    return { x: rx * Math.cos(angle), y: ry * Math.sin(angle) };
  });
}

/** Where the line from the centre of a box to `towards` leaves the box. */
function border(box: Point, towards: Point): Point {
  const [dx, dy] = [towards.x - box.x, towards.y - box.y];
  const scale = Math.min(
    dx === 0 ? Infinity : boxWidth / 2 / Math.abs(dx),
    dy === 0 ? Infinity : boxHeight / 2 / Math.abs(dy),
  );
  return { x: box.x + dx * scale, y: box.y + dy * scale };
}

const write = ({ x, y }: Point): string => `${x.toFixed(1)} ${y.toFixed(1)}`;

/** An arrow from box to box that bulges outwards, with its label. */
function arrow(
  from: Point,
  to: Point,
  { kind, label }: AnomalyCycle['dependencies'][number],
): readonly SVGElement[] {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy);
  const bulge = Math.max(46, length * 0.16);
  const middle = middleOf(from, to);
  const bend = { x: middle.x + (dy / length) * bulge, y: middle.y - (dx / length) * bulge };
  const [start, end] = [border(from, bend), border(to, bend)];
  const back = Math.hypot(bend.x - end.x, bend.y - end.y);
  const along = { x: (end.x - bend.x) / back, y: (end.y - bend.y) / back };
  const base = { x: end.x - along.x * 10, y: end.y - along.y * 10 };
  const left = { x: base.x - along.y * 4.5, y: base.y + along.x * 4.5 };
  const right = { x: base.x + along.y * 4.5, y: base.y - along.x * 4.5 };
  const top = middleOf(middleOf(start, bend), middleOf(bend, end));
  return [
    s('path', { class: 'line', d: `M${write(start)} Q${write(bend)} ${write(base)}` }),
    s('path', { class: 'head', d: `M${write(end)} L${write(left)} L${write(right)} Z` }),
    s(
      'text',
      { class: 'why', x: top.x.toFixed(1), y: top.y.toFixed(1), dy: '0.35em' },
      s('tspan', { class: 'kind' }, kind),
      ` ${shortened(label, 250)}`,
      s('title', {}, label),
    ),
  ];
}

function box(at: Point, { name, text }: AnomalyCycle['transactions'][number]): SVGElement {
  const [x, y] = [at.x - boxWidth / 2, at.y - boxHeight / 2];
  return s(
    'g',
    {},
    s('rect', {
      x: x.toFixed(1),
      y: y.toFixed(1),
      width: String(boxWidth),
      height: String(boxHeight),
      rx: '7',
    }),
    s('text', { class: 'name', x: at.x.toFixed(1), y: (at.y - 5).toFixed(1) }, name),
    s(
      'text',
      { class: 'steps', x: at.x.toFixed(1), y: (at.y + 14).toFixed(1) },
      shortened(text, boxWidth - 12),
    ),
    s('title', {}, `${name}: ${text}`),
  );
}

/** The drawing; null when there are too many transactions for one. */
export function cycleDrawing(cycle: AnomalyCycle): SVGSVGElement | null {
  const { transactions, dependencies } = cycle;
  if (transactions.length < 2 || transactions.length > drawnMax) return null;
  const at = places(transactions.length);
  const place = (i: number): Point => at[i] ?? { x: 0, y: 0 };
  const edge = (of: (point: Point) => number): readonly [number, number] => [
    Math.min(...at.map(of)),
    Math.max(...at.map(of)),
  ];
  const [[left, right], [top, bottom]] = [edge((point) => point.x), edge((point) => point.y)];
  // Room for the boxes, and for labels of arrows that bulge beyond them.
  const [beside, above] = [boxWidth / 2 + 120 + margin, boxHeight / 2 + 40 + margin];
  const [width, height] = [right - left + 2 * beside, bottom - top + 2 * above];
  const order = dependencies.map(({ from }) => transactions[from]?.name).join(', ');
  return s(
    'svg',
    {
      class: 'cycle',
      width: width.toFixed(0),
      height: height.toFixed(0),
      viewBox: `${(left - beside).toFixed(0)} ${(top - above).toFixed(0)} ${width.toFixed(0)} ${height.toFixed(0)}`,
      role: 'img',
      'aria-label': `Each of ${order} must come before the next, and the last before the first`,
    },
    ...dependencies.flatMap((one) => arrow(place(one.from), place(one.to), one)),
    ...transactions.map((one, i) => box(place(i), one)),
  );
}
