import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  anyOf,
  delay,
  flipFlop,
  limit,
  mix,
  onThreads,
  perfect,
  phases,
  shortestAny,
  simulate,
  untilOk,
} from '#src/generator/index';
import type { Operation } from '#src/history/operation';
import { deaf, forever, fs, invoked, timesMs } from './support.ts';

const share = (all: readonly string[], f: string): number =>
  all.filter((one) => one === f).length / all.length;

describe('mix', () => {
  it('draws evenly, and in proportion to how often a part is given', () => {
    const all = fs(invoked(mix(forever('r'), forever('w'), forever('w')), { operationsMax: 6000 }));
    assert.ok(Math.abs(share(all, 'r') - 1 / 3) < 0.05);
    assert.ok(Math.abs(share(all, 'w') - 2 / 3) < 0.05);
  });

  it('is not held up by a part that is pending, wherever it stands', () => {
    for (const parts of [
      [deaf(), limit(50, forever('r'))],
      [limit(50, forever('r')), deaf()],
      [deaf(), limit(50, forever('r')), deaf()],
    ]) {
      const run = simulate(shortestAny(mix(...parts), delay(1000, [{ f: 'x' }, { f: 'end' }])), {
        concurrency: 3,
      });
      assert.equal(fs(run.invocations).filter((f) => f === 'r').length, 50);
    }
  });

  it('passes events on to its parts', () => {
    const heard: Operation[] = [];
    const source = limit(10, mix(deaf(heard), forever('r')));
    assert.equal(heard.length, 0);
    const run = simulate(source);
    assert.equal(run.invocations.length, 10);
    // The last completions come after the end.
    assert.ok(heard.length >= 10);
    assert.ok(heard.some((event) => event.type === 'ok'));
  });

  it('a part that waits for a success gets to hear of it', () => {
    const run = simulate(mix(untilOk(forever('a')), limit(20, forever('b'))), { concurrency: 1 });
    assert.equal(fs(run.invocations).filter((f) => f === 'a').length, 1);
    assert.equal(fs(run.invocations).filter((f) => f === 'b').length, 20);
  });

  it('does everything of all parts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(30), { minLength: 1, maxLength: 6 }),
        fc.integer(),
        (counts, seed) => {
          const source = mix(...counts.map((count, i) => limit(count, forever(`f${i}`))));
          const all = fs(invoked(source, { seed }));
          counts.forEach((count, i) => {
            assert.equal(all.filter((f) => f === `f${i}`).length, count);
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('answers the same whose turn it is when it is asked again', () => {
    // A slow part keeps its turn: its share does not shrink because the others are asked more often.
    const all = fs(
      invoked(mix(delay(10, forever('slow')), forever('fast')), {
        operationsMax: 1000,
        answer: perfect(1),
      }),
    );
    assert.ok(Math.abs(share(all, 'slow') - 0.5) < 0.06, `${share(all, 'slow')}`);
  });

  it('of nothing is nothing', () => {
    assert.deepEqual(invoked(mix()), []);
  });
});

describe('anyOf', () => {
  it('takes the soonest', () => {
    const source = anyOf(delay(10, limit(3, forever('slow'))), delay(4, limit(5, forever('fast'))));
    const seen = invoked(source).map(({ operation }) => `${operation.f} ${operation.time / 1e6}`);
    assert.deepEqual(seen.toSorted(), [
      'fast 0',
      'fast 12',
      'fast 16',
      'fast 4',
      'fast 8',
      'slow 0',
      'slow 10',
      'slow 20',
    ]);
  });

  it('draws fairly among equals', () => {
    const all = fs(
      invoked(anyOf(forever('a'), forever('b'), forever('c')), { operationsMax: 6000 }),
    );
    for (const f of ['a', 'b', 'c']) assert.ok(Math.abs(share(all, f) - 1 / 3) < 0.04);
  });

  it('ends when all have ended, shortestAny when one has', () => {
    const parts = [limit(3, forever('a')), limit(50, forever('b'))] as const;
    assert.equal(invoked(anyOf(...parts)).length, 53);
    const short = fs(invoked(shortestAny(...parts)));
    assert.equal(short.filter((f) => f === 'a').length, 3);
    assert.ok(short.length < 50);
  });

  it('tells every part of every event', () => {
    const heard: Operation[] = [];
    simulate(anyOf(deaf(heard), phases(limit(4, forever('a')), { f: 'b' })), { operationsMax: 5 });
    assert.deepEqual(
      heard.map((event) => event.type),
      [...Array(4).fill('invoke'), ...Array(4).fill('ok'), 'invoke', 'ok'],
    );
  });
});

describe('flipFlop', () => {
  it('alternates and ends with either', () => {
    assert.deepEqual(fs(invoked(flipFlop(forever('a'), limit(2, forever('b'))))), [
      'a',
      'b',
      'a',
      'b',
      'a',
    ]);
    assert.deepEqual(fs(invoked(flipFlop(limit(2, forever('a')), forever('b')))), [
      'a',
      'b',
      'a',
      'b',
    ]);
  });

  it('waits for the one whose turn it is', () => {
    const thread0 = onThreads({ name: 'thread 0', choose: () => [0] }, forever('a'));
    const run = invoked(limit(6, flipFlop(thread0, forever('b'))), { concurrency: 3 });
    assert.deepEqual(fs(run), ['a', 'b', 'a', 'b', 'a', 'b']);
    assert.deepEqual(timesMs(run), [0, 0, 10, 10, 20, 20]);
  });

  it('passes events on to both', () => {
    // Without events untilOk would never end, and the flip-flop neither.
    const run = simulate(flipFlop(untilOk(forever('a')), forever('b')), { concurrency: 1 });
    assert.deepEqual(fs(run.invocations), ['a', 'b']);
    assert.equal(run.ended, 'exhausted');
  });
});
