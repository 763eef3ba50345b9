/** The detection table, as text. */

import type { Mutant } from './mutant.ts';
import type { Answer, Finding } from './quest.ts';

export interface Row {
  readonly mutant: Mutant;
  readonly system: 'raft' | 'paxos';
  readonly answer: Answer;
  /** Directed scenarios that catch it. */
  readonly scenarios: readonly string[];
}

const nobody = 'SURVIVED';

const by = (finding: Finding | undefined): string => {
  if (finding === undefined) return '';
  if (finding.kind === 'survived') return nobody;
  return `${finding.by}: ${finding.name}`.slice(0, 44);
};

const seeds = (finding: Finding | undefined): string =>
  finding === undefined ? '' : `${finding.runs} in ${finding.seconds.toFixed(1)} s`;

const head = [
  'mutant',
  'class',
  'system',
  'caught by',
  'seeds',
  'outside',
  'seeds',
  'shrunk',
  'scenario',
];

export function cells({ mutant, system, answer, scenarios }: Row): readonly string[] {
  const { anyhow, outside, size } = answer;
  return [
    mutant.id,
    mutant.class,
    system,
    by(anyhow),
    seeds(anyhow),
    by(outside),
    seeds(outside),
    size === undefined ? '' : `${size.faults} f ${size.operations} op`,
    scenarios.join(' '),
  ];
}

const widths = [6, 5, 6, 44, 16, 44, 16, 12, 1];

export const line = (row: readonly string[]): string =>
  row
    .map((cell, i) => cell.padEnd(widths[i] ?? 0))
    .join('  ')
    .trimEnd();

export const header = line(head);

const median = (values: readonly number[]): number | undefined =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];

/** What all of it comes to: how many of the unsafe ones were caught, and after how many seeds. */
export function summary(rows: readonly Row[]): string {
  const unsafe = rows.filter(({ mutant }) => mutant.class === 'B' || mutant.class === 'W');
  const slow = rows.filter(({ mutant }) => mutant.class === 'L' || mutant.class === 'P');
  const part = (name: string, some: readonly Row[]): string => {
    const runs = some.flatMap(({ answer }) =>
      answer.anyhow.kind === 'caught' ? [answer.anyhow.runs] : [],
    );
    const outside = some.filter(({ answer }) => answer.outside?.kind === 'caught').length;
    const share = some.length === 0 ? 0 : (100 * runs.length) / some.length;
    return `${name}: ${runs.length} of ${some.length} caught (${share.toFixed(0)} %), ${outside} from outside; median ${median(runs) ?? '-'} seeds`;
  };
  const left = rows.filter(({ answer }) => answer.anyhow.kind === 'survived');
  return [
    part('safety (B, W)', unsafe),
    part('progress (L, P)', slow),
    `survived: ${left.map(({ mutant, system }) => `${mutant.id}/${system}`).join(', ') || 'none'}`,
  ].join('\n');
}
