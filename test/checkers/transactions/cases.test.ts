import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listAppend } from '#checkers/list-append';
import { rwRegister } from '#checkers/rw-register';
import { judge, type TransactionsResult } from '#checkers/transactions/judge';
import { listAppendKind } from '#checkers/transactions/list-append';
import { consistencyModel } from '#checkers/transactions/models';
import { BadInput } from '#src/errors';
import type { History } from '#src/history/operation';
import { readHistory } from '#src/history/read';
import { stream } from '#src/random/random';
import { corpusFolder } from '#test/support/corpus';
import { concurrent, registerSteps, sequential } from './histories.ts';
import { plant, simulate, simulation } from './simulate.ts';

const lists = (history: History, ...consistencyModels: string[]): TransactionsResult =>
  listAppend(consistencyModels.length === 0 ? {} : { consistencyModels }).check({
    history,
    timeLimitMs: 60_000,
  }) as TransactionsResult;

const names = (result: TransactionsResult): readonly string[] =>
  Object.keys(result.anomalyCounts).toSorted();

describe('list-append', () => {
  it('a history in which nothing was read is not called valid, one without any dependency is', () => {
    for (const history of [[], concurrent(['ax1', 'ay1']), concurrent(['ax1!', 'rx?'])]) {
      assert.equal(lists(history).valid, 'unknown');
      assert.match(lists(history).reason ?? '', /nothing was read/);
    }
    assert.equal(lists(concurrent(['ax1', 'ry'])).valid, true);
  });

  it('judges by the model that is asked about, and tells what it found besides', () => {
    const skew = concurrent(['rxay1', 'ryax1']);
    assert.equal(lists(skew).valid, false);
    const weak = lists(skew, 'snapshot-isolation');
    assert.equal(weak.valid, true);
    assert.deepEqual(weak.allowedAnomalies, ['G2-item']);
    assert.deepEqual(weak.not, ['repeatable-read']);
    assert.deepEqual(weak.possible, ['update-serializable', 'snapshot-isolation']);
    assert.equal(lists(skew, 'PL-SI', 'PL-2.99').valid, false);
  });

  it('does not call a history one of a model that forbids more than is searched for', () => {
    const skew = concurrent(['rxay1', 'ryax1']);
    // Both update, so no order of the updates explains it.
    const { valid, reason } = lists(skew, 'update-serializable');
    assert.equal(valid, 'unknown');
    assert.match(reason ?? '', /found G2-item: whether a history of update-serializable can show/);
    // It is of snapshot isolation, which is stronger.
    assert.equal(lists(skew, 'read-atomic', 'prefix', 'cursor-stability').valid, true);
    // Sees one half of a transaction.
    const fractured = concurrent(['ax1ay1', 'rx1ry']);
    for (const name of ['read-atomic', 'causal', 'monotonic-atomic-view', 'cursor-stability']) {
      assert.equal(lists(fractured, name).valid, 'unknown', name);
    }
    assert.equal(lists(fractured, 'read-committed').valid, true);
    assert.equal(lists(fractured, 'parallel-snapshot-isolation').valid, false);
    assert.equal(lists(concurrent(['ax1', 'rx1']), 'causal', 'update-serializable').valid, true);
  });

  it('a search that was ended by its budget has not shown that nothing worse is there', () => {
    const history = concurrent(['ax1ry1', 'ax2ay1', 'rx12', 'rzaw1', 'rwaz1']);
    let looks = 0;
    // The time is up when the search begins.
    const nowMs = (): number => {
      looks += 1;
      return looks <= 2 ? 0 : 1e9;
    };
    const options = { kind: listAppendKind, timeLimitMs: 1000, memoryLimitBytes: 1e9, nowMs };
    const asked = judge(history, { ...options, models: [consistencyModel('read-uncommitted')] });
    assert.equal(asked.valid, 'unknown');
    assert.match(asked.reason ?? '', /ended by its budget/);
    looks = 0;
    const strict = judge(history, {
      ...options,
      models: [consistencyModel('strict-serializable')],
    });
    assert.equal(strict.valid, false);
  });

  it('knows processes and clocks only when the model does', () => {
    const stale = sequential(['ax1', 'ax2', 'rx1', 'rx12']);
    assert.equal(lists(stale, 'serializable').valid, true);
    assert.deepEqual(names(lists(stale)), ['G-single-realtime']);
    const own = sequential(['0:ax1', '1:ax2', '1:rx1', '2:rx12']);
    assert.deepEqual(names(lists(own, 'strong-session-serializable')), ['G-single-process']);
  });

  it('what was not answered happened when somebody saw it, and else nothing follows from it', () => {
    assert.equal(lists(concurrent(['ax1?', 'rx'])).valid, true);
    assert.equal(lists(concurrent(['ax1ay1?', 'rx1', 'ry'])).valid, true);
    assert.deepEqual(names(lists(concurrent(['ax1ay1?', 'rx1ry']))), ['G-single']);
  });

  it('explains a cycle in words, by the steps that make it, and as data for a drawing', () => {
    const [anomaly] = lists(concurrent(['ax1ry1', 'ax2ay1', 'rx12'])).anomalies ?? [];
    assert.equal(anomaly?.name, 'G1c');
    assert.match(
      anomaly?.explanation ?? '',
      /T1 read y as \[1\] and so saw 1, which T2 had appended/,
    );
    assert.match(anomaly?.explanation ?? '', /T1 appended 1 to x and T2 appended 2 behind it/);
    assert.deepEqual(
      anomaly?.cycle?.dependencies.map(({ from, to, kind }) => [from, to, kind]),
      [
        [0, 1, 'ww'],
        [1, 0, 'wr'],
      ],
    );
    assert.deepEqual(
      anomaly?.operations.map((op) => op.index),
      [0, 1, 3, 4],
    );
  });

  it('refuses what it cannot judge, and says what it wants', () => {
    const twice = concurrent(['ax1', 'ax1']);
    assert.throws(
      () => lists(twice),
      (e) => e instanceof BadInput && /written twice/.test(e.message),
    );
    assert.throws(() => lists(concurrent(['wx1'])), BadInput);
    assert.throws(() => lists(concurrent(['rx_'], registerSteps), 'cheese'), BadInput);
    assert.equal(lists(concurrent(['ax1!', 'ax1', 'rx1'])).valid, true);
  });

  it('with too little time or memory it says how far it got', () => {
    const history = simulate(stream(1, 'budget'), { ...simulation, transactions: 60_000 });
    const late = listAppend().check({ history, timeLimitMs: 0.001 }) as TransactionsResult;
    assert.equal(late.valid, 'unknown');
    assert.match(late.reason ?? '', /checked up to operation \d+ of/);
    const small = listAppend({ memoryLimitBytes: 1_000_000 });
    const part = small.check({ history, timeLimitMs: 60_000 }) as TransactionsResult;
    assert.equal(part.valid, 'unknown');
    assert.ok((part.checkedUpTo ?? 0) > 0 && (part.checkedUpTo ?? 0) < history.length);
    const bad = plant(history, [{ text: 'ax1rx', from: 0, to: 1 }], 'list', 50, 1);
    assert.equal(
      (small.check({ history: bad, timeLimitMs: 60_000 }) as TransactionsResult).valid,
      false,
    );
  });

  it('gives the expected verdict on the recorded histories', async function () {
    const folder = join(corpusFolder(this), 'elle');
    const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as {
      readonly files: Readonly<
        Record<
          string,
          {
            readonly opts: { readonly 'consistency-models'?: readonly string[] };
            readonly valid: boolean | null;
            readonly not?: readonly string[];
            readonly 'anomaly-types'?: readonly string[];
          }
        >
      >;
    };
    for (const [file, { opts, valid, ...rest }] of Object.entries(expected.files)) {
      const { history } = await readHistory(join(folder, file));
      const result = lists(history, ...(opts['consistency-models'] ?? []));
      if (valid !== null) assert.equal(result.valid, valid, file);
      if (rest.not) assert.deepEqual(result.not, rest.not, file);
      if (rest['anomaly-types']) assert.deepEqual(names(result), rest['anomaly-types'], file);
    }
    const paper = await readHistory(join(folder, 'paper-example.edn'));
    assert.deepEqual(names(lists(paper.history)), ['G-single']);
  });
});

