/** Entry point of the script inside the report of a comparison. */

import type { CompareReportData } from '../compare-types.ts';
import { compareRounds } from './compare-rounds.ts';
import { compareSettings } from './compare-settings.ts';
import { compareSummary, runsSection } from './compare-summary.ts';
import { compareHelp, compareTables } from './compare-tables.ts';
import { h } from './dom.ts';
import { loadBytes } from './load.ts';
import { timeView } from './time-view.ts';
import { tooltip } from './tooltip.ts';

async function load(): Promise<CompareReportData> {
  const data = JSON.parse(new TextDecoder().decode(await loadBytes())) as CompareReportData;
  if (data.version !== 1) throw new RangeError(`report data of version ${String(data.version)}`);
  return data;
}

function page(data: CompareReportData): readonly HTMLElement[] {
  const shared = { view: timeView(data.durationMs), tooltip: tooltip() };
  return [
    compareSummary(data),
    runsSection(data),
    compareTables(data, shared.tooltip),
    compareRounds(data, shared),
    compareSettings(data),
    compareHelp(),
    shared.tooltip.element,
  ];
}

function failed(error: unknown): HTMLElement {
  const message = error instanceof Error ? error.message : String(error);
  return h(
    'p',
    { role: 'alert' },
    `This report cannot be shown: ${message}. The same results are in results.json beside it.`,
  );
}

async function start(main: HTMLElement): Promise<void> {
  const data = await load();
  main.replaceChildren(...page(data));
  document.documentElement.dataset['ready'] = 'true';
}

const main = document.querySelector('main');
if (main !== null) start(main).catch((error: unknown) => main.replaceChildren(failed(error)));
