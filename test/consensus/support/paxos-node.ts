/** One Multi-Paxos node on the bench: the test plays its peers, its disk and its clock. Members are n1 (the node), n2, ... */

import type { AlgorithmConfig, Effect, Limits, NodeId, TraceEvent } from '#src/consensus/algorithm';
import { defaultLimits } from '#src/consensus/algorithm';
import type { Ballot } from '#src/consensus/paxos/ballot';
import type {
  MessageOf,
  PaxosMessage,
  PaxosRecord,
  Proposal,
  Pvalue,
} from '#src/consensus/paxos/messages';
import { defaultPaxosOptions, type PaxosOptions } from '#src/consensus/paxos/options';
import { createPaxos } from '#src/consensus/paxos/paxos';

type Message = PaxosMessage<string>;
type Record = PaxosRecord<string>;
type BenchEffect = Effect<Message, Record, string>;
type Kind = Message['kind'];

export const electionTimeoutMs = 100;
export const heartbeatMs = 20;

export interface BenchSetup {
  readonly size?: number;
  readonly options?: Partial<PaxosOptions>;
  readonly limits?: Partial<Limits>;
  /** What an earlier incarnation left on disk. */
  readonly disk?: readonly Record[];
  /** What the random source draws, always; 0: campaigns after exactly one timeout. */
  readonly draw?: number;
}

interface Sent<M> {
  readonly to: NodeId;
  readonly message: M;
  readonly afterDurable: number;
}

/** Rounds belong to nodes: n1 has the multiples of the cluster's size, n2 those with 1 left over, and so on. */
export const ballot = (round: number, node: NodeId): Ballot => ({ round, node });

/** Commands for consecutive slots; undefined: a no-op. */
export const proposals = (
  from: number,
  ...commands: readonly (string | undefined)[]
): Proposal<string>[] =>
  commands.map((command, i) =>
    command === undefined ? { slot: from + i } : { slot: from + i, command },
  );

export const pvalue = (slot: number, command: string, round: number, node: NodeId) =>
  ({ slot, command, ballot: ballot(round, node) }) satisfies Pvalue<string>;

export class Bench {
  nowMs = 0;
  /** Every record that the node asked to be written. */
  readonly written: Record[] = [];
  effects: BenchEffect[] = [];
  lastSequence = 0;
  readonly config: AlgorithmConfig;
  readonly #paxos: ReturnType<typeof createPaxos<string>>;

  constructor(setup: BenchSetup = {}) {
    this.config = {
      self: 'n1',
      members: Array.from({ length: setup.size ?? 3 }, (_, i) => `n${i + 1}`),
      timing: { heartbeatMs, electionTimeoutMs },
      limits: { ...defaultLimits, ...setup.limits },
    };
    this.written.push(...(setup.disk ?? []));
    const random = { below: () => setup.draw ?? 0 };
    const options = { ...defaultPaxosOptions, ...setup.options };
    this.#paxos = createPaxos<string>(this.config, options, setup.disk ?? [], random, 0);
  }

  status() {
    return this.#paxos.status();
  }

