/** Time that a check may take; whoever loops looks at it now and then. */

import { stepsPerLook } from './limits.ts';

/** The budget is spent: caught by whoever gave it. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

export class Budget {
  readonly endMs: number;
  readonly nowMs: () => number;
  #untilLook = stepsPerLook;

  constructor(endMs: number, nowMs: () => number) {
    this.endMs = endMs;
    this.nowMs = nowMs;
  }

  get leftMs(): number {
    return this.endMs - this.nowMs();
  }

  /** Counts steps. Throws OutOfTime when time is up. */
  step(steps = 1): void {
    this.#untilLook -= steps;
    if (this.#untilLook > 0) return;
    this.#untilLook = stepsPerLook;
    if (this.leftMs <= 0) throw new OutOfTime();
  }
}
