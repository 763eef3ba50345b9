/** The clock of a node whose program knows nothing of it: that of its processes. */

import { setTimeout as delay } from 'node:timers/promises';
import type { ClockReading, Node } from '../../schedule/world.ts';
import { serial } from '../serial.ts';
import { giveGroup, type Holdable, linesOf } from './group.ts';
import {
  atRate,
  fixedRate,
  jumpedBy,
  type NsLine,
  rateOf,
  rightRate,
  shownAt,
  trueNsLine,
} from './line.ts';
import type { Environment, OuterClock } from './outer-clock.ts';

/** CLOCK_REALTIME, rounded down to ms. */
const wallNowNs = (): bigint => BigInt(Date.now()) * 1_000_000n;

const ms = 1_000_000n;

/** A changed rate holds from this long after it was set on, at the latest. */
const holdsAfterMs = 2;

/**
 * `offsetMs` is of the wall clock only; the monotonic clock never jumps. The rate is of both. The wall clock's line is the node's and stays
 * through restarts; the monotonic clock of a process begins right, as after a boot, and runs at the node's rate from then on.
 */
export class ProcessClock implements OuterClock {
  readonly #node: Node;
  readonly #group: Holdable;
  readonly #oneByOne = serial();
  #wall: NsLine = trueNsLine;
  #rate = rightRate;
  /** It has been something else than the machine's clock. */
  #isTouched = false;
  /** Why a process that started did not get its clock: whoever asks next is told. */
  #missed: string | undefined;

  constructor(node: Node, group: Holdable) {
    this.#node = node;
    this.#group = group;
  }

  adjust(offsetMs: number, rate: number): Promise<ClockReading> {
    return this.#oneByOne('', async () => {
      const offsetNs = BigInt(Math.round(offsetMs * 1e6));
      await this.#change(jumpedBy(this.#wall, offsetNs), fixedRate(rate));
      return this.#read();
    });
  }

  async restore(rate: number): Promise<void> {
    await this.#oneByOne('', async () => {
      if (this.#isTouched) await this.#change(this.#wall, fixedRate(rate));
    });
  }

  async environment(given: Environment): Promise<Environment> {
    return given;
  }

  async cleanUp(): Promise<void> {}

  async started(): Promise<void> {
    await this.#oneByOne('', async () => {
      if (!this.#isTouched) return;
      await this.#give().catch((error: unknown) => {
        this.#missed = `${this.#node} started and did not get its clock: ${String(error)}`;
      });
    });
  }

  async #change(jumped: NsLine, rate: bigint): Promise<void> {
    const isNewRate = rate !== this.#rate;
    this.#wall = atRate(jumped, wallNowNs() + ms, rate);
    this.#rate = rate;
    this.#isTouched = true;
    await this.#give();
    if (isNewRate) await delay(holdsAfterMs);
    const missed = this.#missed;
    this.#missed = undefined;
    if (missed !== undefined) throw new Error(missed);
  }

  async #give(): Promise<void> {
    await giveGroup(this.#group, { wall: this.#wall, rate: this.#rate });
  }

  /** As it is in the process's memory. */
  #read(): ClockReading {
    const { pid } = this.#group;
    const seen = pid === undefined ? undefined : linesOf(pid);
    const now = wallNowNs();
    const wall = seen?.wall ?? this.#wall;
    const reading = {
      offsetMs: Math.round(Number(shownAt(wall, now) - now) / 1e4) / 100,
      rate: Math.round(rateOf(wall) * 1000) / 1000,
    };
    const unmeasured = `${this.#node} is down; it gets its clock when it starts`;
    return pid === undefined ? { ...reading, unmeasured } : reading;
  }
}
