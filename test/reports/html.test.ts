import assert from 'node:assert/strict';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { reportData } from '#reports/data';
import { renderHtml } from '#reports/html';
import type { ReportData } from '#reports/types';
import type { Operation } from '#src/history/operation';
import { drawn, pagesInBrowser } from './support/browser.ts';
import { syntheticReport, syntheticRun } from './support/synthetic.ts';

const attack = '</script></template><img src=x onerror="window.hacked=1">\u001b[2J\u2028\u202e';

/** A report in which every string from outside is an attack. */
function hostileReport(): ReportData {
  const run = syntheticRun({ verdict: 'violation', seconds: 5 });
  const spoiled = run.history.map(
    (op): Operation => ({
      ...op,
      f: `${op.f}${attack}`,
      key: attack,
      value: attack,
      error: attack,
      node: attack,
    }),
  );
  const anomaly = { name: attack, explanation: attack, operations: spoiled.slice(0, 12) };
  const { results } = run;
  return reportData({
    ...run,
    history: spoiled,
    leaderships: run.leaderships.map((one) => ({ ...one, node: attack })),
    controls: { [attack]: attack },
    test: {
      ...run.test,
      name: attack,
      claim: attack,
      command: attack,
      nodes: [attack],
      more: { [attack]: attack },
    },
    results: {
      ...results,
      system: attack,
      reasons: [attack],
      faults: results.faults.map((f) => ({
        ...f,
        kind: attack,
        target: attack,
        resolved: [attack],
      })),
      checkers: {
        [attack]: { valid: false, reason: attack, anomalies: [anomaly], [attack]: attack },
      },
    },
  });
}

