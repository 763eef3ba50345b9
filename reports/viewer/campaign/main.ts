/** Entry point of the script inside the report of a campaign. */

import type { CampaignReportData } from '../../campaign-types.ts';
import { h } from '../dom.ts';
import { loadBytes } from '../load.ts';
import { contestSection, impactsSection } from './figures.ts';
import { huntsSection } from './hunts.ts';
import { coverageSection, groupsSection, runsSection } from './matrix.ts';
import { campaignHeader, failuresSection, helpSection } from './top.ts';

async function load(): Promise<CampaignReportData> {
  const data = JSON.parse(new TextDecoder().decode(await loadBytes())) as CampaignReportData;
  if (data.version !== 1) throw new RangeError(`report data of version ${String(data.version)}`);
  return data;
}

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

function failed(error: unknown): HTMLElement {
  const message = error instanceof Error ? error.message : String(error);
  return h(
    'p',
    { role: 'alert' },
    `This report cannot be shown: ${message}. The same results are in campaign.json beside it.`,
  );
}

async function start(main: HTMLElement): Promise<void> {
  const data = await load();
  main.replaceChildren(...page(data));
  document.documentElement.dataset['ready'] = 'true';
}

const main = document.querySelector('main');
if (main !== null) start(main).catch((error: unknown) => main.replaceChildren(failed(error)));
