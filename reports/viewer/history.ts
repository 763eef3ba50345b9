/** Entry point of the script in the page of a history that was checked: verdict, anomalies, operations over time, and no more. */

import { grouped } from '../text.ts';
import type { ReportData } from '../types.ts';
import { anomaliesSection } from './anomalies.ts';
import { h } from './dom.ts';
import { numbered } from './fault-words.ts';
import { load } from './load.ts';
import { showPage } from './show-page.ts';
import { fact, verdict } from './summary.ts';
import { checkersSection, latencySection } from './tables.ts';
import { timeView } from './time-view.ts';
import { timeline } from './timeline.ts';
import { tooltip } from './tooltip.ts';

function header(data: ReportData): HTMLElement {
  const { counts } = data.results;
  const facts = [
    ...Object.entries(data.test.more ?? {}),
    ['succeeded', grouped(counts.ok)],
    ['did not happen', grouped(counts.fail)],
    ['outcome unknown', grouped(counts.info)],
  ] as const;
  return h(
    'header',
    {},
    h('p', { class: 'brand' }, h('b', {}, 'Dissent'), ' ', data.test.name),
    verdict(data),
    h('dl', { class: 'facts' }, ...facts.map(([name, value]) => fact(name, value))),
  );
}

function page(data: ReportData): readonly HTMLElement[] {
  const view = timeView(data.durationMs);
  const shared = { view, tooltip: tooltip() };
  const isTimed = data.operations.count > 0;
  return [
    header(data),
    anomaliesSection(data, view),
    ...(isTimed
      ? [timeline(data, numbered(data.results.faults), shared), latencySection(data)]
      : []),
    checkersSection(data),
    shared.tooltip.element,
  ].filter((part) => part !== null);
}

showPage(async (main) => {
  const data = await load();
  if (data.operations.count === 0) main.classList.add('untimed');
  main.replaceChildren(...page(data));
});
