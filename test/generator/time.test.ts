import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  anyOf,
  clients,
  delay,
  imperfect,
  limit,
  log,
  nemesis,
  perfect,
  phases,
  simulate,
  sleep,
  stagger,
  timeLimit,
} from '#src/generator/index';
import { deaf, forever, fs, invoked, timesMs } from './support.ts';

describe('stagger', () => {
  it('keeps the rate, for any number of threads', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 5, max: 100 }),
        fc.double({ min: 0.5, max: 20, noNaN: true }),
        (seed, concurrency, ms) => {
          const count = 2000;
          const times = timesMs(
            invoked(stagger(ms, limit(count, forever('r'))), {
              seed,
              concurrency,
              answer: perfect(ms),
            }),
          );
          assert.equal(times.length, count);
          const mean = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / (count - 1);
          // The mean of 2000 uniform gaps: 10 % is more than seven standard deviations.
          assert.ok(Math.abs(mean / ms - 1) < 0.1, `mean ${mean}, wanted ${ms}`);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('spaces operations by 0 to 2 intervals', () => {
    const times = timesMs(invoked(stagger(10, limit(500, forever('r'))), { concurrency: 50 }));
    const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    assert.ok(gaps.every((gap) => gap >= 0 && gap <= 20));
    assert.ok(Math.min(...gaps) < 1 && Math.max(...gaps) > 19);
  });

  it('does not flood a system after an outage', () => {
    // The one thread is stuck in its first operation for 10 s.
    const answer = (_op: unknown, _random: unknown, n: number) => ({
      afterNs: n === 0 ? 10e9 : 0,
      completion: { type: 'ok' as const },
    });
    const times = timesMs(
      invoked(stagger(10, limit(100, forever('r'))), { concurrency: 1, answer }),
    );
    const atOnce = times.filter((time) => time >= 10_000 && time < 10_001).length;
    assert.ok(atOnce >= 1 && atOnce <= 20, `${atOnce} at once`);
  });

  it('catches up what a late moment has cost', () => {
    // Each operation holds the only thread for 9.5 ms, a mean interval is 10 ms: half of the gaps are too short.
    const times = timesMs(
      invoked(stagger(10, limit(2000, forever('r'))), { concurrency: 1, answer: perfect(7) }),
    );
    const mean = (times.at(-1) ?? 0) / 1999;
    assert.ok(mean < 11, `mean ${mean}`);
  });

  it('refuses times that are none', () => {
    assert.throws(() => stagger(-1, { f: 'a' }), /stagger must be milliseconds, 0 or more, not -1/);
    assert.throws(() => timeLimit(Number.NaN, { f: 'a' }), /timeLimit must be milliseconds/);
  });
});

describe('delay', () => {
  it('is exact', () => {
    assert.deepEqual(timesMs(invoked(delay(3, limit(5, forever('r'))))), [0, 3, 6, 9, 12]);
  });

  it('catches up', () => {
    const answer = (_op: unknown, _random: unknown, n: number) => ({
      afterNs: n === 0 ? 10e6 : 0,
      completion: { type: 'ok' as const },
    });
    const times = timesMs(invoked(delay(3, limit(6, forever('r'))), { concurrency: 1, answer }));
    assert.deepEqual(times, [0, 10, 10, 10, 12, 15]);
  });
});

describe('timeLimit', () => {
  it('begins with the first operation and stops before its end', () => {
    const late = phases(sleep(5), timeLimit(10, delay(2, forever('r'))));
    assert.deepEqual(timesMs(invoked(late)), [5, 7, 9, 11, 13]);
  });

  it('nothing begins at its end or later, whatever is inside', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 20 }),
        (seed, ms, concurrency) => {
          const run = simulate(timeLimit(ms, stagger(3, forever('r'))), {
            seed,
            concurrency,
            answer: imperfect(5),
          });
          assert.ok(timesMs(run.invocations).every((time) => time < ms));
          assert.equal(run.ended, 'exhausted');
        },
      ),
      { numRuns: 50 },
    );
  });

  it('ends what is pending for ever', () => {
    const source = phases(timeLimit(10, [{ f: 'a' }, deaf()]), { f: 'b' });
    const [a, b] = invoked(source);
    assert.equal(a?.operation.time, 0);
    assert.equal(b?.operation.time, 10e6);
  });

  it('does not end before its time because the next operation of one part comes after it', () => {
    // All clients are busy until 8 ms; only the nemesis has something to say, at 50 ms.
    const source = timeLimit(
      10,
      anyOf(
        clients(forever('r')),
        nemesis([{ f: 'x' }, delay(50, [{ f: 'y' }]), sleep(50), { f: 'z' }]),
      ),
    );
    const run = simulate(source, { concurrency: 2, nemesis: true, answer: perfect(8) });
    assert.deepEqual(
      timesMs(run.invocations.filter(({ operation }) => operation.f === 'r')),
      [0, 0, 8, 8],
    );
  });
});

describe('sleep and log', () => {
  it('sleep keeps one thread busy, phases makes all wait', () => {
    assert.deepEqual(timesMs(invoked([sleep(10), { f: 'a' }], { concurrency: 2 })), [0]);
    assert.deepEqual(timesMs(invoked([sleep(10), { f: 'a' }], { concurrency: 1 })), [10]);
    assert.deepEqual(timesMs(invoked(phases(sleep(10), { f: 'a' }))), [10]);
  });

  it('log lines come at their time and are not operations', () => {
    const run = simulate(phases({ f: 'a' }, log('half'), { f: 'b' }));
    assert.deepEqual(run.log, [{ timeNs: 10e6, message: 'half' }]);
    assert.deepEqual(fs(run.events), ['a', 'a', 'b', 'b']);
  });
});
