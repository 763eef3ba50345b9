/** The clock within our own nodes' process, which it is asked to set, and what is measured of it from outside. */

import { setTimeout as delay } from 'node:timers/promises';
import { type ClockLine, jumped, monotonicMs, readLine, withRate } from '../node/clock.ts';
import type { ClockReading, Node } from '../schedule/world.ts';
import type { NodeClock } from './clocks.ts';
import type { InnerFaults } from './inner-faults.ts';
import { limits } from './limits.ts';

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

/** Looks that are further apart than this many times as long as they took tell a rate well enough. */
const apart = 16;

const width = ({ fromMs, untilMs }: Look): number => untilMs - fromMs;

const tellRate = (first: Look, second: Look): boolean =>
  middle(second) - middle(first) >= apart * (width(first) + width(second));

/** A second look, far enough from the first one to tell the rate. On a busy machine looks take long, and say less of when they were. */
async function lookAgain(faults: InnerFaults, first: Look): Promise<Look | undefined> {
  for (let waitMs: number = limits.clockLooksApart; ; waitMs *= 2) {
    await delay(Math.min(waitMs, limits.clockLooksApartMost));
    const second = await look(faults);
    if (second === undefined || tellRate(first, second)) return second;
    if (middle(second) - middle(first) >= limits.clockLooksApartMost) return second;
  }
}

/** Reads the clock twice; once is enough where its rate is not in question. */
async function measure(node: Node, faults: InnerFaults, withRates: boolean): Promise<ClockReading> {
  const line = faults.clock;
  const first = await look(faults);
  const second = withRates && first !== undefined ? await lookAgain(faults, first) : first;
  if (first === undefined || second === undefined) {
    const now = monotonicMs();
    const unmeasured = `${node} does not answer; it is told when it comes back`;
    return { offsetMs: readLine(line, now) - now, rate: line.rate, unmeasured };
  }
  confirm(node, line, [first, second]);
  const offsetMs = second.clockMs - middle(second);
  if (!withRates) return { offsetMs, rate: line.rate };
  if (!tellRate(first, second)) {
    return { offsetMs, rate: line.rate, unmeasured: `${node} takes too long to answer` };
  }
  const [clockMs, elapsedMs] = [second.clockMs - first.clockMs, middle(second) - middle(first)];
  return { offsetMs, rate: clockMs / elapsedMs };
}

const rounded = ({ offsetMs, rate, ...rest }: ClockReading): ClockReading => ({
  offsetMs: Math.round(offsetMs * 100) / 100,
  rate: Math.round(rate * 1000) / 1000,
  ...rest,
});

export class InnerClock implements NodeClock {
  readonly #node: Node;
  readonly #faults: InnerFaults;

  constructor(node: Node, faults: InnerFaults) {
    this.#node = node;
    this.#faults = faults;
  }

  async adjust(offsetMs: number, rate: number, isDrift: boolean): Promise<ClockReading> {
    const nowMs = monotonicMs();
    const line = jumped(this.#faults.clock, nowMs, offsetMs);
    await this.#faults.setClock(withRate(line, nowMs, rate));
    return rounded(await measure(this.#node, this.#faults, isDrift));
  }

  async restore(rate: number): Promise<void> {
    await this.#faults.setClock(withRate(this.#faults.clock, monotonicMs(), rate));
  }
}