describe('rw-register', () => {
  const check = (texts: string[], options: Parameters<typeof rwRegister>[0] = {}) =>
    rwRegister(options).check({
      history: sequential(texts, registerSteps),
      timeLimitMs: 60_000,
    }) as TransactionsResult;

  it('takes the order of versions from keys only when told to, or when the model implies it', () => {
    const texts = ['0:wx1wy2', '1:wx2wy1', '0:rx2', '1:ry2'];
    const serializable = { consistencyModels: ['serializable'] };
    assert.equal(check(texts, serializable).valid, true);
    assert.deepEqual(names(check(texts, { ...serializable, sequentialKeys: true })), ['G0']);
    assert.equal(check(texts).valid, false);
  });

  it('an assumption about keys that the history contradicts is reported', () => {
    const found = check(['0:wx1', '0:wx2', '0:rx1'], {
      consistencyModels: ['read-uncommitted'],
      sequentialKeys: true,
    });
    assert.deepEqual(names(found), ['cyclic-versions']);
    assert.equal(found.valid, false);
  });

  it('refuses writes of nil', () => {
    const op = { time: 0, process: 0, f: 'txn', value: [['w', 'x', null]] };
    const history: History = [
      { ...op, index: 0, type: 'invoke' },
      { ...op, index: 1, type: 'ok' },
    ];
    assert.throws(() => rwRegister().check({ history, timeLimitMs: 1000 }), BadInput);
  });
});
