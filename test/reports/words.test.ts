import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { consoleSummary } from '#reports/console';
import { reportData } from '#reports/data';
import { parametersOf, rangesOf } from '#reports/fault-name';
import { junitXml } from '#reports/junit';
import { markdownSummary } from '#reports/markdown';
import type { Results } from '#reports/results';
import { statusLine } from '#reports/status-line';
import { verdictOf } from '#reports/verdict';
import { syntheticReport, syntheticRun } from './support/synthetic.ts';

const verdicts = ['valid', 'violation', 'unknown', 'not-recovered'] as const;
const resultsOf = (verdict: (typeof verdicts)[number]): Results =>
  syntheticRun({ verdict }).results;

const hostile = '</script><img src=x onerror=alert(1)>\u001b[2J\u2028|`*_"\'&\u0000';

/** Everything that comes from outside, made hostile. */
function hostileRun() {
  const run = syntheticRun({ verdict: 'violation', seconds: 4 });
  const { results } = run;
  const faults = results.faults.map((fault) => ({
    ...fault,
    kind: hostile,
    target: hostile,
    resolved: [hostile],
    outcome: { kind: 'skipped', reason: hostile } as const,
  }));
  const anomaly = { name: hostile, explanation: hostile, operations: run.history.slice(0, 3) };
  return {
    ...run,
    results: {
      ...results,
      faults,
      system: hostile,
      workload: hostile,
      reasons: [hostile],
      latency: { [hostile]: { p50: 1, p90: 1, p99: 1, p999: 1, max: 1 } },
      checkers: { [hostile]: { valid: false, reason: hostile, anomalies: [anomaly] } },
    } satisfies Results,
    test: { ...run.test, name: hostile, command: hostile, claim: hostile },
  };
}

/** A terminal that remembers. */
function stream(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  return { written, isTTY, columns, write: (text: string) => written.push(text) };
}

describe('reports: verdict', () => {
  it('does not keep quiet about firings that were skipped, though others of their kind took effect', () => {
    const { results } = syntheticRun({ verdict: 'valid' });
    const skip = (count: number) => ({
      ...results,
      faults: results.faults.map((fault, i) => ({
        ...fault,
        outcome:
          i < count
            ? ({ kind: 'skipped', reason: 'n2 is down' } as const)
            : ({ kind: 'installed' } as const),
      })),
    });
    assert.doesNotMatch(verdictOf(skip(0)).why.join(), /did not take effect/);
    const one = verdictOf(skip(1));
    assert.equal(one.kind, 'valid');
    assert.match(one.why.join(), /1 of \d+ planned faults? did not take effect: .*\(n2 is down\)/);
    assert.match(verdictOf(skip(6)).why.join(), /6 of .*; and 2 more, see the table of faults/);
    assert.match(consoleSummary(skip(1)), /n2 is down/);
  });

  it('says each outcome in plain words', () => {
    const sentences = verdicts.map((one) => verdictOf(resultsOf(one)));
    assert.deepEqual(
      sentences.map(({ kind, sentence }) => [kind, sentence]),
      [
        ['valid', 'raft kept its promise through 7 faults.'],
        ['violation', 'raft broke its promise: clients saw something that must not happen.'],
        ['unknown', 'This run does not show whether raft keeps its promise.'],
        [
          'not-recovered',
          'raft gave no wrong answer, but did not serve its clients when it had to.',
        ],
      ],
    );
  });

  it('does not say that clients saw what only the nodes themselves told', () => {
    const results = resultsOf('violation');
    const valid = Object.fromEntries(
      Object.entries(results.checkers).map(([name, one]) => [name, { ...one, valid: true }]),
    );
    const inward = { ...results, checkers: { ...valid, invariants: { valid: false } } };
    assert.equal(verdictOf(inward).kind, 'violation');
    assert.match(verdictOf(inward).sentence, /broke its promise: its nodes did/);
  });

  it('never calls valid what has another exit code, and never hides a violation', () => {
    const valid = resultsOf('valid');
    assert.equal(verdictOf({ ...valid, exitCode: 130 }).kind, 'unknown');
    assert.equal(verdictOf({ ...valid, exitCode: 2 }).kind, 'unknown');
    assert.equal(verdictOf({ ...valid, valid: 'unknown' }).kind, 'unknown');
    assert.equal(verdictOf({ ...resultsOf('violation'), exitCode: 3 }).kind, 'violation');
    assert.equal(verdictOf({ ...valid, valid: false, exitCode: 3 }).kind, 'not-recovered');
    assert.match(verdictOf({ ...valid, valid: false, exitCode: 1 }).sentence, /no fault explains/);
  });
});

