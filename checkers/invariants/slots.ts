/** What was proposed, accepted and chosen for each slot: I24, I27. Chosen is judged by disks alone (PMMC 4.1). */

import type { Scene } from './members.ts';
import type { Slot, Vote } from './paxos-state.ts';
import type { Report } from './report.ts';
import type { Traced, TracedOf } from './traced.ts';

export class Slots {
  readonly #scene: Scene;
  readonly #report: Report;
  readonly #slots: (Slot | undefined)[] = [];
  /** Every slot below is chosen. */
  #chosenBelow = 1;

  constructor(scene: Scene, report: Report) {
    this.#scene = scene;
    this.#report = report;
  }

  get chosenBelow(): number {
    return this.#chosenBelow;
  }

  at(slot: number): Slot {
    const known = this.#slots[slot];
    if (known !== undefined) return known;
    const added: Slot = { votes: [], chosen: undefined };
    this.#slots[slot] = added;
    return added;
  }

  vote(slot: number, ballot: number): Vote | undefined {
    for (const vote of this.#slots[slot]?.votes ?? []) if (vote.ballot === ballot) return vote;
    return undefined;
  }

  proposed(slot: number, ballot: number, event: TracedOf<'proposed'>): void {
    const { votes, chosen } = this.at(slot);
    const other = this.vote(slot, ballot);
    if (other !== undefined) {
      this.#report.violated(
        'I27',
        `${event.node} proposes for slot ${slot} a second time in one ballot`,
        other.event,
        event,
      );
      return;
    }
    votes.push({ ballot, hash: event.hash, event, accepted: 0, said: 0 });
    if (chosen !== undefined && chosen.ballot < ballot && chosen.hash !== event.hash) {
      this.#report.violated(
        'I25',
        `${event.node} proposes another command for slot ${slot} than was chosen in a lower ballot`,
        chosen.event,
        event,
      );
    }
  }

  /** On that acceptor's disk. */
  accepted(slot: number, ballot: number, hash: number, bit: number, event: Traced): void {
    const seen = this.at(slot);
    let vote = this.vote(slot, ballot);
    if (vote === undefined) {
      // The proposer's trace is incomplete; otherwise this was reported when it was accepted.
      vote = { ballot, hash, event, accepted: 0, said: 0 };
      seen.votes.push(vote);
    }
    vote.accepted |= bit;
    if (vote !== seen.chosen && this.#scene.members.isQuorum(vote.accepted))
      this.#choose(slot, seen, vote);
  }

  #choose(slot: number, seen: Slot, vote: Vote): void {
    const { chosen } = seen;
    if (chosen !== undefined) {
      if (chosen.hash === vote.hash) return;
      this.#report.violated(
        'I24',
        `two commands are chosen for slot ${slot}, in two ballots`,
        chosen.event,
        vote.event,
      );
      return;
    }
    for (const other of seen.votes) {
      if (other.ballot <= vote.ballot || other.hash === vote.hash) continue;
      this.#report.violated(
        'I25',
        `slot ${slot} is chosen in one ballot, and ${other.event.node} has proposed another command for it in a higher one`,
        other.event,
        vote.event,
      );
    }
    seen.chosen = vote;
    while (this.#slots[this.#chosenBelow]?.chosen !== undefined) this.#chosenBelow += 1;
  }

  /** A leader counted its majority, of which the trace may lack a part. */
  takeForChosen(slot: number, vote: Vote): void {
    const seen = this.at(slot);
    if (seen.chosen === undefined) this.#choose(slot, seen, vote);
  }

  applied(event: TracedOf<'apply'>): void {
    const chosen = this.#slots[event.index]?.chosen;
    if (chosen === undefined) {
      if (this.#scene.lost !== 0) return;
      this.#report.violated(
        'I24',
        `${event.node} applies slot ${event.index}, which is not chosen`,
        this.#slots[event.index]?.votes[0]?.event,
        event,
      );
    } else if (chosen.hash !== event.hash) {
      this.#report.violated(
        'I24',
        `${event.node} applies another command for slot ${event.index} than was chosen`,
        chosen.event,
        event,
      );
    }
  }

  /** A node counts on every slot below being decided. */
  allChosen(below: number, event: Traced, does: string): void {
    if (below <= this.#chosenBelow || this.#scene.lost !== 0) return;
    this.#report.violated(
      'I29',
      `${event.node} ${does} slots below ${below}; slot ${this.#chosenBelow} is not chosen`,
      this.#slots[this.#chosenBelow]?.votes[0]?.event,
      event,
    );
  }
}
