/** The end of a comparison, for a terminal: one line per figure, the systems side by side. */

import type { Valid } from '#checkers/checker';
import type { ComparedMetric, Spread } from '#src/metrics/compare';
import { plain } from './text.ts';

export interface CompareSummary {
  readonly valid: Valid;
  readonly systems: readonly string[];
  readonly rounds: number;
  readonly table: readonly ComparedMetric[];
  /** Path of the report. */
  readonly report: string;
}

const columnWidth = 26;

const number = (value: number): string => String(Number(value.toPrecision(3)));

/** `median (min-max)`. */
const cell = (spread: Spread | null | undefined): string =>
  spread === null || spread === undefined
    ? '-'
    : `${number(spread.median)} (${number(spread.min)}-${number(spread.max)})`;

function rowOf({ metric, values, verdict }: ComparedMetric, systems: readonly string[]): string {
  const cells = systems.map((system) => cell(values[system]).padEnd(columnWidth)).join('');
  const mark = verdict.kind === 'larger-than-noise' ? `  ${verdict.better} better` : '';
  return `    ${metric.padEnd(20)} ${cells}${mark}`.trimEnd();
}

/** Median and range of every figure; a difference that is more than noise is named. Plain text, no trailing line break. */
export function compareSummary(comparison: CompareSummary): string {
  const { systems, table, rounds, valid, report } = comparison;
  const groups = new Map<string, ComparedMetric[]>();
  for (const row of table) {
    const name = `${row.fault} on ${row.role}`;
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  const verdict = valid === true ? 'all runs valid' : `verdict: ${String(valid)}`;
  const header = `    ${''.padEnd(20)} ${systems.map((system) => system.padEnd(columnWidth)).join('')}`;
  return plainLines([
    '',
    `${systems.join(' and ')}, ${rounds} rounds: ${verdict}. Median (range) of each figure:`,
    ...[...groups].flatMap(([name, rows]) => [
      '',
      `  ${name}`,
      header.trimEnd(),
      ...rows.map((row) => rowOf(row, systems)),
    ]),
    '',
    `Report: ${report}`,
  ]);
}

const plainLines = (lines: readonly string[]): string => lines.map(plain).join('\n');
