/** Faults, latencies, checkers, cost and settings as tables. */

import type { FaultFigures, SuccessShares } from '#src/metrics/types';
import { parametersOf, rangesOf, recoveryOf } from '../fault-name.ts';
import { latencyRows } from '../latency-rows.ts';
import { duration, plural, significant } from '../text.ts';
import type { CheckerSummary, ReportData } from '../types.ts';
import { coverageTable } from './coverage.ts';
import { type Child, h, type TableColumn, table } from './dom.ts';
import type { NumberedFault } from './fault-words.ts';
import type { TimeView } from './time-view.ts';

/** Empty where it took effect, as a fault should. */
function outcomeOf({ outcome }: FaultFigures): string {
  switch (outcome.kind) {
    case 'installed':
      return '';
    case 'skipped':
      return `skipped: ${outcome.reason}`;
    case 'failed':
      return `failed: ${outcome.error}`;
  }
}

/** Rows that are shown at first. */
const faultsMax = 50;

/** A button that shows the fault, with some time around it, in the charts. */
function showButton({ number, fault }: NumberedFault, view: TimeView): HTMLElement {
  const button = h(
    'button',
    { type: 'button', class: 'quiet', 'aria-label': `Show fault ${number} in the charts` },
    'show',
  );
  button.addEventListener('click', () => {
    const around = Math.max(200, (fault.endMs - fault.startMs) * 0.35);
    view.show(fault.startMs - around, fault.endMs + (fault.recoveryMs ?? 0) + around);
    document.getElementById('timeline')?.scrollIntoView({ block: 'start' });
  });
  return button;
}

/** null: it did not come before the next fault. */
const awaitedCell = (ms: number | null | undefined): Child =>
  ms === null ? h('span', { class: 'muted' }, 'not seen') : duration(ms ?? null);

const sharesInWords = ({ before, during, after }: SuccessShares): string =>
  [before, during, after]
    .map((share) => (share === null ? '–' : `${Math.floor(share * 100)}`))
    .join(' → ');

/** `100 → 62 → 99 %`, and for each kind of operation when pointed at. */
function sharesCell({ success, byOperation = {} }: FaultFigures): Child {
  if (success === undefined) return '';
  const title = Object.entries(byOperation)
    .map(([f, shares]) => `${f}: ${sharesInWords(shares)} %`)
    .join('\n');
  return h('span', { title, class: 'whole' }, `${sharesInWords(success)} %`);
}

/** `n1–n3, n5`, broken at the comma only. */
const hitCell = (nodes: readonly string[]): Child =>
  nodes.length === 0
    ? '–'
    : h(
        'span',
        {},
        ...rangesOf(nodes).flatMap((range, i) => [
          i === 0 ? null : ', ',
          h('span', { class: 'whole' }, range),
        ]),
      );

const recoveryCell = (fault: FaultFigures): Child =>
  fault.recoveryMs === null ? h('b', {}, 'never') : recoveryOf(fault);

function faultCells(one: NumberedFault, view: TimeView): Child[] {
  const { number, fault } = one;
  const measured = fault.outcome.kind === 'installed';
  const notes = [parametersOf(fault), outcomeOf(fault)].filter((note) => note !== '');
  const kind = h('span', {}, h('b', {}, fault.kind), ...notes.map((note) => h('small', {}, note)));
  return [
    String(number),
    kind,
    fault.target,
    hitCell(fault.resolved),
    duration(fault.startMs),
    measured ? duration(fault.endMs - fault.startMs) : '',
    measured ? duration(fault.detectionMs ?? null) : '',
    measured ? duration(fault.timeToFirstOkMs) : '',
    measured ? duration(fault.unavailableMs) : '',
    measured ? duration(fault.lostMs ?? null) : '',
    measured ? recoveryCell(fault) : '',
    measured ? awaitedCell(fault.degradedMs) : '',
    measured ? awaitedCell(fault.catchUpMs) : '',
    measured ? sharesCell(fault) : '',
    measured ? showButton(one, view) : null,
  ];
}

const faultColumns: readonly TableColumn[] = [
  { head: '#', number: true },
  { head: 'fault' },
  { head: 'target', title: 'as scheduled' },
  { head: 'hit', title: 'the nodes that the target meant when the fault fired' },
  { head: 'start', number: true },
  { head: 'lasted', number: true },
  {
    head: 'noticed',
    number: true,
    title: 'from its start until a node sought leadership; a dash: none did, or none needed to',
  },
  {
    head: 'first success',
    number: true,
    title: 'from its start to the first success of an operation invoked after it',
  },
  {
    head: 'unavailable',
    number: true,
    title: 'longest time without any success until recovery',
  },
  {
    head: 'lost',
    number: true,
    title: 'windows of 100 ms without any success, from its start to the next fault',
  },
  {
    head: 'recovery',
    number: true,
    title: 'from healing until every node served again, but for those that were given up for good',
  },
  {
    head: 'slow tail',
    number: true,
    title: 'from healing until latency was within 1.5 times of before',
  },
  {
    head: 'catch-up',
    number: true,
    title: 'from healing until the nodes that were hit knew what had been committed',
  },
  {
    head: 'succeeded',
    number: true,
    title:
      'share of operations that succeeded before, during and after; point at it for each kind of operation',
  },
  { head: '' },
];

