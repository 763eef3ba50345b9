/**
 * A cluster of replicas in one thread: virtual time, a network that loses, delays, reorders and duplicates, disks that
 * forget what was not synced when their node crashes, pauses. All of it from one seed; works for every algorithm.
 */

import type { Limits, NodeId, Status, Timing } from '#src/consensus/algorithm';
import { defaultLimits } from '#src/consensus/algorithm';
import { createReplica } from '#src/consensus/create-replica';
import type { PeerMessage, Replica, ReplicaEffect, ReplicaInput } from '#src/consensus/replica';
import type { ClientRequest, ClientResponse } from '#src/consensus/state-machine/command';
import type { ConsensusTrace } from '#src/consensus/trace';
import { type Random, stream } from '#src/random/random';
import { Timeline } from './timeline.ts';

/** Watches a run and throws when it sees what must not be. */
export interface Observer {
  /** A node said what it did. */
  event?(node: NodeId, event: ConsensusTrace): void;
  /** Records reached a disk. */
  durable?(node: NodeId, records: readonly unknown[]): void;
  /** A message left a node. */
  sent?(node: NodeId, to: NodeId, message: PeerMessage): void;
  /** A node starts again with what its disk holds. */
  restarted?(node: NodeId, records: readonly unknown[]): void;
}

export interface Weather {
  readonly delayMsMin: number;
  readonly delayMsMax: number;
  /** Of 100 messages, how many are lost. */
  readonly lossPercent: number;
  readonly duplicatePercent: number;
  /** Of 100 messages, how many come ten times later than they should. */
  readonly latePercent: number;
  readonly diskMsMax: number;
}

export const calm: Weather = {
  delayMsMin: 1,
  delayMsMax: 5,
  lossPercent: 0,
  duplicatePercent: 0,
  latePercent: 0,
  diskMsMax: 4,
};

export interface ClusterSetup {
  readonly algorithm: string;
  readonly size: number;
  readonly seed: number;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly weather?: Weather;
  readonly timing?: Timing;
  readonly limits?: Limits;
  readonly observers?: readonly Observer[];
}

export const tickMs = 10;
export const testTiming: Timing = { heartbeatMs: 30, electionTimeoutMs: 150 };

type Send = Extract<ReplicaEffect, { readonly kind: 'send' }>;
type Persist = Extract<ReplicaEffect, { readonly kind: 'persist' }>;
type ReplyHandler = (response: ClientResponse) => void;
/** An input whose time is when the node gets to it. */
type Pending = (nowMs: number) => ReplicaInput;

interface FakeNode {
  readonly id: NodeId;
  readonly disk: unknown[];
  incarnation: number;
  replica: Replica | undefined;
  /** Handed to the disk, not there yet. */
  writes: Persist[];
  durable: number;
  diskBusyUntilMs: number;
  held: Send[];
  paused: boolean;
  inbox: Pending[];
  open: Map<number, ReplyHandler>;
  /** Starts again with every incarnation, as in a process. */
  lastRequest: number;
}

export class Cluster {
  readonly time = new Timeline();
  readonly ids: readonly NodeId[];
  readonly messages = new Map<string, number>();
  weather: Weather;
  readonly #setup: ClusterSetup;
  readonly #nodes: ReadonlyMap<NodeId, FakeNode>;
  readonly #random: Random;
  readonly #cuts = new Set<string>();

