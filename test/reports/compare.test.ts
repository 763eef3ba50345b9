import assert from 'node:assert/strict';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { compareSummary } from '#reports/compare-console';
import { renderCompareHtml } from '#reports/compare-html';
import type { CompareReportData } from '#reports/compare-types';
import { chanceNote, faultTitle, headlines } from '#reports/compare-words';
import { compareEpisodes } from '#src/metrics/compare';
import { type Episode, type EpisodeFigures, wholeRun } from '#src/metrics/episodes';
import { drawn, pagesInBrowser } from './support/browser.ts';
import { syntheticCompare } from './support/synthetic-compare.ts';

const attack = '</script></template><img src=x onerror="window.hacked=1">\u001b[2J\u2028\u202e';

let made: CompareReportData | undefined;

/** Made once: it takes a moment. */
function sample(): CompareReportData {
  made ??= syntheticCompare();
  return made;
}

const whole = (...shares: readonly number[]): Episode[] =>
  shares.map((availability) => ({
    fault: wholeRun,
    role: 'all',
    figures: { availability },
    atLeast: {},
  }));

const killed = (...figures: readonly EpisodeFigures[]): Episode[] =>
  figures.map((one) => ({ fault: 'kill', role: 'leader', figures: one, atLeast: {} }));

function said(raft: readonly Episode[], paxos: readonly Episode[]): readonly string[] {
  const table = compareEpisodes({ raft, paxos });
  return headlines({ systems: ['raft', 'paxos'], rounds: 3, time: 20, table });
}

describe('reports: a comparison in words', () => {
  it('says first who lost less time, in seconds, and that it is more than noise', () => {
    const [answer] = said(whole(0.95, 0.96, 0.95), whole(0.9, 0.91, 0.89));
    assert.equal(
      answer,
      'raft lost less time: 1 s of each 20 s run without service, against 2 s of paxos. That is more than the noise.',
    );
  });

  it('says that a difference is noise when it is', () => {
    const [answer] = said(whole(0.95, 0.9, 0.95), whole(0.9, 0.91, 0.95));
    assert.match(
      answer ?? '',
      /about the same time: raft 1 s and paxos 1\.8 s .* within the noise/,
    );
  });

  it('does not judge by too few rounds', () => {
    assert.match(
      said(whole(0.95), whole(0.1))[0] ?? '',
      /^Too few rounds to tell raft and paxos apart/,
    );
  });

  it('names the fault, judged by the longest outage, and what else differs', () => {
    const slow = { longestOutageMs: 900, recoveryMs: 9 };
    const quick = { longestOutageMs: 300, recoveryMs: 50 };
    const [, line] = said(
      [...whole(1, 1, 1), ...killed(quick, quick, quick)],
      [...whole(1, 1, 1), ...killed(slow, slow, slow)],
    );
    assert.equal(
      line,
      'Killing the leader: longest outage raft 300 ms and paxos 900 ms – shorter with raft, more than the noise; recovery shorter with paxos.',
    );
  });

  it('counts how much chance alone would show', () => {
    const { table } = sample();
    const judged = table.filter(({ verdict }) => verdict.kind !== 'too-few').length;
    assert.ok(judged > 20);
    assert.match(chanceNote(table, 2) ?? '', new RegExp(`^${judged} figures could be judged`));
    assert.equal(chanceNote([], 2), undefined);
  });

  it('has words for every role and leaves unknown ones as they are', () => {
    assert.equal(faultTitle({ fault: 'pause', role: 'n2,n3' }), 'pausing n2,n3');
    assert.equal(faultTitle({ fault: 'clock', role: 'all' }), 'clock of all nodes');
    assert.equal(faultTitle({ fault: wholeRun, role: 'all' }), 'the whole run');
  });

  it('prints plain text on a terminal, whatever is in it', () => {
    const data = sample();
    const text = compareSummary({
      ...data,
      rounds: 3,
      report: attack,
      systems: [...data.systems, attack],
    });
    assert.doesNotMatch(text, /[^\P{Cc}\n]|\p{Cf}|NaN|undefined|Infinity/u);
    assert.match(text, /Killing a follower/);
    assert.match(text, /longest outage +\d/);
  });
});

