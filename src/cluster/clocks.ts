/** Clocks of real nodes on behalf of owners: each change multiplies into a node's rate until it is withdrawn. */

import type { ClockReading, Node, World } from '../schedule/world.ts';
import { Unavailable } from '../schedule/world.ts';
import { Claims } from './claims.ts';
import { all, serial } from './serial.ts';

/** The clock of one node, which nobody else sets. Calls do not overlap. */
export interface NodeClock {
  /**
   * It jumps by `offsetMs` and runs at `rate` from now on, for ever: a node that is down or paused is told when it is back. Resolves with
   * what was seen afterwards; `isDrift`: the rate is in question. Rejects when it did not follow, with `Unavailable` when it never could.
   */
  adjust(offsetMs: number, rate: number, isDrift: boolean): Promise<ClockReading>;
  /** It runs at `rate` from now on, without a jump. Idempotent. */
  restore(rate: number): Promise<void>;
}

/** Slower than this a node would never tick again. */
const slowestRate = 0.01;

/** `reason`: why none can be set where there are no nodes, since the program offers no way. */
export function clocksOf(nodes: ReadonlyMap<Node, NodeClock>, reason: string): World['clocks'] {
  const claims = new Claims<number>();
  const oneByOne = serial();
  const clockOf = (node: Node): NodeClock => {
    const clock = nodes.get(node);
    if (clock === undefined) {
      throw new Unavailable(nodes.size > 0 ? `no such node: ${node}` : reason);
    }
    return clock;
  };
  return {
    async adjust(owner, node, { offsetMs = 0, rate = 1 }) {
      const clock = clockOf(node);
      if (!isRate(rate)) {
        throw new RangeError(
          `a clock cannot run at ${rate} times the right rate; allowed: ${slowestRate} to ${1 / slowestRate}`,
        );
      }
      if (rate !== 1) claims.add(owner, node, rate);
      return oneByOne(node, () => clock.adjust(offsetMs, together(claims.on(node)), rate !== 1));
    },
    release: (owner) =>
      all(
        claims.withdraw(owner).map((node) =>
          oneByOne(node, async () => {
            await clockOf(node).restore(together(claims.on(node)));
            claims.finish(owner, node);
          }),
        ),
      ),
  };
}

const isRate = (rate: number): boolean => rate >= slowestRate && rate <= 1 / slowestRate;

/** Two who change the rate of one clock: both changes count, as far as a clock can go. */
function together(rates: readonly number[]): number {
  const product = rates.reduce((all, rate) => all * rate, 1);
  return Math.min(1 / slowestRate, Math.max(slowestRate, product));
}