export function faultsSection(
  data: ReportData,
  faults: readonly NumberedFault[],
  view: TimeView,
): HTMLElement {
  const section = h('section', { id: 'faults' }, h('h2', {}, 'Faults'));
  if (faults.length === 0) {
    section.append(h('p', {}, 'No fault was planned: this run shows the system undisturbed.'));
    return section;
  }
  section.append(h('div', {}, faultsTable(faults.slice(0, faultsMax), view)));
  const left = faults.length - faultsMax;
  if (left > 0) section.append(allButton(section, faults, left, view));
  section.append(coverageTable(data) ?? '');
  return section;
}

const faultsTable = (faults: readonly NumberedFault[], view: TimeView): HTMLElement =>
  table(
    'Every fault of the schedule and what it did to the clients',
    faultColumns,
    faults.map((one) => ({
      cells: faultCells(one, view),
      ...(one.fault.outcome.kind === 'installed' ? {} : { mark: 'inactive' }),
    })),
  );

/** Puts all faults into the place of the first ones. */
function allButton(
  section: HTMLElement,
  faults: readonly NumberedFault[],
  left: number,
  view: TimeView,
): HTMLElement {
  const button = h(
    'button',
    { type: 'button', class: 'quiet' },
    `Show ${plural(left, 'more fault')}`,
  );
  button.addEventListener('click', () => {
    section.querySelector('.scroll')?.replaceWith(faultsTable(faults, view));
    button.remove();
  });
  return button;
}

export function latencySection({ results }: ReportData): HTMLElement {
  const names = ['p50', 'p90', 'p99', 'p999', 'max'] as const;
  const heads = ['median', 'p90', 'p99', 'p99.9', 'max'];
  const rows = [...latencyRows(results.latency, results.latencyCorrected)].map(([f, figures]) => ({
    cells: [h('b', {}, f), ...names.map((name) => duration(figures[name]))],
  }));
  return h(
    'section',
    { id: 'latency' },
    h('h2', {}, 'Latency'),
    rows.length === 0
      ? h('p', {}, 'No operation succeeded.')
      : table(
          'Time from asking to success, exact',
          [{ head: 'operation' }, ...heads.map((head) => ({ head, number: true }))],
          rows,
        ),
  );
}

const validWords = new Map<unknown, string>([
  [true, 'valid'],
  [false, 'violation'],
  ['unknown', 'unknown'],
]);

function checkerCells({ name, valid, reason, details }: CheckerSummary): Child[] {
  const word = validWords.get(valid) ?? 'unknown';
  return [
    h('b', {}, name),
    h('span', { class: `badge ${word}` }, word),
    h(
      'div',
      {},
      reason === undefined ? null : h('div', {}, reason),
      h('small', {}, details.map(([key, value]) => `${key}: ${value}`).join(' · ')),
    ),
  ];
}

export const checkersSection = ({ checkers }: ReportData): HTMLElement =>
  h(
    'section',
    { id: 'checkers' },
    h('h2', {}, 'Checkers'),
    table(
      'What each checker says',
      [{ head: 'checker' }, { head: 'verdict' }, { head: 'details' }],
      checkers.map((one) => ({ cells: checkerCells(one) })),
    ),
  );

const per = (value: number | null): string =>
  value === null ? 'not measured' : significant(value);

const counted = (value: number | null): string => (value === null ? 'not measured' : String(value));

export function costSection({ results }: ReportData): HTMLElement {
  const { cost, leader } = results;
  const rows: (readonly [string, string])[] = [
    ['messages per success', per(cost.messagesPerOp)],
    ['bytes per success', per(cost.bytesPerOp)],
    ['fsyncs per success', per(cost.fsyncsPerOp)],
    ['elections', counted(leader.elections)],
    ['leader changes', counted(leader.changes)],
  ];
  return h(
    'section',
    { id: 'cost' },
    h('h2', {}, 'Cost and leaders'),
    table(
      'Between the nodes, all together',
      [{ head: '' }, { head: '', number: true }],
      rows.map((cells) => ({ cells })),
    ),
  );
}

/** Nothing when there are none. */
export function controlsSection({ controls }: ReportData): HTMLElement | null {
  const entries = Object.entries(controls);
  if (entries.length === 0) return null;
  const list = entries.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value)));
  return h(
    'section',
    { id: 'controls' },
    h('h2', {}, 'Settings'),
    h('p', { class: 'muted' }, 'Settings of the system in this run'),
    h('dl', { class: 'facts' }, ...list),
  );
}
