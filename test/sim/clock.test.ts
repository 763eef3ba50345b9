/** Clocks of simulated nodes. */

import assert from 'node:assert/strict';
import { NodeClock } from '#src/sim/clock';

const ms = (n: number): number => n * 1e6;

describe('sim: clock', () => {
  it('runs at its rate from when that was set', () => {
    const clock = new NodeClock(500);
    assert.equal(clock.nowMs(ms(10)), 510);
    clock.setRate(ms(10), 2);
    assert.equal(clock.nowMs(ms(20)), 530);
    clock.setRate(ms(20), 1);
    assert.equal(clock.nowMs(ms(30)), 540);
    assert.deepEqual(clock.read(ms(30)), { offsetMs: 10, rate: 1 });
  });

  it('jumps, also back', () => {
    const clock = new NodeClock(0);
    clock.jump(ms(100), -40);
    assert.equal(clock.nowMs(ms(100)), 60);
    assert.equal(clock.nowMs(ms(110)), 70);
  });

  it('refuses rates that no clock has', () => {
    assert.throws(
      () => new NodeClock(0).setRate(0, 0),
      /0 times the right rate; allowed: 0.01 to 100/,
    );
  });
});
