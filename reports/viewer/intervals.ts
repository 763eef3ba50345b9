/**
 * The operations of an anomaly as intervals: a lane for each process, a bar from invocation to completion.
 *
 *     process 3   |--- write k1 5 ---|
 *     process 7                          |--- read k1 → 4 ---|   impossible
 *
 * What matters is which operation ended before which began. So the axis keeps the order of all moments exactly, but stretches
 * short stretches and squeezes long ones, until every bar can hold its label.
 */

import type { EvidenceOperation } from '../types.ts';
import { s } from './dom.ts';

const laneHeight = 40;
const barHeight = 26;
const labelLeft = 118;
const paddingTop = 12;
const axisHeight = 34;

/** Rough width of a character of the label font, px: SVG text cannot be measured before it is shown. */
const characterWidth = 7.3;

/** The least distance between two moments, and the most that a long wait adds, px. */
const stepMin = 16;
const stepMax = 70;

/** How far an operation that may still happen reaches beyond the last moment, px. */
const openEnd = 60;

const widthOf = (text: string): number => text.length * characterWidth + 16;

interface Placed {
  readonly operation: EvidenceOperation;
  readonly lane: number;
  readonly from: number;
  readonly to: number;
}

interface Layout {
  readonly bars: readonly Placed[];
  readonly lanes: readonly string[];
  /** Moments and where they are, both ascending. */
  readonly moments: readonly { readonly ms: number; readonly x: number }[];
  readonly width: number;
}

const laneName = ({ process, node }: EvidenceOperation): string =>
  `${/^\d+$/.test(process) ? 'process ' : ''}${process}${node === '' ? '' : ` · ${node}`}`;

/** Distances between neighbouring moments: more for longer times, but only by their logarithm. */
function steps(moments: readonly number[]): number[] {
  const gaps = moments.slice(1).map((ms, i) => ms - (moments[i] ?? 0));
  const shortest = gaps.reduce((a, b) => Math.min(a, b), Infinity);
  return gaps.map((gap) => Math.min(stepMax, stepMin + 9 * Math.log2(gap / shortest)));
}

/** Places of all moments, such that each bar is wide enough for its label. From left to right: a bar only pushes what follows. */
function spread(moments: readonly number[], operations: readonly EvidenceOperation[]): number[] {
  const between = steps(moments);
  const place = new Map(moments.map((ms, i) => [ms, i]));
  const xs = [labelLeft + 12];
  for (let i = 1; i < moments.length; i += 1) {
    const needed = operations
      .filter(({ endMs }) => endMs === moments[i])
      .map(({ startMs, text }) => (xs[place.get(startMs) ?? 0] ?? 0) + widthOf(text));
    const next = (xs[i - 1] ?? 0) + (between[i - 1] ?? stepMin);
    xs.push(needed.reduce((a, b) => Math.max(a, b), next));
  }
  return xs;
}

function layoutOf(operations: readonly EvidenceOperation[]): Layout {
  const moments = [
    ...new Set(operations.flatMap(({ startMs, endMs }) => [startMs, endMs ?? startMs])),
  ].sort((a, b) => a - b);
  const xs = spread(moments, operations);
  const x = new Map(moments.map((ms, i) => [ms, xs[i] ?? 0]));
  const lanes = [...new Set(operations.map(laneName))];
  const last = xs.at(-1) ?? labelLeft;
  const longest = operations
    .filter(({ endMs }) => endMs === null)
    .map(({ startMs, text }) => (x.get(startMs) ?? 0) + widthOf(text));
  const open = longest.reduce((a, b) => Math.max(a, b), last) + openEnd;
  const bars = operations.map((operation) => ({
    operation,
    lane: lanes.indexOf(laneName(operation)),
    from: x.get(operation.startMs) ?? 0,
    to: operation.endMs === null ? open : (x.get(operation.endMs) ?? 0),
  }));
  const width = (bars.some(({ operation }) => operation.endMs === null) ? open : last) + 24;
  return { bars, lanes, moments: moments.map((ms) => ({ ms, x: x.get(ms) ?? 0 })), width };
}

/** A bar; open at the right where nobody knows when, or whether, it ended. */
function bar({ operation, lane, from, to }: Placed): SVGElement {
  const y = paddingTop + lane * laneHeight + (laneHeight - barHeight) / 2;
  const open = operation.endMs === null;
  const r = 5;
  const right = open
    ? `L${to} ${y} L${to + 10} ${y + barHeight / 2} L${to} ${y + barHeight}`
    : `L${to - r} ${y} Q${to} ${y} ${to} ${y + r} L${to} ${y + barHeight - r} Q${to} ${y + barHeight} ${to - r} ${y + barHeight}`;
  const shape = `M${from + r} ${y} ${right} L${from + r} ${y + barHeight} Q${from} ${y + barHeight} ${from} ${y + barHeight - r} L${from} ${y + r} Q${from} ${y} ${from + r} ${y} Z`;
  const kind = operation.impossible ? 'impossible' : operation.outcome;
  return s(
    'g',
    { class: `bar ${kind}` },
    s('path', { d: shape }),
    s('text', { x: String(from + 8), y: String(y + barHeight / 2), dy: '0.35em' }, operation.text),
    s('title', {}, `${operation.text}: ${operation.outcome}`),
  );
}

/** Labels of the axis: as many moments as there is room for, relative to the first. */
function axis({ moments, width }: Layout, y: number): SVGElement[] {
  const origin = moments[0]?.ms ?? 0;
  let free = 0;
  const labels = moments.flatMap(({ ms, x }, i) => {
    if (x < free) return [];
    const text = i === 0 ? `${(ms / 1000).toFixed(4)} s` : `+${trimmed(ms - origin)} ms`;
    free = x + text.length * characterWidth + 14;
    return [
      s('line', {
        x1: String(x),
        x2: String(x),
        y1: String(paddingTop),
        y2: String(y),
        class: 'moment',
      }),
      s('text', { x: String(x), y: String(y + 18), class: 'tick' }, text),
    ];
  });
  return [
    s('line', {
      x1: String(labelLeft),
      x2: String(width - 8),
      y1: String(y),
      y2: String(y),
      class: 'axis',
    }),
    ...labels,
  ];
}

const trimmed = (ms: number): string => (ms < 100 ? ms.toFixed(2) : Math.round(ms).toString());

/** The diagram. `operations` in order of invocation. */
export function intervals(operations: readonly EvidenceOperation[], label: string): SVGSVGElement {
  const layout = layoutOf(operations);
  const bottom = paddingTop + layout.lanes.length * laneHeight;
  const [width, height] = [String(layout.width), String(bottom + axisHeight)];
  const lanes = layout.lanes.flatMap((name, lane) => {
    const y = String(paddingTop + (lane + 0.5) * laneHeight);
    return [
      s('line', { x1: String(labelLeft), x2: width, y1: y, y2: y, class: 'lane' }),
      s('text', { x: String(labelLeft - 12), y, dy: '0.35em', class: 'process' }, name),
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
