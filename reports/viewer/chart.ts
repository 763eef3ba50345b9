/** A chart over the shared time axis: sizes, axis, pointer and keyboard. What is in it comes from a `draw` function. */

import { h } from './dom.ts';
import { font, readTheme, type Theme } from './theme.ts';
import { moment, multiples, timeStep } from './ticks.ts';
import type { TimeView } from './time-view.ts';
import type { Tooltip } from './tooltip.ts';

/** Room for the labels of the vertical axes: the same in all charts, so that times line up. In CSS px, as everything here. */
const marginLeft = 76;
const marginRight = 14;

/** Room for the labels of the time axis. */
const axisHeight = 24;

/** A drag shorter than this is a click. */
const dragMin = 5;

/** Where and how to draw. */
export interface Frame {
  readonly context: CanvasRenderingContext2D;
  readonly theme: Theme;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** From ms to px. */
  readonly x: (ms: number) => number;
  /** From px to ms. */
  readonly ms: (x: number) => number;
}

/** What is under the pointer. */
export interface Hover {
  readonly lines: readonly string[];
  /** Highlights it. */
  mark?(frame: Frame): void;
}

export interface ChartOptions {
  readonly name: string;
  /** What it shows, in words, for those who do not see it. */
  readonly label: string;
  readonly view: TimeView;
  readonly tooltip: Tooltip;
  /** Labels of the time axis below. */
  readonly axis?: boolean;
  /** Height of the plot area. Asked before every drawing. */
  height(frame: Frame): number;
  draw(frame: Frame): void;
  hover?(frame: Frame, x: number, y: number): Hover | null;
}

export interface Chart {
  readonly element: HTMLElement;
  redraw(): void;
}

interface Layers {
  readonly element: HTMLElement;
  readonly base: HTMLCanvasElement;
  /** Crosshair, selection and highlight, so that moving the pointer does not draw the data again. */
  readonly over: HTMLCanvasElement;
}

function layers({ name, label }: ChartOptions): Layers {
  const base = h('canvas', { role: 'img', 'aria-label': label });
  const over = h('canvas', { 'aria-hidden': 'true', class: 'over' });
  const element = h(
    'div',
    {
      class: 'chart',
      tabindex: '0',
      role: 'group',
      'aria-label': `${name}. Plus and minus zoom, arrow keys move, 0 shows all.`,
    },
    base,
    over,
  );
  return { element, base, over };
}

/** Makes a canvas sharp on this screen and gives its context in CSS px, cleared. */
function prepare(canvas: HTMLCanvasElement, width: number, height: number) {
  const scale = devicePixelRatio || 1;
  const [w, hgt] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== w || canvas.height !== hgt) {
    canvas.width = w;
    canvas.height = hgt;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser cannot draw on a canvas');
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

function frameOf(
  context: CanvasRenderingContext2D,
  theme: Theme,
  view: TimeView,
  width: number,
  height: number,
): Frame {
  const [left, right] = [marginLeft, Math.max(marginLeft + 50, width - marginRight)];
  const perMs = (right - left) / (view.toMs - view.fromMs);
  return {
    context,
    theme,
    left,
    right,
    top: 4,
    bottom: 4 + height,
    x: (ms) => left + (ms - view.fromMs) * perMs,
    ms: (x) => view.fromMs + (x - left) / perMs,
  };
}

/** Vertical grid lines at the ticks of time, and their labels where there is room for them. */
export function drawTimeAxis(frame: Frame, labels: boolean): void {
  const { context, theme, left, right, top, bottom } = frame;
  const [from, to] = [frame.ms(left), frame.ms(right)];
  const step = timeStep(to - from, 90 / (right - left));
  context.lineWidth = 1;
  context.font = font(12);
  context.textAlign = 'center';
  context.textBaseline = 'top';
  for (const at of multiples(from, to, step)) {
    const x = Math.round(frame.x(at)) + 0.5;
    context.strokeStyle = theme.grid;
    context.beginPath();
    context.moveTo(x, top);
    context.lineTo(x, bottom);
    context.stroke();
    context.fillStyle = theme.muted;
    if (!labels) continue;
    const text = moment(at, step);
    const half = context.measureText(text).width / 2;
    context.fillText(text, Math.min(x, right + marginRight - half), bottom + 7);
  }
}

/** Draws what must not leave the plot area. */
export function within(frame: Frame, draw: () => void): void {
  const { context, left, right, top, bottom } = frame;
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, bottom - top);
  context.clip();
  draw();
  context.restore();
}

interface Pointer {
  /** Where a drag began. */
  dragFrom: number | null;
  x: number | null;
  y: number;
}

