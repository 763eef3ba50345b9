import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type ComparedMetric, chanceOf, compareEpisodes } from '#src/metrics/compare';
import { awaited, type Episode, type EpisodeFigures, episodeMetrics } from '#src/metrics/episodes';
import { inWords, metricWords } from '#src/metrics/metric-words';

const episode = (figures: EpisodeFigures, atLeast: Episode['atLeast'] = {}): Episode => ({
  fault: 'kill',
  role: 'leader',
  figures,
  atLeast,
});

const outages = (...values: readonly number[]): Episode[] =>
  values.map((longestOutageMs) => episode({ longestOutageMs }));

/** Recoveries; null with the time that it was waited for. */
const recoveries = (...values: readonly (number | readonly [atLeast: number])[]): Episode[] =>
  values.map((value) =>
    typeof value === 'number'
      ? episode({ recoveryMs: value })
      : episode({ recoveryMs: null }, { recoveryMs: value[0] }),
  );

function only(rows: readonly ComparedMetric[]): ComparedMetric {
  assert.equal(rows.length, 1);
  return rows[0] as ComparedMetric;
}

const judge = (a: readonly Episode[], b: readonly Episode[]) =>
  only(compareEpisodes({ a, b })).verdict;

describe('metrics: comparison', () => {
  it('shows medians and ranges, and says who is better when the ranges do not overlap', () => {
    const row = only(
      compareEpisodes({ a: outages(300, 100, 200), b: outages(500, 400, 600, 700) }),
    );
    assert.deepEqual(row.values['a'], { median: 200, min: 100, max: 300, n: 3 });
    assert.deepEqual(row.values['b'], { median: 550, min: 400, max: 700, n: 4 });
    assert.equal(row.verdict.kind, 'larger-than-noise');
    assert.equal(row.verdict.sentence, 'a was shorter every time (medians a 200 ms, b 550 ms).');
  });

  it('more availability is better', () => {
    const share = (...values: number[]) => values.map((availability) => episode({ availability }));
    const verdict = judge(share(0.9, 0.92, 0.91), share(0.95, 0.96, 0.99));
    assert.equal(verdict.kind === 'larger-than-noise' && verdict.better, 'b');
    assert.match(verdict.sentence, /b was higher every time \(medians b 96\.0 %, a 91\.0 %\)/);
  });

  it('halving the time lost is a difference, however available both were', () => {
    const share = (...values: number[]) => values.map((availability) => episode({ availability }));
    const verdict = judge(share(0.98, 0.981, 0.979), share(0.991, 0.99, 0.989));
    assert.equal(verdict.kind, 'larger-than-noise');
  });

  it('ranges that overlap or touch are noise', () => {
    assert.equal(judge(outages(100, 200, 400), outages(400, 500, 600)).kind, 'within-noise');
    assert.equal(judge(outages(1, 1, 1), outages(1, 1, 1)).kind, 'within-noise');
  });

  it('a steady difference below 5 % is not named', () => {
    const verdict = judge(outages(100, 100, 100), outages(104, 104, 104));
    assert.equal(verdict.kind, 'within-noise');
    assert.match(verdict.sentence, /less than 5 %/);
  });

  it('fewer than three values on a side tell nothing', () => {
    const verdict = judge(outages(100, 100), outages(900, 900, 900));
    assert.equal(verdict.kind, 'too-few');
    assert.match(verdict.sentence, /3 of each system are needed, a has 2, b has 3/);
  });

  it('a system that was not seen to recover is not better for it', () => {
    const row = only(
      compareEpisodes({ a: recoveries(10, 12, 11, [2000]), b: recoveries(50, 60, 70, 80) }),
    );
    assert.equal(row.verdict.kind, 'within-noise');
    assert.deepEqual(row.missing, { a: 1, b: 0 });
    assert.equal(row.values['a']?.n, 3);
  });

  it('not recovering for longer than the other ever took is worse', () => {
    const verdict = judge(recoveries(10, 12, 11), recoveries([2000], [1500], [1800]));
    assert.equal(verdict.kind === 'larger-than-noise' && verdict.better, 'a');
    assert.match(verdict.sentence, /medians a 11 ms, b not seen/);
  });

  it('not being watched long enough is no reason to call it worse', () => {
    assert.equal(judge(recoveries(10, 12, 11), recoveries([0], 100, 200)).kind, 'within-noise');
  });

  it('leaves out what nobody has, and keeps apart faults and roles', () => {
    const rows = compareEpisodes({
      a: [
        episode({ elections: 1, fsyncsPerOp: null }),
        { ...episode({ elections: 2 }), role: 'n1' },
      ],
      b: [episode({ elections: 1, fsyncsPerOp: null })],
    });
    assert.deepEqual(
      rows.map(({ fault, role, metric, values }) => [fault, role, metric, values['b']?.n]),
      [
        ['kill', 'leader', 'elections', 1],
        ['kill', 'n1', 'elections', undefined],
      ],
    );
    assert.equal(rows[1]?.values['b'], null);
    assert.equal(rows[1]?.verdict.kind, 'too-few');
  });

  it('of three systems the best is set against the worst', () => {
    const { verdict } = only(
      compareEpisodes({ a: outages(5, 6, 7), b: outages(1, 2, 3), c: outages(9, 10, 11) }),
    );
    assert.equal(verdict.kind === 'larger-than-noise' && verdict.better, 'b');
    assert.equal(verdict.kind === 'larger-than-noise' && verdict.worse, 'c');
    assert.equal(verdict.kind === 'larger-than-noise' && verdict.chance, 6 / 20);
  });
});