  constructor(setup: ClusterSetup) {
    this.#setup = setup;
    this.weather = setup.weather ?? calm;
    this.#random = stream(setup.seed, 'cluster');
    this.ids = Array.from({ length: setup.size }, (_, i) => `n${i + 1}`);
    this.#nodes = new Map(this.ids.map((id) => [id, emptyNode(id)]));
    for (const node of this.#nodes.values()) {
      this.#start(node);
      this.time.after(this.#random.below(tickMs), () => this.#tick(node));
    }
  }

  run(ms: number): void {
    this.time.runUntil(this.time.nowMs + ms);
  }

  /** Runs until it holds; throws when it does not within this time. */
  runUntil(what: string, holds: () => boolean, maxMs: number): void {
    const deadlineMs = this.time.nowMs + maxMs;
    while (!holds()) {
      if (this.time.nowMs >= deadlineMs) throw new Error(`not within ${maxMs} ms: ${what}`);
      this.run(tickMs);
    }
  }

  status(id: NodeId): Status | undefined {
    return this.#node(id).replica?.status();
  }

  /** The nodes that think they lead. */
  leaders(): readonly NodeId[] {
    return this.ids.filter((id) => this.status(id)?.role === 'leader');
  }

  /** The leader that a majority follows, elected if need be. */
  awaitLeader(maxMs = 5000): NodeId {
    const agreed = (): NodeId | undefined =>
      this.leaders().find(
        (leader) =>
          2 * this.ids.filter((id) => this.status(id)?.leader === leader).length > this.ids.length,
      );
    this.runUntil('a leader that a majority follows', () => agreed() !== undefined, maxMs);
    return agreed() ?? '';
  }

  request(id: NodeId, body: ClientRequest, onReply: ReplyHandler): void {
    const node = this.#node(id);
    if (node.replica === undefined) return;
    node.lastRequest += 1;
    const request = node.lastRequest;
    node.open.set(request, onReply);
    this.#input(node, (nowMs) => ({ kind: 'client', nowMs, request, body }));
  }

  /** Asks one node and waits. Throws when no reply comes. */
  ask(id: NodeId, body: ClientRequest, maxMs = 2000): ClientResponse {
    let reply: ClientResponse | undefined;
    this.request(id, body, (response) => {
      reply = response;
    });
    this.runUntil(`a reply of ${id}`, () => reply !== undefined, maxMs);
    return reply ?? { kind: 'error', code: 'no-leader' };
  }

  /** Client requests that their node, alive, has not answered. */
  unanswered(): number {
    return [...this.#nodes.values()].reduce((sum, node) => sum + node.open.size, 0);
  }

  crash(id: NodeId): void {
    const node = this.#node(id);
    if (node.replica === undefined) return;
    node.replica = undefined;
    // Of what was not synced, any first part may have reached the disk.
    const survived = this.#random.below(node.writes.length + 1);
    for (const write of node.writes.slice(0, survived)) this.#reachDisk(node, write);
    node.writes = [];
    node.held = [];
    node.inbox = [];
    node.paused = false;
    node.open.clear();
  }

  restart(id: NodeId): void {
    const node = this.#node(id);
    if (node.replica === undefined) this.#start(node);
  }

  pause(id: NodeId): void {
    this.#node(id).paused = this.#node(id).replica !== undefined;
  }

  resume(id: NodeId): void {
    const node = this.#node(id);
    node.paused = false;
    const inbox = node.inbox;
    node.inbox = [];
    for (const input of inbox) this.#input(node, input);
  }

  cut(from: NodeId, to: NodeId): void {
    this.#cuts.add(`${from}>${to}`);
  }

  mend(from: NodeId, to: NodeId): void {
    this.#cuts.delete(`${from}>${to}`);
  }

  /** No message between the two sides, in either direction. */
  partition(some: readonly NodeId[]): void {
    for (const a of some) {
      for (const b of this.ids.filter((id) => !some.includes(id))) {
        this.cut(a, b);
        this.cut(b, a);
      }
    }
  }

  /** Everything works again. */
  heal(): void {
    this.#cuts.clear();
    for (const id of this.ids) {
      this.resume(id);
      this.restart(id);
    }
  }

  #node(id: NodeId): FakeNode {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new Error(`no node ${id}`);
    return node;
  }

  #start(node: FakeNode): void {
    node.incarnation += 1;
    node.durable = 0;
    node.lastRequest = 0;
    // As it would be read from a file: nothing but JSON survives.
    const durable: unknown = JSON.parse(JSON.stringify(node.disk));
    if (!Array.isArray(durable)) throw new Error('the disk is a list');
    for (const observer of this.#setup.observers ?? []) observer.restarted?.(node.id, durable);
    node.replica = createReplica({
      algorithm: this.#setup.algorithm,
      config: {
        self: node.id,
        members: this.ids,
        timing: this.#setup.timing ?? testTiming,
        limits: this.#setup.limits ?? defaultLimits,
        trace: this.#setup.observers !== undefined,
      },
      options: this.#setup.options ?? {},
      durable,
      random: stream(this.#setup.seed, `${node.id}/${node.incarnation}`),
      nowMs: this.time.nowMs,
      incarnation: node.incarnation,
    });
  }

  #tick(node: FakeNode): void {
    if (!node.paused) this.#tickOnce(node);
    this.time.after(tickMs, () => this.#tick(node));
  }

  /** A replica that says that it is quiet keeps its word. */
  #tickOnce(node: FakeNode): void {
    if (node.replica === undefined) return;
    const { nowMs } = this.time;
    if (nowMs >= node.replica.quietUntilMs()) {
      this.#input(node, () => ({ kind: 'tick', nowMs }));
      return;
    }
    const effects = node.replica.step({ kind: 'tick', nowMs });
    if (effects.length > 0)
      throw new Error(`${node.id} said it was quiet: ${JSON.stringify(effects)}`);
  }

  #input(node: FakeNode, input: Pending): void {
    if (node.replica === undefined) return;
    if (node.paused) {
      node.inbox.push(input);
      return;
    }
    for (const effect of node.replica.step(input(this.time.nowMs))) this.#perform(node, effect);
  }

