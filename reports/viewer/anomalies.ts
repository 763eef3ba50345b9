/** What went wrong: the explanation, the operations as intervals, and the same operations as a table. */

import { plural } from '../text.ts';
import type { EvidenceOperation, ReportAnomaly, ReportData } from '../types.ts';
import { cycleDrawing } from './cycle.ts';
import { h, table } from './dom.ts';
import { intervals } from './intervals.ts';
import type { TimeView } from './time-view.ts';

/** Shown around the operations when the charts are moved to them, as a share of their time. */
const margin = 0.6;

/** Width of the page's content now, px. A diagram that turns out wider scrolls by itself. */
const roomForDiagram = (): number => Math.min(1290, Math.max(600, innerWidth - 120));

function showInCharts(operations: readonly EvidenceOperation[], view: TimeView): void {
  const from = Math.min(...operations.map(({ startMs }) => startMs));
  const to = Math.max(...operations.map(({ startMs, endMs }) => endMs ?? startMs));
  const around = Math.max(5, (to - from) * margin);
  view.show(from - around, to + around);
  document.getElementById('timeline')?.scrollIntoView({ block: 'start' });
}

function operationsTable(operations: readonly EvidenceOperation[]): HTMLElement {
  return table(
    'Operations of this anomaly, in order of invocation',
    [
      { head: 'line', number: true, title: 'of history.jsonl, counted from 0' },
      { head: 'operation' },
      { head: 'process', number: true },
      { head: 'node' },
      { head: 'outcome' },
      { head: 'invoked, s', number: true },
      { head: 'completed, s', number: true },
      { head: '' },
    ],
    operations.map((op) => ({
      ...(op.impossible ? { mark: 'impossible' } : {}),
      cells: [
        String(op.index),
        h('code', {}, op.text),
        op.process,
        op.node,
        op.error === undefined ? op.outcome : `${op.outcome}: ${op.error}`,
        (op.startMs / 1000).toFixed(6),
        op.endMs === null ? 'unknown' : (op.endMs / 1000).toFixed(6),
        op.impossible ? h('b', {}, 'fits nowhere') : null,
      ],
    })),
  );
}

/** The circle of transactions, where the anomaly is one. */
function ring({ cycle }: ReportAnomaly): HTMLElement[] {
  const drawing = cycle === undefined ? null : cycleDrawing(cycle);
  if (drawing === null) return [];
  const label = 'The transactions as a ring: each must come before the next';
  return [
    h(
      'div',
      { class: 'scroll diagram', tabindex: '0', role: 'region', 'aria-label': label },
      drawing,
    ),
    h(
      'p',
      { class: 'note' },
      'Each arrow leads to what must come later. ww: overwrote or appended behind; wr: saw what was written; rw: did not see what was written; process: done first by the same process; realtime: answered before the other was asked.',
    ),
  ];
}

/** Nothing where nodes contradict each other and no operation is part of it. */
function pictured({ operations, left }: ReportAnomaly, view: TimeView): HTMLElement[] {
  if (operations.length === 0) return [];
  const impossible = operations.find((op) => op.impossible);
  const button = h('button', { type: 'button', class: 'quiet' }, 'Show in the charts below');
  button.addEventListener('click', () => showInCharts(operations, view));
  const label = `${operations.length} operations as intervals over time${impossible === undefined ? '' : `; ${impossible.text} fits nowhere`}`;
  return [
    h(
      'div',
      { class: 'scroll diagram', tabindex: '0', role: 'region', 'aria-label': label },
      intervals(operations, label, roomForDiagram()),
    ),
    h(
      'p',
      { class: 'note' },
      'Each bar runs from the moment a client asked to the moment it got its answer; an operation took effect somewhere within its bar. The order along the axis is exact, distances are not to scale.',
      left > 0
        ? ` ${plural(left, 'more operation is', 'more operations are')} part of this and not shown.`
        : null,
    ),
    button,
    h(
      'details',
      { class: 'evidence' },
      h('summary', {}, 'The operations as a table'),
      operationsTable(operations),
    ),
  ];
}

function anomaly(one: ReportAnomaly, view: TimeView): HTMLElement {
  return h(
    'article',
    { class: 'anomaly' },
    h('h3', {}, one.name, ' ', h('span', { class: 'muted' }, `found by ${one.checker}`)),
    h('p', { class: 'explanation' }, one.explanation),
    ...ring(one),
    ...pictured(one, view),
  );
}

/** Nothing when there is no anomaly. */
export function anomaliesSection({ anomalies }: ReportData, view: TimeView): HTMLElement | null {
  if (anomalies.length === 0) return null;
  const [first, ...others] = anomalies.map((one) => anomaly(one, view));
  const more =
    others.length === 0
      ? null
      : h(
          'details',
          {},
          h('summary', {}, plural(others.length, 'more anomaly', 'more anomalies')),
          ...others,
        );
  return h('section', { id: 'anomalies' }, h('h2', {}, 'What went wrong'), first ?? null, more);
}
