/** What clients asked for: a bar from invocation to completion, in the rows of the node that they asked. */

import type { EvidenceOperation } from '../../types.ts';
import { s } from '../dom.ts';
import { n } from './lanes.ts';
import { atMs } from './names.ts';
import { isInSight, type Picture, type Row, textPx } from './picture.ts';

/** How far an operation whose end is unknown is drawn, px. */
const openPx = 40;

/** With so many in sight, lines to the nodes would hide the messages. */
const linkedMax = 14;

export function clients(picture: Picture): SVGElement[] {
  const { rows } = picture.layout;
  const inSight = rows.map((row) => ({ row, operations: row.operations.filter(isSeen(picture)) }));
  const count = inSight.reduce((sum, { operations }) => sum + operations.length, 0);
  return inSight.flatMap(({ row, operations }) =>
    operations.flatMap((operation) => [
      ...(count <= linkedMax || operation.impossible ? links(picture, row, operation) : []),
      bar(picture, row, operation),
    ]),
  );
}

const isSeen =
  (picture: Picture) =>
  ({ startMs, endMs }: EvidenceOperation): boolean =>
    isInSight(picture, startMs, endMs ?? startMs + 1);

/** The index of an operation finds its row. */
export const rowOf = ({ layout }: Picture, index: number): Row | undefined =>
  layout.rows.find(({ operations }) => operations.some((one) => one.index === index));

function bar(picture: Picture, { y }: Row, operation: EvidenceOperation): SVGElement {
  const { layout, width, x, data } = picture;
  const { startMs, endMs, outcome, text, impossible, process, node, error } = operation;
  const begin = Math.max(layout.left, x(startMs));
  const open = Math.min(x(data.endMs) + openPx, x(startMs) + openPx);
  const end = Math.min(width - layout.right, endMs === null ? open : x(endMs));
  const isWide = layout.rowPx > 12;
  const high = isWide ? 9 : Math.max(3, layout.rowPx - 3);
  const words = impossible ? `${text}  ✕ fits nowhere` : text;
  const number = picture.thing({
    timeMs: startMs,
    lines: [
      text,
      `client process ${process} at ${node}: ${outcome}${error === undefined ? '' : `, ${error}`}`,
      endMs === null
        ? `asked at ${atMs(startMs)}; whether it happened is unknown`
        : `asked at ${atMs(startMs)}, answered at ${atMs(endMs)}`,
    ],
  });
  const room = picture.width - layout.right - begin;
  return s(
    'g',
    { 'data-thing': number, class: `operation ${outcome}${impossible ? ' impossible' : ''}` },
    s('rect', {
      x: n(begin),
      y: n(y),
      width: n(Math.max(3, end - begin)),
      height: n(high),
      rx: '2',
    }),
    isWide || impossible
      ? s(
          'text',
          textPx(words) < room
            ? { x: n(begin), y: n(y + 20) }
            : { x: n(begin + room), y: n(y + 20), 'text-anchor': 'end' },
          (isWide && textPx(words) < Math.max(60, roomAfter(picture, operation))) || impossible
            ? words
            : '',
        )
      : null,
  );
}

/** Until the next operation of the row begins, px. */
function roomAfter(picture: Picture, operation: EvidenceOperation): number {
  const row = rowOf(picture, operation.index);
  const next = row?.operations[row.operations.indexOf(operation) + 1];
  return next === undefined
    ? Number.POSITIVE_INFINITY
    : picture.x(next.startMs) - Math.max(picture.layout.left, picture.x(operation.startMs));
}

/** From the client to its node and back: when it left and when the answer was there, not when the node had it. */
function links(
  { layout, x }: Picture,
  { y, node }: Row,
  { startMs, endMs }: EvidenceOperation,
): SVGElement[] {
  const top = layout.nodes.get(node);
  if (top === undefined) return [];
  return [startMs, ...(endMs === null ? [] : [endMs])].map((ms) =>
    s('line', { x1: n(x(ms)), x2: n(x(ms)), y1: n(y), y2: n(top + 20), class: 'asks' }),
  );
}
