/** Entry point of the script inside report.html. */

import type { ReportData } from '../types.ts';
import { anomaliesSection } from './anomalies.ts';
import { h } from './dom.ts';
import { numbered } from './fault-words.ts';
import { help } from './help.ts';
import { load } from './load.ts';
import { showPage } from './show-page.ts';
import { summary } from './summary.ts';
import {
  checkersSection,
  controlsSection,
  costSection,
  faultsSection,
  latencySection,
} from './tables.ts';
import { timeView } from './time-view.ts';
import { timeline } from './timeline.ts';
import { tooltip } from './tooltip.ts';

function page(data: ReportData): readonly HTMLElement[] {
  const view = timeView(data.durationMs);
  const shared = { view, tooltip: tooltip() };
  const faults = numbered(data.results.faults);
  return [
    summary(data),
    anomaliesSection(data, view),
    timeline(data, faults, shared),
    faultsSection(data, faults, view),
    h('div', { class: 'columns' }, latencySection(data), costSection(data)),
    checkersSection(data),
    controlsSection(data),
    help(),
    shared.tooltip.element,
  ].filter((part) => part !== null);
}

showPage(async (main) => {
  main.replaceChildren(...page(await load()));
}, 'The same results are in results.json and summary.md beside it.');
