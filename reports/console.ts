/** The summary at the end of a run, for a terminal. */

import { styleText } from 'node:util';
import { nameOf, recoveryOf } from './fault-name.ts';
import { latencyRows } from './latency-rows.ts';
import type { Results } from './results.ts';
import { duration, grouped, percent, plain, plural, shorten } from './text.ts';
import type { VerdictKind } from './types.ts';
import { missed, verdictOf } from './verdict.ts';

export interface ConsoleOptions {
  /** Path of report.html, for the last line. */
  readonly report?: string;
  /** Where the text will go: styled only if that is a terminal which shows colours. Default: standard output. */
  readonly stream?: NodeJS.WritableStream;
}

/** Rows of faults; a long test has hundreds, and the verdict must not scroll away. */
const faultsMax = 40;

type Style = Parameters<typeof styleText>[0];

/** Widest text in a cell; a hostile name must not tear the table apart. */
const cellMax = 40;

const looks: Readonly<Record<VerdictKind, readonly [sign: string, style: Style]>> = {
  valid: ['✓', ['bold', 'green']],
  violation: ['✗', ['bold', 'red']],
  unknown: ['?', ['bold', 'yellow']],
  'not-recovered': ['!', ['bold', 'yellow']],
};

type Paint = (style: Style, text: string) => string;

/** Columns as wide as their widest cell; the first is aligned left, the others right unless `left` names them. */
function grid(
  rows: readonly (readonly string[])[],
  left: readonly number[],
  paint: Paint,
): string[] {
  const clean = rows.map((row) => row.map((cell) => shorten(plain(cell), cellMax)));
  const widths = (clean[0] ?? []).map((_, at) =>
    clean.reduce((widest, row) => Math.max(widest, row[at]?.length ?? 0), 0),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) =>
        left.includes(at) ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return clean.map((row, at) => `  ${at === 0 ? paint('dim', line(row)) : line(row)}`);
}

function faultsTable({ faults }: Results, paint: Paint): string[] {
  if (faults.length === 0) return [];
  const shown = faults.slice(0, faultsMax);
  const rows = shown.map((fault) => {
    const { outcome, resolved } = fault;
    const hit = resolved.length === 0 ? '–' : resolved.join(',');
    const common = [nameOf(fault), fault.target, hit, duration(fault.startMs)];
    if (outcome.kind === 'skipped') return [...common, '', '', '', `skipped: ${outcome.reason}`];
    if (outcome.kind === 'failed') return [...common, '', '', '', `failed: ${outcome.error}`];
    const figures = [fault.timeToFirstOkMs, fault.unavailableMs].map(duration);
    return [...common, ...figures, recoveryOf(fault), ''];
  });
  const heads = ['fault', 'target', 'hit', 'start', 'first ok', 'unavailable', 'recovery', ''];
  const left = faults.length - shown.length;
  const more = left === 0 ? [] : [`  ${paint('dim', `and ${grouped(left)} more in the report`)}`];
  return ['', ...grid([heads, ...rows], [0, 1, 2, 7], paint), ...more];
}

function latencyTable({ latency, latencyCorrected }: Results, paint: Paint): string[] {
  const rows = [...latencyRows(latency, latencyCorrected)].map(([f, q]) => [
    f,
    ...[q.p50, q.p90, q.p99, q.p999, q.max].map(duration),
  ]);
  if (rows.length === 0) return [];
  return ['', ...grid([['latency', 'median', 'p90', 'p99', 'p99.9', 'max'], ...rows], [0], paint)];
}

/** Who led is known from traces; without any, nothing is known. */
const leadersOf = ({ leader: { changes, elections } }: Results): string =>
  changes === null || elections === null
    ? 'no trace of leaders'
    : `${plural(changes, 'leader change')}, ${plural(elections, 'election')}`;

/** Without a line break at its end. Nothing from a history can reach the terminal as a control character. */
export function consoleSummary(results: Results, options: ConsoleOptions = {}): string {
  const stream = options.stream ?? process.stdout;
  const paint: Paint = (style, text) => styleText(style, text, { stream });
  const { kind, word, sentence, why } = verdictOf(results);
  const [sign, style] = looks[kind];
  const { counts, availability } = results;
  const lines = kind === 'valid' ? missed(results) : why;
  const reasons = lines.map((line) => `  ${paint(style, '·')} ${plain(line)}`);
  return [
    '',
    `${paint(style, `${sign} ${word}`)}  ${plain(sentence)}`,
    ...reasons,
    '',
    `  ${grouped(counts.ok)} ok, ${grouped(counts.fail)} fail, ${grouped(counts.info)} info; available ${percent(availability.fraction)}, longest outage ${duration(availability.longestOutageMs)}; ${leadersOf(results)}`,
    ...faultsTable(results, paint),
    ...latencyTable(results, paint),
    '',
    `  ${paint('dim', 'seed')} ${results.seed}`,
    ...(options.report === undefined
      ? []
      : [`  ${paint('dim', 'report')} ${plain(options.report)}`]),
  ].join('\n');
}
