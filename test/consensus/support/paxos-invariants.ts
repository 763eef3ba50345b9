/**
 * What Multi-Paxos promises, checked on what nodes say, send and have on disk, as it happens. What is chosen is taken from
 * the disks alone: a majority of acceptors that durably accepted a command in one ballot, at any time (PMMC 4.1).
 */

import type { NodeId } from '#src/consensus/algorithm';
import { hashJson } from '#src/consensus/hash';
import { type Ballot, compareBallots, zeroBallot } from '#src/consensus/paxos/ballot';
import type { MessageOf, PaxosMessage, PaxosRecord } from '#src/consensus/paxos/messages';
import type { PeerMessage } from '#src/consensus/replica';
import type { ConsensusTrace } from '#src/consensus/trace';
import type { Observer } from './cluster.ts';
import { violated } from './invariants.ts';

interface Accepted {
  readonly ballot: Ballot;
  readonly hash: number;
}

interface Watched {
  incarnation: number;
  /** The highest on disk. */
  diskBallot: Ballot;
  /** By slot: the acceptance with the highest ballot on disk. */
  readonly disk: Map<number, Accepted>;
  /** The highest ballot that was promised to anybody. */
  promised: Ballot;
  /** In this incarnation, in memory. */
  ballot: Ballot;
}

interface BallotSeen {
  readonly owner: string;
  /** Others have heard of it. Before, its scout may crash and, its promise lost, take it again. */
  spoken: boolean;
  readonly p1b: Map<NodeId, MessageOf<'p1b', unknown>>;
  /** The lowest slot that any of its p1a asked from; those below need not be told. */
  fromSlotMax: number;
  /** Set once adopted: below it nothing is proposed; by slot what has to be. */
  adopted: { readonly gcSlot: number; readonly lastSlot: number } | undefined;
}

interface Slot {
  /** By ballot: what was proposed in it. */
  readonly proposed: Map<string, Accepted>;
  /** By ballot: who durably accepted it. */
  readonly acceptors: Map<string, Set<NodeId>>;
  chosen: Accepted | undefined;
}

const text = ({ round, node }: Ballot): string => `${round}/${node}`;
const noOp = hashJson(undefined);

/** I9, I23, I24, I25, I26, I27 and I29, and A1 of the paper. */
export class PaxosInvariants implements Observer {
  readonly #quorum: number;
  readonly #nodes = new Map<NodeId, Watched>();
  readonly #ballots = new Map<string, BallotSeen>();
  readonly #slots = new Map<number, Slot>();
  /** Every slot below is chosen. */
  #chosenBelow = 1;

  constructor(size: number) {
    this.#quorum = Math.floor(size / 2) + 1;
  }

  restarted(node: NodeId): void {
    const watched = this.#nodes.get(node) ?? newWatched();
    this.#nodes.set(node, watched);
    watched.incarnation += 1;
    watched.ballot = watched.diskBallot;
  }

  durable(node: NodeId, records: readonly unknown[]): void {
    for (const record of records as readonly PaxosRecord<unknown>[]) {
      if (record.kind === 'promise') this.#promiseOnDisk(node, record.ballot);
      if (record.kind === 'accept') {
        this.#promiseOnDisk(node, record.ballot);
        for (const { slot, command } of record.proposals) {
          this.#acceptOnDisk(node, slot, { ballot: record.ballot, hash: hashJson(command) });
        }
      }
      if (record.kind === 'learned') this.#areChosen(node, record.decisions);
      if (record.kind === 'decided') this.#allChosen(node, 'notes', record.slotOut);
    }
  }

  event(node: NodeId, event: ConsensusTrace): void {
    if (event.ev === 'promised') this.#promised(node, event.ballot);
    if (event.ev === 'becomeCandidate') this.#ballotUsed(node, { round: event.term, node });
    if (event.ev === 'adopted') this.#adopted(node, event);
    if (event.ev === 'proposed') this.#proposed(node, event.ballot, event.slot, event.hash);
    if (event.ev === 'chosen') this.#chosenBy(node, event);
    if (event.ev === 'apply') this.#applied(node, event.index, event.hash);
  }

