/** A headless Chromium for tests, where there is one. */

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** The browser to use: `CHROMIUM`, or where Debian puts it. undefined when there is none. */
export function chromiumPath(): string | undefined {
  const path = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
  return existsSync(path) ? path : undefined;
}

export const launch = (executablePath: string): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--hide-scrollbars',
    ],
  });

/** Resolves when everything that was changed until now has been drawn, which pages do in one of the next frames. */
export async function drawn(page: Page): Promise<void> {
  for (let frames = 0; frames < 3; frames += 1) {
    await page.evaluate('new Promise((done) => requestAnimationFrame(done))');
  }
}

export interface Pages {
  /** What pages had to complain about since the test began: errors, words on the console, requests for anything else. */
  readonly complaints: string[];
  /** Writes a page into a file and opens it from disk. Resolves when the page says that it is ready. */
  readonly open: (html: string, options?: BrowserContextOptions) => Promise<Page>;
}

/**
 * Gives the suite around it a browser, which is gone with the suite; without a Chromium the suite is skipped, and says so. To be called
 * while the suite is described.
 */
export function pagesInBrowser(suite: Mocha.Suite): Pages {
  suite.timeout(240_000);
  const complaints: string[] = [];
  let browser: Browser | undefined;
  let folder: string | undefined;

  before(async function () {
    const path = chromiumPath();
    if (path === undefined) {
      console.log('      skipped: needs Chromium at /usr/bin/chromium, or its path in CHROMIUM');
      return this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), 'dissent-page-'));
    browser = await launch(path);
  });

  after(async () => {
    await browser?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  beforeEach(() => {
    complaints.length = 0;
  });

  return {
    complaints,
    async open(html, options = {}) {
      if (browser === undefined || folder === undefined) throw new Error('no browser was started');
      const file = join(folder, 'page.html');
      const url = pathToFileURL(file).href;
      writeFileSync(file, html);
      const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, ...options });
      page.on('console', (message) => complaints.push(`console: ${message.text()}`));
      page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
      page.on('request', (request) => {
        if (request.url() !== url) complaints.push(`request: ${request.url()}`);
      });
      await page.goto(url);
      await page.waitForSelector('html[data-ready]');
      return page;
    },
  };
}
