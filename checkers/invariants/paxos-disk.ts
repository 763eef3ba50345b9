/** Acceptors, their promises and the disk under them: I8', I9, I26, I27. */

import type { Ballots } from './ballots.ts';
import type { Scene } from './members.ts';
import type { Acceptance, Acceptor, Promised, Write } from './paxos-state.ts';
import type { Report } from './report.ts';
import type { Slots } from './slots.ts';
import type { Traced, TracedOf } from './traced.ts';

export class PaxosDisk {
  readonly #scene: Scene;
  readonly #report: Report;
  readonly #slots: Slots;
  readonly #ballots: Ballots;

  constructor(scene: Scene, report: Report, slots: Slots, ballots: Ballots) {
    this.#scene = scene;
    this.#report = report;
    this.#slots = slots;
    this.#ballots = ballots;
  }

  /** A1: strictly increasing. */
  promised(node: Acceptor, event: TracedOf<'promised'>): void {
    const ballot = this.#scene.members.key(event.ballot);
    if (ballot <= node.ballot) {
      this.#report.violated(
        'I8',
        `${event.node} takes on ballot ${text(event.ballot)}, which is not above the one it had`,
        node.ballotEvent,
        event,
      );
    }
    node.ballot = ballot;
    node.ballotEvent = event;
  }

  /** A2: in the promised ballot only; and only what its leader proposed. */
  accepted(node: Acceptor, event: TracedOf<'accepted'>): void {
    const ballot = this.#scene.members.key(event.ballot);
    this.#notBelowPromise(node, ballot, event);
    if (ballot !== node.ballot) {
      this.#report.violated(
        'I26',
        `${event.node} accepts in ballot ${text(event.ballot)}, not the one it is in`,
        node.ballotEvent,
        event,
      );
    }
    for (let i = 0; i < event.slots.length; i += 1) {
      const slot = event.slots[i] ?? 0;
      const hash = event.hashes[i] ?? 0;
      const vote = this.#slots.vote(slot, ballot);
      if (vote === undefined ? this.#scene.lost === 0 : vote.hash !== hash) {
        this.#report.violated(
          'I27',
          `${event.node} accepts for slot ${slot} in ballot ${text(event.ballot)} what was not proposed there`,
          vote?.event,
          event,
        );
      }
      node.unwritten.push({ slot, ballot, hash, event });
    }
  }

  #notBelowPromise(node: Acceptor, ballot: number, event: Traced): void {
    if (ballot >= node.promised) return;
    this.#report.violated(
      'I26',
      `${event.node} does ${event.ev} in a ballot below one it has promised`,
      node.promisedEvent,
      event,
    );
  }

  persisted(node: Acceptor, event: TracedOf<'persist'>): void {
    const { term: round, vote, slots = [] } = event;
    const ballot = this.#scene.members.key({ round, node: vote ?? '' });
    let accepted: readonly Acceptance[] = node.unwritten;
    if (accepted.length !== slots.length) {
      accepted = accepted.filter(({ slot }) => slots.includes(slot));
    }
    node.unwritten = [];
    node.writes.push({ event, ballot, accepted });
  }

  durable(node: Acceptor, event: TracedOf<'durable'>): void {
    let done = 0;
    for (const write of node.writes) {
      if (write.event.sequence > event.sequence) break;
      done += 1;
      this.#reached(node, write);
      this.#settle(node, write.event.sequence);
    }
    if (done > 0) node.writes = node.writes.slice(done);
    node.durableSequence = event.sequence;
    this.#settle(node, event.sequence);
  }

  #reached(node: Acceptor, { event, ballot, accepted }: Write): void {
    if (ballot > node.diskBallot) {
      node.diskBallot = ballot;
      node.diskEvent = event;
    }
    for (const acceptance of accepted) this.#acceptOnDisk(node, acceptance);
  }

  #acceptOnDisk(node: Acceptor, acceptance: Acceptance): void {
    const { slot, ballot, hash, event } = acceptance;
    const before = node.disk[slot];
    if (before === undefined || before.ballot < ballot) node.disk[slot] = acceptance;
    this.#slots.accepted(slot, ballot, hash, node.bit, event);
  }

  /** Something was said that rests on the disk. */
  said(node: Acceptor, event: Promised): void {
    if (event.ev !== 'promiseAsked') {
      this.#notBelowPromise(node, this.#scene.members.key(event.ballot), event);
    }
    // In real runs the leader may count it before the trace tells of the completed write.
    if (!this.#scene.exact && event.ev === 'acceptanceSent') this.#acceptedUnsynced(node, event);
    if (!this.#scene.exact && event.ev === 'promiseSent') {
      this.#ballots.told(node, event);
    }
    if (event.afterDurable <= node.durableSequence) this.#left(node, event);
    else node.promises.push(event);
  }

  /** Good for a leader that counts it. On its own it makes nothing chosen: the power may go before the write is on the disk. */
  #acceptedUnsynced(node: Acceptor, event: TracedOf<'acceptanceSent'>): void {
    const ballot = this.#scene.members.key(event.ballot);
    for (const slot of event.slots) {
      const vote = this.#slots.vote(slot, ballot);
      if (vote !== undefined) vote.said |= node.bit;
    }
  }

  #settle(node: Acceptor, sequence: number): void {
    let done = 0;
    for (const promise of node.promises) {
      if (promise.afterDurable > sequence) break;
      done += 1;
      this.#left(node, promise);
    }
    if (done > 0) node.promises = node.promises.slice(done);
  }

  /** It may be on the wire now: is what it says on the disk? */
  #left(node: Acceptor, event: Promised): void {
    const ballot = this.#scene.members.key(event.ballot);
    if (node.diskBallot < ballot) {
      this.#report.violated(
        'I9',
        `${event.node} does ${event.ev} in ballot ${text(event.ballot)}, which is not on its disk`,
        node.diskEvent,
        event,
      );
    }
    if (event.ev === 'promiseAsked') this.#ballots.spoken(ballot);
    else if (event.ev === 'promiseSent') this.#promiseLeft(node, ballot, event);
    else this.#acceptanceLeft(node, ballot, event);
  }

  #promiseLeft(node: Acceptor, ballot: number, event: TracedOf<'promiseSent'>): void {
    if (ballot > node.promised) {
      node.promised = ballot;
      node.promisedEvent = event;
    }
    this.#slots.allChosen(event.gcSlot, event, 'keeps from a scout');
    this.#ballots.tellsAll(node, ballot, event);
    this.#ballots.told(node, event);
  }

  #acceptanceLeft(node: Acceptor, ballot: number, event: TracedOf<'acceptanceSent'>): void {
    for (const slot of event.slots) {
      const vote = this.#slots.vote(slot, ballot);
      if (vote !== undefined) vote.said |= node.bit;
      // In real runs it was counted when it was said; the disk is asked instead.
      const there = this.#scene.exact
        ? ((vote?.accepted ?? 0) & node.bit) !== 0
        : (node.disk[slot]?.ballot ?? 0) >= ballot || (this.#scene.lost & node.bit) !== 0;
      if (there) continue;
      this.#report.violated(
        'I9',
        `${event.node} says that it accepted slot ${slot} in ballot ${text(event.ballot)} before that is on its disk`,
        vote?.event,
        event,
      );
    }
  }

  /** A read's question: nothing that was ever accepted on this disk may be left out, whether it is known to be decided or not. */
  answered(node: Acceptor, event: TracedOf<'roundAnswered'>): void {
    const highest = node.disk.length - 1;
    if (event.accepted === undefined || event.accepted >= highest) return;
    this.#report.violated(
      'I17',
      `${event.node} tells ${event.to}, which asks for a read, that it accepted nothing beyond slot ${event.accepted}; slot ${highest} is on its disk`,
      node.disk[highest]?.event,
      event,
    );
  }

  recovered(node: Acceptor, event: TracedOf<'acceptorRecovered'>): void {
    const { members } = this.#scene;
    const ballot = members.key(event.ballot);
    if (ballot < node.diskBallot) {
      this.#forgot(
        node.diskEvent,
        `${event.node} restarts in ballot ${text(event.ballot)}, below the one on its disk`,
        event,
      );
    }
    const found = new Map<number, Acceptance>();
    event.slots.forEach((slot, i) => {
      const own = event.ballots[i];
      if (own === undefined) return;
      found.set(slot, { slot, ballot: members.key(own), hash: event.hashes[i] ?? 0, event });
    });
    for (let slot = event.slotOut; slot < node.disk.length; slot += 1) {
      const before = node.disk[slot];
      const now = found.get(slot);
      if (before === undefined) continue;
      if (
        now === undefined ||
        now.ballot < before.ballot ||
        (now.ballot === before.ballot && now.hash !== before.hash)
      ) {
        this.#forgot(
          before.event,
          `${event.node} restarts without what its disk had accepted for slot ${slot}`,
          event,
        );
      }
    }
    this.#slots.allChosen(event.slotOut, event, 'restarts with decided');
    for (const acceptance of found.values()) this.#acceptOnDisk(node, acceptance);
    node.ballot = ballot;
    node.ballotEvent = event;
    node.diskBallot = Math.max(ballot, node.diskBallot);
    node.diskEvent = event;
  }

  #forgot(before: Traced | undefined, explanation: string, event: Traced): void {
    this.#report.violated('I9', explanation, before, event);
  }
}

const text = ({ round, node }: { readonly round: number; readonly node: string }): string =>
  `${round}/${node}`;
