import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import type { Browser, Page } from 'playwright-core';
import {
  type CasRegisterInput,
  casRegister,
  check,
  type Keyed,
  keyed,
  type Model,
  type Operation,
  type RegisterOutput,
  visualize,
} from '../src/index.ts';
import { collect } from '../src/visualize/collect.ts';
import { decode, encode } from '../src/visualize/columns.ts';
import { layout, moments } from '../src/visualize/viewer/layout.ts';
import * as built from '../src/visualize/viewer-built.ts';
import { buildViewer } from '../tools/build-viewer.ts';
import { drawn, launch } from './support/browser.ts';

type Op = Operation<Keyed<CasRegisterInput<unknown>>, RegisterOutput<unknown>>;

const model = keyed(casRegister<unknown>(0));
const attack = '</script><img src=x onerror="window.hacked=1"><!--\u2028\u202e';

const write = (client: string, key: string, value: unknown, call: number, end: number): Op => ({
  kind: 'completed',
  client,
  input: { key, input: { kind: 'write', value } },
  output: undefined,
  call,
  return: end,
});
const read = (client: string, key: string, value: unknown, call: number, end: number): Op => ({
  ...write(client, key, 0, call, end),
  kind: 'completed',
  input: { key, input: { kind: 'read' } },
  output: { kind: 'value', value },
  return: end,
});
const lost = (client: string, key: string, value: unknown, call: number): Op => ({
  kind: 'unknown',
  client,
  input: { key, input: { kind: 'write', value } },
  call,
});

const good: readonly Op[] = [
  write('anna', 'good', 1, 0, 10),
  read('ben', 'good', 1, 5, 12),
  lost('anna', 'good', 2, 14),
  read('ben', 'good', 2, 20, 25),
];
const stale: readonly Op[] = [
  write('anna', 'bad', 1, 1, 3),
  write('anna', 'bad', 2, 30, 33),
  read('ben', 'bad', 1, 40, 44),
];

/** Writes one after the other and reads of them by others, all in order. */
const long = (n: number, values = n): Op[] =>
  Array.from({ length: n }, (_, i) =>
    i % 2 === 0
      ? write(`p${i % 20}`, 'k', i % values, i * 10, i * 10 + 8)
      : read(`p${i % 20}`, 'k', (i - 1) % values, i * 10, i * 10 + 25),
  );

const anInterval = fc.record({
  client: fc.integer({ min: 0, max: 3 }),
  call: fc.integer({ min: 0, max: 30 }),
  length: fc.option(fc.integer({ min: 0, max: 12 })),
});

