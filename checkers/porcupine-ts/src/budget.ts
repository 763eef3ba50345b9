/** The clock of one check. The only place that looks at time; verdicts never depend on it, only whether there is one. */

import type { CheckOptions, StopSignal, UnknownReason } from './result.ts';

const defaultMemoryLimitBytes = 512 * 2 ** 20;
const smallestMemoryLimitBytes = 2 ** 20;
const progressEveryMs = 100;

/** Thrown inside `check` where unwinding is the easiest way to stop; never leaves it. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

export class Budget {
  readonly memoryLimitBytes: number;
  readonly #startMs = performance.now();
  readonly #timeLimitMs: number;
  readonly #signal: StopSignal | undefined;
  #progressMs = progressEveryMs;

  /** Throws RangeError for a limit that is none. */
  constructor(options: CheckOptions) {
    const { timeLimitMs = Infinity, memoryLimitBytes = defaultMemoryLimitBytes } = options;
    if (!(timeLimitMs > 0)) {
      throw new RangeError(`timeLimitMs is ${timeLimitMs}; give a number above 0, or leave it out`);
    }
    if (!(memoryLimitBytes >= smallestMemoryLimitBytes)) {
      throw new RangeError(
        `memoryLimitBytes is ${memoryLimitBytes}; give at least ${smallestMemoryLimitBytes}`,
      );
    }
    this.#timeLimitMs = timeLimitMs;
    this.#signal = options.signal;
    this.memoryLimitBytes = memoryLimitBytes;
  }

  get elapsedMs(): number {
    return performance.now() - this.#startMs;
  }

  get spent(): boolean {
    return this.#signal?.aborted === true || this.elapsedMs >= this.#timeLimitMs;
  }

  /** Why it is spent. */
  get reason(): UnknownReason {
    return this.#signal?.aborted === true ? 'aborted' : 'time-limit';
  }

  /** True about every 100 ms. */
  progressIsDue(): boolean {
    if (this.elapsedMs < this.#progressMs) return false;
    this.#progressMs = this.elapsedMs + progressEveryMs;
    return true;
  }

  /** For long loops outside of the search. Throws OutOfTime. */
  readonly tick = (): void => {
    if (this.spent) throw new OutOfTime();
  };
}

/** A look at the clock after so many calls, at most. */
const mostCallsPerLook = 1024;
/** Looks closer together than this are too many, those further apart too few. */
const looksApartMs = { least: 1, most: 10 };

/**
 * The same as `tick`, for what is called often and nobody knows how long it takes between two calls: it calls `tick` at first every
 * time, then so often that about 1 to 10 ms pass in between.
 */
export function paced(tick: () => void): () => void {
  let callsPerLook = 1;
  let left = 1;
  let lookedMs = performance.now();
  return () => {
    left -= 1;
    if (left > 0) return;
    tick();
    const nowMs = performance.now();
    const passedMs = nowMs - lookedMs;
    lookedMs = nowMs;
    if (passedMs > looksApartMs.most) callsPerLook = Math.max(1, callsPerLook >> 2);
    else if (passedMs < looksApartMs.least) {
      callsPerLook = Math.min(mostCallsPerLook, callsPerLook * 2);
    }
    left = callsPerLook;
  };
}
