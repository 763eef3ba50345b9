/** Completions per second over time, stacked by outcome. */

import type { Throughput } from '#src/metrics/throughput';
import { duration, significant } from '../text.ts';
import { type Chart, type ChartOptions, chart, type Frame, within } from './chart.ts';
import { drawBands, type NumberedFault } from './fault-words.ts';
import { font } from './theme.ts';
import { multiples, niceStep } from './ticks.ts';

const outcomes = ['ok', 'info', 'fail'] as const;

const at = (values: readonly number[], bin: number): number => values[bin] ?? 0;

function drawAxis(frame: Frame, mostPerSecond: number, y: (perSecond: number) => number): void {
  const { context, theme, left, right } = frame;
  context.font = font(12);
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (const value of multiples(0, mostPerSecond, niceStep(mostPerSecond / 3))) {
    context.fillStyle = theme.grid;
    context.fillRect(left, Math.round(y(value)), right - left, 1);
    context.fillStyle = theme.muted;
    context.fillText(value === 0 ? '0' : `${significant(value)}/s`, left - 10, y(value));
  }
}

/** Of all outcomes together. */
const totalAt = (data: Throughput, bin: number): number =>
  outcomes.reduce((sum, outcome) => sum + at(data[outcome], bin), 0);

/** The most completions in one bin; at least 1. */
export const mostPerBin = (data: Throughput): number =>
  data.ok.reduce((max, _, bin) => Math.max(max, totalAt(data, bin)), 1);

/** `most`: how many completions per bin the scale has room for, the same in charts that are to be compared. */
export function throughputChart(
  data: Throughput,
  faults: readonly NumberedFault[],
  options: Pick<ChartOptions, 'view' | 'tooltip'>,
  most = mostPerBin(data),
): Chart {
  const { binMs } = data;
  const total = (bin: number): number => totalAt(data, bin);
  const perSecond = (count: number): number => (count * 1000) / binMs;
  const drawBin = (frame: Frame, bin: number, y: (perSecond: number) => number): void => {
    const from = frame.x(bin * binMs);
    const width = Math.max(1, frame.x((bin + 1) * binMs) - from - 0.5);
    let below = 0;
    for (const outcome of outcomes) {
      const count = at(data[outcome], bin);
      const [low, high] = [y(perSecond(below)), y(perSecond(below + count))];
      frame.context.fillStyle = frame.theme[outcome];
      frame.context.fillRect(from, high, width, low - high);
      below += count;
    }
  };
  return chart({
    ...options,
    name: 'Throughput',
    label: `Completed operations per second, stacked by outcome, in bins of ${duration(binMs)}`,
    height: () => 104,
    draw(frame) {
      const { top, bottom } = frame;
      const y = (value: number): number =>
        bottom - (value / (perSecond(most) * 1.05)) * (bottom - top);
      drawBands(frame, faults);
      drawAxis(frame, perSecond(most), y);
      within(frame, () => {
        for (let bin = 0; bin < data.ok.length; bin += 1) drawBin(frame, bin, y);
      });
    },
    hover(frame, x) {
      const bin = Math.floor(frame.ms(x) / binMs);
      if (total(bin) === 0) return null;
      const rates = outcomes.map(
        (outcome) => `${outcome}: ${significant(perSecond(at(data[outcome], bin)))} per second`,
      );
      return { lines: [`${duration(bin * binMs)} to ${duration((bin + 1) * binMs)}`, ...rates] };
    },
  });
}
