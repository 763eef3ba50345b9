import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { InnerClock } from '#src/cluster/inner-clock';
import { type FaultHooks, InnerFaults } from '#src/cluster/inner-faults';
import { planCluster, portsNeeded } from '#src/cluster/plan';
import { monotonicMs, readLine, trueLine } from '#src/node/clock';

/** A node that takes this long to answer, and half of that to look at its clock; `obeys: false` answers and sets nothing. */
function clockOf({ answerMs, obeys = true }: { answerMs: number; obeys?: boolean }): InnerClock {
  let clock = trueLine;
  const hooks: FaultHooks = {
    async faults(_plan, set) {
      if (set !== undefined && obeys) ({ clock } = set);
      await delay(answerMs / 2);
      const clockMs = readLine(clock, monotonicMs());
      await delay(answerMs / 2);
      return { clockMs, faults: { clock, troubles: [] }, spent: [] };
    },
    powerOff: () => assert.fail('nobody asked for that'),
    logFile: () => '/nowhere',
  };
  const ports = Array.from({ length: portsNeeded(1) }, (_, i) => 20_000 + i);
  const plan = planCluster(['n1'], '/nowhere', ports, 'test').nodes.get('n1') ?? assert.fail();
  return new InnerClock('n1', new InnerFaults(plan, hooks, () => ({ isAnswering: true })));
}

describe('the clock within a node', () => {
  it('has the rate that was seen, not far from what was asked for', async () => {
    const { rate, unmeasured } = await clockOf({ answerMs: 2 }).adjust(0, 3, true);
    assert.ok(Math.abs(rate - 3) < 0.5, `${rate}`);
    // A machine that is very busy does not let it be seen.
    assert.ok(unmeasured === undefined || /takes too long/.test(unmeasured));
  });

  it('that jumps is where it was seen', async () => {
    const fromMs = monotonicMs();
    const { offsetMs } = await clockOf({ answerMs: 2 }).adjust(60_000, 1, false);
    assert.ok(Math.abs(offsetMs - 60_000) <= monotonicMs() - fromMs, `${offsetMs}`);
  });

  it('has no rate that was seen where answers take too long to tell it', async () => {
    const reading = await clockOf({ answerMs: 150 }).adjust(0, 3, true);
    assert.deepEqual([reading.rate, reading.unmeasured], [3, 'n1 takes too long to answer']);
  });

  it('that does not follow is an error, however long answers take', async () => {
    for (const answerMs of [0, 100]) {
      const clock = clockOf({ answerMs, obeys: false });
      await assert.rejects(clock.adjust(5_000, 1, false), /n1 was set and did not follow/);
    }
  });
});
