/** Entry point of the script inside the report of a campaign. */

import type { CampaignReportData } from '../../campaign-types.ts';
import { loadJson } from '../load.ts';
import { showPage } from '../show-page.ts';
import { contestSection, impactsSection } from './figures.ts';
import { huntsSection } from './hunts.ts';
import { coverageSection, groupsSection, runsSection } from './matrix.ts';
import { campaignHeader, failuresSection, helpSection } from './top.ts';

const page = (data: CampaignReportData): readonly HTMLElement[] =>
  [
    campaignHeader(data),
    failuresSection(data),
    contestSection(data),
    groupsSection(data),
    impactsSection(data),
    coverageSection(data),
    huntsSection(data),
    runsSection(data),
    helpSection(),
  ].filter((part) => part !== null);

showPage(async (main) => {
  main.replaceChildren(...page(await loadJson<CampaignReportData>()));
}, 'The same results are in campaign.json beside it.');
