/** Entry point of the script inside report.html. */

import type { ReportData } from '../types.ts';
import { anomaliesSection } from './anomalies.ts';
import { h } from './dom.ts';
import { numbered } from './fault-words.ts';
import { help } from './help.ts';
import { load } from './load.ts';
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

function page(data: ReportData): readonly (HTMLElement | null)[] {
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
  ];
}

function failed(error: unknown): HTMLElement {
  const message = error instanceof Error ? error.message : String(error);
  return h(
    'p',
    { role: 'alert' },
    `This report cannot be shown: ${message}. The same results are in results.json and summary.md beside it.`,
  );
}

async function start(main: HTMLElement): Promise<void> {
  const data = await load();
  main.replaceChildren(...page(data).filter((part) => part !== null));
  document.documentElement.dataset['ready'] = 'true';
}

const main = document.querySelector('main');
if (main !== null) start(main).catch((error: unknown) => main.replaceChildren(failed(error)));
