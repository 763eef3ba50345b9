/** Raft's promises and the disk under them: I9, I23 for elections, I26 for votes. */

import { type Entries, type Entry, holds, markDurable } from './entries.ts';
import { type Scene, size } from './members.ts';
import type { Promised, RaftNode, Write } from './raft-node.ts';
import type { Report } from './report.ts';
import type { TracedOf } from './traced.ts';

interface Grant {
  readonly candidate: number;
  readonly event: TracedOf<'voteSent' | 'persist' | 'logRecovered'>;
}

export class RaftDisk {
  readonly #scene: Scene;
  readonly #report: Report;
  readonly #entries: Entries;
  /** By term and voter. */
  readonly #grants = new Map<number, (Grant | undefined)[]>();

  constructor(scene: Scene, report: Report, entries: Entries) {
    this.#scene = scene;
    this.#report = report;
    this.#entries = entries;
  }

  persisted(node: RaftNode, event: TracedOf<'persist'>): void {
    const tip = node.blind ? node.diskTip : (node.log.at(event.lastIndex) ?? node.log.tip);
    node.writes.push({ event, tip });
  }

  durable(node: RaftNode, event: TracedOf<'durable'>): void {
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

  #reached(node: RaftNode, { event, tip }: Write): void {
    node.diskTip = tip;
    node.diskTerm = event.term;
    node.diskEvent = event;
    if (!node.blind) markDurable(tip, node.bit);
    if (event.vote !== null) this.#voteOnDisk(node, event.vote, event);
  }

