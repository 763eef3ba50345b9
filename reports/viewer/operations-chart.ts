/**
 * Every operation as a point: when it was invoked, how long it took (logarithmic), how it ended.
 *
 * Few points are drawn as shapes. Many are counted per cell of the screen first, so that the work left is bounded by the
 * screen and not by the history: a million operations are one pass over typed arrays.
 */

import { duration } from '../text.ts';
import { type EvidenceOperation, type OperationColumns, outcomeNames } from '../types.ts';
import { type Chart, type ChartOptions, chart, type Frame, type Hover, within } from './chart.ts';
import { drawBands, type NumberedFault } from './fault-words.ts';
import type { OperationsFilter } from './operations-filter.ts';
import { addShape, paint, shapeOf } from './shapes.ts';
import { font } from './theme.ts';

const plotHeight = 320;

/** Above this many points in view, successes (and whatever else there is much of) become dots counted per cell. */
const shapesMax = 6000;

/** Below this many there is room for larger ones. */
const fewMax = 500;

/** Size of such a cell, px. */
const cell = 2;

/** What is rare keeps its shape, at most one of a kind in a square of this size, px. */
const shapeCell = 4;

/** How near the pointer must be to a point, px. */
const reach = 12;

/** The strip at the top for operations that never completed, px. */
const openStrip = 18;

/** Logarithm of the latency in ms, NaN for those without one, and their range with a little room. */
interface Scale {
  readonly logs: Float32Array;
  readonly low: number;
  readonly high: number;
  readonly anyOpen: boolean;
}

/** A latency below a microsecond is drawn as one. */
const floorNs = 1000;

function scaleOf(operations: OperationColumns): Scale {
  const logs = new Float32Array(operations.count);
  let low = Infinity;
  let high = -Infinity;
  let anyOpen = false;
  for (let i = 0; i < operations.count; i += 1) {
    const ns = operations.latencyNs[i] ?? -1;
    const log = ns < 0 ? Number.NaN : Math.log10(Math.max(ns, floorNs) / 1e6);
    logs[i] = log;
    anyOpen ||= ns < 0;
    if (log < low) low = log;
    if (log > high) high = log;
  }
  if (low > high) [low, high] = [0, 3];
  // At least a decade, so that there is a labelled line.
  const room = Math.max(0, 1.1 - (high - low)) / 2;
  return { logs, low: low - room, high: high + room, anyOpen };
}

type Height = (log: number) => number;

/** From logarithm to px; what has no latency lies in the strip at the top. */
function heightOf(frame: Frame, scale: Scale): Height {
  const top = frame.top + (scale.anyOpen ? openStrip : 0) + 6;
  const bottom = frame.bottom - 6;
  const perDecade = (bottom - top) / (scale.high - scale.low);
  return (log) =>
    Number.isNaN(log) ? frame.top + openStrip / 2 : bottom - (log - scale.low) * perDecade;
}

