/** The coverage matrix: which fault really hit whom. */

import { hitRoles } from '#src/metrics/coverage';
import type { ReportData } from '../types.ts';
import { type Child, h, table } from './dom.ts';

const titles: Readonly<Record<(typeof hitRoles)[number], string>> = {
  leader: 'the node that led was among those hit',
  follower: 'a node that did not lead was among those hit',
  leaderless: 'nobody led at that moment, as far as anybody knew',
  minority: 'fewer than half of the nodes were hit',
  majority: 'more than half of the nodes were hit, but not all',
  all: 'every node was hit',
};

const some = (count: number | undefined): Child =>
  count === undefined || count === 0 ? '–' : h('b', {}, String(count));

/** null for a run without faults, and for results of a version that did not know it. */
export function coverageTable({ results }: ReportData): HTMLElement | null {
  const { coverage } = results;
  if (coverage === undefined || coverage.kinds.length === 0) return null;
  const missing = coverage.required.filter(({ count }) => count === 0).map(({ cell }) => cell);
  const required = coverage.required.map(({ cell }) => cell).join(', ');
  return h(
    'div',
    {},
    h('h3', {}, 'Coverage: who was really hit'),
    table(
      'How often each fault took effect, and on whom',
      [
        { head: 'fault' },
        { head: 'took effect', number: true },
        { head: 'skipped', number: true, title: 'with the reason in the table above' },
        { head: 'failed', number: true },
        ...hitRoles.map((role) => ({ head: role, number: true, title: titles[role] })),
      ],
      coverage.kinds.map(({ kind, installed, skipped, failed, hit }) => ({
        cells: [
          h('b', {}, kind),
          String(installed),
          skipped === 0 ? '' : String(skipped),
          failed === 0 ? '' : String(failed),
          ...hitRoles.map((role) => some(hit[role])),
        ],
        ...(installed === 0 ? { mark: 'inactive' } : {}),
      })),
    ),
    required === ''
      ? null
      : h(
          'p',
          {},
          `Required: ${required}. `,
          missing.length === 0
            ? 'All of it happened.'
            : h('b', {}, `Missing: ${missing.join(', ')}.`),
        ),
  );
}
