/** Entry point of the script inside the report of a comparison. */

import type { CompareReportData } from '../compare-types.ts';
import { compareRounds } from './compare-rounds.ts';
import { compareSettings } from './compare-settings.ts';
import { compareSummary, runsSection } from './compare-summary.ts';
import { compareHelp, compareTables } from './compare-tables.ts';
import { loadJson } from './load.ts';
import { showPage } from './show-page.ts';
import { timeView } from './time-view.ts';
import { tooltip } from './tooltip.ts';

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

showPage(async (main) => {
  main.replaceChildren(...page(await loadJson<CompareReportData>()));
}, 'The same results are in results.json beside it.');
