/** The reports of a campaign: one page, one summary for job summaries, both from campaign.json alone. */

import { join } from 'node:path';
import { renderCampaignHtml } from '#reports/campaign-html';
import { campaignMarkdown } from '#reports/campaign-markdown';
import type { CampaignReportData } from '#reports/campaign-types';
import { runFiles, shortPath, writeWhole } from '../run/folder.ts';
import { digest } from './digest.ts';
import type { Campaign } from './record.ts';

export interface RenderedCampaign {
  readonly data: CampaignReportData;
  readonly report: string;
  readonly summary: string;
}

/** Writes campaign.json, report.html and summary.md. Throws HarnessFailure when it cannot. */
export function renderCampaign(folder: string, campaign: Campaign): RenderedCampaign {
  const data = digest(campaign, shortPath(folder));
  writeWhole(folder, 'campaign.json', `${JSON.stringify(campaign, null, 2)}\n`);
  writeWhole(folder, runFiles.report, renderCampaignHtml(data));
  writeWhole(folder, runFiles.summary, campaignMarkdown(data));
  return {
    data,
    report: shortPath(join(folder, runFiles.report)),
    summary: shortPath(join(folder, runFiles.summary)),
  };
}
