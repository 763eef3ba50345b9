/** The drawing: annotations above, lanes with bars and the order, the axis below. */

import type { AnnotationData } from '../page-data.ts';
import { Bars, firstEnding, visibleLanes } from './bars.ts';
import { drawChain } from './chain.ts';
import { context, grouped } from './dom.ts';
import type { Lane } from './layout.ts';
import { Notes } from './notes.ts';
import type { State } from './state.ts';
import { font, readTheme, type Theme } from './theme.ts';
import { laneHeight } from './view.ts';

/** Px for the names of rows and lanes. */
export const gutter = 112;
const axisHeight = 24;
const lanesShownMax = 15;

export class Drawing {
  readonly canvas: HTMLCanvasElement;
  readonly #state: State;
  readonly notes: Notes;

  constructor(state: State, canvas: HTMLCanvasElement) {
    this.#state = state;
    this.canvas = canvas;
    this.notes = new Notes(state);
  }

  /** Px above the lanes. */
  get top(): number {
    return this.notes.height + 6;
  }

  /** Px that the whole drawing would like to have: all lanes, up to a limit. */
  get height(): number {
    const lanes = Math.max(3, Math.min(lanesShownMax, this.#state.layout.lanes.length));
    return this.top + lanes * laneHeight + axisHeight;
  }

  draw(): void {
    const { view } = this.#state;
    view.pixels = Math.max(1, this.canvas.clientWidth - gutter);
    view.lanePixels = Math.max(1, this.canvas.clientHeight - this.top - axisHeight);
    view.scroll(0);
    const ctx = context(this.canvas);
    if (ctx === undefined) return;
    const theme = readTheme();
    this.#names(ctx, theme);
    ctx.save();
    ctx.beginPath();
    ctx.rect(gutter, 0, view.pixels, this.canvas.clientHeight);
    ctx.clip();
    ctx.translate(gutter, 0);
    this.notes.drawBands(ctx, theme, this.top + view.lanePixels);
    this.notes.draw(ctx, theme);
    this.#axis(ctx, theme);
    ctx.beginPath();
    ctx.rect(0, this.top, view.pixels, view.lanePixels);
    ctx.clip();
    ctx.translate(0, this.top);
    this.#blockedBand(ctx, theme);
    new Bars(this.#state, ctx, theme).draw();
    drawChain(this.#state, ctx, theme);
    ctx.restore();
    this.#scrollbar(ctx, theme);
  }

  /** What is at a place of the canvas: an operation, an annotation, or nothing. */
  hit(x: number, y: number): number | AnnotationData | undefined {
    const { view, layout } = this.#state;
    const at = view.at(x - gutter);
    if (x < gutter) return undefined;
    if (y < this.top) {
      return this.notes.at(x - gutter, y);
    }
    if (y > this.top + view.lanePixels) return undefined;
    const lane = layout.lanes[Math.floor((y - this.top + view.top) / laneHeight)];
    if (lane === undefined) return undefined;
    const near = 3 / view.pixelsPerUnit;
    const op = lane.operations[firstEnding(lane.operations, layout.barEnd, at - near)];
    return op !== undefined && (layout.start[op] ?? 0) <= at + near ? op : undefined;
  }

  #names(ctx: CanvasRenderingContext2D, theme: Theme): void {
    const { layout, view } = this.#state;
    ctx.textBaseline = 'middle';
    ctx.textAlign = 'right';
    const name = (text: string, y: number): void => {
      ctx.fillText(text, gutter - 12, y, gutter - 18);
    };
    ctx.fillStyle = theme.muted;
    ctx.font = font(12);
    ctx.save();
    ctx.beginPath();
    ctx.rect(0, 0, gutter, this.notes.height);
    ctx.clip();
    this.notes.drawNames(name);
    ctx.restore();
    ctx.save();
    ctx.beginPath();
    ctx.rect(0, this.top, this.canvas.clientWidth, view.lanePixels);
    ctx.clip();
    const [first, last] = visibleLanes(this.#state);
    for (let lane = first; lane < last; lane += 1) {
      const y = this.top + lane * laneHeight - view.top;
      ctx.fillStyle = theme.grid;
      ctx.fillRect(0, y, this.canvas.clientWidth, 1);
      ctx.fillStyle = theme.muted;
      name(this.#laneName(layout.lanes[lane]), y + 15);
    }
    ctx.restore();
  }

  /** Of whoever is in sight in it, since clients that are gone make room for others. */
  #laneName(lane: Lane | undefined): string {
    if (lane === undefined || !lane.isFirst) return '″';
    const { layout, view } = this.#state;
    const { operations } = lane;
    const op = operations[firstEnding(operations, layout.barEnd, view.from)] ?? operations.at(-1);
    return op === undefined ? '' : this.#state.client(op);
  }

  /** The time in which the impossible operation should have taken effect. */
  #blockedBand(ctx: CanvasRenderingContext2D, theme: Theme): void {
    const { part, layout, view } = this.#state;
    if (part.blocked === null) return;
    const x = view.x(layout.start[part.blocked] ?? 0);
    const end = view.x(Math.min(layout.end[part.blocked] ?? view.width, view.width));
    ctx.fillStyle = theme.bad;
    ctx.globalAlpha = 0.07;
    ctx.fillRect(x, 0, Math.max(1, end - x), view.lanePixels);
    ctx.globalAlpha = 0.6;
    ctx.fillRect(x, 0, 1, view.lanePixels);
    ctx.fillRect(end, 0, 1, view.lanePixels);
    ctx.globalAlpha = 1;
  }

  #axis(ctx: CanvasRenderingContext2D, theme: Theme): void {
    const { view, axis, page, part } = this.#state;
    const y = this.top + view.lanePixels;
    ctx.fillStyle = theme.line;
    ctx.fillRect(0, y, view.pixels, 1);
    ctx.fillStyle = theme.muted;
    ctx.font = font(11);
    ctx.textBaseline = 'middle';
    ctx.textAlign = 'left';
    if (axis === 'order') {
      ctx.fillText('calls and returns in their order, evenly spaced →', 4, y + 13);
      return;
    }
    const origin = (part.calledAt ?? part.call).reduce((a, b) => Math.min(a, b), Infinity);
    const step = niceStep((view.to - view.from) / Math.max(2, view.pixels / 120));
    const first = Math.ceil((origin + view.from) / step) * step;
    for (let time = first; time <= origin + view.to; time += step) {
      const x = view.x(time - origin);
      ctx.fillStyle = theme.grid;
      ctx.fillRect(x, 0, 1, y);
      ctx.fillStyle = theme.muted;
      ctx.fillText(`${grouped(Number(time.toPrecision(12)))} ${page.unit}`, x + 4, y + 13);
    }
  }

  #scrollbar(ctx: CanvasRenderingContext2D, theme: Theme): void {
    const { view } = this.#state;
    this.notes.drawScrollbar(ctx, theme, this.canvas.clientWidth - 5);
    const all = view.lanes * laneHeight;
    if (all <= view.lanePixels) return;
    const height = Math.max(20, (view.lanePixels / all) * view.lanePixels);
    const y = this.top + (view.top / (all - view.lanePixels)) * (view.lanePixels - height);
    ctx.fillStyle = theme['band-edge'];
    ctx.fillRect(this.canvas.clientWidth - 5, y, 4, height);
  }
}

/** 1, 2 or 5 times a power of ten, not below. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((times) => times * power >= least) ?? 10);
}
