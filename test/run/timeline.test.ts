import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RealTimeline } from '#src/run/real-timeline';
import { VirtualTimeline, type Wake, WakeQueue } from '#src/run/timeline';

describe('wake-ups', () => {
  it('come in order of time, then of asking, without the cancelled ones', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(20), fc.boolean()), { maxLength: 60 }), (asked) => {
        const queue = new WakeQueue();
        const got: number[] = [];
        const wakes = asked.map(([atNs], i) => queue.add(atNs, () => got.push(i)));
        asked.forEach(([, cancelled], i) => {
          if (cancelled) wakes[i]?.cancel();
        });
        const expected = asked
          .map(([atNs, cancelled], i) => ({ atNs, cancelled, i }))
          .filter((one) => !one.cancelled)
          .toSorted((a, b) => a.atNs - b.atNs || a.i - b.i);
        assert.equal(queue.soonestNs, expected[0]?.atNs);
        for (let run = queue.takeDue(20); run; run = queue.takeDue(20)) run();
        assert.deepEqual(
          got,
          expected.map((one) => one.i),
        );
      }),
    );
  });

  it('none is due before its time, and cancelling afterwards does no harm', () => {
    const queue = new WakeQueue();
    const wake = queue.add(10, () => undefined);
    queue.add(11, () => undefined);
    assert.equal(queue.takeDue(9), undefined);
    assert.ok(queue.takeDue(10));
    wake.cancel();
    assert.equal(queue.soonestNs, 11);
  });
});

describe('virtual time', () => {
  it('passes from one wake-up to the next, after all that follows from the one before', async () => {
    const timeline = new VirtualTimeline();
    const seen: string[] = [];
    const say = (what: string): void => void seen.push(`${what} ${timeline.nowNs()}`);
    const { promise, resolve } = Promise.withResolvers<string>();
    timeline.at(50, () => resolve('end'));
    timeline.at(20, () => {
      say('b');
      void Promise.resolve()
        .then(() => Promise.resolve())
        .then(() => say('after b'));
    });
    timeline.at(20, () => say('c'));
    timeline.at(10, () => {
      say('a');
      timeline.soon(() => say('soon'));
      timeline.at(5, () => say('overdue'));
    });
    assert.equal(await timeline.runUntil(promise), 'end');
    assert.deepEqual(seen, ['a 10', 'soon 10', 'overdue 10', 'b 20', 'after b 20', 'c 20']);
    assert.equal(timeline.nowNs(), 50);
  });

  it('says when nothing can happen any more, and passes errors on', async () => {
    const timeline = new VirtualTimeline();
    await assert.rejects(
      timeline.runUntil(new Promise(() => undefined)),
      /nothing is left to happen at 0 ns/,
    );
    await assert.rejects(timeline.runUntil(Promise.reject(new Error('no'))), /^Error: no$/);
  });
});

describe('real time', () => {
  it('wakes never early, in order, and not when cancelled', async () => {
    using timeline = new RealTimeline();
    const woken: { i: number; dueNs: number; atNs: number }[] = [];
    const startNs = timeline.nowNs();
    const wakes: Wake[] = [];
    await new Promise<void>((resolve) => {
      for (let i = 0; i < 40; i += 1) {
        const dueNs = startNs + ((i * 7919) % 40) * 700_000;
        wakes.push(timeline.at(dueNs, () => woken.push({ i, dueNs, atNs: timeline.nowNs() })));
      }
      for (let i = 0; i < 40; i += 4) wakes[i]?.cancel();
      timeline.at(startNs + 40e6, resolve);
    });
    assert.equal(woken.length, 30);
    for (const { atNs, dueNs } of woken) assert.ok(atNs >= dueNs);
    assert.deepEqual(
      woken,
      woken.toSorted((a, b) => a.dueNs - b.dueNs),
    );
    assert.ok(woken.every(({ i }) => i % 4 !== 0));
  });

  it('never runs a callback within the call, and goes on when one throws', async () => {
    using timeline = new RealTimeline();
    let inside = true;
    await new Promise<void>((resolve) => {
      timeline.at(0, () => {
        assert.equal(inside, false);
        resolve();
      });
      inside = false;
    });
    const before = timeline.nowNs();
    await new Promise<void>((resolve) => timeline.soon(resolve));
    assert.ok(timeline.nowNs() >= before);
  });

  it('wakes nobody after it is disposed of', async () => {
    const timeline = new RealTimeline();
    timeline.at(timeline.nowNs() + 2e6, () => assert.fail('woken'));
    timeline[Symbol.dispose]();
    await new Promise((resolve) => setTimeout(resolve, 10));
  });
});
