/** The acceptor: the memory of Paxos. Two numbers and a value, and two rules about them. */

import { broken } from '../invariant.ts';
import { type Ballot, compareBallots, zeroBallot } from '../paxos/ballot.ts';
import type { AcceptedValue } from './messages.ts';

export class Acceptor<Value> {
  #promised: Ballot = zeroBallot;
  #accepted: AcceptedValue<Value> | undefined;

  /** The highest ballot promised. Never goes down. */
  get promised(): Ballot {
    return this.#promised;
  }

  /** What was accepted in the highest ballot so far. */
  get accepted(): AcceptedValue<Value> | undefined {
    return this.#accepted;
  }

  /** Whether the rules allow a promise or an acceptance in this ballot. */
  allows(ballot: Ballot): boolean {
    return compareBallots(ballot, this.#promised) >= 0;
  }

  /** Returns whether this is news, which has to be made durable. Throws BrokenInvariant on a ballot lower than promised. */
  promise(ballot: Ballot): boolean {
    if (!this.allows(ballot)) this.#refuse('promise of', ballot);
    const news = compareBallots(ballot, this.#promised) > 0;
    this.#promised = ballot;
    return news;
  }

  /**
   * Accepting is promising too. Returns whether this is news, which has to be made durable. Throws BrokenInvariant on a
   * ballot lower than promised, or on a second value in a ballot: its proposer was not allowed that.
   */
  accept(ballot: Ballot, value: Value): boolean {
    if (!this.allows(ballot)) this.#refuse('acceptance in', ballot);
    this.#promised = ballot;
    const before = this.#accepted;
    if (before !== undefined && compareBallots(before.ballot, ballot) === 0) {
      if (JSON.stringify(before.value) !== JSON.stringify(value)) {
        broken(
          `two values in ballot ${ballot.round}.${ballot.node}: ${JSON.stringify(before.value)} and ${JSON.stringify(value)}`,
        );
      }
      return false;
    }
    this.#accepted = { ballot, value };
    return true;
  }

  #refuse(what: string, ballot: Ballot): never {
    const { round, node } = this.#promised;
    broken(`${what} ballot ${ballot.round}.${ballot.node} after promising ${round}.${node}`);
  }
}