/** A comparison in which every string from outside is an attack. */
function hostile(): CompareReportData {
  const data = sample();
  const systems = [attack, `2${attack}`];
  const renamed = <Value>(record: Readonly<Record<string, Value>>): Record<string, Value> =>
    Object.fromEntries(
      data.systems.flatMap((name, i) =>
        record[name] === undefined ? [] : [[systems[i] ?? '', record[name]]],
      ),
    );
  return {
    ...data,
    systems,
    workload: attack,
    claim: attack,
    nodes: [attack],
    command: attack,
    startedAt: attack,
    nemesis: [attack],
    headlines: [attack, attack],
    controls: { [attack]: attack },
    differences: Object.fromEntries(systems.map((name) => [name, { [`x${attack}`]: attack }])),
    table: data.table.map((row) => ({
      ...row,
      fault: row.fault === wholeRun ? wholeRun : attack,
      role: attack,
      values: renamed(row.values),
      missing: renamed(row.missing),
      verdict:
        row.verdict.kind === 'larger-than-noise'
          ? { ...row.verdict, better: attack, worse: attack, sentence: attack }
          : { ...row.verdict, sentence: attack },
    })),
    rounds: data.rounds.map((round) => ({
      ...round,
      runs: round.runs.map((run, i) => ({
        ...run,
        system: systems[i] ?? '',
        valid: false,
        exitCode: 1,
        reasons: [attack],
        report: 'javascript:alert(1)/../../etc/passwd',
        faults: run.faults.map((fault) => ({ ...fault, kind: attack, target: attack })),
        leaderships: run.leaderships.map((one) => ({ ...one, node: attack })),
      })),
    })),
  };
}

