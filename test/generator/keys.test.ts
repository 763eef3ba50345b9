import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  anyOf,
  clients,
  imperfect,
  independentKeys,
  limit,
  nemesis,
  numbered,
  phases,
  reserve,
  simulate,
  untilOk,
} from '#src/generator/index';
import { forever, fs, invoked, spans } from './support.ts';

const writes = (count: number) =>
  limit(
    count,
    numbered((n) => ({ f: 'write', value: n })),
  );

describe('independentKeys', () => {
  it('one key after another with all threads', () => {
    const run = invoked(independentKeys({ keys: ['a', 'b', 'c'], each: () => writes(4) }), {
      concurrency: 3,
    });
    assert.deepEqual(
      run.map(({ operation }) => operation.key),
      [...Array(4).fill('a'), ...Array(4).fill('b'), ...Array(4).fill('c')],
    );
  });

  it('concurrent: n threads per key, every key completely, by one group only', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 5 }),
        fc.nat(20),
        fc.nat(9),
        fc.integer(),
        (size, groups, keyCount, perKey, seed) => {
          const keys = Array.from({ length: keyCount }, (_, i) => `k${i}`);
          const run = simulate(
            independentKeys({ keys, threadsPerKey: size, each: () => writes(perKey) }),
            {
              concurrency: size * groups,
              nemesis: true,
              seed,
              answer: imperfect(),
            },
          );
          assert.equal(run.ended, 'exhausted');
          for (const key of keys) {
            const own = run.invocations.filter(({ operation }) => operation.key === key);
            assert.deepEqual(
              own.map(({ operation }) => operation.value),
              [...Array(perKey).keys()],
            );
            const groupsSeen = new Set(own.map(({ thread }) => Math.floor(Number(thread) / size)));
            assert.ok(groupsSeen.size <= 1);
          }
          assert.equal(run.invocations.length, keyCount * perKey);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('works on as many keys at once as there are groups', () => {
    const run = simulate(independentKeys({ threadsPerKey: 2, each: () => writes(10) }), {
      concurrency: 6,
      operationsMax: 60,
    });
    assert.deepEqual(
      [...new Set(run.invocations.slice(0, 6).map(({ operation }) => operation.key))].toSorted(),
      [0, 1, 2],
    );
    assert.equal(spans(run.events).length, 60);
  });

  it('a fresh key does not hear of the key before it', () => {
    // The last operation on a key is still running when the next key begins.
    const answer = (_op: unknown, _random: unknown, n: number) => ({
      afterNs: n === 0 ? 5e6 : 20e6,
      completion: { type: n === 0 ? ('fail' as const) : ('ok' as const) },
    });
    const run = simulate(
      independentKeys({
        keys: ['a', 'b'],
        each: (key) => (key === 'a' ? writes(2) : untilOk(forever('try'))),
      }),
      {
        concurrency: 2,
        answer,
      },
    );
    assert.ok(run.invocations.filter(({ operation }) => operation.key === 'b').length >= 1);
    assert.equal(run.ended, 'exhausted');
  });

  it('keys may come without end, and are read only as needed', () => {
    let read = 0;
    function* keys() {
      for (;;) {
        read += 1;
        yield `k${read}`;
      }
    }
    simulate(independentKeys({ keys: keys(), each: () => writes(1) }), {
      concurrency: 1,
      operationsMax: 10,
    });
    assert.ok(read <= 12, `${read} keys read`);
  });

  it('fits beside a nemesis and into a reserved range', () => {
    const lifted = independentKeys({ keys: [1, 2, 3, 4], threadsPerKey: 2, each: () => writes(3) });
    const source = anyOf(
      clients(reserve([[4, lifted]], limit(5, forever('other')))),
      nemesis(limit(2, forever('fault'))),
    );
    const run = invoked(source, { concurrency: 6, nemesis: true });
    assert.equal(fs(run).filter((f) => f === 'write').length, 12);
    assert.ok(
      run
        .filter(({ operation }) => operation.f === 'write')
        .every(({ thread }) => Number(thread) < 4),
    );
  });

  it('phases inside a key wait for the threads of that key only', () => {
    const answer = (_op: unknown, _random: unknown, n: number) => ({
      afterNs: n === 0 ? 1e12 : 1e6,
      completion: { type: 'ok' as const },
    });
    const source = independentKeys({
      keys: ['a', 'b'],
      threadsPerKey: 1,
      each: () => phases({ f: 'x' }, { f: 'y' }),
    });
    const { invocations } = simulate(source, { concurrency: 2, answer });
    assert.equal(invocations.filter(({ operation }) => operation.time < 1e9).length, 3);
  });

  it('keys without operations are passed over; only such keys are an error', () => {
    const source = independentKeys({
      keys: [1, 2, 3],
      each: (key) => (key === 2 ? writes(2) : []),
    });
    assert.deepEqual(
      invoked(source).map(({ operation }) => operation.key),
      [2, 2],
    );
    assert.throws(
      () => simulate(independentKeys({ each: () => [] })),
      /keys in a row, up to \d+, had no operation/,
    );
  });

  it('groups that do not divide the threads are an error', () => {
    assert.throws(
      () =>
        simulate(independentKeys({ threadsPerKey: 3, each: () => writes(1) }), { concurrency: 10 }),
      /10 client threads cannot be divided into groups of 3; take a multiple of 3/,
    );
  });

  it('an operation with a key of its own is an error', () => {
    assert.throws(
      () => simulate(independentKeys({ keys: ['a'], each: () => ({ f: 'read', key: 'b' }) })),
      /returned an operation with another key/,
    );
  });
});