describe('reports: html', () => {
  it('is one file that names its only script and style by hash, and asks for nothing else', () => {
    const html = renderHtml(syntheticReport({ seconds: 3 }));
    assert.match(html, /default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'/);
    assert.equal(html.match(/<script/g)?.length, 1);
    const outside = html.replace(/<script>[\s\S]*<\/script>/, '');
    assert.doesNotMatch(outside, /\b(src|href)=|url\(|@import|https?:/);
  });

  it('holds no string from outside as markup', () => {
    const html = renderHtml(hostileReport());
    assert.doesNotMatch(html, /<img|onerror="|[^\P{Cc}\n\t]|\p{Cf}/u);
    assert.equal(html.match(/<\/script>/g)?.length, 1);
    assert.equal(html.match(/<\/template>/g)?.length, 1);
  });

  it('is the same for the same data', () => {
    const data = syntheticReport({ seconds: 2 });
    assert.equal(renderHtml(data), renderHtml(data));
  });
});

describe('reports: html in a browser', function () {
  const { complaints, open: openPage } = pagesInBrowser(this);

  /** One page with a valid run, for the tests that leave it as it was. */
  let shared: Promise<Page> | undefined;
  const valid = (): Promise<Page> => (shared ??= open(syntheticReport()));

  /** Opens a report from disk, drawn. */
  async function open(data: ReportData, options: BrowserContextOptions = {}): Promise<Page> {
    const page = await openPage(renderHtml(data), options);
    await page.locator('.chart canvas').nth(7).waitFor();
    await drawn(page);
    return page;
  }

  const operations = (page: Page) => page.locator('.chart').nth(1);

  /** How many pixels of a chart have a colour of the theme, within a little. Runs in the page, so it is a string. */
  const pixels = (page: Page, chart: number, color: string): Promise<number> =>
    page.evaluate<number>(`(() => {
      const canvas = document.querySelectorAll('.chart canvas')[${chart} * 2];
      const probe = document.createElement('canvas').getContext('2d');
      probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--${color}');
      probe.fillRect(0, 0, 1, 1);
      const want = probe.getImageData(0, 0, 1, 1).data;
      const copy = new OffscreenCanvas(canvas.width, canvas.height);
      const context = copy.getContext('2d', { willReadFrequently: true });
      context.drawImage(canvas, 0, 0);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      let found = 0;
      for (let i = 0; i < data.length; i += 4) {
        const near = [0, 1, 2].every((c) => Math.abs(data[i + c] - want[c]) < 40);
        if (near && data[i + 3] > 100) found += 1;
      }
      return found;
    })()`);

  /** Waits until the line above the charts begins like this. */
  const rangeSays = (page: Page, start: string) =>
    page.locator('.range', { hasText: new RegExp(`^${start}`) }).waitFor();

  it('says why nothing is to be seen when its data are damaged, and where else to look', async () => {
    const html = renderHtml(syntheticReport({ seconds: 3 }));
    const damaged = html.replace(/(<template id="report-data">)[^<]{40}/, '$1');
    assert.notEqual(damaged, html);
    const page = await openPage(damaged);
    const told = await page.getByRole('alert').textContent();
    assert.match(told ?? '', /^This page cannot be shown: .+ results\.json .* beside it\.$/);
  });

  it('shows a valid run: points, throughput, leaders, faults, and no complaint', async () => {
    const page = await valid();
    assert.match(
      await page.locator('h1').innerText(),
      /Valid\s+raft kept its promise through 7 faults/,
    );
    assert.equal(await page.title(), 'Valid: raft-register');
    assert.ok((await pixels(page, 1, 'ok')) > 2000, 'points of successes');
    assert.ok((await pixels(page, 1, 'fail')) > 200, 'points of failures');
    assert.ok((await pixels(page, 2, 'ok')) > 5000, 'throughput');
    assert.ok((await pixels(page, 3, 'leader')) > 2000, 'leaders');
    assert.equal(await page.locator('#faults tbody tr').count(), 8);
    assert.equal(await page.locator('#latency tbody tr').count(), 3);
    assert.equal(await page.locator('#anomalies').count(), 0);
    assert.deepEqual(complaints, []);
  });

  it('tells what is under the pointer, zooms by dragging, and shows all again', async () => {
    const page = await valid();
    const chart = operations(page);
    await chart.scrollIntoViewIfNeeded();
    const box = await chart.boundingBox();
    assert.ok(box);
    const tooltip = page.locator('.tooltip');
    const range = page.locator('.range');
    // Somewhere in the crowd between 1 and 10 ms there is a point under the pointer.
    for (let y = box.height * 0.5; y < box.height * 0.8; y += 6) {
      await page.mouse.move(box.x + box.width * 0.6, box.y + y);
      await drawn(page);
      if (await tooltip.isVisible()) break;
    }
    assert.match(
      await tooltip.innerText(),
      /(read|write|cas) k\d+[\s\S]* after [\s\S]*process \d+ at n\d/,
    );
    await page.mouse.move(box.x + 300, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + 500, box.y + 60, { steps: 3 });
    await page.mouse.up();
    await rangeSays(page, 'Showing');
    assert.match(await range.innerText(), /^Showing 6\.\d+ s from 6\./);
    await page.mouse.dblclick(box.x + 400, box.y + 60);
    await rangeSays(page, 'Drag');
    await chart.focus();
    await page.keyboard.press('+');
    await rangeSays(page, 'Showing 15');
    await page.keyboard.press('0');
    await rangeSays(page, 'Drag');
    assert.deepEqual(complaints, []);
  });

  it('shows latency from when it was due as well, and the first of many faults until asked for all', async () => {
    const report = syntheticReport();
    const { results } = report;
    const [first] = results.faults;
    const [f] = Object.keys(results.latency);
    assert.ok(first !== undefined && f !== undefined);
    const late = { p50: 1, p90: 2, p99: 3, p999: 4000, max: 5000 };
    const page = await open({
      ...report,
      results: {
        ...results,
        latencyCorrected: { [f]: late },
        faults: Array.from({ length: 70 }, (_, i) => ({ ...first, startMs: i })),
      },
    });
    assert.match(await page.locator('#latency').innerText(), /from when it was due[\s\S]*5 s/);
    const rows = page.locator('#faults .scroll').first().locator('tbody tr');
    assert.equal(await rows.count(), 50);
    await page.getByRole('button', { name: 'Show 20 more faults' }).click();
    assert.equal(await rows.count(), 70);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it('hides what is switched off', async () => {
    const page = await valid();
    const before = await pixels(page, 1, 'fail');
    const chip = page.getByRole('button', { name: 'fail did not happen' });
    await chip.click();
    assert.equal(await chip.getAttribute('aria-pressed'), 'false');
    assert.ok(before > 0);
    assert.equal(await pixels(page, 1, 'fail'), 0);
  });

  it('explains a violation with its operations, and leads to them in the charts', async () => {
    const page = await open(syntheticReport({ verdict: 'violation' }));
    assert.match(await page.locator('h1').innerText(), /Violation/);
    assert.equal(await page.locator('.intervals .bar').count(), 10);
    assert.match(
      await page.locator('.intervals .impossible text').innerHTML(),
      /read k\d → \d+ +✕ fits nowhere/,
    );
    await page.locator('.evidence summary').click();
    assert.equal(await page.locator('tr.impossible').count(), 1);
    await page.getByRole('button', { name: 'Show in the charts below' }).click();
    await rangeSays(page, 'Showing');
    assert.ok((await pixels(page, 1, 'bad')) > 50, 'the ring around the impossible operation');
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it('follows the colours of the system, and paper is light', async () => {
    const page = await open(syntheticReport(), { colorScheme: 'dark' });
    const background = () =>
      page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    assert.equal(await background(), 'rgb(20, 23, 26)');
    assert.ok((await pixels(page, 1, 'ok')) > 2000);
    await page.emulateMedia({ colorScheme: 'light' });
    assert.equal(await background(), 'rgb(247, 247, 245)');
    // The canvases follow with the next frame.
    for (let frames = 0; frames < 100 && (await pixels(page, 1, 'ok')) < 2000; frames += 1) {
      await page.waitForTimeout(20);
    }
    assert.ok((await pixels(page, 1, 'ok')) > 2000);
    await page.emulateMedia({ colorScheme: 'dark' });
    assert.ok((await page.pdf()).length > 10_000);
    assert.equal(await page.evaluate<string>('document.documentElement.className'), '');
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it('fits narrow and wide windows without scrolling sideways', async () => {
    const page = await open(syntheticReport({ verdict: 'violation', seconds: 8 }));
    for (const width of [600, 900, 1600]) {
      await page.setViewportSize({ width, height: 900 });
      const overflow = await page.evaluate<number>(
        'document.documentElement.scrollWidth - innerWidth',
      );
      assert.ok(overflow <= 0, `${overflow} px too wide at ${width}`);
    }
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it('shows hostile strings as text and runs none of them', async () => {
    const page = await open(hostileReport());
    await page.mouse.move(600, 500);
    for (const summary of await page.locator('summary').all()) await summary.click();
    const found = await page.evaluate(`({
      images: document.querySelectorAll('img').length,
      scripts: document.querySelectorAll('script').length,
      hacked: 'hacked' in window,
      shown: document.body.innerText.includes('<img src=x onerror='),
    })`);
    assert.deepEqual(found, { images: 0, scripts: 1, hacked: false, shown: true });
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it('has something to show for a run in which nothing happened', async () => {
    const run = syntheticRun({ verdict: 'unknown', seconds: 1 });
    const results = {
      ...run.results,
      faults: [],
      latency: {},
      counts: { ok: 0, fail: 0, info: 0 },
    };
    const page = await open(
      reportData({ ...run, results, history: [], leaderships: [], workloadEndMs: 0 }),
    );
    assert.match(await page.locator('h1').innerText(), /Unknown/);
    assert.match(await page.locator('#faults').innerText(), /No fault was planned/);
    assert.deepEqual(complaints, []);
    await page.close();
  });
});
