/** The acceptor: the memory of Paxos. It promises ballots and accepts one command per slot and ballot (PMMC 2.1, A1-A4). */

import { hashJson } from '../hash.ts';
import { broken } from '../invariant.ts';
import { type Ballot, compareBallots, sameBallot, zeroBallot } from './ballot.ts';
import type { Proposal, Pvalue } from './messages.ts';

/** Without the `command` property where there is none: JSON has no undefined. */
const pvalueOf = <C>({ slot, command }: Proposal<C>, ballot: Ballot): Pvalue<C> =>
  command === undefined ? { slot, ballot } : { slot, command, ballot };

export class Acceptor<Command> {
  #ballot: Ballot = zeroBallot;
  #maxSlot = 0;
  /** Slots below are decided and forgotten. */
  #gcSlot = 1;
  /** Undecided slots only: what is decided is the learner's to keep. */
  readonly #accepted = new Map<number, Pvalue<Command>>();

  /** The highest ballot promised. Never goes down (A1). */
  get ballot(): Ballot {
    return this.#ballot;
  }

  /** The highest slot ever accepted, dropped ones included. */
  get maxSlot(): number {
    return this.#maxSlot;
  }

  /** Promises a ballot higher than every one before (A1). */
  promise(ballot: Ballot): void {
    if (compareBallots(ballot, this.#ballot) <= 0) {
      broken(
        `promise of ${ballot.round}/${ballot.node} after ${this.#ballot.round}/${this.#ballot.node}`,
      );
    }
    this.#ballot = ballot;
  }

  /** Accepts in the promised ballot only (A2). Returns what was not accepted before and has to be made durable. */
  accept(ballot: Ballot, proposals: readonly Proposal<Command>[]): readonly Proposal<Command>[] {
    if (!sameBallot(ballot, this.#ballot)) {
      broken(
        `accept in ${ballot.round}/${ballot.node}, promised ${this.#ballot.round}/${this.#ballot.node}`,
      );
    }
    const isFresh = (proposal: Proposal<Command>): boolean => {
      const had = this.#accepted.get(proposal.slot);
      if (had === undefined || !sameBallot(had.ballot, ballot)) return true;
      if (hashJson(had.command) === hashJson(proposal.command)) return false;
      // A leader that proposes two commands in one ballot and slot (A4).
      return broken(`two commands for ${ballot.round}/${ballot.node}, slot ${proposal.slot}`);
    };
    // As a rule all are: then the list itself, since the disk would keep a copy for as long as the node lives.
    const fresh = proposals.every(isFresh) ? proposals : proposals.filter(isFresh);
    for (const proposal of fresh) {
      const { slot } = proposal;
      if (slot >= this.#gcSlot) this.#accepted.set(slot, pvalueOf(proposal, ballot));
      this.#maxSlot = Math.max(this.#maxSlot, slot);
    }
    return fresh;
  }

  get(slot: number): Pvalue<Command> | undefined {
    return this.#accepted.get(slot);
  }

  /** Everything accepted and not dropped from this slot on, in order of slot. */
  acceptedFrom(slot: number): Pvalue<Command>[] {
    return [...this.#accepted.values()]
      .filter((pvalue) => pvalue.slot >= slot)
      .sort((a, b) => a.slot - b.slot);
  }

  /** Forgets decided slots, and those that come for them later: the learner of this node has them (PMMC 4.2). */
  dropBelow(slot: number): void {
    for (; this.#gcSlot < slot; this.#gcSlot += 1) this.#accepted.delete(this.#gcSlot);
    this.#maxSlot = Math.max(this.#maxSlot, slot - 1);
  }
}