describe('reports: console', () => {
  it('is plain where there is no terminal, and tells the verdict, the faults and the report', () => {
    const text = consoleSummary(resultsOf('violation'), {
      report: '/tmp/r.html',
      stream: new PassThrough(),
    });
    assert.ok(!text.includes('\u001b'));
    assert.match(text, /✗ Violation {2}raft broke its promise/);
    assert.match(text, /· linearizable: 1 of 40 keys/);
    assert.match(text, /kill +leader +n2/);
    assert.match(text, /skipped: nobody leads/);
    assert.match(text, /\n {2}report \/tmp\/r\.html$/);
  });

  it('keeps the verdict in sight of many faults, and tells who was not waited for', () => {
    const valid = resultsOf('valid');
    const [first] = valid.faults;
    assert.ok(first !== undefined);
    const faults = Array.from({ length: 300 }, () => ({
      ...first,
      outcome: { kind: 'installed' as const },
      recoveryMs: 120,
      givenUp: ['n3'],
    }));
    assert.match(consoleSummary(valid), /\d leader changes?, \d elections?/);
    const untold = { ...valid, leader: { changes: null, elections: null } };
    assert.match(consoleSummary(untold), /; no trace of leaders\n/);
    assert.doesNotMatch(consoleSummary(untold), /leader change/);
    const text = consoleSummary({ ...valid, faults });
    assert.equal(text.match(/120 ms without n3/g)?.length, 40);
    assert.match(text, /and 260 more in the report/);
  });

  it('lets nothing act on the terminal', () => {
    const text = consoleSummary(hostileRun().results, { stream: new PassThrough() });
    assert.doesNotMatch(text, /[^\P{Cc}\n]/u);
  });
});

describe('reports: words for a fault', () => {
  it('has units, and pairs of nodes instead of JSON', () => {
    const parameters = {
      kind: 'x',
      latencyMs: 20,
      bytesPerSecond: 9,
      cuts: [
        ['n1', 'n3'],
        ['n2', 'n4'],
      ],
      once: true,
    };
    assert.equal(
      parametersOf({ parameters }),
      'latency 20 ms, bytes per second 9, cuts n1–n3, n2–n4, once true',
    );
    assert.equal(parametersOf({ parameters: undefined }), '');
  });

  it('has ranges of nodes only where there are three or more in a row', () => {
    const ranges = (names: string): string => rangesOf(names.split(' ')).join(', ');
    assert.equal(ranges('n1 n2 n3 n5 n6'), 'n1–n3, n5, n6');
    assert.equal(ranges('n9 n10 n11'), 'n9–n11');
    assert.equal(ranges('a b c'), 'a, b, c');
    assert.deepEqual(rangesOf([]), []);
  });
});

describe('reports: junit', () => {
  const kinds = (xml: string) =>
    [...xml.matchAll(/<testcase [^>]*name="([^"]*)"(?:\/>|><(\w+))/g)].map(
      (m) => `${m[1]}: ${m[2] ?? 'passed'}`,
    );

  it('has a case per checker, one for liveness and one for the whole', () => {
    assert.deepEqual(kinds(junitXml(resultsOf('valid'))), [
      'linearizable: passed',
      'stats: passed',
      'log-pattern: passed',
      'liveness: passed',
      'verdict: passed',
    ]);
    assert.match(junitXml(resultsOf('violation')), /failures="2" errors="0"/);
    assert.match(junitXml(resultsOf('unknown')), /failures="0" errors="2"/);
    const stuck = kinds(junitXml(resultsOf('not-recovered')));
    assert.deepEqual(stuck.slice(3), ['liveness: failure', 'verdict: failure']);
  });

  it('is red for a fault that was never seen to be over', () => {
    const results = resultsOf('violation');
    const faults = results.faults.map((fault) => ({ ...fault, recoveryMs: null }));
    assert.ok(kinds(junitXml({ ...results, faults })).includes('liveness: error'));
  });

  it('escapes what is hostile', () => {
    const xml = junitXml(hostileRun().results);
    assert.doesNotMatch(xml, /<img|<\/script|[^\P{Cc}\n]/u);
    // Every tag is one of ours.
    const tags = [...xml.matchAll(/<\/?(\w+)/g)].map((m) => m[1]);
    assert.deepEqual(
      new Set(tags),
      new Set(['testsuite', 'testcase', 'failure', 'error'].filter((t) => tags.includes(t))),
    );
  });
});

