/** What the simulated world has seen: seeds, failures, and which corners were reached. */

import type { CampaignReportData, CounterRow } from '../../campaign-types.ts';
import { duration, grouped } from '../../text.ts';
import { type Child, h, table } from '../dom.ts';
import { systemName } from '../system-mark.ts';

const countCell = (count: number | undefined): Child =>
  count === undefined
    ? h('span', { class: 'none' }, '–')
    : count === 0
      ? h('span', { class: 'never' }, 'never')
      : grouped(count);

function counterTable(counters: readonly CounterRow[], systems: readonly string[]): HTMLElement {
  const never = counters.filter(({ counts }) => Object.values(counts).includes(0)).length;
  const reached = counters.length - never;
  return h(
    'details',
    never > 0 ? { open: '' } : {},
    h(
      'summary',
      {},
      `Corners of the protocols: ${reached} of ${counters.length} reached by every system that has them`,
    ),
    table(
      'How often each was reached, the rarest first; a hunt says nothing about what it never reached',
      [
        { head: 'corner' },
        ...systems.map((name) => ({ head: systemName(systems, name), number: true })),
      ],
      counters.map(({ name, counts }) => ({
        cells: [name, ...systems.map((system) => countCell(counts[system]))],
      })),
    ),
  );
}

/** null without hunts. */
export function huntsSection(data: CampaignReportData): HTMLElement | null {
  const { hunts, counters, systems } = data;
  if (hunts.length === 0) return null;
  return h(
    'section',
    { id: 'hunts' },
    h('h2', {}, 'Simulated: many seeds, each a test of its own'),
    table(
      'Hunts by system and faults',
      [
        { head: 'faults' },
        { head: 'system' },
        { head: 'seeds', number: true },
        { head: 'virtual time', number: true },
        { head: 'took', number: true },
        { head: 'undecided', number: true },
        { head: 'failures', number: true },
      ],
      hunts.map((hunt, at) => ({
        cells: [
          hunts[at - 1]?.group === hunt.group ? '' : h('b', {}, hunt.group),
          systemName(systems, hunt.system),
          grouped(hunt.seeds),
          duration(hunt.virtualSeconds * 1000),
          duration(hunt.seconds * 1000),
          hunt.undecided === 0 ? h('span', { class: 'none' }, '–') : String(hunt.undecided),
          hunt.failures === 0
            ? h('span', { class: 'none' }, '–')
            : h('b', { class: 'lacking' }, String(hunt.failures)),
        ],
      })),
    ),
    counters.length === 0 ? null : counterTable(counters, systems),
  );
}
