/** One lane per node: when it led, and what was done to it. */

import type { Leadership } from '#src/metrics/types';
import { duration } from '../text.ts';
import { type Chart, type ChartOptions, chart, type Frame, type Hover, within } from './chart.ts';
import {
  drawBands,
  type NumberedFault,
  stateOf,
  textureOf,
  titleOf,
  tookEffect,
} from './fault-words.ts';
import { hoverOf } from './faults-chart.ts';
import { font } from './theme.ts';

const laneHeight = 34;
const barHeight = 18;

/** A leadership, and from when on somebody else led in a later term. */
export interface Reign extends Leadership {
  readonly overtakenMs: number;
}

/** Leaderships in order of time, each with the moment at which a later term began elsewhere. */
export function reignsOf(leaderships: readonly Leadership[]): Reign[] {
  return leaderships.map((one) => {
    const later = leaderships
      .filter((other) => other.term > one.term && other.node !== one.node)
      .map((other) => other.startMs);
    const overtaken = later.reduce((a, b) => Math.min(a, b), one.endMs);
    return { ...one, overtakenMs: Math.max(one.startMs, overtaken) };
  });
}

function drawLeader(frame: Frame, reign: Reign, middle: number): void {
  const { context, theme } = frame;
  const [from, change, to] = [
    frame.x(reign.startMs),
    frame.x(reign.overtakenMs),
    frame.x(reign.endMs),
  ];
  const y = middle - barHeight / 2;
  context.fillStyle = theme.surface;
  context.fillRect(from, y, Math.max(2, to - from), barHeight);
  context.fillStyle = theme.leader;
  context.fillRect(from, y, Math.max(2, change - from), barHeight);
  if (to > change) {
    context.strokeStyle = theme.leader;
    context.lineWidth = 1.5;
    context.setLineDash([4, 3]);
    context.strokeRect(change, y + 0.75, to - change, barHeight - 1.5);
    context.setLineDash([]);
  }
  const term = `term ${reign.term}`;
  context.fillStyle = theme['leader-ink'];
  labelBar(frame, [from, change], middle, [term, `${reign.term}`]);
  context.fillStyle = theme.leader;
  labelBar(frame, [change, to], middle, [`${term}, thinks it leads`, term]);
}

/** The first of the labels that fits into the visible part of a bar. */
function labelBar(
  frame: Frame,
  [from, to]: readonly [number, number],
  middle: number,
  labels: readonly string[],
): void {
  const { context, left, right } = frame;
  const seen = Math.max(from, left);
  const room = Math.min(to, right) - seen;
  context.font = font(12, 600);
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  const text = labels.find((label) => context.measureText(label).width + 8 <= room);
  if (text !== undefined) context.fillText(text, seen + 5, middle + 0.5);
}

function drawFault(frame: Frame, { fault }: NumberedFault, top: number): void {
  const { context, theme } = frame;
  const [from, to] = [frame.x(fault.startMs), frame.x(fault.endMs)];
  const y = top + 2;
  const height = laneHeight - 4;
  context.fillStyle = theme.surface;
  context.fillRect(from, y, to - from, height);
  context.fillStyle = textureOf(fault.kind, frame);
  context.fillRect(from, y, to - from, height);
  context.strokeStyle = theme.fault;
  context.lineWidth = 1;
  context.strokeRect(Math.round(from) + 0.5, y + 0.5, Math.max(1, to - from), height - 1);
}

