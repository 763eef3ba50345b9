/** The report of a comparison: one self-contained page, like that of a run. */

import type { CompareReportData } from './compare-types.ts';
import { listed } from './compare-words.ts';
import { renderPage } from './html.ts';

/** The whole page. Everything in the data reaches the page as text only. */
export const renderCompareHtml = (data: CompareReportData): string =>
  renderPage({
    viewer: { script: 'compare.ts', style: 'compare.css' },
    title: `${data.systems.join(' against ')}: ${data.workload}`,
    heading: `${listed(data.systems)}, compared`,
    sentence: data.headlines[0] ?? '',
    elsewhere: 'results.json',
    data: new TextEncoder().encode(JSON.stringify(data)),
  });
