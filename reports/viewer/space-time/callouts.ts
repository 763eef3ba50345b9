/** The two events that contradict each other: a box for each above the diagram, a line down to it, and a ring around it. */

import type { Contradiction } from '../../space-time-types.ts';
import { s } from '../dom.ts';
import { calloutPx, linePx, wrap } from './callout-text.ts';
import { rowOf } from './clients.ts';
import { n } from './lanes.ts';
import { placeOfMark } from './marks.ts';
import { atMs } from './names.ts';
import { isInSight, type Picture } from './picture.ts';

interface Box {
  readonly one: Contradiction;
  readonly at: number;
  readonly isSeen: boolean;
  readonly x: number;
  readonly width: number;
}

/** `go` brings an event into sight. */
export function callouts(picture: Picture, go: (number: number) => void): SVGElement[] {
  const boxes = placed(picture);
  return boxes.flatMap((box) => [...(box.isSeen ? pointer(picture, box) : []), boxOf(box, go)]);
}

function placed(picture: Picture): Box[] {
  const { data, layout, width } = picture;
  const { left, right } = layout;
  const count = Math.max(1, data.contradictions.length);
  const room = width - left - right;
  const wide = calloutPx(room, count);
  const boxes = data.contradictions.map((one): Box => {
    const at = picture.x(one.timeMs);
    const isSeen = isInSight(picture, one.timeMs, one.timeMs);
    const x = Math.max(left, Math.min(width - right - wide, at - wide / 2));
    return { one, at, isSeen, x, width: wide };
  });
  const [first, second] = boxes;
  if (first === undefined || second === undefined) return boxes;
  const overlap = first.x + wide + 10 - second.x;
  if (overlap <= 0) return boxes;
  const x = Math.max(left, Math.min(first.x - overlap / 2, width - right - 2 * wide - 10));
  return [
    { ...first, x },
    { ...second, x: x + wide + 10 },
  ];
}

function boxOf({ one, at, isSeen, x, width }: Box, go: (number: number) => void): SVGElement {
  const where = isSeen ? '' : at < x ? ' ◀ earlier' : ' ▶ later';
  const head = `${'①②'.charAt(one.number - 1)} ${atMs(one.timeMs)}${where}`;
  const lines = wrap(one.words, width);
  const group = s(
    'g',
    { class: 'callout', tabindex: '0', role: 'button', 'aria-label': `Show: ${one.words}` },
    s('title', {}, one.words),
    s('rect', { x: n(x), y: '2', width: n(width), height: n(24 + lines.length * linePx), rx: '6' }),
    s('text', { x: n(x + 9), y: '18', class: 'head' }, head),
    ...lines.map((line, i) => s('text', { x: n(x + 9), y: n(34 + i * linePx) }, line)),
  );
  group.addEventListener('click', () => go(one.number));
  group.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' || event.key === ' ') go(one.number);
  });
  return group;
}

function pointer(picture: Picture, { one, at, x, width }: Box): SVGElement[] {
  const place = placeOf(picture, one);
  const top = 26 + wrap(one.words, width).length * linePx;
  const from = Math.max(x + 8, Math.min(x + width - 8, at));
  const bend = picture.layout.axisY - 16;
  return [
    s('path', {
      d: `M${n(from)} ${n(top)}L${n(at)} ${n(bend)}V${n(place.y - 8)}`,
      class: 'pointer',
    }),
    s('circle', { cx: n(at), cy: n(place.y), r: '8', class: 'ring' }),
    s(
      'text',
      { x: n(at - 17), y: n(place.y + 5), class: 'ringnumber' },
      '①②'.charAt(one.number - 1),
    ),
  ];
}

function placeOf(picture: Picture, { where, timeMs }: Contradiction): { readonly y: number } {
  if (where.kind === 'node') return placeOfMark(picture, where.node, timeMs);
  return { y: (rowOf(picture, where.operation)?.y ?? 0) + 4 };
}
