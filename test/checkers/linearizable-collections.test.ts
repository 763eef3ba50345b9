import assert from 'node:assert/strict';
import { linearizable } from '#checkers/linearizable';
import { BadInput } from '#src/errors';
import type { History, Operation } from '#src/history/operation';

type Call = readonly [f: string, asked: unknown, type: 'ok' | 'fail' | 'info', answer?: unknown];

/** One process after the other. */
function history(calls: readonly Call[]): History {
  return calls.flatMap(([f, asked, type, answer], process): Operation[] => {
    const index = 2 * process;
    const about = { process, f };
    return [
      { ...about, index, time: index, type: 'invoke', value: asked },
      { ...about, index: index + 1, time: index + 1, type, value: answer },
    ];
  });
}

async function judge(model: string, calls: readonly Call[], init?: unknown) {
  const checker = linearizable({ model, ...(init === undefined ? {} : { init }) });
  return checker.check({ history: history(calls), timeLimitMs: 5000 });
}

const valid = async (model: string, calls: readonly Call[], init?: unknown) =>
  (await judge(model, calls, init)).valid;

const one: Call = ['enqueue', 1, 'ok', 1];
const two: Call = ['enqueue', 2, 'ok', 2];
const takes = (value: unknown): Call => ['dequeue', null, 'ok', value];

describe('linearizable, of collections', () => {
  it('knows queues, where null is what an empty one answers', async () => {
    assert.equal(await valid('queue', [takes(null), one, two, takes(1), takes(2)]), true);
    assert.equal(await valid('queue', [one, two, takes(undefined)]), false);
    assert.equal(await valid('queue', [one, ['dequeue', null, 'info'], two, takes(2)]), true);
    assert.equal(await valid('queue', [one, ['dequeue', null, 'fail'], two, takes(2)]), false);
    assert.equal(await valid('queue', [takes(7)], [7]), true);
  });

  it('names the few operations of a long history that contradict each other', async () => {
    const others = Array.from({ length: 200 }, (_, n): Call => ['enqueue', n + 10, 'ok', n + 10]);
    const { anomalies = [] } = await judge('queue', [...others, one, two, takes(2)]);
    const [anomaly] = anomalies;
    assert.ok(anomaly !== undefined && anomaly.operations.length <= 8);
    assert.match(anomaly.explanation, /dequeue -> 2/);
  });

  it('knows stacks', async () => {
    const push = (value: number): Call => ['push', value, 'ok', value];
    const pop = (value: unknown): Call => ['pop', null, 'ok', value];
    assert.equal(await valid('stack', [push(1), push(2), pop(2), pop(1), pop(null)]), true);
    assert.equal(await valid('stack', [push(1), push(2), pop(1)]), false);
    assert.equal(await valid('stack', [push(1), ['push', 2, 'info'], pop(2)]), true);
  });

  it('knows sets, that tell a change or not, element by element and read as a whole', async () => {
    const add: Call = ['add', 1, 'ok', 1];
    assert.equal(await valid('set', [add, ['contains', 1, 'ok', true]]), true);
    assert.equal(await valid('set', [add, ['contains', 1, 'ok', [1, false]]]), false);
    assert.equal(await valid('set', [add, ['add', 1, 'ok', true]]), false);
    assert.equal(
      await valid('set', [add, ['remove', 1, 'ok', true], ['read', null, 'ok', []]]),
      true,
    );
    assert.equal(await valid('set', [add, ['add', 2, 'info'], ['read', null, 'ok', [2, 1]]]), true);
    assert.equal(await valid('set', [add, ['read', null, 'ok', []]]), false);
  });

  it('knows counters', async () => {
    const add = (n: number): Call => ['add', n, 'ok', n];
    assert.equal(await valid('counter', [add(3), add(-1), ['read', null, 'ok', 2]]), true);
    assert.equal(await valid('counter', [add(3), add(-1), ['read', null, 'ok', 3]]), false);
    assert.equal(
      await valid(
        'counter',
        [
          ['add', 1, 'info'],
          ['read', null, 'ok', 5],
        ],
        4,
      ),
      true,
    );
  });

  it('knows locks', async () => {
    const acquire: Call = ['acquire', null, 'ok', null];
    const release: Call = ['release', null, 'ok', null];
    assert.equal(await valid('mutex', [acquire, release, acquire]), true);
    assert.equal(await valid('mutex', [acquire, acquire]), false);
    assert.equal(await valid('mutex', [acquire, ['release', null, 'info'], acquire]), true);
    assert.equal(await valid('mutex', [acquire], true), false);
  });

  it('refuses what they do not have', async () => {
    const refused: readonly (readonly [string, Call, RegExp])[] = [
      ['queue', ['enqueue', null, 'ok', null], /operation 0: enqueue null .*dequeue/],
      ['stack', ['enqueue', 1, 'ok', 1], /push of a value/],
      ['set', ['read', null, 'ok', 3], /read \(a list of elements\)/],
      ['counter', ['add', '1', 'ok', '1'], /add of a number/],
      ['mutex', ['lock', null, 'ok', null], /acquire, release/],
    ];
    for (const [model, call, message] of refused) {
      await assert.rejects(judge(model, [call]), (error: unknown) => {
        assert.ok(error instanceof BadInput);
        assert.match(error.message, message);
        return true;
      });
    }
    assert.throws(() => linearizable({ model: 'queue', init: 3 }), /Allowed: a list/);
    assert.throws(() => linearizable({ model: 'counter', init: 'x' }), /Allowed: a number/);
    assert.throws(() => linearizable({ model: 'mutex', init: 1 }), /held at first/);
  });
});
