/** The strip above the charts that names the faults; their shades go down through all charts below. */

import { duration } from '../text.ts';
import { type Chart, type ChartOptions, chart, type Frame, type Hover } from './chart.ts';
import { drawBands, type NumberedFault, textureOf, titleOf, tookEffect } from './fault-words.ts';
import { font } from './theme.ts';

const rowHeight = 21;
const barHeight = 17;

interface Placed {
  readonly fault: NumberedFault;
  readonly row: number;
  readonly from: number;
  readonly to: number;
}

/** Puts every fault on the first row on which neither its bar nor its label touches the one before. */
function place(frame: Frame, faults: readonly NumberedFault[]): Placed[] {
  const { context, left, right } = frame;
  const rowEnds: number[] = [];
  context.font = font(12, 500);
  const placed: Placed[] = [];
  for (const fault of faults) {
    const from = Math.max(left, frame.x(fault.fault.startMs));
    const to = Math.min(right, frame.x(fault.fault.endMs));
    if (to < left || from > right) continue;
    const label = from + context.measureText(titleOf(fault)).width + 26;
    const free = rowEnds.findIndex((end) => end <= from);
    const row = free === -1 ? rowEnds.length : free;
    rowEnds[row] = Math.max(to, label) + 6;
    placed.push({ fault, row, from, to: Math.max(to, from + 3) });
  }
  return placed;
}

function drawOne(frame: Frame, { fault, row, from, to }: Placed): void {
  const { context, theme, top, right } = frame;
  const y = top + row * rowHeight;
  context.fillStyle = theme.surface;
  context.fillRect(from, y, to - from, barHeight);
  context.fillStyle = textureOf(fault.fault.kind, frame);
  context.fillRect(from, y, to - from, barHeight);
  context.strokeStyle = theme.fault;
  context.lineWidth = 1;
  context.strokeRect(Math.round(from) + 0.5, y + 0.5, Math.max(1, to - from - 1), barHeight - 1);
  const title = titleOf(fault);
  const width = context.measureText(title).width;
  // At the right end a label would leave the chart: it is moved to end there.
  const x = Math.min(from + 7, right - width - 6);
  context.fillStyle = theme.surface;
  context.globalAlpha = 0.88;
  context.fillRect(x - 3, y + 2, width + 6, barHeight - 4);
  context.globalAlpha = 1;
  context.fillStyle = theme['fault-ink'];
  context.fillText(title, x, y + barHeight / 2 + 0.5);
}

export function hoverOf({ number, fault }: NumberedFault): Hover {
  const lines = [
    titleOf({ number, fault }),
    `${duration(fault.startMs)} to ${duration(fault.endMs)}, for ${duration(fault.endMs - fault.startMs)}`,
    `first success after ${duration(fault.timeToFirstOkMs)}`,
    `longest time without a success: ${duration(fault.unavailableMs)}`,
    fault.recoveryMs === null
      ? 'not every node served again'
      : `every node served again ${duration(fault.recoveryMs)} after healing`,
  ];
  return { lines };
}

export function faultsChart(
  faults: readonly NumberedFault[],
  options: Pick<ChartOptions, 'view' | 'tooltip'>,
): Chart {
  const shown = faults.filter(tookEffect);
  let placed: Placed[] = [];
  return chart({
    ...options,
    name: 'Faults',
    label: `Faults over time: ${shown.map(titleOf).join('; ') || 'none'}`,
    height(frame) {
      placed = place(frame, shown);
      return Math.max(1, ...placed.map(({ row }) => row + 1)) * rowHeight;
    },
    draw(frame) {
      const { context, theme, left } = frame;
      drawBands(frame, shown);
      context.font = font(12);
      context.textAlign = 'right';
      context.textBaseline = 'middle';
      context.fillStyle = theme.muted;
      context.fillText('faults', left - 10, frame.top + barHeight / 2);
      context.textAlign = 'left';
      context.font = font(12, 500);
      for (const one of placed) drawOne(frame, one);
    },
    hover(frame, x, y) {
      const row = Math.floor((y - frame.top) / rowHeight);
      const under = placed.find((one) => one.row === row && x >= one.from - 2 && x <= one.to + 2);
      return under === undefined ? null : hoverOf(under.fault);
    },
  });
}