/** What the fault made of the node, where no leadership and no label before `after` is in the way. Returns where the label ends. */
function labelFault(
  frame: Frame,
  { fault }: NumberedFault,
  own: readonly Reign[],
  middle: number,
  after: number,
): number {
  const { context, theme } = frame;
  const ends = own
    .filter(({ startMs, endMs }) => startMs < fault.endMs && endMs > fault.startMs)
    .map(({ endMs }) => endMs);
  const from = Math.max(frame.x(Math.max(fault.startMs, ...ends)), frame.left, after);
  const to = Math.min(frame.x(fault.endMs), frame.right);
  const label = stateOf(fault.kind);
  context.font = font(11.5, 500);
  const width = context.measureText(label).width;
  if (width + 8 > to - from) return after;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const x = (from + to) / 2;
  context.fillStyle = theme.surface;
  context.fillRect(x - width / 2 - 3, middle - 8, width + 6, 16);
  context.fillStyle = theme['fault-ink'];
  context.fillText(label, x, middle + 0.5);
  return x + width / 2 + 3;
}

function hoverReign(reign: Reign): Hover {
  const overtaken =
    reign.overtakenMs < reign.endMs
      ? [
          `did not know for ${duration(reign.endMs - reign.overtakenMs)} that a newer term had begun`,
        ]
      : [];
  return {
    lines: [
      `${reign.node} led in term ${reign.term}`,
      `${duration(reign.startMs)} to ${duration(reign.endMs)}`,
      ...overtaken,
    ],
  };
}

export interface Lanes {
  readonly nodes: readonly string[];
  readonly leaderships: readonly Leadership[];
  readonly faults: readonly NumberedFault[];
}

/** What the chart shows, in words. */
function inWords(reigns: readonly Reign[]): string {
  const led = reigns.map(
    (one) => `${one.node} led from ${duration(one.startMs)} to ${duration(one.endMs)}`,
  );
  return `Nodes over time. ${led.slice(0, 50).join('; ') || 'No leader was recorded'}`;
}

export function lanesChart(
  { nodes, leaderships, faults }: Lanes,
  options: Pick<ChartOptions, 'view' | 'tooltip'>,
): Chart {
  const reigns = reignsOf(leaderships);
  const active = faults.filter(tookEffect);
  const laneTop = (frame: Frame, lane: number): number => frame.top + lane * laneHeight;
  const drawLane = (frame: Frame, node: string, lane: number): void => {
    const top = laneTop(frame, lane);
    const middle = top + laneHeight / 2;
    const hits = active.filter(({ fault }) => fault.resolved.includes(node));
    const own = reigns.filter((reign) => reign.node === node);
    for (const one of hits) drawFault(frame, one, top);
    for (const reign of own) drawLeader(frame, reign, middle);
    let labelled = frame.left;
    for (const one of hits) labelled = labelFault(frame, one, own, middle, labelled);
  };
  return chart({
    ...options,
    name: 'Nodes',
    label: inWords(reigns),
    axis: true,
    height: () => nodes.length * laneHeight,
    draw(frame) {
      const { context, theme, left, right } = frame;
      drawBands(frame, active);
      nodes.forEach((node, lane) => {
        const middle = laneTop(frame, lane) + laneHeight / 2;
        context.fillStyle = theme.line;
        context.fillRect(left, Math.round(middle), right - left, 1);
        context.font = font(12, 500);
        context.fillStyle = theme.ink;
        context.textAlign = 'right';
        context.textBaseline = 'middle';
        context.fillText(node, left - 10, middle, left - 14);
      });
      within(frame, () => {
        for (const [lane, node] of nodes.entries()) drawLane(frame, node, lane);
      });
    },
    hover(frame, x, y) {
      const node = nodes[Math.floor((y - frame.top) / laneHeight)];
      const ms = frame.ms(x);
      const reign = reigns.find((r) => r.node === node && ms >= r.startMs && ms <= r.endMs);
      if (reign !== undefined) return hoverReign(reign);
      const fault = active.find(
        ({ fault: { resolved, startMs, endMs } }) =>
          node !== undefined && resolved.includes(node) && ms >= startMs && ms <= endMs,
      );
      if (fault === undefined) return null;
      return { lines: [`${String(node)}: ${titleOf(fault)}`, ...hoverOf(fault).lines.slice(1)] };
    },
  });
}
