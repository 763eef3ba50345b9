/** The report of a campaign: one self-contained page, like that of a run. */

import type { CampaignReportData } from './campaign-types.ts';
import { campaignSentence, campaignWord } from './campaign-words.ts';
import { renderPage } from './html.ts';

/** The whole page. Everything in the data reaches the page as text only. */
export const renderCampaignHtml = (data: CampaignReportData): string =>
  renderPage({
    viewer: { script: 'campaign/main.ts', style: 'campaign/style.css' },
    title: `${campaignWord(data)}: campaign on ${data.systems.join(', ')}`,
    heading: campaignWord(data),
    sentence: campaignSentence(data),
    elsewhere: 'campaign.json and summary.md',
    data: new TextEncoder().encode(JSON.stringify(data)),
  });