describe('reports: page of a comparison', () => {
  it('is one file that asks for nothing, with no string from outside as markup', () => {
    for (const data of [sample(), hostile()]) {
      const html = renderCompareHtml(data);
      assert.match(html, /default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'/);
      assert.equal(html.match(/<script/g)?.length, 1);
      assert.equal(html.match(/<\/script>/g)?.length, 1);
      assert.doesNotMatch(html, /<img|onerror="|[^\P{Cc}\n\t]|\p{Cf}/u);
    }
    const outside = renderCompareHtml(sample()).replace(/<script>[\s\S]*<\/script>/, '');
    assert.doesNotMatch(outside, /\b(src|href)=|url\(|@import|https?:/);
  });
});

describe('reports: page of a comparison in a browser', function () {
  const { complaints, open: openPage } = pagesInBrowser(this);

  async function open(data: CompareReportData, options: BrowserContextOptions = {}): Promise<Page> {
    const page = await openPage(renderCompareHtml(data), options);
    await page.locator('.chart canvas').nth(11).waitFor({ state: 'attached' });
    return page;
  }

  it('answers first, links every run, and has a row and a drawing for every figure', async () => {
    const data = sample();
    const page = await open(data);
    assert.equal(await page.locator('h1').innerText(), data.headlines[0]);
    assert.match(await page.locator('header').innerText(), /All 6 runs kept their promise/);
    const links = await page.locator('#runs a').all();
    assert.equal(links.length, 6);
    assert.equal(
      await links[0]?.getAttribute('href'),
      './runs/round-1-raft/2026-03-01/report.html',
    );
    assert.equal(await page.locator('#figures tbody tr').count(), data.table.length);
    assert.equal(
      await page.locator('#figures h3').first().innerText(),
      'The whole run faults and quiet times together',
    );
    const clear = data.table.filter(({ verdict }) => verdict.kind === 'larger-than-noise').length;
    assert.ok(clear > 0);
    assert.equal(await page.locator('#figures tr.clear').count(), clear);
    assert.ok((await page.locator('#figures .spread').count()) >= data.table.length - 4);
    assert.doesNotMatch(await page.locator('main').innerText(), /NaN|undefined|Infinity|P50Ms/);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it('explains a figure when its name is focused, and hides that on Escape', async () => {
    const page = await open(sample());
    const tooltip = page.locator('.tooltip');
    await page.locator('#figures .term').nth(2).focus();
    assert.match(
      await tooltip.innerText(),
      /longest outage[\s\S]*Longest time without any success/,
    );
    await page.keyboard.press('Escape');
    assert.equal(await tooltip.isVisible(), false);
    await page.locator('#figures .term').first().hover();
    assert.match(await tooltip.innerText(), /availability/);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it('draws both systems over one time axis that zooms together, further rounds when opened', async () => {
    const page = await open(sample());
    const charts = page.locator('.chart');
    assert.equal(await charts.count(), 6);
    const boxes = await Promise.all((await charts.all()).map((chart) => chart.boundingBox()));
    assert.equal(new Set(boxes.map((box) => `${box?.x} ${box?.width}`)).size, 1);
    await charts.first().focus();
    await page.keyboard.press('+');
    await page.locator('.range', { hasText: /^Showing 9 s/ }).waitFor();
    await page.locator('details.round summary').nth(1).press('Enter');
    await page.locator('.chart canvas').nth(23).waitFor();
    // A canvas that is there gets its width with one of the next frames. Never drawn: this times out.
    const wide = (): Promise<number> =>
      page.evaluate<number>(
        "[...document.querySelectorAll('.chart canvas')].filter((one) => one.width > 300).length",
      );
    while ((await wide()) < 24) await drawn(page);
    assert.equal(await wide(), 24);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it('warns before all else when a run is not valid', async () => {
    const data = sample();
    const rounds = data.rounds.map((round) => ({
      ...round,
      runs: round.runs.map((run) =>
        run.system === 'paxos' && round.round === 2
          ? { ...run, valid: false, exitCode: 1, reasons: ['a stale read'] }
          : run,
      ),
    }));
    const page = await open({ ...data, rounds, valid: false });
    assert.match(await page.locator('.verdict.violation .alarm').innerText(), /1 of 6 are not/);
    assert.match(await page.locator('#runs').innerText(), /violation report\s+a stale read/);
    await page.close();
  });

  it('follows the colours of the system, and fits narrow and wide windows', async () => {
    for (const [colorScheme, width, color] of [
      ['light', 900, 'rgb(247, 247, 245)'],
      ['dark', 1600, 'rgb(20, 23, 26)'],
    ] as const) {
      const page = await open(sample(), {
        colorScheme,
        viewport: { width, height: 900 },
      });
      assert.equal(
        await page.evaluate<string>('getComputedStyle(document.body).backgroundColor'),
        color,
      );
      const overflow = await page.evaluate<number>(
        "Math.max(...[document.documentElement, ...document.querySelectorAll('.scroll')].map((e) => e.scrollWidth - e.clientWidth))",
      );
      assert.ok(overflow <= 0, `${overflow} px too wide at ${width}`);
      await page.close();
    }
    assert.deepEqual(complaints, []);
  });

  it('shows hostile strings as text, runs none of them, and links nowhere else', async () => {
    const page = await open(hostile());
    for (const summary of await page.locator('summary').all()) await summary.click();
    const found = await page.evaluate(`({
      images: document.querySelectorAll('img').length,
      scripts: document.querySelectorAll('script').length,
      hacked: 'hacked' in window,
      shown: document.body.innerText.includes('<img src=x onerror='),
      links: [...document.querySelectorAll('a')].every((a) => a.href.startsWith('file://') && a.href.includes('/dissent-page-')),
    })`);
    assert.deepEqual(found, { images: 0, scripts: 1, hacked: false, shown: true, links: true });
    assert.deepEqual(complaints, []);
    await page.close();
  });
});
