/** The run over time: all charts one above the other, over one time axis. */

import { duration } from '../text.ts';
import type { ReportData } from '../types.ts';
import { h } from './dom.ts';
import type { NumberedFault } from './fault-words.ts';
import { faultsChart } from './faults-chart.ts';
import { lanesChart } from './lanes-chart.ts';
import { operationsChart } from './operations-chart.ts';
import { operationsFilter } from './operations-filter.ts';
import { onThemeChange } from './theme.ts';
import { throughputChart } from './throughput-chart.ts';
import type { TimeView } from './time-view.ts';
import type { Tooltip } from './tooltip.ts';

/** Says what is shown, and a button that shows all again. */
export function toolbar(view: TimeView): HTMLElement {
  const range = h('span', { class: 'range', role: 'status' });
  const reset = h('button', { type: 'button', class: 'quiet' }, 'Show all');
  reset.addEventListener('click', view.reset);
  const update = (): void => {
    range.textContent = view.zoomed
      ? `Showing ${duration(view.toMs - view.fromMs)} from ${(view.fromMs / 1000).toFixed(3)} s`
      : 'Drag to zoom in, double-click to show all';
    reset.hidden = !view.zoomed;
  };
  view.onChange((changed) => {
    if (changed) update();
  });
  update();
  return h('div', { class: 'toolbar' }, range, reset);
}

export const key = (className: string, text: string): HTMLElement =>
  h('span', { class: 'key' }, h('i', { class: className }), text);

/** A chart with its title and a note. */
export const part = (
  title: string,
  note: string,
  ...content: readonly HTMLElement[]
): HTMLElement =>
  h(
    'div',
    { class: 'part' },
    h('h3', {}, title, ' ', h('span', { class: 'muted' }, note)),
    ...content,
  );

export function timeline(
  data: ReportData,
  faults: readonly NumberedFault[],
  shared: { readonly view: TimeView; readonly tooltip: Tooltip },
): HTMLElement {
  const { operations, leaderships, test } = data;
  const evidence = data.anomalies.flatMap((one) => one.operations);
  const filter = operationsFilter(operations, () => points.redraw());
  const points = operationsChart({ operations, faults, filter, evidence }, shared);
  const strip = faultsChart(faults, shared);
  const rates = throughputChart(data.throughput, faults, shared);
  const lanes = lanesChart({ nodes: test.nodes, leaderships, faults }, shared);
  onThemeChange(() => {
    for (const one of [strip, points, rates, lanes]) one.redraw();
  });
  const lanesNote =
    leaderships.length === 0
      ? 'no trace of leaders was recorded'
      : 'who led, and what was done to whom';
  return h(
    'section',
    { id: 'timeline' },
    h('div', { class: 'heading' }, h('h2', {}, 'The run over time'), toolbar(shared.view)),
    strip.element,
    part(
      'Operations',
      'each point is one: when it was asked, and how long the answer took',
      filter.element,
      points.element,
    ),
    part('Throughput', 'completed per second, stacked by outcome', rates.element),
    part(
      'Nodes',
      lanesNote,
      h(
        'div',
        { class: 'keys' },
        key('key-leader', 'leads'),
        key('key-deposed', 'still thinks it leads; a newer term has begun'),
        key('key-fault', 'under a fault'),
      ),
      lanes.element,
    ),
  );
}
