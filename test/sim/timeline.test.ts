/** Virtual time: order, promises, and ends. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EventQueue } from '#src/sim/queue';
import { SimTimeline } from '#src/sim/timeline';

/** A number: something so much later; null: the next, please. Long enough for the queue to need more room than at first. */
const pushesAndPops = fc.array(fc.option(fc.nat({ max: 20 }), { freq: 3 }), {
  maxLength: 500,
  size: 'max',
});

describe('sim: time', () => {
  it('the queue gives what comes first, of the same time what was asked for first', () => {
    fc.assert(
      fc.property(pushesAndPops, (steps) => {
        const queue = new EventQueue();
        const naive: { at: number; n: number }[] = [];
        let now = 0;
        steps.forEach((after, n) => {
          if (after !== null) {
            queue.push(now + after, { fire: () => n });
            naive.push({ at: now + after, n });
            return;
          }
          naive.sort((a, b) => a.at - b.at || a.n - b.n);
          const first = naive.shift();
          if (first === undefined) return;
          now = queue.nextNs;
          assert.equal(now, first.at);
          assert.equal(queue.pop().fire(), first.n);
        });
        assert.equal(queue.size, naive.length);
      }),
    );
  });

  it('everything that promises bring about happens before time goes on', async () => {
    const timeline = new SimTimeline();
    const seen: string[] = [];
    const never = new AbortController().signal;
    const walk = async (name: string, ms: number): Promise<void> => {
      await timeline.sleepUntil(ms * 1e6, never);
      for (let i = 0; i < 20; i += 1) await Promise.resolve();
      seen.push(`${name} at ${timeline.nowNs() / 1e6}`);
    };
    await timeline.until(Promise.all([walk('b', 2), walk('a', 1), walk('c', 2)]));
    assert.deepEqual(seen, ['a at 1', 'b at 2', 'c at 2']);
  });

  it('does not wait for promises where a wake-up says that there is nothing to wait for', async () => {
    for (const [says, goesOnAt] of [
      [undefined, 1],
      [true, 1],
      [false, 2],
    ] as const) {
      const timeline = new SimTimeline();
      const { promise, resolve } = Promise.withResolvers<void>();
      timeline.at(1, () => {
        resolve();
        return says;
      });
      timeline.at(2, () => undefined);
      assert.equal(await timeline.until(promise.then(() => timeline.nowNs())), goesOnAt);
    }
  });

  it('an aborted sleeper wakes at once, and a cancelled wake-up never comes', async () => {
    const timeline = new SimTimeline();
    const abort = new AbortController();
    timeline.at(5e6, () => abort.abort());
    timeline.at(7e6, () => assert.fail('it was cancelled')).cancel();
    await timeline.until(timeline.sleepUntil(1e12, abort.signal));
    assert.equal(timeline.nowNs(), 5e6);
  });

  it('says when nothing can happen any more, or not in time, and passes on what is thrown', async () => {
    const timeline = new SimTimeline();
    await assert.rejects(
      timeline.until(new Promise(() => undefined)),
      /nothing is left to happen at 0 ns/,
    );
    const tick = { fire: (): void => timeline.push(timeline.nowNs() + 1e6, tick) };
    tick.fire();
    await assert.rejects(
      timeline.until(new Promise(() => undefined), 5e6),
      /not over at 5000000 ns/,
    );
    timeline.push(0, {
      fire: () => {
        throw new Error('broken');
      },
    });
    await assert.rejects(timeline.until(new Promise(() => undefined)), /broken/);
  });
});
