/** The clock that rules a node's ticks, timeouts and leases. Left alone it is the machine's; a fault may set it otherwise. */

import { performance } from 'node:perf_hooks';

/**
 * A clock as a line over true time, which is CLOCK_MONOTONIC in ms, the same for all processes of a machine: `baseMs` at `sinceMs`, and
 * from there `rate` ms per true ms. It says everything, so a node that starts again goes on with the clock it had.
 */
export interface ClockLine {
  readonly baseMs: number;
  readonly sinceMs: number;
  readonly rate: number;
}

export const trueLine: ClockLine = { baseMs: 0, sinceMs: 0, rate: 1 };

/** CLOCK_MONOTONIC in ms. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** What the clock shows at this true time, in ms. */
export const readLine = ({ baseMs, sinceMs, rate }: ClockLine, trueMs: number): number =>
  baseMs + (trueMs - sinceMs) * rate;

/** The same clock, `offsetMs` further from now on; negative: back. */
export const jumped = (line: ClockLine, trueMs: number, offsetMs: number): ClockLine => ({
  ...line,
  baseMs: readLine(line, trueMs) + offsetMs,
  sinceMs: trueMs,
});

/** The same clock, running at `rate` from now on. */
export const withRate = (line: ClockLine, trueMs: number, rate: number): ClockLine => ({
  baseMs: readLine(line, trueMs),
  sinceMs: trueMs,
  rate,
});

/** CLOCK_MONOTONIC when `performance.now()` was 0, in ms: the best of some tries, for a process may be interrupted between two calls. */
function originMs(): number {
  let best = { origin: 0, width: Number.POSITIVE_INFINITY };
  for (let tries = 0; tries < 20 && best.width > 0.02; tries += 1) {
    const before = monotonicMs();
    const origin = before - performance.now();
    const width = monotonicMs() - before;
    if (width < best.width) best = { origin: origin + width / 2, width };
  }
  return best.origin;
}

/** A clock that can be set. Reading it costs an addition and a multiplication more than `performance.now`. */
export class SettableClock {
  readonly #originMs = originMs();
  #line: ClockLine;
  #fromMs = 0;

  constructor(line: ClockLine) {
    this.#line = line;
    this.set(line);
  }

  get line(): ClockLine {
    return this.#line;
  }

  set(line: ClockLine): void {
    this.#line = line;
    this.#fromMs = line.sinceMs - this.#originMs;
  }

  nowMs(): number {
    return this.#line.baseMs + (performance.now() - this.#fromMs) * this.#line.rate;
  }
}
