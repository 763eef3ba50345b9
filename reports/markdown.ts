/** summary.md: the run on one page, for pull requests and job summaries. */

import { recoveryOf } from './fault-name.ts';
import { latencyRows } from './latency-rows.ts';
import { duration, grouped, percent, plain, plural, significant } from './text.ts';
import type { EvidenceOperation, ReportAnomaly, ReportData } from './types.ts';

/** Text that Markdown shows as it is. */
const md = (text: string): string =>
  plain(text)
    .replace(/[\\`*_[\]|~]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;');

type Align = 'left' | 'right';

/** Cells are Markdown already. */
function table(
  heads: readonly (readonly [string, Align])[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(heads.map(([head]) => head)),
    line(heads.map(([, align]) => (align === 'right' ? '---:' : '---'))),
    ...rows.map(line),
  ].join('\n');
}

/** Breaks out of no fence: what it holds has no line breaks. */
const fenced = (text: string): string => `\`\`\`\`sh\n${plain(text)}\n\`\`\`\``;

function head({ verdict, test }: ReportData): string[] {
  const sign = { valid: '✅', violation: '❌', unknown: '❔', 'not-recovered': '⚠️' }[verdict.kind];
  return [
    `# ${sign} ${verdict.word}: ${md(test.name)}`,
    `**${md(verdict.sentence)}**`,
    ...(test.claim === undefined ? [] : [`The promise: ${md(test.claim)}`]),
    verdict.why.map((line) => `- ${md(line)}`).join('\n'),
  ].filter((part) => part !== '');
}

function facts({ results, test, durationMs }: ReportData): string {
  const { counts, availability, leader, cost } = results;
  const per = (value: number | null): string => (value === null ? '–' : significant(value));
  const rows: (readonly [string, string])[] = [
    ['system, workload', `${md(results.system)}, ${md(results.workload)}`],
    ['nodes, clients', `${test.nodes.length}, ${grouped(test.clients)}`],
    ['duration, seed', `${duration(durationMs)}, ${results.seed}`],
    [
      'operations',
      `${grouped(counts.ok)} ok, ${grouped(counts.fail)} fail, ${grouped(counts.info)} info`,
    ],
    [
      'availability',
      `${percent(availability.fraction)}, longest outage ${duration(availability.longestOutageMs)}`,
    ],
    [
      'leaders',
      leader.changes === null || leader.elections === null
        ? 'not measured'
        : `${plural(leader.changes, 'change')}, ${plural(leader.elections, 'election')}`,
    ],
    [
      'per success',
      `${per(cost.messagesPerOp)} messages, ${per(cost.bytesPerOp)} bytes, ${per(cost.fsyncsPerOp)} fsyncs`,
    ],
  ];
  return table(
    [
      ['run', 'left'],
      ['', 'left'],
    ],
    rows,
  );
}

const operationRow = (op: EvidenceOperation): string[] => [
  String(op.index),
  op.impossible ? `**${md(op.text)}** (fits nowhere)` : md(op.text),
  md(op.process),
  md(op.node),
  op.outcome,
  (op.startMs / 1000).toFixed(6),
  op.endMs === null ? 'unknown' : (op.endMs / 1000).toFixed(6),
];

function anomaly({ name, checker, explanation, operations }: ReportAnomaly): string[] {
  const heads = [
    ['line', 'right'],
    ['operation', 'left'],
    ['process', 'right'],
    ['node', 'left'],
    ['outcome', 'left'],
    ['invoked, s', 'right'],
    ['completed, s', 'right'],
  ] as const;
  return [
    `### ${md(name)} (found by ${md(checker)})`,
    explanation.split('\n').map(md).join('  \n'),
    ...(operations.length === 0 ? [] : [table(heads, operations.map(operationRow))]),
  ];
}

function faults({ results }: ReportData): string[] {
  if (results.faults.length === 0) return [];
  const rows = results.faults.map((fault) => {
    const { outcome } = fault;
    const measured = outcome.kind === 'installed';
    const note =
      outcome.kind === 'skipped'
        ? `: ${md(outcome.reason)}`
        : outcome.kind === 'failed'
          ? `: ${md(outcome.error)}`
          : '';
    return [
      md(fault.kind),
      `${md(fault.target)} → ${md(fault.resolved.join(', '))}`,
      duration(fault.startMs),
      measured ? duration(fault.endMs - fault.startMs) : '–',
      `${outcome.kind}${note}`,
      measured ? duration(fault.timeToFirstOkMs) : '–',
      measured ? duration(fault.unavailableMs) : '–',
      measured ? duration(fault.lostMs ?? null) : '–',
      measured ? md(recoveryOf(fault)) : '–',
      measured ? duration(fault.degradedMs ?? null) : '–',
      measured ? duration(fault.catchUpMs ?? null) : '–',
    ];
  });
  const heads = [
    ['fault', 'left'],
    ['target → hit', 'left'],
    ['start', 'right'],
    ['lasted', 'right'],
    ['outcome', 'left'],
    ['first success', 'right'],
    ['unavailable', 'right'],
    ['lost', 'right'],
    ['recovery', 'right'],
    ['slow tail', 'right'],
    ['catch-up', 'right'],
  ] as const;
  return ['## Faults', table(heads, rows)];
}

function latency({ results }: ReportData): string[] {
  const rows = [...latencyRows(results.latency, results.latencyCorrected)].map(([f, q]) => [
    md(f),
    ...[q.p50, q.p90, q.p99, q.p999, q.max].map(duration),
  ]);
  const heads = ['median', 'p90', 'p99', 'p99.9', 'max'].map((name) => [name, 'right'] as const);
  return rows.length === 0 ? [] : ['## Latency', table([['operation', 'left'], ...heads], rows)];
}

function checkers(data: ReportData): string[] {
  const words = new Map<unknown, string>([
    [true, 'valid'],
    [false, '**violation**'],
  ]);
  const rows = data.checkers.map(({ name, valid, reason }) => [
    md(name),
    words.get(valid) ?? 'unknown',
    md(reason ?? ''),
  ]);
  return [
    '## Checkers',
    table(
      [
        ['checker', 'left'],
        ['verdict', 'left'],
        ['reason', 'left'],
      ],
      rows,
    ),
  ];
}

/** The summary as Markdown (GitHub's kind, for the tables). */
export function markdownSummary(data: ReportData): string {
  const { test, anomalies } = data;
  return [
    ...head(data),
    facts(data),
    ...(test.command === undefined ? [] : ['Run it again:', fenced(test.command)]),
    ...(anomalies.length === 0
      ? []
      : ['## What went wrong', ...anomalies.slice(0, 3).flatMap(anomaly)]),
    ...faults(data),
    ...latency(data),
    ...checkers(data),
    '',
  ].join('\n\n');
}
