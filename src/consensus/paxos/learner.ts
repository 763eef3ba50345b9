/** The learner: which command each slot holds for ever, and how far they are known without a gap (PMMC 2.2, R1-R4). */

import { hashJson } from '../hash.ts';
import { broken } from '../invariant.ts';
import type { Decision } from './messages.ts';

export class Learner<Command> {
  /** decisions[i] is slot i + 1: contiguous. */
  readonly #decisions: Decision<Command>[] = [];
  /** Known, but with a gap before them. */
  readonly #ahead = new Map<number, Decision<Command>>();

  /** The first slot that is not known to be decided. Only grows (R4). */
  get slotOut(): number {
    return this.#decisions.length + 1;
  }

  /** Takes a decision in. Throws BrokenInvariant on a second command for the same slot (R1). */
  decide(decision: Decision<Command>): void {
    const known = this.get(decision.slot);
    if (known !== undefined) {
      if (hashJson(known.command) !== hashJson(decision.command)) {
        broken(
          `slot ${decision.slot} decided twice: ${JSON.stringify(known)} and ${JSON.stringify(decision)}`,
        );
      }
      return;
    }
    if (decision.slot !== this.slotOut) {
      this.#ahead.set(decision.slot, decision);
      return;
    }
    let next: Decision<Command> | undefined = decision;
    while (next !== undefined) {
      this.#decisions.push(next);
      if (this.#ahead.size === 0) return;
      next = this.#ahead.get(this.slotOut);
      this.#ahead.delete(this.slotOut);
    }
  }

  /** What is known of a slot, also beyond a gap. */
  get(slot: number): Decision<Command> | undefined {
    return slot < this.slotOut ? this.#decisions[slot - 1] : this.#ahead.get(slot);
  }

  /** Up to `limit` decisions from a slot on, without gaps. */
  from(slot: number, limit: number): readonly Decision<Command>[] {
    return this.#decisions.slice(slot - 1, slot - 1 + limit);
  }
}
