/** summary.md of a campaign: failures first, then one line per system and fault, for a job summary. */

import type { CampaignReportData, ImpactRow, Spreading } from './campaign-types.ts';
import {
  campaignNotes,
  campaignSentence,
  campaignWord,
  contestProof,
  outcomeWords,
} from './campaign-words.ts';
import { duration, grouped, percent, plain } from './text.ts';

/** GitHub refuses a job summary of more than 1 MiB; nobody reads this many. */
const failuresShown = 20;

/** Text that Markdown shows as it is. */
const md = (text: string): string =>
  plain(text)
    .replace(/[\\`*_[\]|~]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;');

/** Cells are Markdown already; the first column is text, the others are figures. */
const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map((_, at) => (at === 0 ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');

function failures({ failures: all, failuresLeft }: CampaignReportData): string[] {
  if (all.length === 0) return [];
  const items = all
    .slice(0, failuresShown)
    .map(({ outcome, world, system, group, seed, reasons, replay }) => {
      const head = `- **${outcomeWords[outcome]}**: ${world} ${md(system)}, ${md(group)}, seed ${seed}`;
      const why = reasons.slice(0, 2).map((reason) => `  - ${md(reason)}`);
      return [head, ...why, ...(replay === undefined ? [] : [`  - \`${plain(replay)}\``])].join(
        '\n',
      );
    });
  const left = all.length - items.length + failuresLeft;
  return [
    '## Failures',
    items.join('\n'),
    ...(left > 0 ? [`and ${left} more in the report.`] : []),
  ];
}

const spread = ({ median, p90, max, n }: Spreading): string =>
  n === 0
    ? '–'
    : [median, p90, max].map((ms) => (ms === null ? 'not seen' : duration(ms))).join(' / ');

const impactCells = ({ kind, system, tookEffect, figures }: ImpactRow): string[] => [
  `${md(kind)}, ${md(system)}`,
  String(tookEffect),
  spread(figures.lostMs),
  spread(figures.timeToFirstOkMs),
  spread(figures.recoveryMs),
  spread(figures.degradedMs),
];

function contest({ contest: rows, systems }: CampaignReportData): string[] {
  if (rows.length === 0) return [];
  const words = {
    'more-than-noise': 'more than noise',
    'within-noise': 'noise',
    'too-few': 'too few to tell',
  } as const;
  const body = rows.map((row) => [
    row.kind === null ? '**all faults**' : md(row.kind),
    ...systems.map((system) => duration(row.lostMs[system] ?? 0)),
    row.verdict === 'more-than-noise' ? `**${md(row.less)}**` : words[row.verdict],
    md(contestProof(row)),
  ]);
  const heads = ['time lost under', ...systems.map(md), 'less', 'proof'];
  return ['## Who lost less time', table(heads, body)];
}

function runs({ groups }: CampaignReportData): string[] {
  if (groups.length === 0) return [];
  const share = (value: number | null): string => (value === null ? '–' : percent(value));
  const body = groups.map(({ group, system, outcomes, availabilityMedian, availabilityMin }) => [
    `${md(group)}, ${md(system)}`,
    String(outcomes.valid),
    String(outcomes.violation),
    String(outcomes['not-recovered']),
    String(outcomes.unknown + outcomes.harness),
    share(availabilityMedian),
    share(availabilityMin),
  ]);
  const heads = [
    'real runs',
    'valid',
    'violation',
    'not recovered',
    'unknown',
    'available, median',
    'worst',
  ];
  return ['## Verdicts', table(heads, body)];
}

function hunts({ hunts: all }: CampaignReportData): string[] {
  if (all.length === 0) return [];
  const body = all.map(({ group, system, seeds, virtualSeconds, failures: found, undecided }) => [
    `${md(group)}, ${md(system)}`,
    grouped(seeds),
    duration(virtualSeconds * 1000),
    String(found),
    String(undecided),
  ]);
  return ['## Simulated', table(['hunt', 'seeds', 'virtual time', 'failures', 'undecided'], body)];
}

/** The summary as Markdown (GitHub's kind, for the tables). */
export function campaignMarkdown(data: CampaignReportData): string {
  const sign = data.valid === true ? '✅' : data.valid === false ? '❌' : '❔';
  const impacts = data.impacts.map(impactCells);
  return [
    `# ${sign} ${campaignWord(data)}: chaos on ${md(data.systems.join(', '))}`,
    `**${md(campaignSentence(data))}**`,
    campaignNotes(data)
      .map((line) => `- ${md(line)}`)
      .join('\n'),
    ...failures(data),
    ...contest(data),
    ...runs(data),
    ...(impacts.length === 0
      ? []
      : [
          '## What each fault did (median / p90 / max)',
          table(
            ['fault, system', 'took effect', 'time lost', 'first success', 'recovery', 'slow tail'],
            impacts,
          ),
        ]),
    ...hunts(data),
    `Run it again: \`${plain(data.command)}\``,
    '',
  ].join('\n\n');
}
