/** The whole part in one strip: how much was going on where, what matches, what is impossible, and where the window is. */

import { context } from './dom.ts';
import { gutter } from './drawing.ts';
import type { State } from './state.ts';
import { readTheme } from './theme.ts';

const binPx = 2;

export class Overview {
  readonly canvas: HTMLCanvasElement;
  readonly #state: State;
  #bins = new Float64Array(0);
  /** What the bins were counted for. */
  #counted: unknown;

  constructor(state: State, canvas: HTMLCanvasElement) {
    this.#state = state;
    this.canvas = canvas;
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#goTo(event);
    });
    canvas.addEventListener('pointermove', (event) => {
      if (event.buttons === 1) this.#goTo(event);
    });
  }

  draw(): void {
    const ctx = context(this.canvas);
    if (ctx === undefined) return;
    const { view, layout, part, matches, matchCount } = this.#state;
    const theme = readTheme();
    const height = this.canvas.clientHeight;
    const width = view.pixels;
    this.#count(Math.ceil(width / binPx));
    ctx.translate(gutter, 0);
    ctx.fillStyle = theme.grid;
    ctx.fillRect(0, 0, width, height);
    const most = this.#bins.reduce((a, b) => Math.max(a, b), 1);
    ctx.fillStyle = theme.ok;
    ctx.globalAlpha = 0.45;
    for (const [bin, calls] of this.#bins.entries()) {
      const tall = Math.sqrt(calls / most) * (height - 4);
      ctx.fillRect(bin * binPx, height - tall, binPx, tall);
    }
    ctx.globalAlpha = 1;
    const mark = (op: number, color: string, wide: number): void => {
      ctx.fillStyle = color;
      ctx.fillRect(((layout.start[op] ?? 0) / view.width) * width - wide / 2, 0, wide, height);
    };
    if (matchCount > 0 && matchCount < 5000) {
      for (const [op, isMatch] of matches.entries()) if (isMatch === 1) mark(op, theme.found, 2);
    }
    if (part.blocked !== null) mark(part.blocked, theme.bad, 3);
    const x = (view.from / view.width) * width;
    const wide = Math.max(3, ((view.to - view.from) / view.width) * width);
    ctx.fillStyle = theme.band;
    ctx.fillRect(x, 0, wide, height);
    ctx.strokeStyle = theme.ink;
    ctx.lineWidth = 1;
    ctx.strokeRect(x + 0.5, 0.5, wide - 1, height - 1);
  }

  #count(bins: number): void {
    const { layout, view } = this.#state;
    if (this.#counted === layout && this.#bins.length === bins) return;
    this.#counted = layout;
    this.#bins = new Float64Array(bins);
    for (const start of layout.start) {
      const bin = Math.min(bins - 1, Math.floor((start / view.width) * bins));
      this.#bins[bin] = (this.#bins[bin] ?? 0) + 1;
    }
  }

  #goTo(event: PointerEvent): void {
    const { view } = this.#state;
    view.center(((event.offsetX - gutter) / view.pixels) * view.width);
    this.#state.changed();
  }
}
