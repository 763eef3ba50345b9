/** Ballots from the scout to the last proposal: I23, I25, I27, I29. */

import { hashJson } from '#src/consensus/hash';
import type { Scene } from './members.ts';
import type { Acceptor, BallotState } from './paxos-state.ts';
import { Quorums } from './quorums.ts';
import type { Report } from './report.ts';
import type { Slots } from './slots.ts';
import type { TracedOf } from './traced.ts';

const noOp = hashJson(undefined);

export class Ballots {
  readonly #scene: Scene;
  readonly #report: Report;
  readonly #slots: Slots;
  readonly #acceptors: readonly Acceptor[];
  readonly #quorums: Quorums;
  readonly #ballots = new Map<number, BallotState>();

  constructor(scene: Scene, report: Report, slots: Slots, acceptors: readonly Acceptor[]) {
    this.#scene = scene;
    this.#report = report;
    this.#slots = slots;
    this.#acceptors = acceptors;
    this.#quorums = new Quorums(scene, report);
  }

  /** A ballot belongs to one node and one incarnation of it. */
  begun(event: TracedOf<'becomeCandidate'>): void {
    const { node, incarnation, term } = event;
    const ballot = this.#scene.members.key({ round: term, node });
    const known = this.#ballots.get(ballot);
    if (known !== undefined && (known.spoken || known.incarnation === incarnation)) {
      this.#report.violated(
        'I27',
        `${node} scouts in ballot ${term}/${node} again (incarnation ${incarnation}, before ${known.incarnation})`,
        known.event,
        event,
      );
    }
    this.#ballots.set(ballot, {
      owner: node,
      incarnation,
      event,
      spoken: false,
      fromSlotMax: 1,
      promises: [],
      adopted: undefined,
      due: new Map(),
    });
  }

  asked(event: TracedOf<'promiseAsked'>): void {
    const seen = this.#ballots.get(this.#scene.members.key(event.ballot));
    const { node, incarnation } = event;
    if (seen === undefined || seen.owner !== node || seen.incarnation !== incarnation) {
      this.#report.violated(
        'I27',
        `${node} asks for promises in ballot ${event.ballot.round}/${event.ballot.node}, which it has not begun`,
        seen?.event,
        event,
      );
      return;
    }
    seen.fromSlotMax = Math.max(seen.fromSlotMax, event.fromSlot);
  }

  spoken(ballot: number): void {
    const seen = this.#ballots.get(ballot);
    if (seen !== undefined) seen.spoken = true;
  }

  told(acceptor: Acceptor, event: TracedOf<'promiseSent'>): void {
    const { promises } = this.#ballots.get(this.#scene.members.key(event.ballot)) ?? {};
    if (promises === undefined) return;
    const number = 31 - Math.clz32(acceptor.bit);
    const before = promises[number];
    if (before === undefined || before.slots.length < event.slots.length) promises[number] = event;
  }

  /** Everything on disk that was accepted in a lower ballot, and asked for, is told. */
  tellsAll(acceptor: Acceptor, ballot: number, event: TracedOf<'promiseSent'>): void {
    const from = Math.max(event.gcSlot, this.#ballots.get(ballot)?.fromSlotMax ?? 1);
    for (let slot = from; slot < acceptor.disk.length; slot += 1) {
      const had = acceptor.disk[slot];
      if (had === undefined || had.ballot >= ballot) continue;
      const at = event.slots.indexOf(slot);
      const told = event.ballots[at];
      const lower = told === undefined || this.#scene.members.key(told) < had.ballot;
      if (!lower && (this.#scene.members.key(told) > had.ballot || event.hashes[at] === had.hash)) {
        continue;
      }
      this.#report.violated(
        'I25',
        `${event.node} does not tell ${event.to} truly what it accepted for slot ${slot}`,
        had.event,
        event,
      );
    }
  }

  adopted(event: TracedOf<'adopted'>): void {
    const { members, lost } = this.#scene;
    const ballot = members.key(event.ballot);
    const bits = members.bits(event.quorum);
    const seen = this.#ballots.get(ballot);
    let promised = 0;
    for (let number = 0; number < members.count; number += 1) {
      const own = members.name(number) === event.ballot.node;
      const has = own
        ? (this.#acceptors[number]?.diskBallot ?? 0) >= ballot
        : seen?.promises[number] !== undefined;
      if (has) promised |= 1 << number;
    }
    if (!members.isQuorum(bits & (promised | lost))) {
      this.#report.violated(
        'I23',
        `${event.node} takes ballot ${event.ballot.round}/${event.ballot.node} for adopted by ${event.quorum.join(', ')}; no promise of ${members.without(promised)}`,
        seen?.event,
        event,
      );
    }
    this.#quorums.elected(bits, event);
    this.#slots.allChosen(event.fromSlot, event, 'passes over');
    if (seen === undefined) return;
    seen.spoken = true;
    seen.adopted = event;
    this.#mustHeed(seen, bits, event);
  }

  /** L2: of what the quorum told, the highest ballot of every slot. */
  #mustHeed(seen: BallotState, bits: number, event: TracedOf<'adopted'>): void {
    const { members } = this.#scene;
    seen.promises.forEach((promise, number) => {
      if (promise === undefined || (bits & (1 << number)) === 0) return;
      promise.slots.forEach((slot, i) => {
        const told = promise.ballots[i];
        if (slot < event.fromSlot || told === undefined) return;
        const ballot = members.key(told);
        const known = seen.due.get(slot);
        if (known !== undefined && known.ballot >= ballot) return;
        seen.due.set(slot, { ballot, hash: promise.hashes[i] ?? 0, event: promise });
      });
    });
    const own = this.#acceptors[members.number(event.node)];
    if (own !== undefined && (bits & own.bit) !== 0) {
      for (let slot = event.fromSlot; slot < own.disk.length; slot += 1) {
        const had = own.disk[slot];
        const known = seen.due.get(slot);
        if (had !== undefined && had.ballot > (known?.ballot ?? -1)) seen.due.set(slot, had);
      }
    }
    for (const [slot, due] of seen.due) {
      if (slot <= event.lastSlot) continue;
      this.#report.violated(
        'I25',
        `${event.node} passes over slot ${slot}, for which its quorum accepted a command`,
        due.event,
        event,
      );
    }
  }

  proposed(event: TracedOf<'proposed'>): void {
    const ballot = this.#scene.members.key(event.ballot);
    const seen = this.#ballots.get(ballot);
    const adopted = seen?.adopted;
    const { slot } = event;
    if (seen === undefined || adopted === undefined) {
      this.#report.violated(
        'I23',
        `${event.node} proposes for slot ${slot} in a ballot that no majority adopted`,
        seen?.event,
        event,
      );
    } else if (slot < adopted.fromSlot) {
      this.#report.violated(
        'I29',
        `${event.node} proposes for slot ${slot}, which it had passed over as decided`,
        adopted,
        event,
      );
    } else if (slot <= adopted.lastSlot && this.#scene.lost === 0) {
      const due = seen.due.get(slot);
      if ((due?.hash ?? noOp) !== event.hash) {
        this.#report.violated(
          'I25',
          `${event.node} proposes for slot ${slot} another command than its quorum accepted in the highest ballot`,
          due?.event ?? adopted,
          event,
        );
      }
    }
    this.#slots.proposed(slot, ballot, event);
  }

  chosen(event: TracedOf<'chosen'>): void {
    const { members, lost, exact } = this.#scene;
    const vote = this.#slots.vote(event.slot, members.key(event.ballot));
    const bits = members.bits(event.quorum);
    // The leader has its own acceptor's word at once; of the others it knows what they said, however much is on their disks.
    const heard = exact ? 1 << members.number(event.node) : -1;
    const accepted = ((vote?.accepted ?? 0) & heard) | (vote?.said ?? 0);
    if (!members.isQuorum(bits & (accepted | lost)) || (bits & ~(accepted | lost)) !== 0) {
      this.#report.violated(
        'I23',
        `${event.node} takes slot ${event.slot} for chosen by ${event.quorum.join(', ')}; ${members.without(accepted)} had not said so`,
        vote?.event,
        event,
      );
    }
    this.#quorums.decided(bits, event);
    if ((lost !== 0 || !exact) && vote !== undefined) this.#slots.takeForChosen(event.slot, vote);
  }
}
