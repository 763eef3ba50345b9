/** A headless Chromium for tests, where there is one. */

import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

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
