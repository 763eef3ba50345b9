import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { renderCampaignHtml } from '#reports/campaign-html';
import { digest } from '#src/campaign/digest';
import type { Campaign } from '#src/campaign/record';
import { campaign, fault, huntOf, run } from '#test/campaign/support';
import { pagesInBrowser } from './support/browser.ts';

const attack = '</script></template><img src=x onerror="window.hacked=1">';

const sample = (): Campaign =>
  campaign({
    runs: Array.from({ length: 16 }, (_, i) =>
      run({
        system: i % 2 === 0 ? 'raft' : 'paxos',
        seed: i >> 1,
        exitCode: i === 5 ? 1 : 0,
        reasons: i === 5 ? [attack] : [],
        folder: `real/processes-seed-${i >> 1}/2026`,
        faults: [
          fault({ lostMs: i % 2 === 0 ? 300 : 700 }),
          fault({ kind: 'pause', firing: 'pause', lostMs: 0, recoveryMs: i < 12 ? null : 90 }),
        ],
      }),
    ),
    hunts: [huntOf({}), huntOf({ system: 'paxos', valid: false })],
    notRun: ['real raft storm'],
  });

describe('reports: page of a campaign in a browser', function () {
  const { complaints, open: openPage } = pagesInBrowser(this);

  const open = (data: Campaign, width: number): Promise<Page> =>
    openPage(renderCampaignHtml(digest(data, 'store/chaos/1')), {
      viewport: { width, height: 900 },
    });

  it('says first what failed and how to see it again, and who lost less', async () => {
    const page = await open(sample(), 1200);
    assert.match(await page.locator('h1').innerText(), /^Violation 2 failures in 16 real runs and/);
    const failures = page.locator('#failures .failure');
    assert.equal(await failures.count(), 2);
    assert.match(await failures.first().innerText(), /npx dissent replay store\/chaos\/1\/sim/);
    assert.match(await page.locator('#contest').innerText(), /raft lost less: more than noise/);
    assert.equal(await page.locator('#runs a').count(), 16);
    assert.equal(
      await page.locator('#runs a').first().getAttribute('href'),
      './real/processes-seed-0/2026/report.html',
    );
    assert.match(await page.locator('#impacts').innerText(), /not seen/);
    assert.match(await page.locator('#hunts').innerText(), /raft\.never\s+never/);
    assert.doesNotMatch(await page.locator('main').innerText(), /NaN|undefined|Infinity/);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it('fits narrow windows, runs nothing that a reason says, and shows a campaign in which nothing ran', async () => {
    const page = await open(sample(), 420);
    const isWider = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
    assert.equal(isWider, false);
    assert.equal(await page.locator('img').count(), 0);
    assert.equal(await page.evaluate('window.hacked'), undefined);
    await page.close();
    const empty = await open(campaign({}), 800);
    assert.match(await empty.locator('h1').innerText(), /Nothing was run/);
    assert.deepEqual(complaints, []);
    await empty.close();
  });
});
