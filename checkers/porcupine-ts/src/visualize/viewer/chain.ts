/** The order that is shown: a moment on each operation, numbered where there is room, and a line from each to the next. */

import { barHeight } from './bars.ts';
import type { State } from './state.ts';
import { font, type Theme } from './theme.ts';
import { laneHeight } from './view.ts';

/** More moments than this in the window would only make it grey. */
const momentsMax = 1500;
/** Room that a number needs to be told from the next. */
const numberPx = 12;
const momentTop = 5 + barHeight + 3;

const firstAtOrAfter = (moments: Float64Array, at: number): number => {
  let low = 0;
  let high = moments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((moments[middle] ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low;
};

interface Point {
  readonly step: number;
  readonly x: number;
  readonly y: number;
}

export function drawChain(state: State, ctx: CanvasRenderingContext2D, theme: Theme): void {
  const { view, moments, order, layout, selected } = state;
  const from = Math.max(0, firstAtOrAfter(moments, view.from) - 1);
  const to = Math.min(moments.length, firstAtOrAfter(moments, view.to) + 1);
  if (to - from > momentsMax) return;
  const points: Point[] = [];
  for (let step = from; step < to; step += 1) {
    const lane = layout.laneOf[order.operations[step] ?? 0] ?? 0;
    const y = lane * laneHeight - view.top + momentTop;
    points.push({ step, x: view.x(moments[step] ?? 0), y });
  }
  ctx.strokeStyle = theme['band-edge'];
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  for (const { x, y } of points) ctx.lineTo(x, y);
  ctx.stroke();
  ctx.font = font(10, 600);
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  for (const [at, point] of points.entries()) {
    const isFar = (other: Point | undefined): boolean =>
      other === undefined ||
      Math.abs(other.x - point.x) > numberPx ||
      Math.abs(other.y - point.y) > numberPx;
    const hasNeighbourRoom = isFar(points[at - 1]) && isFar(points[at + 1]);
    const isSelected = order.operations[point.step] === selected;
    drawPoint(ctx, theme, point, { hasRoom: hasNeighbourRoom || isSelected, isSelected });
  }
}

function drawPoint(
  ctx: CanvasRenderingContext2D,
  theme: Theme,
  { step, x, y }: Point,
  { hasRoom, isSelected }: { readonly hasRoom: boolean; readonly isSelected: boolean },
): void {
  ctx.strokeStyle = theme.ink;
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  ctx.moveTo(x, y - 9);
  ctx.lineTo(x, y);
  ctx.stroke();
  ctx.fillStyle = isSelected ? theme.ink : theme.surface;
  ctx.beginPath();
  if (!hasRoom) {
    ctx.fillStyle = theme.ink;
    ctx.arc(x, y, 2, 0, 7);
    ctx.fill();
    return;
  }
  const text = `${step + 1}`;
  const width = Math.max(14, text.length * 6 + 6);
  ctx.roundRect(x - width / 2, y - 6.5, width, 13, 6.5);
  ctx.fill();
  ctx.lineWidth = 1;
  ctx.stroke();
  ctx.fillStyle = isSelected ? theme.surface : theme.ink;
  ctx.fillText(text, x, y + 0.5);
}
