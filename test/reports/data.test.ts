import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { reportData } from '#reports/data';
import { renderHtml } from '#reports/html';
import { pack, unpack } from '#reports/pack';
import { duration, escapeMarkup, grouped, percent, plain, shorten, show } from '#reports/text';
import { anyHistory } from '../metrics/histories.ts';
import { syntheticReport, syntheticRun } from './support/synthetic.ts';

describe('reports: data', () => {
  it('survive packing, whatever the history', () => {
    const run = syntheticRun({ seconds: 1 });
    fc.assert(
      fc.property(anyHistory, fc.array(fc.string({ unit: 'binary' })), (history, reasons) => {
        const results = { ...run.results, reasons: reasons.map((text) => text.toWellFormed()) };
        const data = reportData({ ...run, history, results });
        assert.deepEqual(unpack(pack(data)), data);
        assert.equal(data.operations.count, history.filter((op) => op.type === 'invoke').length);
      }),
    );
  });

  it('are embedded in the page as base64 of gzip', () => {
    const data = syntheticReport({ seconds: 3 });
    const base64 = /<template id="report-data">([A-Za-z0-9+/=]+)<\/template>/.exec(
      renderHtml(data),
    );
    assert.deepEqual(unpack(gunzipSync(Buffer.from(base64?.[1] ?? '', 'base64'))), data);
  });

  it('that are damaged are refused', () => {
    const bytes = pack(syntheticReport({ seconds: 1 }));
    assert.throws(() => unpack(bytes.subarray(0, bytes.length - 5)), /end too early/);
    assert.throws(() => unpack(bytes.subarray(0, 100)));
    const data = syntheticReport({ seconds: 1 });
    const invokeNs = data.operations.invokeNs.toReversed();
    assert.throws(
      () => pack({ ...data, operations: { ...data.operations, invokeNs } }),
      RangeError,
    );
  });

  it('keep every operation with its times, outcome and words', () => {
    const run = syntheticRun({ seconds: 5 });
    const { operations } = reportData(run);
    const at = run.history.findIndex((op) => op.type === 'ok' && op.f === 'read' && op.value === 1);
    const completion = run.history[at];
    const invoke = run.history.findLast((op, i) => i < at && op.process === completion?.process);
    const i = operations.index.indexOf(invoke?.index ?? -1);
    assert.equal(operations.invokeNs[i], invoke?.time);
    assert.equal(operations.latencyNs[i], (completion?.time ?? 0) - (invoke?.time ?? 0));
    assert.equal(operations.fNames[operations.f[i] ?? 0], 'read');
    assert.equal(operations.nodeNames[operations.node[i] ?? 0], invoke?.node);
    assert.equal(operations.texts[operations.text[i] ?? 0], `${String(invoke?.key)} → 1`);
    assert.equal(operations.outcome[i], 0);
  });
});

describe('reports: evidence', () => {
  it('joins the halves of operations and names the impossible one', () => {
    const { anomalies } = syntheticReport({ verdict: 'violation' });
    const [anomaly] = anomalies;
    assert.equal(anomaly?.checker, 'linearizable');
    assert.equal(anomaly?.left, 0);
    const impossible = anomaly?.operations.filter((op) => op.impossible) ?? [];
    assert.equal(impossible.length, 1);
    assert.match(impossible[0]?.text ?? '', /^read k\d → \d+$/);
    assert.equal(impossible[0]?.node, 'n3');
    const starts = anomaly?.operations.map((op) => op.startMs) ?? [];
    assert.deepEqual(
      starts,
      starts.toSorted((a, b) => a - b),
    );
  });

  it('takes the success that completed last when the checker names none, and keeps the nearest of many', () => {
    const run = syntheticRun({ seconds: 20 });
    const oks = run.history.filter((op) => op.type === 'ok').slice(0, 500);
    const last = oks.at(-1);
    const anomaly = { name: 'lost', explanation: 'one\ntwo', operations: oks };
    const checkers = { one: { valid: false, anomalies: [anomaly] } } as const;
    const [found] = reportData({ ...run, results: { ...run.results, checkers } }).anomalies;
    assert.equal(found?.operations.length, 60);
    assert.equal(found?.left, 440);
    assert.equal(found?.explanation, 'one\ntwo');
    const impossible = found?.operations.find((op) => op.impossible);
    assert.equal(impossible?.endMs, (last?.time ?? 0) / 1e6);
  });

  it('shows what may still happen as open, and survives operations of another history', () => {
    const run = syntheticRun({ seconds: 20 });
    const info = run.history.filter((op) => op.type === 'info').slice(0, 1);
    const foreign = { index: 9e9, time: 5, type: 'ok', process: 3, f: 'read', value: 1 } as const;
    const anomaly = { name: 'x', explanation: '', operations: [...info, foreign] };
    const checkers = { one: { valid: false, anomalies: [anomaly] } } as const;
    const [found] = reportData({ ...run, results: { ...run.results, checkers } }).anomalies;
    assert.deepEqual(
      found?.operations.map((op) => [op.outcome, op.endMs === null]),
      [
        ['ok', false],
        ['info', true],
      ],
    );
  });
});

describe('reports: text', () => {
  it('makes everything visible that could act', () => {
    assert.equal(plain('a\u001b[2Jb\u2028c\u202ed\u0007'), 'a\\u001b[2Jb\\u2028c\\u202ed\\u0007');
    assert.equal(plain('日本 é 🙂'), '日本 é 🙂');
    assert.equal(plain('\ud800'), '\ufffd');
    assert.equal(
      escapeMarkup(`<a b="c" d='e'>&\u0000`),
      '&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;\\u0000',
    );
    assert.equal(show({ a: '\u001b' }), '{"a":"\\u001b"}');
    assert.equal(show(undefined), '');
    assert.equal(show(10n), '(cannot be shown)');
  });

  it('shortens without cutting a character in half', () => {
    assert.equal(shorten('abcdef', 4), 'abc…');
    assert.equal(shorten('ab🙂def', 4), 'ab…');
    assert.equal(shorten('abc', 3), 'abc');
  });

  it('writes figures for people', () => {
    assert.deepEqual([null, 0, 0.25, 1, 12.345, 999, 999.7, 1234, 61_000, 200_000].map(duration), [
      '–',
      '0 ms',
      '250 µs',
      '1 ms',
      '12.3 ms',
      '999 ms',
      '1 s',
      '1.23 s',
      '61 s',
      '3 min 20 s',
    ]);
    assert.equal(grouped(1234567), '1\u202f234\u202f567');
    // Never rounded up to 100 %: one failed window in a million is not none.
    assert.equal(percent(0.999999), '99.99 %');
    assert.equal(percent(1), '100 %');
  });
});
