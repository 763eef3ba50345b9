/** Who answered which confirmation round of a leader: what a read is confirmed by (part of I17). */

import type { Scene } from './members.ts';
import type { Traced, TracedOf } from './traced.ts';

/** One node's answers to a leader, by round. */
interface Answers {
  highest: TracedOf<'roundAnswered'> | undefined;
  /** Paxos: the least that it said of what it had accepted, where it answered a round more than once. */
  readonly accepted: Map<number, number>;
}

export class Rounds {
  readonly #scene: Scene;
  /** By number of the leader, then of who answered. */
  readonly #answers: readonly Answers[][];
  /** Traces of earlier versions do not tell of answers: nothing is concluded from those. */
  #isTold = false;

  constructor(scene: Scene) {
    this.#scene = scene;
    const { count } = scene.members;
    this.#answers = Array.from({ length: count }, () =>
      Array.from({ length: count }, () => ({ highest: undefined, accepted: new Map() })),
    );
  }

  /** This node counts its rounds from 1 again. */
  restarted(leader: number): void {
    for (const answers of this.#answers[leader] ?? []) {
      answers.highest = undefined;
      answers.accepted.clear();
    }
  }

  answered(node: number, event: TracedOf<'roundAnswered'>): void {
    this.#isTold = true;
    const answers = this.#answers[this.#scene.members.number(event.to)]?.[node] as Answers;
    const { highest } = answers;
    // An answer to an older term or ballot of the same leader says nothing about the present one.
    if (highest !== undefined && event.term < highest.term) return;
    if (highest !== undefined && event.term > highest.term) answers.accepted.clear();
    if (event.accepted !== undefined) {
      const least = answers.accepted.get(event.round) ?? event.accepted;
      answers.accepted.set(event.round, Math.min(least, event.accepted));
    }
    const isNewer = highest === undefined || event.term > highest.term;
    if (isNewer || event.round > highest.round) answers.highest = event;
  }

  /**
   * Bits of the members that may have confirmed this read: the leader itself and those that answered its round, or a later one; in Paxos
   * only those whose acceptances the read waited for. Undefined where that is not known.
   */
  confirming(leader: number, event: TracedOf<'readConfirmed'>): number | undefined {
    if (!this.#isTold) return undefined;
    let bits = (1 << leader) | this.#scene.lost;
    this.#answers[leader]?.forEach(({ highest, accepted }, node) => {
      if (highest === undefined || highest.term !== event.term) return;
      const isAnswered =
        highest.accepted === undefined
          ? highest.round >= event.round
          : (accepted.get(event.round) ?? Number.POSITIVE_INFINITY) <= event.readIndex;
      if (isAnswered) bits |= 1 << node;
    });
    return bits;
  }

  /** The last thing that those who are missing said to this leader, for explanations. */
  last(leader: number, missing: number): Traced | undefined {
    return this.#answers[leader]?.find(
      ({ highest }, node) => highest !== undefined && (missing & (1 << node)) !== 0,
    )?.highest;
  }
}
