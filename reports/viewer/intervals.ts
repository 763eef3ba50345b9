/**
 * The operations of an anomaly as intervals: a lane for each process, a bar from invocation to completion.
 *
 *                 write k1 5
 *     process 3   |----------------|
 *                                     read k1 → 4   fits nowhere
 *     process 7                       |---------------|
 *
 * What matters is which operation ended before which began. So the axis keeps the order of all moments exactly, but stretches
 * short stretches and squeezes long ones, until every label has room before the next one in its lane.
 */

import type { EvidenceOperation } from '../types.ts';
import { s } from './dom.ts';

const laneHeight = 50;
const barTop = 24;
const barHeight = 16;
const paddingTop = 6;
const axisHeight = 34;

/** Rough width of a character of the labels' fonts, px: SVG text cannot be measured before it is shown. */
const characterWidth = 7.4;

/** The least distance between two moments, and the most that a long wait adds before all is stretched to fit, px. */
const stepMin = 14;
const stepMax = 60;

/** How far an operation that may still happen reaches beyond the last moment, px. */
const openEnd = 60;

const labelOf = ({ text, impossible }: EvidenceOperation): string =>
  impossible ? `${text}  ✕ fits nowhere` : text;

const laneOf = ({ process, node }: EvidenceOperation): string =>
  `${/^\d+$/.test(process) ? 'process ' : ''}${process}${node === '' ? '' : ` · ${node}`}`;

const widthOf = (text: string): number => text.length * characterWidth + 12;

interface Placed {
  readonly operation: EvidenceOperation;
  readonly lane: number;
  readonly from: number;
  readonly to: number;
}

interface Layout {
  readonly bars: readonly Placed[];
  readonly lanes: readonly string[];
  /** Where lanes begin. */
  readonly left: number;
  /** Moments and where they are, both ascending. */
  readonly moments: readonly { readonly ms: number; readonly x: number }[];
  readonly width: number;
}

/** Distances between neighbouring moments, all together about `room`: more for longer times, but only by their logarithm. */
function steps(moments: readonly number[], room: number): number[] {
  const gaps = moments.slice(1).map((ms, i) => ms - (moments[i] ?? 0));
  const shortest = gaps.reduce((a, b) => Math.min(a, b), Infinity);
  const wanted = gaps.map((gap) => Math.min(stepMax, stepMin + 7 * Math.log2(gap / shortest)));
  const stretch = room / wanted.reduce((a, b) => a + b, 1);
  return wanted.map((step) => Math.max(stepMin, step * Math.min(3, stretch)));
}

/** Places of all moments, from left to right: a label without room only pushes what follows. */
function spread(
  moments: readonly number[],
  operations: readonly EvidenceOperation[],
  room: number,
): Map<number, number> {
  const between = steps(moments, room);
  const places = new Map<number, number>();
  /** Where the last label of each lane ends. */
  const labelEnds = new Map<string, number>();
  let x = 0;
  moments.forEach((ms, i) => {
    x += i === 0 ? 0 : (between[i - 1] ?? stepMin);
    const begun = operations.filter(({ startMs }) => startMs === ms);
    for (const operation of begun) x = Math.max(x, labelEnds.get(laneOf(operation)) ?? 0);
    for (const operation of begun) {
      labelEnds.set(laneOf(operation), x + widthOf(labelOf(operation)) + 6);
    }
    places.set(ms, x);
  });
  return places;
}

function layoutOf(operations: readonly EvidenceOperation[], room: number): Layout {
  const moments = [
    ...new Set(operations.flatMap(({ startMs, endMs }) => [startMs, endMs ?? startMs])),
  ].sort((a, b) => a - b);
  const lanes = [...new Set(operations.map(laneOf))];
  const left = Math.max(...lanes.map(widthOf)) + 20;
  // The last label needs its room beyond the last moment.
  const widest = operations.reduce((w, one) => Math.max(w, widthOf(labelOf(one))), openEnd);
  const places = spread(moments, operations, room - left - widest - 24);
  const x = (ms: number): number => left + (places.get(ms) ?? 0);
  const last = x(moments.at(-1) ?? 0);
  const open = last + openEnd;
  const bars = operations.map((operation) => ({
    operation,
    lane: lanes.indexOf(laneOf(operation)),
    from: x(operation.startMs),
    to: operation.endMs === null ? open : x(operation.endMs),
  }));
  const ends = bars.map(({ operation, from, to }) =>
    Math.max(to, from + widthOf(labelOf(operation))),
  );
  const width = ends.reduce((a, b) => Math.max(a, b), last) + 24;
  return { bars, lanes, left, moments: moments.map((ms) => ({ ms, x: x(ms) })), width };
}

/** A bar with its label above; with an arrow at the right where nobody knows when, or whether, it ended. */
function bar({ operation, lane, from, to }: Placed): SVGElement {
  const laneTop = paddingTop + lane * laneHeight;
  const [y, bottom, middle] = [
    laneTop + barTop,
    laneTop + barTop + barHeight,
    laneTop + barTop + barHeight / 2,
  ];
  const open = operation.endMs === null;
  const shape = `M${from} ${y} L${to} ${y} ${open ? `L${to + 9} ${middle} ` : ''}L${to} ${bottom} L${from} ${bottom} Z`;
  const kind = operation.impossible ? 'impossible' : operation.outcome;
  return s(
    'g',
    { class: `bar ${kind}` },
    s('path', { d: shape }),
    s('text', { x: String(from), y: String(laneTop + barTop - 7) }, labelOf(operation)),
    s('title', {}, `${operation.text}: ${operation.outcome}`),
  );
}

const trimmed = (ms: number): string => (ms < 100 ? ms.toFixed(2) : Math.round(ms).toString());

/** Labels of the axis: as many moments as there is room for, relative to the first. */
function axis({ moments, left, width }: Layout, y: number): SVGElement[] {
  const origin = moments[0]?.ms ?? 0;
  let free = 0;
  const labels = moments.flatMap(({ ms, x }, i) => {
    const at = String(x);
    const line = s('line', {
      x1: at,
      x2: at,
      y1: String(paddingTop),
      y2: String(y),
      class: 'moment',
    });
    if (x < free) return [line];
    const text = i === 0 ? `${(ms / 1000).toFixed(4)} s` : `+${trimmed(ms - origin)} ms`;
    free = x + widthOf(text);
    return [line, s('text', { x: at, y: String(y + 20), class: 'tick' }, text)];
  });
  const [x1, x2, at] = [String(left), String(width - 8), String(y)];
  return [s('line', { x1, x2, y1: at, y2: at, class: 'axis' }), ...labels];
}

/** The diagram, about `room` px wide, wider where labels need it. `operations` in order of invocation. */
export function intervals(
  operations: readonly EvidenceOperation[],
  label: string,
  room: number,
): SVGSVGElement {
  const layout = layoutOf(operations, room);
  const bottom = paddingTop + layout.lanes.length * laneHeight;
  const [width, height] = [String(Math.ceil(layout.width)), String(bottom + axisHeight)];
  const lanes = layout.lanes.flatMap((name, lane) => {
    const y = String(paddingTop + lane * laneHeight + barTop + barHeight / 2);
    return [
      s('line', { x1: String(layout.left), x2: width, y1: y, y2: y, class: 'lane' }),
      s('text', { x: String(layout.left - 14), y, dy: '0.35em', class: 'process' }, name),
    ];
  });
  return s(
    'svg',
    {
      class: 'intervals',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-label': label,
    },
    ...lanes,
    ...axis(layout, bottom),
    ...layout.bars.map(bar),
  );
}