const figure = fc.oneof(
  fc.constant(null),
  fc.nat(1000),
  fc.double({ min: 0, max: 1, noNaN: true }),
);

const share = fc.option(fc.double({ min: 0, max: 1, noNaN: true }));

const anyEpisode: fc.Arbitrary<Episode> = fc
  .record({
    fault: fc.constantFrom('kill', 'pause'),
    role: fc.constantFrom('leader', 'n1'),
    figures: fc.record(
      Object.fromEntries(
        episodeMetrics.map((metric) => [
          metric,
          metricWords[metric].unit === 'share' ? share : figure,
        ]),
      ),
    ),
    waitedMs: fc.nat(500),
  })
  .map(({ fault, role, figures, waitedMs }) => {
    const inVain = awaited.filter((metric) => figures[metric] === null);
    const atLeast = Object.fromEntries(inVain.map((metric) => [metric, waitedMs]));
    return { fault, role, figures, atLeast };
  });

const episodes = fc.array(anyEpisode, { maxLength: 14 });

/** What may have been: every value there is, and for what was not seen both the least and for ever. */
const possible = (list: readonly Episode[], metric: ComparedMetric['metric']): number[] =>
  list.flatMap((one) => {
    const value = one.figures[metric];
    if (typeof value === 'number')
      return [metricWords[metric].unit === 'share' ? 1 - value : value];
    const waited = awaited.find((name) => name === metric);
    return waited === undefined ? [] : [one.atLeast[waited] ?? 0, Infinity];
  });

describe('metrics: comparison of anything', () => {
  it('judges the same whichever system is named first', () => {
    fc.assert(
      fc.property(episodes, episodes, (a, b) => {
        const there = compareEpisodes({ a, b });
        const back = compareEpisodes({ b, a });
        for (const row of there) {
          const other = back.find(
            (one) => one.fault === row.fault && one.role === row.role && one.metric === row.metric,
          );
          assert.deepEqual(other?.values, row.values);
          assert.equal(other?.verdict.kind, row.verdict.kind);
          if (row.verdict.kind === 'larger-than-noise')
            assert.deepEqual(other.verdict, row.verdict);
        }
        assert.equal(there.length, back.length);
      }),
    );
  });

  it('names a better one only if nothing that may have been speaks against it', () => {
    fc.assert(
      fc.property(episodes, episodes, (a, b) => {
        for (const { fault, role, metric, verdict } of compareEpisodes({ a, b })) {
          if (verdict.kind !== 'larger-than-noise') continue;
          const own = (list: readonly Episode[]) =>
            possible(
              list.filter((one) => one.fault === fault && one.role === role),
              metric,
            );
          const [good, bad] = verdict.better === 'a' ? [own(a), own(b)] : [own(b), own(a)];
          assert.ok(good.every((x) => bad.every((y) => x < y)));
        }
      }),
    );
  });

  it('a system against itself is never more than noise', () => {
    fc.assert(
      fc.property(episodes, (list) => {
        const kinds = compareEpisodes({ a: list, b: list }).map(({ verdict }) => verdict.kind);
        assert.ok(!kinds.includes('larger-than-noise'));
      }),
    );
  });

  it('holds no NaN, and every median lies in its range', () => {
    fc.assert(
      fc.property(episodes, episodes, (a, b) => {
        const rows = compareEpisodes({ a, b });
        for (const { values } of rows) {
          for (const spread of Object.values(values)) {
            if (spread === null) continue;
            assert.ok(spread.min <= spread.median && spread.median <= spread.max);
            assert.ok(spread.n > 0);
          }
        }
        assert.doesNotMatch(
          JSON.stringify(rows.map((row) => row.verdict)),
          /NaN|undefined|Infinity/,
        );
      }),
    );
  });

  it('chance is the share of all orders in which the values part', () => {
    const choose = (n: number, k: number): number =>
      k === 0 || k === n ? 1 : choose(n - 1, k - 1) + choose(n - 1, k);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 }), (m, n) => {
        assert.equal(chanceOf(m, n), Math.min(1, 2 / choose(m + n, m)));
      }),
    );
    assert.equal(chanceOf(3, 3), 0.1);
  });
});

describe('metrics: words', () => {
  it('every figure has a name of its own, a definition and a unit', () => {
    const names = episodeMetrics.map((metric) => metricWords[metric].name);
    assert.equal(new Set(names).size, names.length);
    for (const metric of episodeMetrics) assert.match(metricWords[metric].definition, /\.$/);
  });

  it('writes values as people do', () => {
    assert.equal(inWords('recoveryMs', 0.4), '400 µs');
    assert.equal(inWords('recoveryMs', 0), '0 ms');
    assert.equal(inWords('recoveryMs', 430.4), '430 ms');
    assert.equal(inWords('recoveryMs', 999.7), '1 s');
    assert.equal(inWords('recoveryMs', 1234), '1.23 s');
    assert.equal(inWords('availability', 0.99999), '99.9 %');
    assert.equal(inWords('availability', 1), '100 %');
    assert.equal(inWords('bytesPerOp', 2210), '2.21 kB');
    assert.equal(inWords('bytesPerOp', 12), '12 B');
    assert.equal(inWords('elections', 2), '2');
    assert.equal(inWords('timeToFirstOkMs', Infinity), 'not seen');
  });
});
