/** Traces written by hand: what correct nodes would say, step by step, and in between what they should not. */

import { createInvariants, type Traced, type Violation } from '#checkers/invariants/index';
import { chainOf, hashJson } from '#src/consensus/hash';
import type { ConsensusTrace } from '#src/consensus/trace';

interface Node {
  incarnation: number;
  seq: number;
  /** Of the newest write. */
  sequence: number;
  term: number;
  vote: string | null;
  commit: number;
  applied: number;
  /** Raft's log, or what was accepted, by index from 1: term (ballot) and command. */
  log: { readonly term: number; readonly hash: number }[];
}

export const noOp = hashJson(undefined);

/** Every command is a number, and its own hash. */
abstract class Script {
  readonly events: Traced[] = [];
  readonly members: readonly string[];
  protected readonly nodes: ReadonlyMap<string, Node>;
  protected abstract readonly algorithm: 'raft' | 'paxos';

  constructor(size = 3) {
    this.members = Array.from({ length: size }, (_, i) => `n${i + 1}`);
    this.nodes = new Map(this.members.map((name) => [name, newNode()]));
  }

  node(name: string): Node {
    const node = this.nodes.get(name);
    if (node === undefined) throw new Error(`no node ${name}`);
    return node;
  }

  emit(name: string, event: ConsensusTrace): Traced {
    const node = this.node(name);
    node.seq += 1;
    const { seq, incarnation } = node;
    const timeNs = 1000 * (this.events.length + 1);
    const traced: Traced = { ...event, seq, timeNs, node: name, incarnation };
    this.events.push(traced);
    return traced;
  }

  /** What was said since the last write is written, and reaches the disk. */
  write(name: string, slots?: readonly number[]): void {
    const node = this.node(name);
    node.sequence += 1;
    const { sequence, term, vote, log } = node;
    const lastIndex = log.length;
    this.emit(name, {
      ev: 'persist',
      sequence,
      term,
      vote,
      lastIndex,
      records: 1,
      ...(slots === undefined ? {} : { slots }),
    });
    this.emit(name, { ev: 'durable', term, sequence, durableIndex: lastIndex });
  }

  /** The sequence of the write to come. */
  next(name: string): number {
    return this.node(name).sequence + 1;
  }

  /** Applies what the log has up to there; `edit` changes what the last event says. */
  apply(name: string, upTo: number, edit: Partial<Extract<Traced, { ev: 'apply' }>> = {}): Traced {
    const node = this.node(name);
    let last: Traced | undefined;
    for (; node.applied < upTo; ) {
      node.applied += 1;
      const index = node.applied;
      const { term, hash } = node.log[index - 1] ?? { term: 0, hash: 0 };
      const said = index === upTo ? edit : {};
      const plain = {
        index,
        term,
        hash,
        chain: index,
        result: hash,
        outcome: 'ok',
        repeated: false,
      };
      last = this.emit(name, { ev: 'apply', ...plain, ...said });
    }
    if (last === undefined) throw new Error('nothing to apply');
    return last;
  }

  restart(name: string): void {
    const node = this.node(name);
    node.incarnation += 1;
    node.seq = 0;
    node.sequence = 0;
    node.commit = 0;
    node.applied = 0;
  }

  judge(exact = true): readonly Violation[] {
    const { algorithm, members } = this;
    const invariants = createInvariants({ algorithm, members, exact });
    for (const event of this.events) invariants.observe(event);
    return invariants.violations;
  }
}

export class RaftScript extends Script {
  protected readonly algorithm = 'raft';

  constructor(size = 3) {
    super(size);
    for (const name of this.members) this.recovered(name);
  }

  recovered(name: string): Traced {
    const { term, vote, log } = this.node(name);
    const chain = log.reduce((before, entry) => chainOf(before, entry.term, entry.hash), 0);
    const lastTerm = log.at(-1)?.term ?? 0;
    return this.emit(name, {
      ev: 'logRecovered',
      term,
      vote,
      lastIndex: log.length,
      lastTerm,
      chain,
    });
  }

  campaign(name: string, term: number): void {
    const node = this.node(name);
    node.term = term;
    node.vote = name;
    this.emit(name, { ev: 'becomeCandidate', term });
    this.emit(name, {
      ev: 'voteAsked',
      term,
      to: 'n2',
      ...this.last(name),
      afterDurable: this.next(name),
    });
    this.write(name);
  }

