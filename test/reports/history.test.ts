import assert from 'node:assert/strict';
import type { CheckResult } from '#checkers/checker';
import { type CheckedHistory, renderHistoryHtml } from '#reports/history-html';
import type { Operation } from '#src/history/operation';
import { pagesInBrowser } from './support/browser.ts';

const attack = '</script></template><img src=x onerror="window.hacked=1">\u001b[2J';

/** A read of what nobody wrote, every text of it made hostile; `step`: ns from one line to the next, 1 for none. */
function checked(step: number, result: Partial<CheckResult> = {}): CheckedHistory {
  const op = (index: number, fields: Omit<Operation, 'index' | 'time'>): Operation => ({
    index,
    time: index * step,
    ...fields,
  });
  const history = [
    op(0, { type: 'invoke', process: 0, f: 'add', key: attack, value: attack }),
    op(1, { type: 'ok', process: 0, f: 'add', key: attack, value: attack }),
    op(2, { type: 'invoke', process: 1, f: 'read', key: attack, value: null }),
    op(3, { type: 'ok', process: 1, f: 'read', key: attack, value: [7] }),
  ];
  const anomaly = { name: 'unexpected', explanation: attack, operations: history.slice(2) };
  const found = { valid: false, reason: '1 unexpected', anomalies: [anomaly] } as const;
  return { title: `x${attack}`, model: 'set-full', history, result: { ...found, ...result } };
}

describe('reports: page of a history that was checked, in a browser', function () {
  const pages = pagesInBrowser(this);

  it('says what is wrong, draws it, shows operations over time, and runs nothing of the history', async () => {
    const page = await pages.open(renderHistoryHtml(checked(1e6)));
    const heading = await page.locator('h1').innerText();
    assert.match(heading, /^Violation\s+Something that must not happen, in 2 operations\.$/);
    assert.match(
      await page.locator('.why').innerText(),
      /1 unexpected\s+1 anomaly found: unexpected/,
    );
    assert.equal(await page.locator('#anomalies .intervals').count(), 1);
    assert.equal(await page.locator('#timeline .chart').count(), 4);
    assert.match(await page.locator('#checkers').innerText(), /set-full\s+violation/);
    assert.doesNotMatch(
      await page.locator('main').innerText(),
      /undefined|NaN|Infinity|real processes/,
    );
    assert.equal(await page.locator('img').count(), 0);
    assert.equal(await page.evaluate('window.hacked'), undefined);
    assert.deepEqual(pages.complaints, []);
    await page.close();
  });

  it('has no times where the history has none', async () => {
    const page = await pages.open(renderHistoryHtml(checked(1)));
    assert.equal(await page.locator('#timeline').count(), 0);
    assert.equal(await page.locator('#anomalies .intervals').count(), 1);
    for (const tick of await page.locator('.intervals .tick').all()) {
      assert.equal(await tick.isVisible(), false);
    }
    assert.deepEqual(pages.complaints, []);
    await page.close();
  });

  it('is neither a pass nor a violation where nothing was decided', async () => {
    const result = { valid: 'unknown', reason: 'out of time', anomalies: [] } as const;
    const page = await pages.open(renderHistoryHtml(checked(1e6, result)));
    assert.match(
      await page.locator('h1').innerText(),
      /^Unknown\s+This history could not be decided/,
    );
    assert.match(await page.locator('.why').innerText(), /out of time/);
    assert.equal(await page.locator('#anomalies').count(), 0);
    await page.close();
  });
});