/** Place of the first of ascending values that is not below a bound. */
function firstAtLeast(values: Float64Array, bound: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Place of the first operation invoked at or after a time. */
const firstAt = (operations: OperationColumns, ns: number): number =>
  firstAtLeast(operations.invokeNs, ns);

function drawDecades(frame: Frame, scale: Scale, y: Height): void {
  const { context, theme, left, right, top } = frame;
  context.font = font(12);
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (let decade = Math.ceil(scale.low); decade <= scale.high; decade += 1) {
    context.fillStyle = theme.grid;
    context.fillRect(left, Math.round(y(decade)), right - left, 1);
    context.fillStyle = theme.muted;
    context.fillText(duration(10 ** decade), left - 10, y(decade));
  }
  if (scale.anyOpen) context.fillText('no answer', left - 10, top + openStrip / 2);
}

interface Scene {
  readonly frame: Frame;
  readonly operations: OperationColumns;
  readonly scale: Scale;
  readonly y: Height;
  readonly filter: OperationsFilter;
  readonly from: number;
  readonly to: number;
}

const isShown = ({ operations, filter }: Scene, i: number): boolean =>
  filter.outcomes[operations.outcome[i] ?? 0] === true && filter.fs[operations.f[i] ?? 0] === true;

const pointX = ({ frame, operations }: Scene, i: number): number =>
  frame.x((operations.invokeNs[i] ?? 0) / 1e6);
const pointY = ({ scale, y }: Scene, i: number): number => y(scale.logs[i] ?? Number.NaN);

/** Counts operations of one outcome per cell and paints the cells, darker where there are more. */
function drawDots(scene: Scene, outcome: number): void {
  const { frame, operations, from, to } = scene;
  const { context, theme, left, top } = frame;
  const columns = Math.ceil((frame.right - left) / cell);
  const rows = Math.ceil((frame.bottom - top) / cell);
  const seen = new Uint16Array(columns * rows);
  for (let i = from; i < to; i += 1) {
    if (operations.outcome[i] !== outcome || !isShown(scene, i)) continue;
    const column = Math.floor((pointX(scene, i) - left) / cell);
    const row = Math.floor((pointY(scene, i) - top) / cell);
    const at = row * columns + column;
    if (column >= 0 && column < columns && (seen[at] ?? 65_535) < 65_535)
      seen[at] = (seen[at] ?? 0) + 1;
  }
  context.fillStyle = theme[outcomeNames[outcome] ?? 'ok'];
  for (const [most, alpha] of [
    [1, 0.45],
    [3, 0.65],
    [10, 0.82],
    [65_535, 1],
  ] as const) {
    const least = most === 1 ? 1 : most === 3 ? 2 : most === 10 ? 4 : 11;
    context.globalAlpha = alpha;
    for (let at = 0; at < seen.length; at += 1) {
      const count = seen[at] ?? 0;
      if (count < least || count > most) continue;
      context.fillRect(
        left + (at % columns) * cell,
        top + Math.floor(at / columns) * cell,
        cell,
        cell,
      );
    }
  }
  context.globalAlpha = 1;
}

/** Draws one outcome as shapes, leaving out those that would lie exactly over another of the same kind. */
function drawShapes(scene: Scene, outcome: number, radius: number, spacing: number): void {
  const { frame, operations, from, to } = scene;
  const name = outcomeNames[outcome];
  if (name === undefined) return;
  const path = new Path2D();
  const taken = new Set<number>();
  for (let i = from; i < to; i += 1) {
    if (operations.outcome[i] !== outcome || !isShown(scene, i)) continue;
    const [x, y] = [pointX(scene, i), pointY(scene, i)];
    const f = operations.f[i] ?? 0;
    if (spacing > 0) {
      const square = (Math.floor(x / spacing) * 4096 + Math.floor(y / spacing)) * 8 + (f % 8);
      if (taken.has(square)) continue;
      taken.add(square);
    }
    addShape(path, shapeOf(f), x, y, radius);
  }
  paint(frame.context, path, name, frame.theme[name]);
}

/** How many of an outcome are in view. */
function countOf({ operations, from, to }: Scene, outcome: number): number {
  let count = 0;
  for (let i = from; i < to; i += 1) if (operations.outcome[i] === outcome) count += 1;
  return count;
}

/** Successes first, so that what went wrong lies on top. */
function drawPoints(scene: Scene): void {
  const inView = scene.to - scene.from;
  const few = inView < fewMax;
  const many = inView > shapesMax;
  outcomeNames.forEach((name, outcome) => {
    const dots = many && (name === 'ok' || countOf(scene, outcome) > shapesMax / 4);
    const radius = few ? 4 : name === 'ok' ? 2.6 : 3.4;
    if (dots) drawDots(scene, outcome);
    else drawShapes(scene, outcome, radius, many ? shapeCell : 0);
  });
}

interface Ring {
  readonly at: number;
  readonly impossible: boolean;
}

/** Rings around the operations of anomalies; around all of them only where they can be told apart. */
function drawRings(scene: Scene, rings: readonly Ring[]): void {
  const { context, theme } = scene.frame;
  const near = scene.to - scene.from < fewMax;
  const labels: { readonly x: number; readonly y: number }[] = [];
  for (const { at, impossible } of rings) {
    if (at < scene.from || at >= scene.to || !(impossible || near)) continue;
    const [x, y] = [pointX(scene, at), pointY(scene, at)];
    context.strokeStyle = impossible ? theme.bad : theme.ink;
    context.lineWidth = impossible ? 2.5 : 1;
    context.beginPath();
    context.arc(x, y, 9, 0, 2 * Math.PI);
    context.stroke();
    if (!impossible) continue;
    context.font = font(12.5, 700);
    context.fillStyle = theme.bad;
    context.textAlign = x > scene.frame.right - 100 ? 'right' : 'left';
    context.textBaseline = 'middle';
    context.lineWidth = 4;
    context.strokeStyle = theme.surface;
    const labelX = context.textAlign === 'left' ? x + 13 : x - 13;
    // The rings say which; where labels would cover each other one of them says what.
    if (labels.some((label) => Math.abs(label.x - x) < 115 && Math.abs(label.y - y) < 20)) continue;
    labels.push({ x, y });
    context.strokeText('fits nowhere', labelX, y);
    context.fillText('fits nowhere', labelX, y);
  }
}

/** The shown operation nearest to a place, or -1. */
function nearest(scene: Scene, x: number, y: number): number {
  const { frame, operations } = scene;
  const first = firstAt(operations, frame.ms(x - reach) * 1e6);
  const end = firstAt(operations, frame.ms(x + reach) * 1e6);
  let best = -1;
  let bestDistance = reach * reach;
  for (let i = first; i < end; i += 1) {
    if (!isShown(scene, i)) continue;
    const distance = (pointX(scene, i) - x) ** 2 + (pointY(scene, i) - y) ** 2;
    if (distance > bestDistance) continue;
    best = i;
    bestDistance = distance;
  }
  return best;
}

/** What an operation was, line by line. */
export function linesOf(operations: OperationColumns, i: number): string[] {
  const name = (names: readonly string[], at: number | undefined): string => names[at ?? 0] ?? '';
  const latency = operations.latencyNs[i] ?? -1;
  const node = name(operations.nodeNames, operations.node[i]);
  const outcome = outcomeNames[operations.outcome[i] ?? 0] ?? 'info';
  return [
    `${name(operations.fNames, operations.f[i])} ${name(operations.texts, operations.text[i])}`,
    latency < 0 ? 'no answer before the run ended' : `${outcome} after ${duration(latency / 1e6)}`,
    `process ${operations.process[i] ?? '?'}${node === '' ? '' : ` at ${node}`}`,
    `invoked at ${((operations.invokeNs[i] ?? 0) / 1e9).toFixed(6)} s, line ${operations.index[i] ?? '?'} of the history`,
  ];
}

function hoverOf(scene: Scene, i: number): Hover {
  return {
    lines: linesOf(scene.operations, i),
    mark({ context, theme }) {
      context.beginPath();
      context.arc(pointX(scene, i), pointY(scene, i), 7, 0, 2 * Math.PI);
      context.strokeStyle = theme.ink;
      context.lineWidth = 2;
      context.stroke();
    },
  };
}

export interface OperationsChart {
  readonly operations: OperationColumns;
  readonly faults: readonly NumberedFault[];
  readonly filter: OperationsFilter;
  /** What proves the anomalies: ringed. */
  readonly evidence: readonly EvidenceOperation[];
}

export function operationsChart(
  { operations, faults, filter, evidence }: OperationsChart,
  options: Pick<ChartOptions, 'view' | 'tooltip'>,
): Chart {
  const scale = scaleOf(operations);
  const rings = evidence.map(({ index, impossible }) => ({
    at: firstAtLeast(operations.index, index),
    impossible,
  }));
  const sceneOf = (frame: Frame): Scene => ({
    frame,
    operations,
    scale,
    filter,
    y: heightOf(frame, scale),
    from: firstAt(operations, frame.ms(frame.left) * 1e6),
    to: firstAt(operations, frame.ms(frame.right) * 1e6 + 1),
  });
  return chart({
    ...options,
    name: 'Operations',
    label: `${operations.count} operations by time of invocation and latency, on a logarithmic scale from ${duration(10 ** scale.low)} to ${duration(10 ** scale.high)}`,
    height: () => plotHeight,
    draw(frame) {
      const scene = sceneOf(frame);
      drawBands(frame, faults);
      drawDecades(frame, scale, scene.y);
      within(frame, () => drawPoints(scene));
      within(frame, () => drawRings(scene, rings));
    },
    hover(frame, x, y) {
      const scene = sceneOf(frame);
      const found = nearest(scene, x, y);
      return found < 0 ? null : hoverOf(scene, found);
    },
  });
}