function drawOver(frame: Frame, view: TimeView, pointer: Pointer, found: Hover | null): void {
  const { context, theme, top, bottom } = frame;
  within(frame, () => {
    if (pointer.dragFrom !== null && pointer.x !== null) {
      context.fillStyle = theme.ok;
      context.globalAlpha = 0.16;
      context.fillRect(pointer.dragFrom, top, pointer.x - pointer.dragFrom, bottom - top);
      context.globalAlpha = 1;
    }
    if (view.cursorMs === null) return;
    const x = Math.round(frame.x(view.cursorMs)) + 0.5;
    context.strokeStyle = theme.muted;
    context.setLineDash([3, 3]);
    context.beginPath();
    context.moveTo(x, top);
    context.lineTo(x, bottom);
    context.stroke();
    context.setLineDash([]);
  });
  found?.mark?.(frame);
}

function listenToKeys(element: HTMLElement, view: TimeView): void {
  const middle = (): number => (view.fromMs + view.toMs) / 2;
  const actions = new Map<string, () => void>([
    ['+', () => view.zoom(0.5, middle())],
    ['=', () => view.zoom(0.5, middle())],
    ['-', () => view.zoom(2, middle())],
    ['ArrowLeft', () => view.pan(-0.2)],
    ['ArrowRight', () => view.pan(0.2)],
    ['0', view.reset],
    ['Escape', view.reset],
  ]);
  element.addEventListener('keydown', (event) => {
    const action = event.ctrlKey || event.metaKey ? undefined : actions.get(event.key);
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
}

interface PointerListener {
  readonly frame: () => Frame;
  readonly pointer: Pointer;
  readonly view: TimeView;
  /** The pointer moved, `at` in the page, or left (null). */
  readonly moved: (at: { readonly x: number; readonly y: number } | null) => void;
}

function listenToPointer(over: HTMLCanvasElement, listener: PointerListener): void {
  const { frame, pointer, view, moved } = listener;
  const inside = (event: PointerEvent): number => {
    const { left, right } = frame();
    return Math.max(left, Math.min(right, event.offsetX));
  };
  over.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    over.setPointerCapture(event.pointerId);
    pointer.dragFrom = inside(event);
  });
  over.addEventListener('pointermove', (event) => {
    pointer.x = inside(event);
    pointer.y = event.offsetY;
    view.point(frame().ms(pointer.x));
    moved({ x: event.clientX, y: event.clientY });
  });
  over.addEventListener('pointerup', (event) => {
    const from = pointer.dragFrom;
    pointer.dragFrom = null;
    if (from === null) return;
    const to = inside(event);
    if (Math.abs(to - from) < dragMin) return;
    const { ms } = frame();
    view.show(ms(Math.min(from, to)), ms(Math.max(from, to)));
  });
  over.addEventListener('pointerleave', () => {
    pointer.x = null;
    view.point(null);
    moved(null);
  });
  over.addEventListener('dblclick', view.reset);
}

/** Makes the chart; it draws itself when it is put into the page and whenever the view changes. */
export function chart(options: ChartOptions): Chart {
  const { view, tooltip } = options;
  const { element, base, over } = layers(options);
  const pointer: Pointer = { dragFrom: null, x: null, y: 0 };
  let theme = readTheme();
  let plotHeight = 0;
  let found: Hover | null = null;
  const width = (): number => element.clientWidth;
  const height = (): number => plotHeight + (options.axis ? axisHeight : 0) + 8;
  const frame = (on: HTMLCanvasElement): Frame =>
    frameOf(prepare(on, width(), height()), theme, view, width(), plotHeight);
  const redrawOver = (): void => drawOver(frame(over), view, pointer, found);
  const redraw = (): void => {
    if (width() === 0) return;
    theme = readTheme();
    plotHeight = options.height(frame(base));
    const drawing = frame(base);
    element.style.height = `${height()}px`;
    drawTimeAxis(drawing, options.axis === true);
    options.draw(drawing);
    redrawOver();
  };
  listenToKeys(element, view);
  listenToPointer(over, {
    frame: () => frame(over),
    pointer,
    view,
    moved(at) {
      const { x, y, dragFrom } = pointer;
      found =
        at === null || x === null || dragFrom !== null
          ? null
          : (options.hover?.(frame(over), x, y) ?? null);
      tooltip.show(found === null || at === null ? null : { ...at, lines: found.lines });
    },
  });
  view.onChange((range) => {
    if (range) found = null;
    if (range) redraw();
    else redrawOver();
  });
  new ResizeObserver(redraw).observe(element);
  return { element, redraw };
}
