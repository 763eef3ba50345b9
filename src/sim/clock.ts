/** A node's monotonic clock: what the algorithm takes for the time. Survives the node's restarts. */

import type { ClockReading } from '../schedule/world.ts';

/** Slower than this a node would never tick again. */
const slowestRate = 0.01;

export class NodeClock {
  /** The reading at `#sinceNs` of true time, in ms. */
  #baseMs: number;
  #sinceNs = 0;
  #rate = 1;
  /** How far the reading would be ahead of a clock that was never touched. */
  readonly #startMs: number;

  /** `startMs`: its reading at time 0. Different for every node: nobody may compare the clocks of two nodes. */
  constructor(startMs: number) {
    this.#startMs = startMs;
    this.#baseMs = startMs;
  }

  get rate(): number {
    return this.#rate;
  }

  nowMs(trueNs: number): number {
    return this.#baseMs + ((trueNs - this.#sinceNs) / 1e6) * this.#rate;
  }

  jump(trueNs: number, offsetMs: number): void {
    this.#rebase(trueNs);
    this.#baseMs += offsetMs;
  }

  /** Throws RangeError for a rate that no clock has. */
  setRate(trueNs: number, rate: number): void {
    if (!(rate >= slowestRate && rate <= 1 / slowestRate)) {
      throw new RangeError(
        `a clock cannot run at ${rate} times the right rate; allowed: ${slowestRate} to ${1 / slowestRate}`,
      );
    }
    this.#rebase(trueNs);
    this.#rate = rate;
  }

  read(trueNs: number): ClockReading {
    return { offsetMs: this.nowMs(trueNs) - this.#startMs - trueNs / 1e6, rate: this.#rate };
  }

  #rebase(trueNs: number): void {
    this.#baseMs = this.nowMs(trueNs);
    this.#sinceNs = trueNs;
  }
}
