/** The end of a comparison, for a terminal: the answer in words, then one line per figure, the systems side by side. */

import type { Valid } from '#checkers/checker';
import type { ComparedMetric, Spread } from '#src/metrics/compare';
import { inWords, metricWords } from '#src/metrics/metric-words';
import { capital, groupsOf, headlines } from './compare-words.ts';
import { plain } from './text.ts';

export interface CompareSummary {
  readonly valid: Valid;
  readonly systems: readonly string[];
  readonly rounds: number;
  /** Length of the workload in each run, s. */
  readonly time: number;
  readonly table: readonly ComparedMetric[];
  /** Path of the report. */
  readonly report: string;
}

const nameWidth = 26;
const columnWidth = 30;

/** `median (min-max)`. */
const cell = ({ metric }: ComparedMetric, spread: Spread | null | undefined): string =>
  spread === null || spread === undefined
    ? '-'
    : `${inWords(metric, spread.median)} (${inWords(metric, spread.min)} - ${inWords(metric, spread.max)})`;

function rowOf(row: ComparedMetric, systems: readonly string[]): string {
  const { metric, values, verdict } = row;
  const cells = systems.map((system) => cell(row, values[system]).padEnd(columnWidth)).join('');
  const mark =
    verdict.kind === 'larger-than-noise'
      ? ` ${verdict.better}: ${metricWords[metric].better}`
      : verdict.kind === 'too-few'
        ? ' (too few to tell)'
        : '';
  return `    ${metricWords[metric].name.padEnd(nameWidth)} ${cells}${mark}`.trimEnd();
}

/** Median and range of every figure; a difference that is more than noise is named. Plain text, no trailing line break. */
export function compareSummary(comparison: CompareSummary): string {
  const { systems, table, rounds, valid, report } = comparison;
  const verdict = valid === true ? 'all runs valid' : `verdict: ${String(valid)}`;
  const header = `    ${''.padEnd(nameWidth)} ${systems.map((system) => system.padEnd(columnWidth)).join('')}`;
  return [
    '',
    ...headlines(comparison).map((line, i) => (i === 0 ? line : `  - ${line}`)),
    '',
    `${systems.join(' and ')}, ${rounds} rounds: ${verdict}. Median (range) of each figure:`,
    ...groupsOf(table).flatMap(({ title, rows }) => [
      '',
      `  ${capital(title)}`,
      header.trimEnd(),
      ...rows.map((row) => rowOf(row, systems)),
    ]),
    '',
    `Report: ${report}`,
  ]
    .map(plain)
    .join('\n');
}