  get #peers(): readonly NodeId[] {
    return this.config.members.slice(1);
  }

  #take(effects: readonly BenchEffect[]): this {
    for (const effect of effects) {
      this.effects.push(effect);
      if (effect.kind === 'persist') {
        this.lastSequence = effect.sequence;
        this.written.push(...effect.records);
      }
    }
    return this;
  }

  tick(afterMs = 0): this {
    this.nowMs += afterMs;
    return this.#take(this.#paxos.step({ kind: 'tick', nowMs: this.nowMs }));
  }

  receive(from: NodeId, message: Message): this {
    return this.#take(this.#paxos.step({ kind: 'message', nowMs: this.nowMs, from, message }));
  }

  propose(request: number, command = `c${request}`): this {
    return this.#take(this.#paxos.step({ kind: 'propose', nowMs: this.nowMs, request, command }));
  }

  read(request: number): this {
    return this.#take(this.#paxos.step({ kind: 'read', nowMs: this.nowMs, request }));
  }

  /** The disk has everything up to `sequence`; left out: everything. */
  sync(sequence = this.lastSequence): this {
    return this.#take(this.#paxos.step({ kind: 'durable', nowMs: this.nowMs, sequence }));
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

  /** The last message of this kind, to this node if it is named. */
  message<K extends Kind>(kind: K, to?: NodeId): MessageOf<K, string> {
    const found = this.sent(kind).filter((sent) => to === undefined || sent.to === to);
    const last = found.at(-1);
    if (last === undefined) throw new Error(`no ${kind} was sent to ${to ?? 'anybody'}`);
    return last.message;
  }

  traced(ev: string): TraceEvent[] {
    return this.effects.flatMap((e) => (e.kind === 'trace' && e.event.ev === ev ? [e.event] : []));
  }

  /** Who was counted for the last event of this kind. */
  quorum(ev: 'adopted' | 'chosen'): readonly string[] {
    const quorum = this.traced(ev).at(-1)?.['quorum'];
    return Array.isArray(quorum) ? quorum.map(String).sort() : [];
  }

  /** What was decided, in order; a no-op is undefined. */
  committed(): readonly (string | undefined)[] {
    return this.effects.flatMap((effect) => (effect.kind === 'commit' ? [effect.command] : []));
  }

  readsReady(): readonly number[] {
    return this.effects.flatMap((effect) => (effect.kind === 'readReady' ? [effect.request] : []));
  }

  rejected(): readonly { readonly request: number; readonly reason: string }[] {
    return this.effects.flatMap((effect) =>
      effect.kind === 'reject' ? [{ request: effect.request, reason: effect.reason }] : [],
    );
  }

  /** Lets the election timer run out; everybody is willing. The scout's own promise is written, not yet durable. */
  scout(): this {
    const before = this.traced('becomeCandidate').length;
    this.tick(20 * electionTimeoutMs);
    for (const peer of this.#peers) {
      if (this.traced('becomeCandidate').length > before) break;
      const { canvass } = this.message('canvass');
      this.receive(peer, { kind: 'canvassReply', canvass, willing: true });
    }
    return this;
  }

  /** The ballot that the node scouts or leads in. */
  get own(): Ballot {
    return ballot(this.status().term, 'n1');
  }

  promise(from: NodeId, told: Partial<Omit<MessageOf<'p1b', string>, 'kind'>> = {}): this {
    const defaults = { ballot: this.own, accepted: [], gcSlot: 1 };
    return this.receive(from, { kind: 'p1b', ...defaults, ...told });
  }

  /** Leads: a majority promised and told nothing that the node did not know. */
  lead(): this {
    this.scout().sync();
    const gcSlot = this.status().commitIndex + 1;
    for (const peer of this.#peers) {
      if (this.status().role === 'leader') break;
      this.promise(peer, { gcSlot });
    }
    if (this.status().role !== 'leader') throw new Error(`n1 is ${this.status().role}`);
    return this.clear();
  }

  /** Another node leads in this ballot and proposes. */
  p2a(from: NodeId, round: number, of: readonly Proposal<string>[], decided = 1): this {
    return this.receive(from, { kind: 'p2a', ballot: ballot(round, from), proposals: of, decided });
  }

  p2b(from: NodeId, ...slots: readonly number[]): this {
    return this.receive(from, { kind: 'p2b', ballot: this.own, slots });
  }

  heartbeat(from: NodeId, round: number, decided = 1): this {
    return this.receive(from, { kind: 'heartbeat', ballot: ballot(round, from), decided });
  }

  p1a(from: NodeId, round: number, fromSlot = 1): this {
    return this.receive(from, { kind: 'p1a', ballot: ballot(round, from), fromSlot });
  }

  learned(
    from: NodeId,
    slot: number,
    commands: readonly string[],
    { round = 1, more = false } = {},
  ): this {
    const decisions = commands.map((command, i) => ({ slot: slot + i, command, round }));
    return this.receive(from, { kind: 'learned', decisions, more });
  }

  readReply(from: NodeId, maxAccepted: number, round = this.message('readQuery').round): this {
    return this.receive(from, { kind: 'readReply', ballot: this.own, round, maxAccepted });
  }

  /** A new incarnation over everything written, or over its first records. */
  restarted(records = this.written.length, setup: BenchSetup = {}): Bench {
    return new Bench({
      size: this.config.members.length,
      ...setup,
      disk: this.written.slice(0, records),
    });
  }
}
