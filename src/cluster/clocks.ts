/** Clocks of real nodes on behalf of owners, and what is measured of them from outside. */

import { setTimeout as delay } from 'node:timers/promises';
import { type ClockLine, jumped, monotonicMs, readLine, withRate } from '../node/clock.ts';
import type { ClockReading, Node, World } from '../schedule/world.ts';
import { Unavailable } from '../schedule/world.ts';
import { Claims } from './claims.ts';
import type { InnerFaults } from './inner-faults.ts';
import { limits } from './limits.ts';
import { all, serial } from './serial.ts';

/** One look at a node's clock: it showed `clockMs` at some moment between the two, in ms of the machine's clock. */
interface Look {
  readonly clockMs: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

async function look(faults: InnerFaults): Promise<Look | undefined> {
  const fromMs = monotonicMs();
  const seen = await faults.read();
  return seen === undefined ? undefined : { clockMs: seen.clockMs, fromMs, untilMs: monotonicMs() };
}

const middle = ({ fromMs, untilMs }: Look): number => (fromMs + untilMs) / 2;

/** Throws an Error when what was seen cannot be this clock: how far it may be off is known from how long the looks took. */
function confirm(node: Node, line: ClockLine, looks: readonly Look[]): void {
  const slackMs = 0.2 + 0.2 * line.rate;
  for (const { clockMs, fromMs, untilMs } of looks) {
    const least = readLine(line, fromMs) - slackMs;
    const most = readLine(line, untilMs) + slackMs;
    if (clockMs >= least && clockMs <= most) continue;
    throw new Error(
      `the clock of ${node} was set and did not follow: it shows ${clockMs.toFixed(1)} ms, which should be between ${least.toFixed(1)} and ${most.toFixed(1)}`,
    );
  }
}

/** Reads the clock twice; once is enough where its rate is not in question. */
async function measure(node: Node, faults: InnerFaults, withRates: boolean): Promise<ClockReading> {
  const line = faults.clock;
  const first = await look(faults);
  // On a busy machine a look takes long, and says less of when it was: then they have to lie further apart.
  const widthMs = first === undefined ? 0 : first.untilMs - first.fromMs;
  const apartMs = Math.min(limits.clockLooksApartMost, limits.clockLooksApart + 8 * widthMs);
  if (withRates) await delay(apartMs);
  const second = withRates ? await look(faults) : first;
  if (first === undefined || second === undefined) {
    const now = monotonicMs();
    const unmeasured = `${node} does not answer; it is told when it comes back`;
    return { offsetMs: readLine(line, now) - now, rate: line.rate, unmeasured };
  }
  confirm(node, line, [first, second]);
  const elapsedMs = middle(second) - middle(first);
  return {
    offsetMs: second.clockMs - middle(second),
    rate: withRates ? (second.clockMs - first.clockMs) / elapsedMs : line.rate,
  };
}

const rounded = ({ offsetMs, rate, ...rest }: ClockReading): ClockReading => ({
  offsetMs: Math.round(offsetMs * 100) / 100,
  rate: Math.round(rate * 1000) / 1000,
  ...rest,
});

/** Slower than this a node would never tick again. */
const slowestRate = 0.01;

/** `reason`: why none can be set where there are no nodes, since the program offers no way. */
export function clocksOf(nodes: ReadonlyMap<Node, InnerFaults>, reason: string): World['clocks'] {
  const claims = new Claims<number>();
  const oneByOne = serial();
  const faultsOf = (node: Node): InnerFaults => {
    const faults = nodes.get(node);
    if (faults === undefined) {
      throw new Unavailable(nodes.size > 0 ? `no such node: ${node}` : reason);
    }
    return faults;
  };
  return {
    async adjust(owner, node, { offsetMs = 0, rate = 1 }) {
      const faults = faultsOf(node);
      if (!isRate(rate)) {
        throw new RangeError(
          `a clock cannot run at ${rate} times the right rate; allowed: ${slowestRate} to ${1 / slowestRate}`,
        );
      }
      if (rate !== 1) claims.add(owner, node, rate);
      return oneByOne(node, async () => {
        const nowMs = monotonicMs();
        const line = jumped(faults.clock, nowMs, offsetMs);
        await faults.setClock(withRate(line, nowMs, together(claims.on(node))));
        return rounded(await measure(node, faults, rate !== 1));
      });
    },
    release: (owner) =>
      all(
        claims.withdraw(owner).map((node) =>
          oneByOne(node, async () => {
            const faults = faultsOf(node);
            const rate = together(claims.on(node));
            await faults.setClock(withRate(faults.clock, monotonicMs(), rate));
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
