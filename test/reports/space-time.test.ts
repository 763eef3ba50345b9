import assert from 'node:assert/strict';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { renderSpaceTime } from '#reports/space-time';
import type { SpaceTime } from '#reports/space-time-types';
import { drawn, pagesInBrowser } from './support/browser.ts';
import { syntheticSpaceTime } from './support/synthetic-space-time.ts';

const attack = '</script></template><img src=x onerror="window.hacked=1">\u001b[2J\u2028';
const command = 'npx dissent replay raft-1.repro.json';

describe('reports: the page of a failing run', () => {
  it('is one file that names its only script and style by hash, and asks for nothing else', () => {
    const html = renderSpaceTime(syntheticSpaceTime(), command);
    assert.match(html, /default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'/);
    const outside = html
      .replace(/<script>[\s\S]*<\/script>/, '')
      .replace(/<style>[\s\S]*<\/style>/, '');
    assert.doesNotMatch(outside, /\b(src|href)=|url\(|@import|https?:/);
  });

  it('holds no string from outside as markup', () => {
    const html = renderSpaceTime(syntheticSpaceTime({ hostile: attack }), attack);
    assert.doesNotMatch(html, /<img|onerror="|[^\P{Cc}\n\t]/u);
    assert.equal(html.match(/<\/script>/g)?.length, 1);
    assert.equal(html.match(/<\/template>/g)?.length, 1);
  });

  it('stays small with all the messages that it may get', () => {
    const html = renderSpaceTime(syntheticSpaceTime({ messages: 6000 }), command);
    assert.ok(html.length < 1_000_000, `${html.length} characters`);
  });
});

describe('reports: the page of a failing run, in a browser', function () {
  const { complaints, open: openPage } = pagesInBrowser(this);

  const open = (data: SpaceTime, options: BrowserContextOptions = {}): Promise<Page> =>
    openPage(renderSpaceTime(data, command), {
      viewport: { width: 1300, height: 1400 },
      ...options,
    });

  /** Where the frame of the strip is: what the diagram shows of the whole. */
  async function frame(page: Page): Promise<{ readonly x: number; readonly width: number }> {
    const box = page.locator('.overview .frame');
    return {
      x: Number(await box.getAttribute('x')),
      width: Number(await box.getAttribute('width')),
    };
  }

  const stage = (page: Page) => page.locator('.stage');

  it('tells what failed, by which two events, and how to see it again', async () => {
    const page = await open(syntheticSpaceTime());
    assert.match(await page.locator('h1').innerText(), /contradict each other:\s*I17 read-fence/);
    assert.equal(await page.locator('.clashes li').count(), 2);
    assert.equal(await page.locator('.facts .command code').last().innerText(), command);
    assert.equal(await page.locator('.moment').count(), 3);
    assert.equal(await page.locator('#operations tbody tr').count(), 3);
    assert.deepEqual(complaints, []);
  });

  it('draws lanes, messages, losses, writes, outages, and rings around the two events', async () => {
    const page = await open(syntheticSpaceTime());
    await page.getByRole('button', { name: 'Everything (0)' }).click();
    for (const [what, least] of [
      ['.name', 3],
      ['.mail', 40],
      ['.mail.lost .cross', 4],
      ['.band.leader', 2],
      ['.bar.paused', 1],
      ['.bar.down', 1],
      ['.disk', 2],
      ['.ring', 2],
      ['.callout', 2],
      ['.operation', 3],
    ] as const) {
      const count = await stage(page).locator(what).count();
      assert.ok(count >= least, `${count} of ${what}`);
    }
    assert.deepEqual(complaints, []);
  });

  it('hides heartbeats until they are asked for, and nodes that are not', async () => {
    const page = await open(syntheticSpaceTime());
    await page.getByRole('button', { name: 'Everything (0)' }).click();
    assert.equal(await stage(page).locator('.mail.alive').count(), 0);
    await page.locator('.filters summary').click();
    await page.locator('.chip', { hasText: 'heartbeat' }).click();
    assert.ok((await stage(page).locator('.mail.alive').count()) > 5);
    await page.getByRole('group', { name: 'nodes' }).locator('.chip', { hasText: 'n3' }).click();
    assert.equal(await stage(page).locator('.name').count(), 2);
    await page
      .getByRole('group', { name: 'events' })
      .locator('.chip', { hasText: 'apply' })
      .click();
    assert.deepEqual(complaints, []);
  });

  it('zooms and moves by keys, wheel, dragging and the strip', async () => {
    const page = await open(syntheticSpaceTime());
    await stage(page).focus();
    const first = await frame(page);
    await page.keyboard.press('+');
    const nearer = await frame(page);
    assert.ok(nearer.width < first.width * 0.8);
    await page.keyboard.press('ArrowLeft');
    assert.ok((await frame(page)).x < nearer.x);
    await page.keyboard.press('Home');
    assert.deepEqual(await frame(page), first);
    const box = await stage(page).boundingBox();
    assert.ok(box);
    await page.mouse.move(box.x + 600, box.y + 200);
    await page.mouse.wheel(0, -300);
    // Whoever sends a wheel's event is not told when it was handled. Never handled: this times out.
    while ((await frame(page)).width >= first.width * 0.8) await drawn(page);
    const wheeled = await frame(page);
    await page.mouse.down();
    await page.mouse.move(box.x + 800, box.y + 200, { steps: 4 });
    await page.mouse.up();
    assert.ok((await frame(page)).x < wheeled.x);
    await page.locator('.overview').click({ position: { x: 1000, y: 10 } });
    assert.ok((await frame(page)).x > wheeled.x);
    await page.keyboard.press('2');
    assert.ok(await stage(page).locator('.ring').last().isVisible());
    assert.deepEqual(complaints, []);
  });

  it('tells what is under the pointer, and what comes next', async () => {
    const page = await open(syntheticSpaceTime());
    await stage(page).locator('.operation.impossible rect').hover();
    assert.match(
      await page.locator('.tooltip').innerText(),
      /read k1 → null[\s\S]*asked at 81\.50 ms/,
    );
    await stage(page).focus();
    await page.keyboard.press('n');
    const one = await page.locator('.details').innerText();
    await page.keyboard.press('n');
    const next = await page.locator('.details').innerText();
    assert.ok(one !== '' && next !== '' && one !== next);
    await page.keyboard.press('p');
    assert.equal(await page.locator('.details').innerText(), one);
  });

  it('jumps from a sentence to the moment', async () => {
    const page = await open(syntheticSpaceTime());
    await page.locator('#schedule .jump').first().click();
    const { x, width } = await frame(page);
    await page.locator('.clashes .jump').last().click();
    assert.ok((await frame(page)).x > x + width * 0.3);
  });

  it('draws no more than can be read, and says how much is left', async () => {
    const page = await open(syntheticSpaceTime({ messages: 6000 }));
    await page.getByRole('button', { name: 'Everything (0)' }).click();
    assert.ok((await stage(page).locator('.mail').count()) <= 900);
    assert.match(
      await page.locator('.note').first().innerText(),
      /[\d]+ more messages and events are in sight/,
    );
  });

  it('says where something was left out of the page', async () => {
    const left = { arrows: 7, marks: 2, operations: 0 };
    const page = await open({ ...syntheticSpaceTime(), windows: [[0, 100]], left });
    const note = page.locator('#diagram .note').first();
    assert.equal(await note.isVisible(), false);
    await page.getByRole('button', { name: 'Everything (0)' }).click();
    assert.match(await note.innerText(), /7 messages and 2 events/);
  });

  it('is for phones and for the dark, too', async () => {
    const page = await open(syntheticSpaceTime(), {
      viewport: { width: 400, height: 800 },
      colorScheme: 'dark',
    });
    const wide = await page.evaluate('document.documentElement.scrollWidth');
    assert.ok(Number(wide) <= 400, `${String(wide)} px wide`);
    assert.deepEqual(complaints, []);
  });

  it('shows hostile strings as they are', async () => {
    const page = await open(syntheticSpaceTime({ hostile: attack }));
    await page.getByRole('button', { name: 'Everything (0)' }).click();
    await stage(page).focus();
    await page.keyboard.press('n');
    assert.equal(await page.locator('img').count(), 0);
    assert.equal(await page.evaluate('window.hacked'), undefined);
    assert.deepEqual(complaints, []);
  });
});
