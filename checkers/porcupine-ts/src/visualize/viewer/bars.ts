/** Operations as bars in the lanes of their clients. Only what is in the window is drawn, and never twice in one pixel. */

import type { State } from './state.ts';
import { font, type Theme } from './theme.ts';
import { laneHeight } from './view.ts';

const barTop = 5;
export const barHeight = 18;
/** Of text in bars, about; measuring each would take longer than drawing. */
const characterPx = 6.4;

/** The first operation of a lane that ends at or after a place. */
export function firstEnding(
  operations: readonly number[],
  end: Float64Array,
  place: number,
): number {
  let low = 0;
  let high = operations.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((end[operations[middle] ?? 0] ?? Infinity) < place) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Lanes from the first to behind the last that can be seen. */
export function visibleLanes({ view, layout }: State): readonly [number, number] {
  const first = Math.floor(view.top / laneHeight);
  const last = Math.ceil((view.top + view.lanePixels) / laneHeight);
  return [Math.max(0, first), Math.min(layout.lanes.length, last)];
}

interface Bar {
  readonly op: number;
  readonly x: number;
  readonly width: number;
  readonly y: number;
}

export class Bars {
  readonly #state: State;
  readonly #ctx: CanvasRenderingContext2D;
  readonly #theme: Theme;

  constructor(state: State, ctx: CanvasRenderingContext2D, theme: Theme) {
    this.#state = state;
    this.#ctx = ctx;
    this.#theme = theme;
  }

  draw(): void {
    const { layout, view } = this.#state;
    this.#ctx.font = font(12);
    this.#ctx.textBaseline = 'middle';
    this.#ctx.textAlign = 'left';
    const [first, last] = visibleLanes(this.#state);
    for (let lane = first; lane < last; lane += 1) {
      const y = lane * laneHeight - view.top + barTop;
      this.#lane(layout.lanes[lane]?.operations ?? [], y);
    }
  }

  #lane(operations: readonly number[], y: number): void {
    const { layout, view, part, selected, matches } = this.#state;
    const marked: Bar[] = [];
    let drawnTo = -Infinity;
    for (
      let at = firstEnding(operations, layout.barEnd, view.from);
      at < operations.length;
      at += 1
    ) {
      const op = operations[at] as number;
      const start = layout.start[op] ?? 0;
      if (start > view.to) break;
      const x = Math.max(-20, view.x(start));
      const end = Math.min(
        view.pixels + 20,
        view.x(Math.min(layout.barEnd[op] ?? 0, view.width * 2)),
      );
      const bar = { op, x, width: Math.max(2, end - x), y };
      const isMarked =
        op === selected || op === part.blocked || matches[op] === 1 || part.conflict.includes(op);
      if (isMarked) marked.push(bar);
      else if (end > drawnTo + 0.5) {
        this.#bar(bar);
        drawnTo = end;
      }
    }
    // Above the others, however small they are.
    for (const bar of marked) this.#marked(bar);
  }

  #bar(bar: Bar): void {
    const { part, placeOf } = this.#state;
    const ctx = this.#ctx;
    const isPlaced = (placeOf[bar.op] ?? -1) >= 0;
    if (part.return[bar.op] === null) this.#open(bar, isPlaced);
    else if (bar.width < 4) {
      ctx.fillStyle = isPlaced ? this.#theme.ok : this.#theme.muted;
      ctx.fillRect(bar.x, bar.y, bar.width, barHeight);
    } else {
      ctx.fillStyle = isPlaced ? this.#theme['ok-tint'] : this.#theme.surface;
      ctx.strokeStyle = isPlaced ? this.#theme.ok : this.#theme.muted;
      this.#box(bar);
    }
    this.#label(bar, isPlaced ? this.#theme.ink : this.#theme.muted);
  }

  /** Nobody knows where it ends: dashed, and no right edge. */
  #open({ x, y, width }: Bar, isPlaced: boolean): void {
    const ctx = this.#ctx;
    const right = x + width;
    ctx.fillStyle = isPlaced ? this.#theme['info-tint'] : this.#theme.surface;
    ctx.fillRect(x, y, width, barHeight);
    ctx.strokeStyle = this.#theme.info;
    ctx.lineWidth = 1;
    ctx.setLineDash([5, 3]);
    ctx.beginPath();
    ctx.moveTo(right, y + 0.5);
    ctx.lineTo(x + 0.5, y + 0.5);
    ctx.lineTo(x + 0.5, y + barHeight - 0.5);
    ctx.lineTo(right, y + barHeight - 0.5);
    ctx.stroke();
    ctx.setLineDash([]);
  }

  #marked(bar: Bar): void {
    const { part, selected, matches } = this.#state;
    const ctx = this.#ctx;
    if (bar.op === part.blocked) this.#impossible(bar);
    else this.#bar(bar);
    const frame = (color: string, by: number): void => {
      ctx.strokeStyle = color;
      ctx.lineWidth = 2;
      ctx.strokeRect(bar.x - by, bar.y - by, bar.width + 2 * by, barHeight + 2 * by);
    };
    if (part.conflict.includes(bar.op)) frame(this.#theme.bad, 0);
    if (matches[bar.op] === 1) frame(this.#theme.found, 1);
    if (bar.op === selected) frame(this.#theme.ink, 2);
  }

  /** Told by stripes and a cross as well as by its colour. */
  #impossible(bar: Bar): void {
    const ctx = this.#ctx;
    const { x, y, width } = bar;
    ctx.save();
    ctx.beginPath();
    ctx.rect(x, y, width, barHeight);
    ctx.fillStyle = this.#theme['tint-bad'];
    ctx.fill();
    ctx.clip();
    ctx.strokeStyle = this.#theme.bad;
    ctx.globalAlpha = 0.3;
    ctx.lineWidth = 2;
    ctx.beginPath();
    const right = Math.min(x + width, this.#state.view.pixels + 20);
    for (let at = x - barHeight; at < right; at += 8) {
      ctx.moveTo(at, y + barHeight);
      ctx.lineTo(at + barHeight, y);
    }
    ctx.stroke();
    ctx.restore();
    ctx.strokeStyle = this.#theme.bad;
    ctx.lineWidth = 2;
    ctx.strokeRect(x, y, width, barHeight);
    this.#label(bar, this.#theme.bad, '✕ ');
  }

  #box({ x, y, width }: Bar): void {
    const ctx = this.#ctx;
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.roundRect(x + 0.5, y + 0.5, width - 1, barHeight - 1, 3);
    ctx.fill();
    ctx.stroke();
  }

  #label({ op, x, width, y }: Bar, color: string, before = ''): void {
    const left = Math.max(x, 0) + 6;
    const room = Math.floor((x + width - left - 4) / characterPx);
    if (room < 2) return;
    const text = before + this.#state.label(op);
    this.#ctx.fillStyle = color;
    this.#ctx.fillText(
      text.length > room ? `${text.slice(0, room - 1)}…` : text,
      left,
      y + barHeight / 2 + 0.5,
      Math.max(1, x + width - left - 2),
    );
  }
}
