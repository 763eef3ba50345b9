/** The strip above the charts that names the faults; their shades go down through all charts below. */

import { duration } from '../text.ts';
import { type Chart, type ChartOptions, chart, type Frame, type Hover } from './chart.ts';
import { drawBands, type NumberedFault, namesOf, titleOf, tookEffect } from './fault-words.ts';
import { font } from './theme.ts';

const rowHeight = 25;
const barHeight = 5;

/** More rows than this push the charts off the screen: labels get shorter instead. */
const rowsMax = 6;

interface Placed {
  readonly fault: NumberedFault;
  readonly label: string;
  readonly labelX: number;
  readonly row: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Puts every fault on the first row on which neither its bar nor its label touches another's. Where none of the few rows has room
 * for its title its number will do, and where there is none for that either the bar alone.
 */
function place(frame: Frame, faults: readonly NumberedFault[]): Placed[] {
  const { context, left, right } = frame;
  const rowEnds: number[] = [];
  context.font = font(12, 500);
  const placeAs = (fault: NumberedFault, label: string): Placed | undefined => {
    const from = Math.max(left, frame.x(fault.fault.startMs));
    const to = Math.max(from + 3, Math.min(right, frame.x(fault.fault.endMs)));
    const width = label === '' ? 0 : context.measureText(label).width;
    // At the right end a label would leave the chart: it is moved to end there.
    const labelX = Math.max(left, Math.min(from + 4, right - width));
    const rows = Math.min(rowsMax, rowEnds.length + 1);
    for (let row = 0; row < rows; row += 1) {
      const free = (rowEnds[row] ?? 0) <= Math.min(from, labelX);
      if (!free && !(label === '' && row === rowsMax - 1)) continue;
      rowEnds[row] = Math.max(rowEnds[row] ?? 0, to, labelX + width) + 6;
      return { fault, label, labelX, row, from, to };
    }
    return undefined;
  };
  return faults.flatMap((fault) => {
    if (frame.x(fault.fault.endMs) < left || frame.x(fault.fault.startMs) > right) return [];
    return (
      placeAs(fault, titleOf(fault)) ??
      placeAs(fault, String(fault.number)) ??
      placeAs(fault, '') ??
      []
    );
  });
}

/** The label, and below it a bar from start to healing. */
function drawOne(frame: Frame, { label, labelX, row, from, to }: Placed): void {
  const { context, theme, top } = frame;
  const y = top + row * rowHeight;
  context.fillStyle = theme['fault-ink'];
  context.fillText(label, labelX, y + 8);
  context.fillStyle = theme.fault;
  context.fillRect(from, y + 17, to - from, barHeight);
}

export function hoverOf({ number, fault }: NumberedFault): Hover {
  const lines = [
    titleOf({ number, fault }),
    `${duration(fault.startMs)} to ${duration(fault.endMs)}, for ${duration(fault.endMs - fault.startMs)}`,
    `first success after ${duration(fault.timeToFirstOkMs)}`,
    `longest time without a success: ${duration(fault.unavailableMs)}`,
    fault.recoveryMs === null
      ? 'not every node served again'
      : `every node ${fault.givenUp === undefined ? '' : `but ${namesOf(fault.givenUp)}, given up, `}served again ${duration(fault.recoveryMs)} after healing`,
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
      context.fillText('faults', left - 10, frame.top + 8);
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