describe('visualize', () => {
  it('the viewer in the package is the one in its folder', () => {
    assert.deepEqual({ ...built }, buildViewer());
  });

  it('refuses a result of another history', () => {
    const result = check(model, good);
    assert.throws(() => visualize(model, structuredClone(good), result), RangeError);
  });

  it('follows the states and says what the model refuses', () => {
    const history = [...good, ...stale];
    const page = collect(model, history, check(model, history, { exhaustive: true }), {});
    assert.deepEqual(
      page.parts.map(({ key, verdict }) => [key, verdict]),
      [
        ['bad', 'illegal'],
        ['good', 'ok'],
      ],
    );
    const [bad, ok] = page.parts;
    assert.deepEqual(
      bad?.refusals.map(({ state, isLegal }) => [page.texts[state], isLegal]),
      [['2', false]],
    );
    assert.deepEqual(
      ok?.orders[0]?.states.map((state) => page.texts[state]),
      ['1', '1', '2', '2'],
    );
    assert.equal(ok?.return[2], null);
  });

  it('says of what could come next what the model says to it', () => {
    const history = [...stale, lost('cleo', 'bad', 7, 35), read('dora', 'bad', 2, 41, 45)];
    const page = collect(model, history, check(model, history), {});
    const [part] = page.parts;
    assert.deepEqual(
      part?.orders[0]?.next.map(({ operation, isLegal }) => [
        page.texts[part.label[operation] ?? -1],
        isLegal,
      ]),
      [
        ['"bad": read() -> 1', false],
        ['"bad": write(7)', true],
        ['"bad": read() -> 2', true],
      ],
    );
    const fine = collect(model, good, check(model, good), {});
    assert.deepEqual(fine.parts[0]?.orders[0]?.next, []);
  });

  it('a state may be undefined', () => {
    const box: Model<string | undefined, string | undefined, undefined> = {
      init: () => undefined,
      step: (_, input) => input,
    };
    const history = ['a', undefined].map((input, call) => ({
      kind: 'completed' as const,
      input,
      output: undefined,
      call,
      return: call + 0.5,
    }));
    const page = collect(box, history, check(box, history), {});
    assert.deepEqual(
      page.parts[0]?.orders[0]?.states.map((state) => page.texts[state]),
      ['"a"', 'undefined'],
    );
  });

  it('long states are shortened, and a model without words is shown as JSON', () => {
    const log: Model<string, string, undefined> = { init: () => '', step: (all, one) => all + one };
    const history = Array.from({ length: 50 }, (_, i) => ({
      kind: 'completed' as const,
      input: `${i}`.padEnd(100, '.'),
      output: undefined,
      call: i,
      return: i + 0.5,
    }));
    const page = collect(log, history, check(log, history), {});
    assert.ok(page.texts.every((text) => text.length < 300));
    assert.ok(page.texts.some((text) => text.includes(' more … ')));
  });

  it('what lasts until the next of its row ends there, and is not shaded', () => {
    const annotations = [
      { row: 'leaders', text: 'n2', start: 20, end: 'next' },
      { row: 'faults', text: 'cut', start: 5, end: Infinity },
      { row: 'leaders', text: 'n1', start: 2, end: 'next' },
      { row: 'faults', text: 'kill', start: 7 },
    ] as const;
    const clock = { unit: 's', of: (time: number) => time * 2 };
    const page = collect(model, good, check(model, good), { annotations, clock });
    assert.deepEqual(
      page.annotations.map(({ text, end, endedAt, isShaded }) => [text, end, endedAt, isShaded]),
      [
        ['n2', null, null, false],
        ['cut', null, null, true],
        ['n1', 20, 40, false],
        ['kill', 7, 14, true],
      ],
    );
  });

  it('outcomes that nobody knows and clients that are gone take no lanes', () => {
    const laid = (history: readonly Op[]) => {
      const [part] = collect(model, history, check(model, history), {}).parts;
      assert.ok(part !== undefined);
      return layout(part, 'order');
    };
    const retries = Array.from({ length: 300 }, (_, i) => lost('anna', 'k', i, i * 10));
    const one = laid(retries);
    assert.equal(one.lanes.length, 1);
    assert.equal(one.barEnd[0], one.start[1]);
    assert.equal(one.barEnd[299], Infinity);
    assert.equal(one.end[0], Infinity);
    // Each client asks once and never learns: as in Jepsen, where another takes its place.
    const retired = Array.from({ length: 300 }, (_, i) => lost(`p${i}`, 'k', i, i * 10));
    assert.equal(laid(retired).lanes.length, 1);
    const crowd = retired.flatMap((op, i) => [
      op,
      read(`q${i % 30}`, 'k', i, i * 10 + 1, i * 10 + 400),
    ]);
    const { lanes, laneOf } = laid(crowd);
    assert.ok(lanes.length < 80, `${lanes.length} lanes`);
    assert.deepEqual(
      [...laneOf].filter((lane) => lanes[lane] === undefined),
      [],
    );
    // Few clients have lanes of their own, however seldom they do something.
    const few = Array.from({ length: 20 }, (_, i) => lost(`p${i}`, 'k', i, i * 10));
    assert.equal(laid(few).lanes.length, 20);
  });

  it('columns of numbers come back exactly, and short', () => {
    const aNumber = fc.oneof(
      fc.integer({ min: -5, max: 5 }),
      fc.maxSafeInteger(),
      fc.double(),
      fc.integer({ min: 0, max: 10 ** 9 }).map((ns) => ns / 1e6),
      fc.constantFrom(2 ** 51, -(2 ** 51), 2 ** 51 - 1, -0, Infinity),
    );
    const aColumn = fc.oneof(
      fc.array(fc.option(fc.integer({ min: -(2 ** 50), max: 2 ** 50 })), { maxLength: 60 }),
      fc.array(fc.option(fc.nat(100_000).map((x) => x / 1000)), { maxLength: 60 }),
      fc.array(fc.option(aNumber), { maxLength: 20 }),
    );
    const roundTrip = fc.property(aColumn, (values) => {
      const column = encode(values);
      assert.deepEqual(decode(column), values);
    });
    fc.assert(roundTrip, { numRuns: 2000 });
    const repeated = encode(Array.from({ length: 1000 }, (_, i) => 5e6 + (i >> 1)));
    assert.ok(JSON.stringify(repeated).length < 1100);
  });

  it('a page whose values repeat takes less than 15 bytes for each operation', () => {
    const history = long(20_000, 10);
    const clock = { unit: 'ms', of: (time: number) => time / 10 };
    const bytes = (all: readonly Op[]): number =>
      visualize(model, all, check(model, all), { clock }).length;
    assert.ok((bytes(history) - bytes([])) / history.length < 15);
  });

  it('every moment lies in its interval and never before the one ahead of it', () => {
    const anything: Model<number, string, string> = { init: () => 0, step: () => 0 };
    const property = fc.property(fc.array(anInterval, { maxLength: 25 }), (intervals) => {
      const history = intervals.map(({ client, call, length }): Operation<string, string> => {
        const called = { client, input: 'x', call };
        return length === null
          ? { ...called, kind: 'unknown' }
          : { ...called, kind: 'completed', output: 'y', return: call + length };
      });
      // What nobody knows the end of gives way to what comes next in its lane.
      for (const part of collect(anything, history, check(anything, history), {}).parts) {
        const order = part.orders[0]?.operations ?? [];
        for (const axis of ['order', 'time'] as const) {
          const laid = layout(part, axis);
          const at = moments(order, laid);
          for (const [step, op] of order.entries()) {
            const moment = at[step] as number;
            assert.ok(moment >= (laid.start[op] as number) && moment <= (laid.end[op] as number));
            assert.ok(step === 0 || moment >= (at[step - 1] as number));
          }
          for (const { operations } of laid.lanes) {
            for (const [i, op] of operations.slice(1).entries()) {
              assert.ok((part.return[operations[i] as number] ?? 0) <= (part.call[op] as number));
            }
          }
        }
      }
    });
    fc.assert(property, { numRuns: 300 });
  });
});

