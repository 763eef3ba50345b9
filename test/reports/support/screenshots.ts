/** Writes made-up reports and pictures of them to a folder, to look at: `npm exec -- node test/reports/support/screenshots.ts [FOLDER]`. */

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { renderHtml } from '#reports/html';
import { chromiumPath, launch } from './browser.ts';
import { syntheticReport } from './synthetic.ts';

const folder = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'dissent-report-'));
mkdirSync(folder, { recursive: true });
const executable = chromiumPath();
if (executable === undefined) throw new Error('no Chromium found; set CHROMIUM to its path');
const browser = await launch(executable);
for (const verdict of ['valid', 'violation', 'unknown', 'not-recovered'] as const) {
  const file = join(folder, `${verdict}.html`);
  writeFileSync(file, renderHtml(syntheticReport({ verdict })));
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [900, 1600]) {
      const page = await browser.newPage({ colorScheme, viewport: { width, height: 1000 } });
      await page.goto(pathToFileURL(file).href);
      await page.waitForSelector('html[data-ready]');
      await page.waitForTimeout(200);
      const picture = join(folder, `${verdict}-${colorScheme}-${width}.png`);
      await page.screenshot({ path: picture, fullPage: true });
      await page.close();
      console.log(picture);
    }
  }
}
await browser.close();
