/** A headless Chromium for tests, where there is one. */

import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Skips the test, saying why, when there is no Chromium: `CHROMIUM`, or where Debian puts it. */
export async function launch(test: Mocha.Context): Promise<Browser> {
  const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    console.log(`      skipped: no Chromium at ${executablePath}; CHROMIUM=path names another`);
    test.skip();
  }
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
  ];
  return chromium.launch({ executablePath, args });
}

/** Resolves when everything that was changed until now has been drawn, which pages do in one of the next frames. */
export async function drawn(page: Page): Promise<void> {
  for (let frames = 0; frames < 3; frames += 1) {
    await page.evaluate('new Promise((done) => requestAnimationFrame(done))');
  }
}
