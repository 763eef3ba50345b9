import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  anyOf,
  clients,
  concurrencyLimit,
  eachThread,
  imperfect,
  limit,
  nemesis,
  numbered,
  onThreads,
  perfect,
  phases,
  reserve,
  simulate,
} from '#src/generator/index';
import { deaf, forever, fs, invoked, spans, timesMs, values } from './support.ts';

describe('clients and nemesis', () => {
  it('keep to their threads', () => {
    const run = simulate(
      anyOf(clients(limit(100, forever('c'))), nemesis(limit(20, forever('n')))),
      {
        concurrency: 5,
        nemesis: true,
        answer: imperfect(),
      },
    );
    for (const { operation, thread } of run.events) {
      assert.equal(operation.f === 'n', thread === 'nemesis');
      assert.equal(operation.f === 'n', operation.process === 'nemesis');
    }
    assert.equal(run.invocations.length, 120);
  });

  it('say when there is no such thread, instead of waiting for ever', () => {
    assert.throws(
      () => simulate(nemesis({ f: 'x' }), { concurrency: 3 }),
      /nemesis: there is no such thread among 0, 1, 2/,
    );
    assert.throws(
      () => simulate(clients({ f: 'x' }), { concurrency: 0, nemesis: true }),
      /clients: there is no such thread among the nemesis/,
    );
  });

  it('hear of their own threads only', () => {
    const heard: { process: unknown }[] = [];
    simulate(
      anyOf(clients(deaf()), nemesis(deaf(heard as never)), clients(limit(5, forever('c')))),
      {
        nemesis: true,
        operationsMax: 5,
      },
    );
    assert.deepEqual(heard, []);
  });

  it('a process that crashed makes way for a new one', () => {
    const run = simulate(limit(60, forever('w')), { concurrency: 4, answer: imperfect() });
    const dead = new Set<unknown>();
    for (const { operation, thread } of run.events) {
      assert.ok(!dead.has(operation.process), `process ${operation.process} is dead`);
      if (typeof operation.process === 'number') assert.equal(operation.process % 4, thread);
      if (operation.type === 'info') dead.add(operation.process);
    }
    assert.equal(dead.size, 20);
  });
});

describe('reserve', () => {
  it('keeps to its ranges, for any of them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer(),
        (counts, more, seed) => {
          const sum = counts.reduce((a, b) => a + b, 0);
          const source = reserve(
            counts.map((count, i) => [count, forever(`f${i}`)] as const),
            forever('rest'),
          );
          const run = simulate(source, {
            concurrency: sum + more,
            seed,
            answer: imperfect(),
            operationsMax: 300,
          });
          const owner = counts.flatMap((count, i) => Array<string>(count).fill(`f${i}`));
          for (const { operation, thread } of run.events) {
            assert.equal(operation.f, owner[Number(thread)] ?? 'rest');
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('nests: counts are of the threads it sees', () => {
    const inner = reserve([[1, forever('b')]], forever('c'));
    const run = simulate(reserve([[2, forever('a')]], inner), {
      concurrency: 5,
      operationsMax: 100,
    });
    for (const { operation, thread } of run.events) {
      assert.equal(operation.f, ['a', 'a', 'b', 'c', 'c'][Number(thread)]);
    }
  });

  it('leaves the nemesis alone', () => {
    const run = simulate(limit(50, reserve([[1, forever('a')]], forever('b'))), {
      concurrency: 2,
      nemesis: true,
    });
    assert.ok(run.events.every(({ thread }) => thread !== 'nemesis'));
  });

  it('counts that do not fit are an error, not a hang', () => {
    assert.throws(
      () => simulate(reserve([[3, forever('a')]]), { concurrency: 2 }),
      /reserve: 0..2 needs 3 client threads, but here are 2/,
    );
    assert.throws(
      () => simulate(reserve([[2, forever('a')]], forever('b')), { concurrency: 2 }),
      /reserve: 2..: there is no such thread/,
    );
    assert.throws(
      () => reserve([[0, forever('a')]]),
      /reserve must be a whole number from 1, not 0/,
    );
  });
});

describe('eachThread', () => {
  it('gives every thread its own copy', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.nat(6),
        fc.boolean(),
        fc.integer(),
        (concurrency, count, withNemesis, seed) => {
          const source = eachThread(
            limit(
              count,
              numbered((n) => ({ f: 'x', value: n })),
            ),
          );
          const run = simulate(source, {
            concurrency,
            nemesis: withNemesis,
            seed,
            answer: imperfect(),
          });
          assert.equal(run.ended, 'exhausted');
          for (const thread of [
            ...Array(concurrency).keys(),
            ...(withNemesis ? (['nemesis'] as const) : []),
          ]) {
            const own = run.invocations.filter((event) => event.thread === thread);
            assert.deepEqual(values(own), [...Array(count).keys()]);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('of single values ends, also inside a phase', () => {
    const run = invoked(phases(eachThread({ f: 'a' }), eachThread({ f: 'b' })), { concurrency: 3 });
    assert.deepEqual(fs(run), ['a', 'a', 'a', 'b', 'b', 'b']);
    assert.deepEqual(timesMs(run), [0, 0, 0, 10, 10, 10]);
    assert.deepEqual(invoked(eachThread([])), []);
  });

  it('goes on while one thread is stuck', () => {
    const slowFirst = (_op: unknown, _random: unknown, n: number) => ({
      afterNs: n === 0 ? 1e12 : 1e6,
      completion: { type: 'ok' as const },
    });
    const run = invoked(eachThread(limit(5, forever('a'))), { concurrency: 3, answer: slowFirst });
    assert.equal(timesMs(run).filter((time) => time < 10).length, 11);
  });
});

describe('onThreads and concurrencyLimit', () => {
  it('nested selections narrow further', () => {
    const evens = {
      name: 'even',
      choose: (all: readonly (number | 'nemesis')[]) =>
        all.filter((t) => typeof t === 'number' && t % 2 === 0),
    };
    const low = { name: 'low', choose: (all: readonly (number | 'nemesis')[]) => all.slice(0, 2) };
    const run = invoked(onThreads(evens, onThreads(low, limit(20, forever('a')))), {
      concurrency: 8,
    });
    assert.deepEqual([...new Set(run.map(({ thread }) => thread))].toSorted(), [0, 2]);
  });

  it('never has more at work than allowed', () => {
    const { events } = simulate(concurrencyLimit(3, limit(60, forever('a'))), {
      concurrency: 9,
      answer: imperfect(),
    });
    let open = 0;
    let most = 0;
    for (const { operation } of events) {
      open += operation.type === 'invoke' ? 1 : -1;
      most = Math.max(most, open);
    }
    assert.equal(most, 3);
  });

  it('threads take turns fairly', () => {
    const run = invoked(limit(2000, forever('a')), { concurrency: 10, answer: perfect(0) });
    const counts = new Map<unknown, number>();
    for (const { thread } of run) counts.set(thread, (counts.get(thread) ?? 0) + 1);
    assert.equal(counts.size, 10);
    assert.ok([...counts.values()].every((count) => count > 100));
    assert.equal(spans(run).length, 2000);
  });
});