  #perform(node: FakeNode, effect: ReplicaEffect): void {
    if (effect.kind === 'persist') this.#write(node, effect);
    else if (effect.kind === 'reply') this.#reply(node, effect.request, effect.response);
    else if (effect.kind === 'trace') this.#trace(node, effect.event as ConsensusTrace);
    else if (effect.afterDurable <= node.durable) this.#send(node, effect);
    else node.held.push(effect);
  }

  #trace(node: FakeNode, event: ConsensusTrace): void {
    for (const observer of this.#setup.observers ?? []) observer.event?.(node.id, event);
  }

  #write(node: FakeNode, write: Persist): void {
    node.writes.push(write);
    const { incarnation } = node;
    const doneMs = this.time.nowMs + this.#random.below(this.weather.diskMsMax + 1);
    node.diskBusyUntilMs = Math.max(node.diskBusyUntilMs, doneMs);
    this.time.at(node.diskBusyUntilMs, () => {
      if (node.incarnation === incarnation && node.replica !== undefined) this.#synced(node, write);
    });
  }

  #synced(node: FakeNode, write: Persist): void {
    node.writes = node.writes.filter((other) => other !== write);
    this.#reachDisk(node, write);
    this.#input(node, (nowMs) => {
      node.durable = write.sequence;
      const ready = node.held.filter((send) => send.afterDurable <= write.sequence);
      node.held = node.held.filter((send) => send.afterDurable > write.sequence);
      for (const send of ready) this.#send(node, send);
      return { kind: 'durable', nowMs, sequence: write.sequence };
    });
  }

  #reachDisk(node: FakeNode, write: Persist): void {
    node.disk.push(...write.records);
    for (const observer of this.#setup.observers ?? []) observer.durable?.(node.id, write.records);
  }

  #reply(node: FakeNode, request: number, response: ClientResponse): void {
    const handler = node.open.get(request);
    if (handler === undefined) throw new Error(`${node.id} answered request ${request} twice`);
    node.open.delete(request);
    // As with a process: what the client asks next comes after this step's effects, and so do their traces.
    this.time.after(0, () => handler(response));
  }

  #send(node: FakeNode, { to, message }: Send): void {
    for (const observer of this.#setup.observers ?? []) observer.sent?.(node.id, to, message);
    this.#count(message);
    const copies = this.#random.below(100) < this.weather.duplicatePercent ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) this.#carry(node.id, to, JSON.stringify(message));
  }

  #carry(from: NodeId, to: NodeId, text: string): void {
    const { delayMsMin, delayMsMax, lossPercent, latePercent } = this.weather;
    if (this.#random.below(100) < lossPercent) return;
    const usualMs = delayMsMin + this.#random.below(delayMsMax - delayMsMin + 1);
    const delayMs = this.#random.below(100) < latePercent ? 10 * usualMs : usualMs;
    this.time.after(delayMs, () => {
      if (this.#cuts.has(`${from}>${to}`)) return;
      const message: PeerMessage = JSON.parse(text);
      this.#input(this.#node(to), (nowMs) => ({ kind: 'peer', nowMs, from, message }));
    });
  }

  #count(message: PeerMessage): void {
    const inner = message.kind === 'algorithm' ? message.message : message;
    const kind = (inner as { readonly kind: string }).kind;
    this.messages.set(kind, (this.messages.get(kind) ?? 0) + 1);
  }
}

const emptyNode = (id: NodeId): FakeNode => ({
  id,
  disk: [],
  incarnation: 0,
  replica: undefined,
  writes: [],
  durable: 0,
  diskBusyUntilMs: 0,
  held: [],
  paused: false,
  inbox: [],
  open: new Map(),
  lastRequest: 0,
});
