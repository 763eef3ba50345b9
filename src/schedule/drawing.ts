/**
 * A schedule as a drawing in text, one line per entry:
 *
 *         0 s       5 s       10 s
 *         |---------|---------|---
 *      1  ····████················  kill leader                  2.0 s, for 2.2 s
 *      2  ·········██████·········  partition (halves) one       4.6 s, for 3.1 s
 */

import type { FaultSpec, Schedule, ScheduleEntry } from './schedule.ts';

/** Widest drawing of the time axis, in characters. */
const axisMax = 60;

/** Steps of the axis that read well, in ms. */
const steps = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600].map((s) => s * 1000);

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** `partition (isolate, in)`, `slow-link (latencyMs 80, jitterMs 40)`: what is left out is at its most usual. */
function faultText({ kind, ...parameters }: FaultSpec): string {
  const usual = new Set(['both', 'once', undefined]);
  const words = Object.entries(parameters).flatMap(([name, value]) => {
    if (typeof value === 'string') return usual.has(value) ? [] : [value];
    return [`${name} ${JSON.stringify(value)}`];
  });
  const text = words.join(', ');
  return words.length === 0
    ? kind
    : `${kind} (${text.length > 48 ? `${text.slice(0, 47)}…` : text})`;
}

function bar({ at, for: length }: ScheduleEntry, msPerCell: number, cells: number): string {
  const from = Math.min(cells - 1, Math.floor(at / msPerCell));
  const to = Math.max(from + 1, Math.min(cells, Math.round((at + length) / msPerCell)));
  return '·'.repeat(from) + '█'.repeat(to - from) + '·'.repeat(cells - to);
}

/** The times of the axis and their marks. */
function axis(durationMs: number, msPerCell: number, cells: number): [string, string] {
  // Room for `3600 s` and a blank.
  const step = steps.find((ms) => ms / msPerCell >= 8) ?? durationMs;
  let times = '';
  let marks = '';
  for (let ms = 0; ms / msPerCell <= cells; ms += step) {
    const place = Math.round(ms / msPerCell);
    times = `${times.padEnd(place)}${ms / 1000} s`;
    marks = `${marks.padEnd(place, '-')}|`;
  }
  return [times, marks.padEnd(cells, '-')];
}

/** Lines of text; `durationMs` is the length of the workload. */
export function drawSchedule(schedule: Schedule, durationMs: number): readonly string[] {
  if (schedule.length === 0) return ['no faults'];
  const cells = Math.max(10, Math.min(axisMax, Math.ceil(durationMs / 250)));
  const msPerCell = durationMs / cells;
  const whats = schedule.map(({ fault, target }) => `${faultText(fault)} → ${target}`);
  const width = Math.max(...whats.map(({ length }) => length));
  const number = String(schedule.length).length;
  const margin = ' '.repeat(number + 4);
  const [times, marks] = axis(durationMs, msPerCell, cells);
  return [
    margin + times,
    margin + marks,
    ...schedule.map((entry, index) => {
      const what = (whats[index] ?? '').padEnd(width);
      const when = `${seconds(entry.at)}, for ${seconds(entry.for)}`;
      const place = String(index).padStart(number + 2);
      return `${place}  ${bar(entry, msPerCell, cells)}  ${what}  ${when}`;
    }),
  ];
}
