/**
 * The timer of a simulated process: it rings every `tickMs` of the node's own clock, but only when ringing may change something.
 *
 *     grid       |      |      |      |      |      |        when a real process would look at its clock
 *     rings      |                           |               the first time at which the replica is not quiet any more
 *
 * A replica that has less time left than it said before (a follower that now leads, say) is seen to at once, since everything that
 * happens to it goes by `stepped`. So what is left out is what changes nothing, and the rest happens at the same moments.
 */

import { tickMs } from '../node/limits.ts';
import type { NodeClock } from './clock.ts';
import { Call } from './queue.ts';
import type { SimTimeline } from './timeline.ts';

export interface TickerParts {
  readonly timeline: SimTimeline;
  readonly clock: NodeClock;
  /** Lets the replica know the time. */
  readonly tick: () => void;
  /** Until this reading of the node's clock a tick changes nothing. */
  readonly quietUntilMs: () => number;
}

/** Shares of a grid step below which a time counts as reached: ringing once too often changes nothing, once too late would. */
const slack = 1e-6;

export class Ticker {
  readonly #parts: TickerParts;
  /** A point of the grid; the next ones follow from it at the clock's present rate. */
  #gridNs = 0;
  /** When it rings next; anything else that is still in the queue is void. */
  #atNs = Number.POSITIVE_INFINITY;
  /** What that was chosen for. */
  #quietMs = Number.POSITIVE_INFINITY;
  #stopped = false;
  readonly #ring = new Call(() => this.#onRing());

  constructor(parts: TickerParts) {
    this.#parts = parts;
  }

  /** The process is ready: rings now, and from here the grid begins. */
  start(): void {
    this.#gridNs = this.#parts.timeline.nowNs();
    this.#atNs = this.#gridNs;
    this.#onRing();
  }

  stop(): void {
    this.#stopped = true;
  }

  #onRing(): void {
    const { timeline, tick } = this.#parts;
    const nowNs = timeline.nowNs();
    if (this.#stopped || nowNs !== this.#atNs) return;
    this.#gridNs = nowNs;
    this.#void();
    tick();
    this.stepped();
  }

  /** Something happened to the replica. */
  stepped(): void {
    const quietMs = this.#parts.quietUntilMs();
    if (quietMs >= this.#quietMs || this.#stopped) return;
    this.#quietMs = quietMs;
    const ns = this.#firstAfter(quietMs);
    if (ns >= this.#atNs) return;
    this.#atNs = ns;
    this.#parts.timeline.push(ns, this.#ring);
  }

  /** Sets the clock. The timer that runs meanwhile ends when it would have; those after it are as long as the clock makes them. */
  whileSetting(set: () => void): void {
    const nowNs = this.#parts.timeline.nowNs();
    if (this.#gridNs <= nowNs) this.#gridNs = this.#nextGridNs(nowNs);
    set();
    this.#void();
    this.stepped();
  }

  #void(): void {
    this.#atNs = Number.POSITIVE_INFINITY;
    this.#quietMs = Number.POSITIVE_INFINITY;
  }

  get #stepNs(): number {
    return Math.round((tickMs * 1e6) / this.#parts.clock.rate);
  }

  #nextGridNs(nowNs: number): number {
    if (this.#gridNs > nowNs) return this.#gridNs;
    const stepNs = this.#stepNs;
    return this.#gridNs + (Math.floor((nowNs - this.#gridNs) / stepNs) + 1) * stepNs;
  }

  /** The first point of the grid that is to come and at which the node's clock shows `quietMs`, or one before it. */
  #firstAfter(quietMs: number): number {
    const { timeline, clock } = this.#parts;
    const nextNs = this.#nextGridNs(timeline.nowNs());
    const lackMs = quietMs - clock.nowMs(nextNs);
    if (!(lackMs > 0)) return nextNs;
    const stepNs = this.#stepNs;
    return nextNs + Math.ceil((lackMs * 1e6) / clock.rate / stepNs - slack) * stepNs;
  }
}
