/**
 * Loss over TCP. The receiver never misses a byte; what is lost is sent again after a time-out, and everything behind it waits:
 *
 *     pass  |stall   |pass        |stall            |pass
 *     ooooox          ooooooooooox                   oooo      x: lost, k times in a row: stalls 200 ms * 2^(k-1)
 *
 * Each slot of time stands for a message; it is lost with the probability of the loss.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { fraction, type Random } from '../random/random.ts';
import { limits } from './limits.ts';

/** How long the line stands still when a message is lost, in ms. */
export function stallMs(loss: number, random: Random): number {
  let losses = 0;
  while (losses < limits.retransmitBackoffMax && fraction(random) < loss) losses += 1;
  return limits.retransmitMs * 2 ** losses;
}

/** How long it goes well, in ms. */
export function passMs(loss: number, random: Random): number {
  let slots = 1;
  while (slots < limits.lossSlotsMax && fraction(random) >= loss) slots += 1;
  return slots * limits.lossSlotMs;
}

/** Stalls and passes in turn until aborted, beginning in the middle of a stall. Rejects when `setStalled` does. */
export async function stallInTurn(
  loss: number,
  random: Random,
  setStalled: (stalled: boolean) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const lasts = (ms: number) =>
    delay(ms, true, { signal, ref: false }).catch(() => false as boolean);
  while (await lasts(stallMs(loss, random))) {
    await setStalled(false);
    if (!(await lasts(passMs(loss, random)))) return;
    await setStalled(true);
  }
}
