import assert from 'node:assert/strict';
import fc from 'fast-check';
import { tickMs } from '#src/node/limits';
import { NodeClock } from '#src/sim/clock';
import { Ticker } from '#src/sim/ticker';
import { Deadline, SimTimeline } from '#src/sim/timeline';

/** A replica that has something to do at these readings of its clock, and what is done to the clock meanwhile. */
interface Story {
  readonly dueMs: readonly number[];
  readonly changes: readonly {
    readonly atMs: number;
    readonly rate: number;
    readonly jumpMs: number;
  }[];
}

const endNs = 2_000e6;

/** When it did what it had to do. `isNaive`: it is told the time at every point of the grid. */
async function played({ dueMs, changes }: Story, isNaive: boolean): Promise<number[]> {
  const timeline = new SimTimeline();
  const clock = new NodeClock(0);
  const waiting = dueMs.toSorted((a, b) => a - b);
  const done: number[] = [];
  const ticker = new Ticker({
    timeline,
    clock,
    quietUntilMs: () => (isNaive ? 0 : (waiting[0] ?? Number.POSITIVE_INFINITY)),
    tick: () => {
      while ((waiting[0] ?? Number.POSITIVE_INFINITY) <= clock.nowMs(timeline.nowNs())) {
        waiting.shift();
        done.push(timeline.nowNs());
      }
    },
  });
  for (const { atMs, rate, jumpMs } of changes) {
    timeline.at(atMs * 1e6, () =>
      ticker.whileSetting(() => {
        clock.setRate(timeline.nowNs(), rate);
        clock.jump(timeline.nowNs(), jumpMs);
      }),
    );
  }
  ticker.start();
  await timeline.until(timeline.sleepUntil(endNs, new AbortController().signal));
  return done;
}

describe("a node's timer", () => {
  it('does everything when a timer that rings all the time would, whatever happens to the clock', async () => {
    const story = fc.record({
      dueMs: fc.array(fc.double({ min: 0, max: 2500, noNaN: true }), { maxLength: 12 }),
      changes: fc.array(
        fc.record({
          atMs: fc.double({ min: 0.1, max: 1900, noNaN: true }),
          rate: fc.constantFrom(0.1, 0.5, 1, 1.7, 3),
          jumpMs: fc.constantFrom(-300, -1, 0, 0.5, 400),
        }),
        { maxLength: 5 },
      ),
    });
    await fc.assert(
      fc.asyncProperty(story, async (one) => {
        assert.deepEqual(await played(one, false), await played(one, true));
      }),
      { numRuns: 60 },
    );
  });

  it('rings on the grid of its steps, and not in between', async () => {
    const done = await played({ dueMs: [0, 1, 500.5], changes: [] }, false);
    assert.deepEqual(done, [0, tickMs * 1e6, 510e6]);
  });
});

describe('a deadline', () => {
  it('is reached when it was set to last, once, and not when it was cleared', async () => {
    const timeline = new SimTimeline();
    const reached: number[] = [];
    const deadline = new Deadline(timeline, () => reached.push(timeline.nowNs()));
    deadline.set(100);
    timeline.at(50, () => deadline.set(300));
    timeline.at(200, () => deadline.set(250));
    timeline.at(400, () => deadline.set(500));
    timeline.at(450, () => deadline.clear());
    timeline.at(600, () => deadline.set(700));
    await timeline.until(timeline.sleepUntil(1000, new AbortController().signal));
    assert.deepEqual(reached, [250, 700]);
  });
});