  #voteOnDisk(
    node: RaftNode,
    candidate: string,
    event: TracedOf<'persist' | 'logRecovered'>,
  ): void {
    const before = node.votes.get(event.term);
    if (before === undefined) node.votes.set(event.term, { candidate, event });
    else if (before.candidate !== candidate) {
      this.#report.violated(
        'I26',
        `${event.node} votes for ${before.candidate} and for ${candidate} in term ${event.term}`,
        before.event,
        event,
      );
    }
    if (candidate === event.node) this.#grant(node, candidate, event);
  }

  #settle(node: RaftNode, sequence: number): void {
    let done = 0;
    for (const promise of node.promises) {
      if (promise.event.afterDurable > sequence) break;
      done += 1;
      this.#left(node, promise);
    }
    if (done > 0) node.promises = node.promises.slice(done);
  }

  #promise(node: RaftNode, promise: Promised): void {
    if (promise.event.afterDurable <= node.durableSequence) this.#left(node, promise);
    else node.promises.push(promise);
  }

  /** It may be on the wire now: is what it says on the disk? */
  #left(node: RaftNode, promise: Promised): void {
    const { event } = promise;
    if (node.diskTerm < event.term) {
      this.#early(
        node,
        `${event.node} does ${event.ev} in term ${event.term}; its disk knows term ${node.diskTerm}`,
        event,
      );
    }
    switch (promise.kind) {
      case 'append':
        this.#appendLeft(node, promise.event, promise.entry);
        return;
      case 'vote':
        if (node.votes.get(event.term)?.candidate !== promise.event.candidate) {
          this.#early(
            node,
            `${event.node} votes for ${promise.event.candidate} in term ${event.term} before the vote is on its disk`,
            event,
          );
        }
        this.#grant(node, promise.event.candidate, promise.event);
        return;
      case 'ask':
        if (node.votes.get(event.term)?.candidate !== event.node) {
          this.#early(
            node,
            `${event.node} campaigns in term ${event.term} before its own vote is on its disk`,
            event,
          );
        }
        return;
    }
  }

  #early(
    node: RaftNode,
    explanation: string,
    event: TracedOf<'appendAcknowledged' | 'voteSent' | 'voteAsked'>,
  ): void {
    this.#report.violated('I9', explanation, node.diskEvent, event);
  }

  #appendLeft(
    node: RaftNode,
    event: TracedOf<'appendAcknowledged'>,
    entry: Entry | undefined,
  ): void {
    if (node.wasBlind) return;
    const { diskTip } = node;
    const onDisk =
      entry !== undefined &&
      (diskTip === entry ||
        (node.log.has(diskTip) && node.log.has(entry)
          ? entry.index <= diskTip.index
          : holds(diskTip, entry)));
    if (onDisk) return;
    this.#early(
      node,
      `${event.node} acknowledges index ${event.index}; its disk holds up to ${diskTip.index} (term ${diskTip.term})`,
      event,
    );
  }

  acknowledged(node: RaftNode, event: TracedOf<'appendAcknowledged'>): void {
    node.lastAck = event;
    const before = node.acks.get(event.leader);
    const isOlder = before !== undefined && before.term > event.term;
    const isCovered = before?.term === event.term && before.index >= event.index;
    if (!isOlder && !isCovered) node.acks.set(event.leader, event);
    if (node.blind) return;
    const entry = node.log.at(event.index);
    if (entry === undefined) {
      this.#report.violated(
        'I13',
        `${event.node} acknowledges index ${event.index}, but its log ends at ${node.log.tip.index}`,
        node.log.tip.event,
        event,
      );
    }
    // In real runs the leader may count it before the trace tells of the completed write.
    if (!this.#scene.exact && entry !== undefined) markDurable(entry, node.bit);
    this.#promise(node, { kind: 'append', event, entry });
  }

  voteSent(node: RaftNode, event: TracedOf<'voteSent'>): void {
    if (!this.#scene.exact) this.#grant(node, event.candidate, event);
    this.#promise(node, { kind: 'vote', event });
  }

  voteAsked(node: RaftNode, event: TracedOf<'voteAsked'>): void {
    this.#promise(node, { kind: 'ask', event });
  }

  #grant(node: RaftNode, name: string, event: Grant['event']): void {
    const voter = 31 - Math.clz32(node.bit);
    const candidate = this.#scene.members.number(name);
    const grants = this.#grants.get(event.term) ?? [];
    if (grants.length === 0) this.#grants.set(event.term, grants);
    const before = grants[voter];
    if (before === undefined) grants[voter] = { candidate, event };
    else if (before.candidate !== candidate) {
      this.#report.violated(
        'I26',
        `${event.node} votes for ${this.#scene.members.name(before.candidate)} and for ${name} in term ${event.term}`,
        before.event,
        event,
      );
    }
  }

  /** The bits of those who voted for the new leader. */
  elected(number: number, event: TracedOf<'becomeLeader'>): number {
    const { members, lost } = this.#scene;
    let bits = 0;
    this.#grants.get(event.term)?.forEach((grant, voter) => {
      if (grant?.candidate === number) bits |= 1 << voter;
    });
    if (!members.isQuorum(bits | lost)) {
      const votes = this.#grants.get(event.term)?.find((grant) => grant?.candidate === number);
      this.#report.violated(
        'I23',
        `${event.node} leads term ${event.term} with ${size(bits)} votes of ${members.count}`,
        votes?.event,
        event,
      );
    }
    return bits;
  }

  /** `committed`: the last index that anybody has committed. */
  recovered(node: RaftNode, event: TracedOf<'logRecovered'>, committed: number): void {
    const vote = node.votes.get(event.term);
    if (event.term < node.diskTerm) {
      this.#forgot(
        node,
        `${event.node} restarts in term ${event.term}; its disk had term ${node.diskTerm}`,
        event,
      );
    } else if (
      vote !== undefined &&
      event.term === node.diskTerm &&
      event.vote !== vote.candidate
    ) {
      this.#forgot(
        node,
        `${event.node} restarts with a vote for ${event.vote} in term ${event.term}; its disk had one for ${vote.candidate}`,
        event,
      );
    }
    this.#recoveredLog(node, event, committed);
    node.diskTerm = event.term;
    node.diskEvent = event;
    if (event.vote !== null) this.#voteOnDisk(node, event.vote, event);
  }

  #forgot(node: RaftNode, explanation: string, event: TracedOf<'logRecovered'>): void {
    this.#report.violated('I9', explanation, node.diskEvent, event);
  }

  #recoveredLog(node: RaftNode, event: TracedOf<'logRecovered'>, committed: number): void {
    const tip = this.#entries.find(event.lastIndex, event.lastTerm);
    const mayHaveLost = (this.#scene.lost & node.bit) !== 0;
    if (tip === undefined || tip.chain !== event.chain) {
      node.blind = true;
      node.wasBlind = true;
      if (mayHaveLost) return;
      this.#forgot(
        node,
        `${event.node} restarts with a log up to (${event.lastIndex}, term ${event.lastTerm}) that nobody wrote`,
        event,
      );
      return;
    }
    // Of writes under way at the crash any first part may have survived, one that cut the log off among them.
    const before = node.diskTip;
    const underWay = node.crashed.some((write) => write.tip === tip);
    if (!underWay && !holds(tip, before)) {
      // What was decided cannot have been cut off, whatever the missing end of the trace would tell.
      const must = mayHaveLost ? node.log.at(Math.min(before.index, committed)) : before;
      if (must !== undefined && !holds(tip, must)) {
        this.#forgot(
          node,
          `${event.node} restarts with a log up to ${tip.index} (term ${tip.term}) without index ${must.index} (term ${must.term}), which was on its disk`,
          event,
        );
      }
    }
    node.crashed = [];
    node.blind = false;
    node.log.become(tip);
    node.diskTip = tip;
    markDurable(tip, node.bit);
  }
}