describe('a page of visualize in Chromium', function () {
  this.timeout(240_000);
  let folder = '';
  let browser: Browser | undefined;
  before(async function () {
    folder = mkdtempSync(join(tmpdir(), 'porcupine-ts-'));
    browser = await launch(this);
  });
  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  /** Opens from disk, and fails the test at its end for any complaint or request. */
  async function open(html: string, use: (page: Page) => Promise<void>): Promise<void> {
    const file = join(folder, 'page.html');
    writeFileSync(file, html);
    const context = await browser?.newContext({ viewport: { width: 1300, height: 900 } });
    assert.ok(context !== undefined);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (request.url() !== pathToFileURL(file).href) complaints.push(request.url());
    });
    await page.goto(pathToFileURL(file).href);
    await use(page);
    assert.deepEqual(complaints, []);
    await context.close();
  }

  const of = (history: readonly Op[], more = {}): string =>
    visualize(model, history, check(model, history, { exhaustive: true }), more);
  /** Waits until the details are about this operation. */
  const selected = (page: Page, label: string) =>
    page.locator('.details h2', { hasText: label }).waitFor();

  it('shows the impossible operation first, and why', async () => {
    await open(of([...good, ...stale], { title: 'two keys' }), async (page) => {
      assert.match((await page.locator('h1').textContent()) ?? '', /Not linearizable two keys/);
      assert.match((await page.locator('.sentence').textContent()) ?? '', /^Key bad: .*held 2\.$/);
      await selected(page, 'read() -> 1');
      assert.match((await page.locator('.details').textContent()) ?? '', /Fits nowhere.*refuses/);
      assert.equal(await page.locator('.row.blocked').count(), 1);
    });
  });

  it('shows the few operations that say it all, where such are known', async () => {
    const result = check(model, stale);
    const partitions = result.partitions.map((part) =>
      part.verdict === 'illegal' ? { ...part, conflict: stale.slice(1) } : part,
    );
    await open(visualize(model, stale, { ...result, partitions }), async (page) => {
      const items = page.locator('.conflict li');
      assert.deepEqual(await items.allTextContents(), [
        'write(2) by anna, 30 – 33',
        'read() -> 1 by ben, 40 – 44',
      ]);
      await items.first().locator('button').click();
      await selected(page, 'write(2)');
    });
  });

  it('keys walk along the order, search and zoom', async () => {
    await open(of([...good, ...stale]), async (page) => {
      await page.selectOption('select', '1');
      await page.locator('.steps').focus();
      await page.keyboard.press('Home');
      await selected(page, 'write(1)');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      await page.locator('.row.selected .after', { hasText: '→ 2' }).waitFor();
      await page.keyboard.press('/');
      await page.keyboard.type('read() -> 2');
      await drawn(page);
      assert.equal(await page.locator('.count').textContent(), '1');
      await page.keyboard.press('Enter');
      await selected(page, 'read() -> 2');
      await page.keyboard.press('Escape');
      const before = await page.locator('.overview').screenshot();
      await page.keyboard.press('+');
      await page.keyboard.press('+');
      await drawn(page);
      assert.notDeepEqual(await page.locator('.overview').screenshot(), before);
      await page.keyboard.press('0');
      await drawn(page);
      assert.deepEqual(await page.locator('.overview').screenshot(), before);
    });
  });

  it('more rows of annotations than there is room for are scrolled to', async () => {
    const annotations = Array.from({ length: 30 }, (_, i) => ({
      row: `row ${i}`,
      text: `note ${i}`,
      start: i,
      end: i + 5,
    }));
    await open(of([...good, ...stale], { annotations }), async (page) => {
      const drawing = page.locator('.drawing');
      const tip = page.locator('.tip');
      const point = async (): Promise<string | null> => {
        const box = await drawing.boundingBox();
        assert.ok(box !== null);
        await page.mouse.move(box.x + 20, box.y + 10);
        // The window begins at the first call; every note is somewhere along its row.
        for (let x = 115; x < box.width; x += 4) {
          await page.mouse.move(box.x + x, box.y + 10);
          if (await tip.isVisible()) return tip.textContent();
        }
        return null;
      };
      await page.keyboard.press('0');
      await drawn(page);
      assert.equal(await point(), 'row 0: note 0');
      for (let i = 0; i < 5; i += 1) await page.keyboard.press(']');
      await drawn(page);
      assert.equal(await point(), 'row 5: note 5');
      await drawing.hover({ position: { x: 300, y: 20 } });
      await page.mouse.wheel(0, 10_000);
      // Whoever sends a wheel's event is not told when it was handled. Never handled: this times out.
      while ((await point()) !== 'row 22: note 22') await drawn(page);
    });
  });

  it('nothing in a history becomes part of the page', async () => {
    const history = [write(attack, attack, attack, 0, 1), read(attack, attack, 'b', 2, 3)];
    const annotations = [{ row: attack, text: attack, start: 0, end: 2 }];
    await open(of(history, { title: attack, annotations }), async (page) => {
      assert.equal(await page.locator('img').count(), 0);
      assert.equal(await page.evaluate(() => Reflect.get(globalThis, 'hacked')), undefined);
      assert.match((await page.locator('h1').textContent()) ?? '', /<img src=x/);
    });
  });

  it('100 000 operations open, can be searched and redrawn', async () => {
    const history = long(100_000);
    await open(
      of(history, { annotations: [{ row: 'faults', text: 'cut', start: 50 }] }),
      async (page) => {
        await page.keyboard.press('End');
        await page.locator('.row.selected').waitFor();
        assert.ok((await page.locator('.row').count()) < 100);
        await page.keyboard.press('/');
        await page.keyboard.type('99998');
        await drawn(page);
        assert.equal(await page.locator('.count').textContent(), '2');
        await page.keyboard.press('Escape');
        for (const key of ['0', '+', '-', 'ArrowLeft']) await page.keyboard.press(key);
      },
    );
  });

  it('a history without operations says so', async () => {
    await open(of([]), async (page) => {
      assert.match((await page.locator('main').textContent()) ?? '', /no operations/);
    });
  });
});
