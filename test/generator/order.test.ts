import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  anyOf,
  clients,
  fMap,
  imperfect,
  limit,
  log,
  map,
  nemesis,
  perfect,
  phases,
  simulate,
  stagger,
  synchronize,
  untilOk,
} from '#src/generator/index';
import { forever, fs, invoked, spans, timesMs } from './support.ts';

describe('phases', () => {
  it('never overlap', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(15), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer(),
        (counts, concurrency, seed) => {
          const source = phases(
            ...counts.map((count, i) => stagger(2, limit(count, forever(`p${i}`)))),
          );
          const all = spans(simulate(source, { concurrency, seed, answer: imperfect() }).events);
          assert.equal(
            all.length,
            counts.reduce((a, b) => a + b, 0),
          );
          const of = (i: number) => all.filter((span) => span.f === `p${i}`);
          for (let i = 0; i < counts.length; i += 1) {
            for (let j = i + 1; j < counts.length; j += 1) {
              const lastEnd = Math.max(0, ...of(i).map((span) => span.end));
              assert.ok(of(j).every((span) => span.start >= lastEnd));
            }
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('wait for the nemesis too, unless they are among clients', () => {
    const slowNemesis = (op: { f: string }) => ({
      afterNs: op.f === 'fault' ? 100e6 : 1e6,
      completion: { type: 'ok' as const },
    });
    const options = { nemesis: true, concurrency: 2, answer: slowNemesis };
    const start = (run: ReturnType<typeof invoked>) =>
      run.find(({ operation }) => operation.f === 'b')?.operation.time;
    assert.equal(
      start(
        invoked(
          phases(anyOf(nemesis({ f: 'fault' }), clients({ f: 'a' })), clients({ f: 'b' })),
          options,
        ),
      ),
      100e6,
    );
    assert.equal(
      start(
        invoked(anyOf(nemesis({ f: 'fault' }), clients(phases({ f: 'a' }, { f: 'b' }))), options),
      ),
      1e6,
    );
  });

  it('empty phases are passed over', () => {
    assert.deepEqual(fs(invoked(phases([], { f: 'a' }, [], [], { f: 'b' }, []))), ['a', 'b']);
  });

  it('a plain list does not wait', () => {
    assert.deepEqual(timesMs(invoked([{ f: 'a' }, { f: 'b' }])), [0, 0]);
    assert.deepEqual(timesMs(invoked([{ f: 'a' }, synchronize({ f: 'b' })])), [0, 10]);
  });
});

describe('untilOk', () => {
  const okAt = (good: number) => (_op: unknown, _random: unknown, n: number) => ({
    afterNs: 1e6,
    completion: { type: n >= good ? ('ok' as const) : ('fail' as const) },
  });

  it('goes on until it succeeds', () => {
    assert.equal(invoked(untilOk(forever('a')), { concurrency: 1, answer: okAt(7) }).length, 8);
  });

  it('ends when it is exhausted', () => {
    assert.equal(
      invoked(untilOk(limit(3, forever('a'))), { concurrency: 1, answer: okAt(7) }).length,
      3,
    );
  });

  it('does not take the success of another for its own', () => {
    const answer = (op: { f: string }, _random: unknown, n: number) => ({
      afterNs: 1e6,
      completion: { type: op.f === 'other' || n > 50 ? ('ok' as const) : ('fail' as const) },
    });
    const run = invoked(anyOf(untilOk(forever('own')), limit(20, forever('other'))), {
      concurrency: 4,
      answer,
    });
    assert.equal(fs(run).filter((f) => f === 'other').length, 20);
    assert.ok(fs(run).filter((f) => f === 'own').length > 30);
  });

  it('an info is not a success, also for the process after it', () => {
    const answer = (_op: unknown, _random: unknown, n: number) => ({
      afterNs: 1e6,
      completion: { type: n >= 5 ? ('ok' as const) : ('info' as const) },
    });
    assert.equal(invoked(untilOk(forever('a')), { concurrency: 1, answer }).length, 6);
  });
});

describe('map and fMap', () => {
  it('change operations, not log lines', () => {
    const source = map((op) => ({ ...op, value: 7 }), [log('x'), { f: 'a' }]);
    const run = simulate(source, { answer: perfect() });
    assert.deepEqual(run.invocations[0]?.operation.value, 7);
    assert.equal(run.log.length, 1);
  });

  it('fMap renames what is listed', () => {
    assert.deepEqual(fs(invoked(fMap({ a: 'x' }, [{ f: 'a' }, { f: 'toString' }]))), [
      'x',
      'toString',
    ]);
  });
});
