/** What nodes did: shapes above their lanes, writes to the disk below them. */

import type { Mark } from '../../space-time-types.ts';
import { s } from '../dom.ts';
import { n } from './lanes.ts';
import { atMs } from './names.ts';
import { bandPx, isInSight, isMarkShown, type Picture, type Taken, textPx } from './picture.ts';

/** More at once say nothing. */
const marksMax = 1500;

export interface DrawnMarks {
  readonly shapes: readonly SVGElement[];
  readonly labels: readonly SVGElement[];
  readonly left: number;
}

/** Who gets a label first. */
const weight = ({ contradicts, kind }: Mark): number =>
  contradicts !== undefined
    ? 0
    : ['role', 'commit', 'read', 'reply', 'vote', 'log', 'apply', 'disk', 'other'].indexOf(kind) +
      1;

export function marks(picture: Picture, taken: Taken): DrawnMarks {
  const inSight = picture.data.marks.filter(
    (mark) =>
      isMarkShown(picture.shown, mark) &&
      isInSight(picture, mark.timeMs, mark.untilMs ?? mark.timeMs),
  );
  const ranked = inSight.toSorted((a, b) => weight(a) - weight(b)).slice(0, marksMax);
  const shapes: SVGElement[] = [];
  const labels: SVGElement[] = [];
  for (const mark of ranked) {
    const y = picture.layout.nodes.get(mark.node);
    if (y === undefined) continue;
    const number = picture.thing({
      timeMs: mark.timeMs,
      lines: [mark.words, timesOf(mark), mark.raw],
    });
    const shape = mark.kind === 'disk' ? write(picture, mark, y) : symbol(picture, mark, y);
    shapes.push(s('g', { 'data-thing': number }, ...shape));
    const text = label(picture, mark, y, taken);
    if (text !== undefined) labels.push(text);
  }
  return { shapes, labels, left: inSight.length - ranked.length };
}

function timesOf({ timeMs, untilMs }: Mark): string {
  if (untilMs === undefined) return `at ${atMs(timeMs)}`;
  if (untilMs === null) return `from ${atMs(timeMs)}; never on disk`;
  return `from ${atMs(timeMs)}, on disk at ${atMs(untilMs)}`;
}

/** A bar below the lane, from the write to the end of the fsync; open where that never came. */
function write({ x, layout, width }: Picture, { timeMs, untilMs }: Mark, y: number): SVGElement[] {
  const top = y + bandPx / 2 + 1;
  const begin = Math.max(layout.left, x(timeMs));
  if (untilMs === undefined) {
    return [s('rect', { x: n(begin - 1), y: n(top), width: '3', height: '6', class: 'disk' })];
  }
  const end = Math.min(width - layout.right, untilMs === null ? begin + 16 : x(untilMs));
  const size = { x: n(begin), y: n(top), width: n(Math.max(2, end - begin)), height: '6' };
  return [
    s('rect', { ...size, class: untilMs === null ? 'disk never' : 'disk' }),
    ...(untilMs === null
      ? []
      : [s('rect', { x: n(end - 2), y: n(top - 1), width: '3', height: '8', class: 'durable' })]),
  ];
}

const symbolY = (y: number): number => y - bandPx / 2 - 5;

function symbol({ x }: Picture, mark: Mark, y: number): SVGElement[] {
  const at = x(mark.timeMs);
  const middle = symbolY(y);
  const kind = `mark ${mark.kind}`;
  const path = (d: string): SVGElement => s('path', { d, class: kind });
  switch (mark.kind) {
    case 'role':
      return [path(`M${n(at)} ${n(middle - 5)}l5 9h-10z`)];
    case 'commit':
      return [s('circle', { cx: n(at), cy: n(middle), r: '4', class: kind })];
    case 'log':
      return [s('rect', { x: n(at - 3), y: n(middle - 3), width: '6', height: '6', class: kind })];
    case 'read':
      return [path(`M${n(at)} ${n(middle - 5)}l5 5l-5 5l-5 -5z`)];
    case 'reply':
      return [path(`M${n(at - 4)} ${n(middle - 4)}h8l-4 8z`)];
    case 'vote':
      return [path(`M${n(at - 4)} ${n(middle)}l3 4l5 -8`)];
    case 'apply':
    case 'disk':
    case 'other':
      return [s('circle', { cx: n(at), cy: n(middle), r: '2.5', class: kind })];
  }
}

/** Rows above the lane where a label may stand. */
const rows = [15, 27, 39];

function label(
  { x, layout, width }: Picture,
  mark: Mark,
  y: number,
  taken: Taken,
): SVGElement | undefined {
  if (mark.kind === 'disk' && mark.untilMs !== undefined) return undefined;
  const wide = textPx(mark.label);
  const at = x(mark.timeMs);
  if (at < layout.left - 4) return undefined;
  const begin = Math.min(at - 3, width - layout.right - wide);
  for (const row of rows) {
    const base = y - bandPx / 2 - row + 2;
    if (!taken.take(begin, base - 10, wide, 12)) continue;
    const kind = `label at ${mark.kind}${mark.contradicts === undefined ? '' : ' clash'}`;
    return s('text', { x: n(begin), y: n(base), class: kind }, mark.label);
  }
  return undefined;
}

/** Where the mark of an event is. */
export const placeOfMark = ({ x, layout }: Picture, node: string, timeMs: number) => ({
  x: x(timeMs),
  y: symbolY(layout.nodes.get(node) ?? 0),
});
