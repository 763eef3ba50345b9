/** The matrix of a campaign: verdicts and availability by group and system, who was really hit, and links to the runs. */

import { hitRoles } from '#src/metrics/coverage';
import type { CampaignReportData, GroupRow, Outcome, RunRow } from '../../campaign-types.ts';
import { outcomeWords } from '../../campaign-words.ts';
import { percent, plural } from '../../text.ts';
import { type Child, h, table } from '../dom.ts';
import { systemName } from '../system-mark.ts';
import { runLink } from './top.ts';

const badges: Readonly<Record<Outcome, string>> = {
  valid: 'valid',
  violation: 'violation',
  'not-recovered': 'unknown',
  unknown: 'unknown',
  harness: 'unknown',
};

const outcomeBadges = ({ outcomes }: GroupRow): Child =>
  h(
    'span',
    {},
    ...Object.entries(outcomes).flatMap(([name, count]) => {
      const outcome = name as Outcome;
      return count === 0
        ? []
        : [
            h('span', { class: `badge ${badges[outcome]}` }, `${count} ${outcomeWords[outcome]}`),
            ' ',
          ];
    }),
  );

const share = (value: number | null): string => (value === null ? '–' : percent(value));

/** null without real runs. */
export function groupsSection({ groups, systems }: CampaignReportData): HTMLElement | null {
  if (groups.length === 0) return null;
  return h(
    'section',
    { id: 'groups' },
    h('h2', {}, 'Real runs: verdicts and availability'),
    table(
      'Availability is the share of windows of 100 ms with at least one success',
      [
        { head: 'faults' },
        { head: 'system' },
        { head: 'verdicts' },
        { head: 'available, median', number: true },
        { head: 'worst run', number: true },
      ],
      groups.map((row, at) => ({
        cells: [
          groups[at - 1]?.group === row.group
            ? ''
            : h('span', {}, h('b', {}, row.group), h('small', {}, row.kinds.join(', '))),
          systemName(systems, row.system),
          outcomeBadges(row),
          share(row.availabilityMedian),
          share(row.availabilityMin),
        ],
      })),
    ),
  );
}

/** `3 · 4`, a dash for a cell that nobody reached. */
function hitCell(counts: readonly number[]): Child {
  if (counts.every((count) => count === 0)) return h('span', { class: 'none' }, '–');
  return h('span', {}, counts.join(' · '));
}

/** null without real runs. */
export function coverageSection({ coverage, systems }: CampaignReportData): HTMLElement | null {
  const kinds = [...new Set(coverage.flatMap((one) => one.kinds.map(({ kind }) => kind)))];
  if (kinds.length === 0) return null;
  const of = (kind: string) =>
    systems.map((system) =>
      coverage.find((one) => one.system === system)?.kinds.find((one) => one.kind === kind),
    );
  return h(
    'section',
    { id: 'coverage' },
    h('h2', {}, 'Coverage: which fault really hit whom'),
    table(
      `How often, in ${systems.join(' · ')}`,
      [
        { head: 'fault' },
        { head: 'took effect', number: true },
        { head: 'skipped', number: true },
        { head: 'failed', number: true },
        ...hitRoles.map((role) => ({ head: role, number: true })),
      ],
      kinds.map((kind) => {
        const rows = of(kind);
        return {
          cells: [
            h('b', {}, kind),
            hitCell(rows.map((row) => row?.installed ?? 0)),
            hitCell(rows.map((row) => row?.skipped ?? 0)),
            hitCell(rows.map((row) => row?.failed ?? 0)),
            ...hitRoles.map((role) => hitCell(rows.map((row) => row?.hit[role] ?? 0))),
          ],
        };
      }),
    ),
  );
}

function runItem({ seed, outcome, availability, report }: RunRow): HTMLElement {
  const text = `seed ${seed}`;
  const name = report === undefined ? text : h('a', { href: runLink(report) }, text);
  const words = outcome === 'valid' ? percent(availability) : outcomeWords[outcome];
  return h(
    'li',
    {},
    name,
    ' ',
    h('span', { class: outcome === 'valid' ? 'muted' : 'lacking' }, words),
  );
}

/** null without real runs. */
export function runsSection({ runs, runsLeft, systems }: CampaignReportData): HTMLElement | null {
  if (runs.length === 0) return null;
  const groups = [...new Set(runs.map(({ group }) => group))];
  return h(
    'section',
    { id: 'runs' },
    h('h2', {}, 'Every real run'),
    h('p', { class: 'note' }, 'Each links to its own report: history, operations, evidence.'),
    table(
      'Runs by group of faults and system, with the share of time in which they served',
      [{ head: 'faults' }, ...systems.map((name) => ({ head: systemName(systems, name) }))],
      groups.map((group) => ({
        cells: [
          h('b', {}, group),
          ...systems.map((system) =>
            h(
              'ul',
              { class: 'runs' },
              ...runs.filter((run) => run.group === group && run.system === system).map(runItem),
            ),
          ),
        ],
      })),
    ),
    runsLeft === 0
      ? null
      : h('p', { class: 'note' }, `${plural(runsLeft, 'more run')} in campaign.json`),
  );
}