describe('reports: markdown', () => {
  it('is the run on one page', () => {
    const text = markdownSummary(syntheticReport({ verdict: 'violation' }));
    assert.match(text, /^# ❌ Violation: raft-register\n/);
    assert.match(text, /### stale-read \(found by linearizable\)/);
    assert.match(text, /\*\*read k\d → \d+\*\* \(fits nowhere\)/);
    assert.match(text, /\| kill \| leader → n2 \|/);
    assert.match(text, /npx dissent test raft/);
  });

  it('keeps its tables whole and runs nothing, whatever is in it', () => {
    const text = markdownSummary(reportData(hostileRun()));
    assert.doesNotMatch(text.replace(/^````sh\n.*\n````$/m, ''), /<\w|[^\P{Cc}\n]/u);
    for (const table of text.split('\n\n').filter((part) => part.startsWith('|'))) {
      const cells = table
        .split('\n')
        .map((line) => line.replace(/\\\\|\\\|/g, '').split('|').length);
      assert.equal(new Set(cells).size, 1, table);
    }
  });
});

describe('reports: status line', () => {
  const progress = {
    elapsedMs: 12_000,
    totalMs: 30_000,
    ok: 2000,
    fail: 3,
    info: 1,
    active: ['kill n2'],
    leader: 'n3',
  };

  it('is redrawn in place on a terminal, ten times a second at most', () => {
    let nowMs = 0;
    const out = stream(true, 120);
    const line = statusLine(out, { nowMs: () => nowMs });
    line.phase('starting 5 nodes');
    for (; nowMs < 2000; nowMs += 5) line.progress({ ...progress, ok: nowMs });
    line.end();
    line.end();
    line.progress(progress);
    assert.equal(out.written.length, 1 + 20 + 1);
    assert.ok(out.written.every((text) => text.startsWith('\r\u001b[2K') && !text.includes('\n')));
    assert.match(out.written[0] ?? '', /starting 5 nodes/);
    assert.match(
      out.written.at(-2) ?? '',
      /18 s left · 1\u202f000 ops\/s · .* · leader n3 · kill n2/,
    );
    assert.equal(out.written.at(-1), '\r\u001b[2K');
  });

  it('never wraps, and lets nothing act on the terminal', () => {
    const out = stream(true, 40);
    const line = statusLine(out, { nowMs: () => 0 });
    line.progress({ ...progress, leader: '\u001b[2J\n'.repeat(30) });
    const shown = stripVTControlCharacters(out.written[0] ?? '').replace('\r', '');
    assert.ok(shown.length < 40);
    assert.doesNotMatch(shown, /\p{Cc}/u);
  });

  it('writes a line every ten seconds elsewhere, and nothing without a stream', () => {
    let nowMs = 0;
    const out = stream(false);
    const line = statusLine(out, { nowMs: () => nowMs });
    line.phase('starting');
    for (; nowMs <= 25_000; nowMs += 100)
      line.progress({ ...progress, ok: nowMs / 10, active: [] });
    line.end();
    assert.equal(out.written.length, 3);
    assert.ok(out.written.every((text) => text.endsWith('\n') && !text.includes('\u001b')));
    assert.match(out.written[2] ?? '', /100 ops\/s .* no fault/);
    const none = statusLine(undefined);
    none.phase('x');
    none.progress(progress);
    none.end();
  });
});