  vote(voter: string, candidate: string, term: number): Traced {
    const node = this.node(voter);
    node.term = term;
    node.vote = candidate;
    const afterDurable = this.next(voter);
    this.emit(voter, { ev: 'voteGranted', term, candidate, ...this.last(candidate), afterDurable });
    const sent = this.emit(voter, { ev: 'voteSent', term, candidate, afterDurable });
    this.write(voter);
    return sent;
  }

  lead(name: string, term: number): Traced {
    const commit = this.node(name).commit;
    return this.emit(name, { ev: 'becomeLeader', term, ...this.last(name), commit });
  }

  /** From campaign to no-op. */
  elect(name: string, term: number, voters: readonly string[]): Traced {
    this.campaign(name, term);
    for (const voter of voters) this.vote(voter, name, term);
    const led = this.lead(name, term);
    this.append(name, noOp);
    return led;
  }

  last(name: string): { readonly lastIndex: number; readonly lastTerm: number } {
    const { log } = this.node(name);
    return { lastIndex: log.length, lastTerm: log.at(-1)?.term ?? 0 };
  }

  /** At a leader. */
  append(name: string, hash: number): Traced {
    const node = this.node(name);
    const appended = this.appended(name, 'leader', node.log.length + 1, [
      { term: node.term, hash },
    ]);
    this.write(name);
    return appended;
  }

  appended(
    name: string,
    role: 'leader' | 'follower',
    index: number,
    entries: readonly { readonly term: number; readonly hash: number }[],
  ): Traced {
    const node = this.node(name);
    const prevTerm = node.log[index - 2]?.term ?? 0;
    node.log = [...node.log.slice(0, index - 1), ...entries];
    return this.emit(name, {
      ev: 'append',
      term: node.term,
      role,
      index,
      count: entries.length,
      terms: entries.map(({ term }) => term),
      hashes: entries.map(({ hash }) => hash),
      prevTerm,
    });
  }

  /** A follower gets what it lacks of the leader's log and says so. */
  replicate(leader: string, follower: string): Traced {
    const { log, term } = this.node(leader);
    const node = this.node(follower);
    node.term = term;
    let same = 0;
    while (same < node.log.length && node.log[same]?.term === log[same]?.term) same += 1;
    const count = node.log.length - same;
    const index = same + 1;
    if (count > 0) {
      this.emit(follower, { ev: 'conflictTruncated', term, index, count, commit: node.commit });
    }
    if (log.length > same) this.appended(follower, 'follower', index, log.slice(same));
    const afterDurable = this.next(follower);
    const ack = this.emit(follower, {
      ev: 'appendAcknowledged',
      term,
      leader,
      index: log.length,
      afterDurable,
    });
    this.write(follower);
    return ack;
  }

  commit(name: string, index: number, role: 'leader' | 'follower' = 'leader'): Traced {
    const node = this.node(name);
    node.commit = index;
    const { term, log } = node;
    return this.emit(name, { ev: 'commit', term, index, lastIndex: log.length, role });
  }

  /** n1 leads term 1; a no-op and command 7 are on n1 and n2, committed and applied by n1. n3 has nothing. */
  static running(size = 3): RaftScript {
    const script = new RaftScript(size);
    script.elect('n1', 1, size === 3 ? ['n2'] : ['n2', 'n3']);
    script.append('n1', 7);
    script.replicate('n1', 'n2');
    if (size > 3) script.replicate('n1', 'n3');
    script.commit('n1', 2);
    script.apply('n1', 2, { session: 1, sequence: 1 });
    return script;
  }
}

export class PaxosScript extends Script {
  protected readonly algorithm = 'paxos';

  constructor(size = 3) {
    super(size);
    for (const name of this.members) this.recovered(name);
  }

  recovered(name: string): Traced {
    const { term, vote, log, commit } = this.node(name);
    const slots = log.flatMap((_, i) => (i >= commit ? [i + 1] : []));
    return this.emit(name, {
      ev: 'acceptorRecovered',
      term,
      ballot: { round: term, node: vote ?? '' },
      slotOut: commit + 1,
      slots,
      ballots: slots.map((slot) => this.ballotOf(log[slot - 1]?.term ?? 0)),
      hashes: slots.map((slot) => log[slot - 1]?.hash ?? 0),
    });
  }

  /** Round r belongs to n1 for r = 1, 4, ..., to n2 for 2, 5, ... */
  ballotOf(round: number): { readonly round: number; readonly node: string } {
    const { members } = this;
    return { round, node: round === 0 ? '' : (members[(round - 1) % members.length] ?? '') };
  }