  sent(node: NodeId, to: NodeId, message: PeerMessage): void {
    if (message.kind !== 'algorithm') return;
    const paxos = message.message as PaxosMessage<unknown>;
    if (paxos.kind === 'p1a' || paxos.kind === 'p1b' || paxos.kind === 'p2a') {
      this.#onDisk(node, paxos.kind, paxos.ballot);
    }
    if (paxos.kind === 'p1a') this.#p1a(node, paxos);
    if (paxos.kind === 'p1b') this.#p1b(node, to, paxos);
    if (paxos.kind === 'p2b') this.#p2b(node, paxos);
    if (paxos.kind === 'p2a' || paxos.kind === 'heartbeat') {
      this.#allChosen(node, 'tells', paxos.decided);
    }
    if (paxos.kind === 'learned') this.#areChosen(node, paxos.decisions);
  }

  #applied(node: NodeId, slot: number, hash: number): void {
    const { chosen } = this.#slot(slot);
    if (chosen === undefined) violated('I24', `${node} applies ${slot}, which is not chosen`);
    if (chosen.hash !== hash) violated('I24', `${node} applies another ${slot} than was chosen`);
  }

  #watched(node: NodeId): Watched {
    const watched = this.#nodes.get(node);
    if (watched === undefined) throw new Error(`${node} speaks before it starts`);
    return watched;
  }

  #slot(slot: number): Slot {
    const known = this.#slots.get(slot);
    if (known !== undefined) return known;
    const added: Slot = { proposed: new Map(), acceptors: new Map(), chosen: undefined };
    this.#slots.set(slot, added);
    return added;
  }

  #ballot(ballot: Ballot): BallotSeen {
    const seen = this.#ballots.get(text(ballot));
    return seen ?? violated('I27', `${text(ballot)} is spoken of before anybody scouted in it`);
  }

  #onDisk(node: NodeId, kind: string, ballot: Ballot): void {
    const { diskBallot } = this.#watched(node);
    if (compareBallots(diskBallot, ballot) < 0) {
      violated('I9', `${node} sends ${kind} of ${text(ballot)}, on disk is ${text(diskBallot)}`);
    }
  }

  /** A1: strictly increasing, over restarts too as far as anybody was told. */
  #promised(node: NodeId, ballot: Ballot): void {
    const watched = this.#watched(node);
    if (compareBallots(ballot, watched.ballot) <= 0) {
      violated('I8', `${node} promises ${text(ballot)} after ${text(watched.ballot)}`);
    }
    watched.ballot = ballot;
  }

  #promiseOnDisk(node: NodeId, ballot: Ballot): void {
    const watched = this.#watched(node);
    if (compareBallots(ballot, watched.promised) < 0) {
      violated('I26', `${node} writes ${text(ballot)}, promised ${text(watched.promised)}`);
    }
    if (compareBallots(ballot, watched.diskBallot) > 0) watched.diskBallot = ballot;
  }

  #acceptOnDisk(node: NodeId, slot: number, accepted: Accepted): void {
    const watched = this.#watched(node);
    const before = watched.disk.get(slot);
    if (before === undefined || compareBallots(accepted.ballot, before.ballot) > 0) {
      watched.disk.set(slot, accepted);
    }
    const seen = this.#slot(slot);
    const name = text(accepted.ballot);
    if (seen.proposed.get(name)?.hash !== accepted.hash) {
      violated('I27', `${node} accepts for ${slot} in ${name} what nobody proposed`);
    }
    const acceptors = seen.acceptors.get(name) ?? new Set();
    seen.acceptors.set(name, acceptors.add(node));
    if (acceptors.size >= this.#quorum) this.#choose(slot, seen, accepted);
  }

  #choose(slot: number, seen: Slot, accepted: Accepted): void {
    if (seen.chosen === undefined) {
      for (const other of seen.proposed.values()) {
        if (compareBallots(other.ballot, accepted.ballot) > 0 && other.hash !== accepted.hash) {
          violated(
            'I25',
            `${slot} is chosen in ${text(accepted.ballot)}, ${text(other.ballot)} proposes another`,
          );
        }
      }
      seen.chosen = accepted;
    } else if (seen.chosen.hash !== accepted.hash) {
      violated('I24', `two commands are chosen for ${slot}`);
    }
    while (this.#slots.get(this.#chosenBelow)?.chosen !== undefined) this.#chosenBelow += 1;
  }

  #ballotUsed(node: NodeId, ballot: Ballot): void {
    const owner = `${node}#${this.#watched(node).incarnation}`;
    const known = this.#ballots.get(text(ballot));
    if (known?.spoken === true)
      violated('I27', `${owner} scouts in ${text(ballot)} of ${known.owner}`);
    const added: BallotSeen = {
      owner,
      spoken: false,
      p1b: new Map(),
      fromSlotMax: 1,
      adopted: undefined,
    };
    this.#ballots.set(text(ballot), added);
  }

  #p1a(node: NodeId, { ballot, fromSlot }: MessageOf<'p1a', unknown>): void {
    const seen = this.#ballot(ballot);
    if (seen.owner !== `${node}#${this.#watched(node).incarnation}`) {
      violated('I27', `${node} asks for promises in ${text(ballot)} of ${seen.owner}`);
    }
    seen.spoken = true;
    seen.fromSlotMax = Math.max(seen.fromSlotMax, fromSlot);
  }

  #p1b(node: NodeId, to: NodeId, message: MessageOf<'p1b', unknown>): void {
    const watched = this.#watched(node);
    const { ballot, accepted, gcSlot } = message;
    if (to !== ballot.node) violated('I23', `${node} promises ${text(ballot)} to ${to}`);
    if (compareBallots(ballot, watched.promised) < 0) {
      violated('I26', `${node} promises ${text(ballot)}, promised ${text(watched.promised)}`);
    }
    watched.promised = ballot;
    this.#allChosen(node, 'drops', gcSlot);
    const told = new Map(accepted.map((pvalue) => [pvalue.slot, pvalue]));
    const from = Math.max(gcSlot, this.#ballot(ballot).fromSlotMax);
    for (const [slot, { ballot: had, hash }] of watched.disk) {
      // Accepted in that ballot or a later one: after the promise was made, though maybe before it left.
      if (slot < from || compareBallots(had, ballot) >= 0) continue;
      const pvalue = told.get(slot);
      if (pvalue === undefined || compareBallots(pvalue.ballot, had) < 0) {
        violated('I25', `${node} keeps from ${to} that it accepted ${slot} in ${text(had)}`);
      }
      if (compareBallots(pvalue.ballot, had) === 0 && hashJson(pvalue.command) !== hash) {
        violated('I25', `${node} tells another command for ${slot} than it accepted`);
      }
    }
    // Of several copies the one that tells most.
    const seen = this.#ballot(ballot);
    if ((seen.p1b.get(node)?.accepted.length ?? -1) < accepted.length) seen.p1b.set(node, message);
  }

  #p2b(node: NodeId, { ballot, slots }: MessageOf<'p2b', unknown>): void {
    const watched = this.#watched(node);
    if (compareBallots(ballot, watched.promised) < 0) {
      violated('I26', `${node} accepts in ${text(ballot)}, promised ${text(watched.promised)}`);
    }
    for (const slot of slots) {
      if (this.#slot(slot).acceptors.get(text(ballot))?.has(node) !== true) {
        violated('I9', `${node} sends p2b of ${slot} in ${text(ballot)} before it is on disk`);
      }
    }
  }

  #promisedTo(node: NodeId, ballot: Ballot): boolean {
    if (node !== ballot.node) return this.#ballot(ballot).p1b.has(node);
    return compareBallots(this.#watched(node).diskBallot, ballot) >= 0;
  }

  #adopted(node: NodeId, event: Extract<ConsensusTrace, { readonly ev: 'adopted' }>): void {
    const { ballot, quorum, fromSlot, lastSlot } = event;
    const distinct = new Set(quorum);
    if (distinct.size < this.#quorum) violated('I23', `${node} is adopted by ${quorum.join(', ')}`);
    for (const acceptor of distinct) {
      if (!this.#promisedTo(acceptor, ballot)) {
        violated('I23', `${acceptor} has not promised ${text(ballot)}, ${node} counts it`);
      }
    }
    this.#allChosen(node, 'skips', fromSlot);
    this.#ballot(ballot).spoken = true;
    this.#ballot(ballot).adopted = { gcSlot: fromSlot, lastSlot };
    this.#heedsQuorum(ballot, distinct, fromSlot, lastSlot);
  }

  /** L2: everything told by the quorum must lie within what is proposed anew. The commands are checked as they are proposed. */
  #heedsQuorum(ballot: Ballot, quorum: ReadonlySet<NodeId>, gcSlot: number, last: number): void {
    const must = new Map<number, Accepted>();
    for (const acceptor of quorum) {
      for (const { slot, ballot: in_, command } of this.#ballot(ballot).p1b.get(acceptor)
        ?.accepted ?? []) {
        const known = must.get(slot);
        if (slot < gcSlot || (known && compareBallots(in_, known.ballot) <= 0)) continue;
        must.set(slot, { ballot: in_, hash: hashJson(command) });
      }
    }
    for (const [slot, accepted] of must) {
      if (slot > last) violated('I25', `${text(ballot)} passes over ${slot}, which was accepted`);
      this.#required.set(`${text(ballot)}@${slot}`, accepted);
    }
  }

  /** By ballot and slot: the highest acceptance that its quorum's messages told. The leader's own acceptor may know a higher one. */
  readonly #required = new Map<string, Accepted>();

  #proposed(node: NodeId, ballot: Ballot, slot: number, hash: number): void {
    const { adopted } = this.#ballot(ballot);
    const name = text(ballot);
    if (adopted === undefined) violated('I23', `${node} proposes in ${name}, not adopted`);
    if (slot < adopted.gcSlot) violated('I29', `${node} proposes ${slot} below its gcSlot`);
    const seen = this.#slot(slot);
    const other = seen.proposed.get(name);
    if (other !== undefined) violated('I27', `${node} proposes twice for ${slot} in ${name}`);
    seen.proposed.set(name, { ballot, hash });
    if (slot <= adopted.lastSlot) this.#asTold(node, ballot, slot, hash);
    const { chosen } = seen;
    if (chosen && compareBallots(chosen.ballot, ballot) < 0 && chosen.hash !== hash) {
      violated('I25', `${node} proposes for ${slot} in ${name}; ${text(chosen.ballot)} has chosen`);
    }
  }

  #asTold(node: NodeId, ballot: Ballot, slot: number, hash: number): void {
    const told = this.#required.get(`${text(ballot)}@${slot}`);
    const own = this.#watched(node).disk.get(slot);
    const higher = own !== undefined && (!told || compareBallots(own.ballot, told.ballot) > 0);
    const due = higher ? own : told;
    if ((due?.hash ?? noOp) !== hash) {
      violated('I25', `${node} proposes for ${slot} in ${text(ballot)} other than what was told`);
    }
  }

  #chosenBy(node: NodeId, event: Extract<ConsensusTrace, { readonly ev: 'chosen' }>): void {
    const { ballot, slot, quorum } = event;
    const acceptors = this.#slot(slot).acceptors.get(text(ballot));
    const missing = quorum.filter((acceptor) => acceptors?.has(acceptor) !== true);
    if (new Set(quorum).size < this.#quorum || missing.length > 0) {
      violated(
        'I23',
        `${node} takes ${slot} for chosen by ${quorum.join(', ')}, not on disk at ${missing.join(', ')}`,
      );
    }
  }

  #allChosen(node: NodeId, does: string, below: number): void {
    if (below > this.#chosenBelow) {
      violated('I29', `${node} ${does} slots below ${below}, chosen below ${this.#chosenBelow}`);
    }
  }

  #areChosen(node: NodeId, decisions: readonly { slot: number; command?: unknown }[]): void {
    for (const { slot, command } of decisions) {
      if (this.#slot(slot).chosen?.hash !== hashJson(command)) {
        violated('I24', `${node} tells a decision for ${slot} that was not chosen`);
      }
    }
  }
}

const newWatched = (): Watched => ({
  incarnation: 0,
  diskBallot: zeroBallot,
  disk: new Map(),
  promised: zeroBallot,
  ballot: zeroBallot,
});
