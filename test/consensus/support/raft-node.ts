/** One Raft node on the bench: the test plays its peers, its disk and its clock. Members are n1 (the node), n2, ... */

import type { AlgorithmConfig, Effect, Limits, NodeId, TraceEvent } from '#src/consensus/algorithm';
import { defaultLimits } from '#src/consensus/algorithm';
import type { Entry, MessageOf, RaftMessage, RaftRecord } from '#src/consensus/raft/messages';
import { defaultRaftOptions, type RaftOptions } from '#src/consensus/raft/options';
import { createRaft } from '#src/consensus/raft/raft';

type Message = RaftMessage<string>;
type Record = RaftRecord<string>;
type BenchEffect = Effect<Message, Record, string>;
type Kind = Message['kind'];

export const electionTimeoutMs = 100;
export const heartbeatMs = 20;

export interface BenchSetup {
  readonly size?: number;
  readonly options?: Partial<RaftOptions>;
  readonly limits?: Partial<Limits>;
  /** What an earlier incarnation left on disk. */
  readonly disk?: readonly Record[];
  /** What `below(electionTimeoutMs)` draws; 0: campaigns after exactly one timeout. */
  readonly draw?: number;
}

interface Sent<M> {
  readonly to: NodeId;
  readonly message: M;
  readonly afterDurable: number;
}

/** A disk with this log (one term per entry; commands named after index and term) in this term. */
export const diskWith = (terms: readonly number[], term: number, vote?: NodeId): Record[] => [
  { kind: 'hardState', term, vote: vote ?? null },
  ...(terms.length === 0
    ? []
    : [{ kind: 'entries', from: 1, entries: entries(1, terms) } as const]),
];

export const entries = (from: number, terms: readonly number[]): Entry<string>[] =>
  terms.map((term, i) => ({ term, command: `${from + i}@${term}` }));

export class Bench {
  nowMs = 0;
  /** Every record that the node asked to be written. */
  readonly written: Record[] = [];
  effects: BenchEffect[] = [];
  lastSequence = 0;
  readonly #raft: ReturnType<typeof createRaft<string>>;
  readonly config: AlgorithmConfig;

  constructor(setup: BenchSetup = {}) {
    this.config = {
      self: 'n1',
      members: Array.from({ length: setup.size ?? 3 }, (_, i) => `n${i + 1}`),
      timing: { heartbeatMs, electionTimeoutMs },
      limits: { ...defaultLimits, ...setup.limits },
    };
    const random = { below: () => setup.draw ?? 0 };
    const options = { ...defaultRaftOptions, ...setup.options };
    this.#raft = createRaft<string>(this.config, options, setup.disk ?? [], random, 0);
  }

  status() {
    return this.#raft.status();
  }

  #take(effects: readonly BenchEffect[]): void {
    for (const effect of effects) {
      this.effects.push(effect);
      if (effect.kind === 'persist') {
        this.lastSequence = effect.sequence;
        this.written.push(...effect.records);
      }
    }
  }

  tick(afterMs = 0): this {
    this.nowMs += afterMs;
    this.#take(this.#raft.step({ kind: 'tick', nowMs: this.nowMs }));
    return this;
  }

  receive(from: NodeId, message: Message): this {
    this.#take(this.#raft.step({ kind: 'message', nowMs: this.nowMs, from, message }));
    return this;
  }

  propose(request: number, command = `c${request}`): this {
    this.#take(this.#raft.step({ kind: 'propose', nowMs: this.nowMs, request, command }));
    return this;
  }

  read(request: number): this {
    this.#take(this.#raft.step({ kind: 'read', nowMs: this.nowMs, request }));
    return this;
  }

  /** The disk has everything up to `sequence`; left out: everything. */
  sync(sequence = this.lastSequence): this {
    this.#take(this.#raft.step({ kind: 'durable', nowMs: this.nowMs, sequence }));
    return this;
  }

  /** Forget the effects so far. */
  clear(): this {
    this.effects = [];
    return this;
  }

  sent<K extends Kind>(kind: K): Sent<MessageOf<K, string>>[] {
    return this.effects.flatMap((effect) => {
      if (effect.kind !== 'send' || effect.message.kind !== kind) return [];
      const message = effect.message as MessageOf<K, string>;
      return [{ to: effect.to, message, afterDurable: effect.afterDurable }];
    });
  }

  /** The only message of this kind since the last `clear`, or the last one to this node. */
  message<K extends Kind>(kind: K, to?: NodeId): MessageOf<K, string> {
    const found = this.sent(kind).filter((sent) => to === undefined || sent.to === to);
    const last = found.at(-1);
    if (last === undefined) throw new Error(`no ${kind} was sent to ${to ?? 'anybody'}`);
    return last.message;
  }

  traced(ev: string): TraceEvent[] {
    return this.effects.flatMap((e) => (e.kind === 'trace' && e.event.ev === ev ? [e.event] : []));
  }

  committed(): readonly number[] {
    return this.effects.flatMap((effect) => (effect.kind === 'commit' ? [effect.index] : []));
  }

  readsReady(): readonly number[] {
    return this.effects.flatMap((effect) => (effect.kind === 'readReady' ? [effect.request] : []));
  }

  rejected(): readonly { readonly request: number; readonly reason: string }[] {
    return this.effects.flatMap((effect) =>
      effect.kind === 'reject' ? [{ request: effect.request, reason: effect.reason }] : [],
    );
  }

  /** Lets the election timer run out, and stops where the node has asked for votes and written its own. */
  campaign(): this {
    this.tick(2 * electionTimeoutMs);
    for (const peer of this.config.members.slice(1)) {
      if (this.sent('vote').length > 0) break;
      this.receive(peer, { kind: 'preVoteReply', term: this.status().term + 1, granted: true });
    }
    return this;
  }

  /** Makes the node lead the next term. Its no-op is written, not yet durable, and sent. */
  lead(): this {
    this.campaign().sync();
    const { term } = this.status();
    for (const peer of this.config.members.slice(1)) {
      if (this.status().role === 'leader') break;
      this.receive(peer, { kind: 'voteReply', term, granted: true });
    }
    if (this.status().role !== 'leader') throw new Error(`n1 is ${this.status().role}`);
    return this;
  }

  /** Leads, and a majority holds everything that it holds. */
  leadAndCommit(): this {
    this.lead().sync();
    const { term, lastIndex } = this.status();
    for (const peer of this.config.members.slice(1)) this.accept(peer, lastIndex, term);
    return this.clear();
  }

  accept(from: NodeId, match: number, term = this.status().term): this {
    return this.receive(from, { kind: 'appendAccepted', term, match });
  }

  append(
    from: NodeId,
    message: Partial<Omit<MessageOf<'append', string>, 'kind'>> & { readonly term: number },
  ): this {
    const defaults = { prevIndex: 0, prevTerm: 0, entries: [], commit: 0 };
    return this.receive(from, { kind: 'append', ...defaults, ...message });
  }

  /** The terms in the log, as the disk would give them back. */
  terms(): readonly number[] {
    const terms: number[] = [];
    for (const record of this.written) {
      if (record.kind !== 'entries') continue;
      terms.length = record.from - 1;
      terms.push(...record.entries.map((entry) => entry.term));
    }
    return terms;
  }
}
