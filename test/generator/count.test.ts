import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  cycle,
  imperfect,
  limit,
  log,
  numbered,
  once,
  phases,
  processLimit,
  repeat,
  sequence,
  simulate,
  sleep,
} from '#src/generator/index';
import { forever, fs, invoked, values } from './support.ts';

describe('sources', () => {
  it('a value is done once, a function for ever, a list in turn', () => {
    assert.deepEqual(fs(invoked({ f: 'read' })), ['read']);
    assert.equal(invoked(forever('read'), { operationsMax: 123 }).length, 123);
    assert.deepEqual(fs(invoked([{ f: 'a' }, [{ f: 'b' }, { f: 'c' }], { f: 'd' }])), [
      'a',
      'b',
      'c',
      'd',
    ]);
  });

  it('a function ends with undefined', () => {
    assert.deepEqual(
      fs(
        invoked([(context) => (context.timeNs > 0 ? undefined : { f: 'a' }), { f: 'b' }], {
          concurrency: 1,
        }),
      ),
      ['a', 'b'],
    );
  });

  it('a function may return lists, again and again, without growing', () => {
    const pairs = limit(20_000, () => [{ f: 'a' }, { f: 'b' }]);
    const done = fs(invoked(pairs, { concurrency: 1, operationsMax: 50_000 }));
    assert.equal(done.length, 20_000);
    assert.ok(done.every((f, i) => f === (i % 2 === 0 ? 'a' : 'b')));
  });

  it('a function that returns empty lists ends', () => {
    assert.deepEqual(
      invoked(() => []),
      [],
    );
  });

  it('numbered values have no gaps, whatever happens around them', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 20 }), (seed, concurrency) => {
        const writes = limit(
          100,
          numbered((n) => ({ f: 'write', value: n })),
        );
        const seen = values(invoked(writes, { seed, concurrency, answer: imperfect() }));
        assert.deepEqual(
          seen,
          Array.from({ length: 100 }, (_, i) => i),
        );
      }),
      { numRuns: 20 },
    );
  });

  it('what is not a source is named', () => {
    assert.throws(
      // @ts-expect-error: what a JavaScript user may write
      () => limit(1, { g: 'read' }),
      /not a source of operations: \{"g":"read"\}; allowed/,
    );
  });
});

describe('limit', () => {
  it('is exact for any count, concurrency and outcome', () => {
    fc.assert(
      fc.property(
        fc.nat(200),
        fc.integer({ min: 1, max: 30 }),
        fc.integer(),
        (count, concurrency, seed) => {
          const run = simulate(limit(count, forever('r')), {
            concurrency,
            seed,
            answer: imperfect(),
          });
          assert.equal(run.invocations.length, count);
          assert.equal(run.ended, 'exhausted');
        },
      ),
      { numRuns: 50 },
    );
  });

  it('does not count sleeps and log lines', () => {
    const run = simulate(
      limit(2, [log('a'), sleep(1), { f: 'x' }, log('b'), { f: 'y' }, { f: 'z' }]),
    );
    assert.deepEqual(fs(run.invocations), ['x', 'y']);
    assert.deepEqual(
      run.log.map((line) => line.message),
      ['a', 'b'],
    );
  });

  it('once is the first operation only', () => {
    assert.deepEqual(fs(invoked(once([{ f: 'a' }, { f: 'b' }]))), ['a']);
  });

  it('refuses counts that are none', () => {
    assert.throws(() => limit(-1, { f: 'a' }), /limit must be a whole number from 0, not -1/);
    assert.throws(() => limit(1.5, { f: 'a' }), /not 1.5/);
    assert.throws(() => repeat({ f: 'a' }, Number.NaN), /repeat must be .* not NaN/);
  });
});

describe('repeat and cycle', () => {
  it('repeat does not advance', () => {
    assert.deepEqual(fs(invoked(repeat([{ f: 'a' }, { f: 'b' }], 3))), ['a', 'a', 'a']);
  });

  it('repeat goes on for ever', () => {
    assert.equal(invoked(repeat({ f: 'a' }), { operationsMax: 77 }).length, 77);
  });

  it('cycle starts again when it is exhausted', () => {
    const two = [{ f: 'a' }, { f: 'b' }];
    assert.deepEqual(fs(invoked(cycle(two, 2))), ['a', 'b', 'a', 'b']);
    assert.deepEqual(fs(invoked(cycle(two), { operationsMax: 5 })), ['a', 'b', 'a', 'b', 'a']);
  });

  it('cycle of nothing ends', () => {
    assert.deepEqual(invoked(cycle([])), []);
    assert.deepEqual(fs(invoked(sequence(cycle(limit(0, { f: 'a' })), { f: 'b' }))), ['b']);
  });
});

describe('processLimit', () => {
  it('never lets more processes take part, and uses them all', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 }),
        fc.nat(20),
        fc.integer(),
        (concurrency, more, seed) => {
          const most = concurrency + more;
          const run = simulate(processLimit(most, forever('w')), {
            concurrency,
            seed,
            answer: imperfect(),
          });
          const processes = new Set(run.events.map(({ operation }) => operation.process));
          assert.equal(run.ended, 'exhausted');
          assert.ok(processes.size <= most, `${processes.size} processes`);
          assert.ok(processes.size > most - concurrency);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('says when it could never begin', () => {
    assert.throws(
      () => simulate(processLimit(3, forever('w')), { concurrency: 4 }),
      /processLimit 3 is less than the 4 threads/,
    );
  });

  it('counts anew in each phase', () => {
    const part = processLimit(2, limit(10, forever('w')));
    assert.equal(invoked(phases(part, part), { concurrency: 2 }).length, 20);
  });
});