  takeOn(name: string, round: number): void {
    const node = this.node(name);
    const ballot = this.ballotOf(round);
    node.term = round;
    node.vote = ballot.node;
    this.emit(name, { ev: 'promised', term: round, ballot, gcSlot: node.commit + 1 });
  }

  ask(name: string, round: number): void {
    this.takeOn(name, round);
    this.emit(name, { ev: 'becomeCandidate', term: round });
    this.emit(name, {
      ev: 'promiseAsked',
      term: round,
      ballot: this.ballotOf(round),
      to: 'n2',
      fromSlot: this.node(name).commit + 1,
      afterDurable: this.next(name),
    });
    this.write(name, []);
  }

  /** Phase 1b, telling everything that was accepted and is not decided; or, with `slots`, only these. */
  promise(name: string, round: number, slots = this.undecided(name)): Traced {
    this.takeOn(name, round);
    const { log, commit } = this.node(name);
    const sent = this.emit(name, {
      ev: 'promiseSent',
      term: round,
      ballot: this.ballotOf(round),
      to: this.ballotOf(round).node,
      gcSlot: commit + 1,
      slots,
      ballots: slots.map((slot) => this.ballotOf(log[slot - 1]?.term ?? 0)),
      hashes: slots.map((slot) => log[slot - 1]?.hash ?? 0),
      afterDurable: this.next(name),
    });
    this.write(name, []);
    return sent;
  }

  undecided(name: string): number[] {
    const { log, commit } = this.node(name);
    return log.flatMap((_, i) => (i >= commit ? [i + 1] : []));
  }

  adopt(
    name: string,
    round: number,
    quorum: readonly string[],
    lastSlot = 0,
    fromSlot = 1,
  ): Traced {
    const ballot = this.ballotOf(round);
    const commit = this.node(name).commit;
    this.emit(name, {
      ev: 'becomeLeader',
      term: round,
      lastIndex: lastSlot,
      lastTerm: round,
      commit,
    });
    return this.emit(name, { ev: 'adopted', term: round, ballot, quorum, fromSlot, lastSlot });
  }

  propose(name: string, round: number, slot: number, hash: number): Traced {
    return this.emit(name, {
      ev: 'proposed',
      term: round,
      ballot: this.ballotOf(round),
      slot,
      hash,
    });
  }

  accept(name: string, round: number, slot: number, hash: number): Traced {
    const node = this.node(name);
    if (node.term < round) this.takeOn(name, round);
    const ballot = this.ballotOf(round);
    node.log[slot - 1] = { term: round, hash };
    const accepted = this.emit(name, {
      ev: 'accepted',
      term: round,
      ballot,
      slots: [slot],
      hashes: [hash],
    });
    if (name !== ballot.node) this.acceptanceSent(name, round, slot, this.next(name));
    this.write(name, [slot]);
    return accepted;
  }

  acceptanceSent(name: string, round: number, slot: number, afterDurable: number): Traced {
    const ballot = this.ballotOf(round);
    const to = ballot.node;
    return this.emit(name, {
      ev: 'acceptanceSent',
      term: round,
      ballot,
      to,
      slots: [slot],
      afterDurable,
    });
  }

  choose(name: string, round: number, slot: number, quorum: readonly string[]): Traced {
    const ballot = this.ballotOf(round);
    return this.emit(name, { ev: 'chosen', term: round, ballot, slot, quorum });
  }

  commit(name: string, index: number): Traced {
    const node = this.node(name);
    node.commit = index;
    const lastIndex = Math.max(index, node.log.length);
    return this.emit(name, { ev: 'commit', term: node.term, index, lastIndex, role: 'leader' });
  }

  /** n1 leads in round 1; slot 1 holds 7, accepted by n1 and n2, decided and applied at n1. n3 has nothing. */
  static running(): PaxosScript {
    const script = new PaxosScript();
    script.ask('n1', 1);
    script.promise('n2', 1);
    script.adopt('n1', 1, ['n1', 'n2']);
    script.propose('n1', 1, 1, 7);
    script.accept('n1', 1, 1, 7);
    script.accept('n2', 1, 1, 7);
    script.choose('n1', 1, 1, ['n1', 'n2']);
    script.commit('n1', 1);
    script.apply('n1', 1, { session: 1, sequence: 1 });
    return script;
  }
}

const newNode = (): Node => ({
  incarnation: 1,
  seq: 0,
  sequence: 0,
  term: 0,
  vote: null,
  commit: 0,
  applied: 0,
  log: [],
});
