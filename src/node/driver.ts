/**
 * Performs what a replica asks for, and keeps the promise of the contract: a `send` with `afterDurable` leaves only when
 * everything persisted up to there is on disk.
 */

import type { NodeId, RequestId, Status, TraceEvent } from '../consensus/algorithm.ts';
import type { PeerMessage, Replica, ReplicaEffect, ReplicaInput } from '../consensus/replica.ts';
import type { ClientRequest, ClientResponse } from '../consensus/state-machine/command.ts';
import { unreachable } from '../errors.ts';

/** What effects are performed on. An input that arrives while a step is being performed waits until it is. */
export interface Hands {
  /** Queues records for the disk; `Driver.durable` is called when they are there. */
  persist(sequence: number, records: readonly unknown[]): void;
  /** May lose the message. */
  send(to: NodeId, message: PeerMessage): void;
  reply(request: RequestId, response: ClientResponse): void;
  trace(event: TraceEvent): void;
  /** Milliseconds of this process's monotonic clock. */
  nowMs(): number;
  /** Called after every step, when all of its effects are queued. */
  stepped(): void;
  /** The replica threw: an invariant is broken. Nothing more may be done with it. */
  broken(error: unknown): void;
}

interface HeldSend {
  readonly afterDurable: number;
  readonly to: NodeId;
  readonly message: PeerMessage;
}

export class Driver {
  readonly #replica: Replica;
  readonly #hands: Hands;
  #durable = 0;
  /** Sends that wait for the disk, in the order in which they were asked for. */
  #held: HeldSend[] = [];
  /** A step, or the performing of its effects, has not ended. */
  #stepping = false;
  /** Inputs that came meanwhile. */
  readonly #inputs: ReplicaInput[] = [];
  #stopped = false;

  constructor(replica: Replica, hands: Hands) {
    this.#replica = replica;
    this.#hands = hands;
  }

  get heldSends(): number {
    return this.#held.length;
  }

  status(): Status {
    return this.#replica.status();
  }

  /** Time has passed. */
  tick(): void {
    this.#step({ kind: 'tick', nowMs: this.#hands.nowMs() });
  }

  /** The same, left out when the replica says that it changes nothing. */
  tickIfDue(): void {
    if (this.#stopped || this.#hands.nowMs() < this.#replica.quietUntilMs()) return;
    this.tick();
  }

  /** As the replica says. */
  quietUntilMs(): number {
    return this.#replica.quietUntilMs();
  }

  /** A message came from a peer. */
  peer(from: NodeId, message: PeerMessage): void {
    this.#step({ kind: 'peer', nowMs: this.#hands.nowMs(), from, message });
  }

  /** A client asks. `request` is new within this process. Answered by `Hands.reply` exactly once. */
  client(request: RequestId, body: ClientRequest): void {
    this.#step({ kind: 'client', nowMs: this.#hands.nowMs(), request, body });
  }

  /** Everything persisted up to this sequence is on disk. */
  durable(sequence: number): void {
    if (sequence <= this.#durable) return;
    this.#durable = sequence;
    if (this.#held.length > 0) {
      const still: HeldSend[] = [];
      for (const send of this.#held) {
        if (send.afterDurable <= sequence) this.#hands.send(send.to, send.message);
        else still.push(send);
      }
      this.#held = still;
    }
    this.#step({ kind: 'durable', nowMs: this.#hands.nowMs(), sequence });
  }

  /** From now on inputs are ignored. */
  stop(): void {
    this.#stopped = true;
    this.#held = [];
  }

  #step(input: ReplicaInput): void {
    if (this.#stopped) return;
    if (this.#stepping) {
      this.#inputs.push(input);
      return;
    }
    this.#stepping = true;
    this.#stepOnce(input);
    if (this.#inputs.length > 0) {
      for (let at = 0; at < this.#inputs.length && !this.#stopped; at += 1) {
        this.#stepOnce(this.#inputs[at] as ReplicaInput);
      }
      this.#inputs.length = 0;
    }
    this.#stepping = false;
    this.#hands.stepped();
  }

  #stepOnce(input: ReplicaInput): void {
    let effects: readonly ReplicaEffect[];
    try {
      effects = this.#replica.step(input);
    } catch (error) {
      this.stop();
      this.#hands.broken(error);
      return;
    }
    // A loop without an iterator: this is on the path of every message.
    for (let at = 0; at < effects.length; at += 1) this.#perform(effects[at] as ReplicaEffect);
  }

  #hold(send: HeldSend): void {
    // As a rule it is the only one, and a list that begins empty makes room for 17.
    if (this.#held.length === 0) this.#held = [send];
    else this.#held.push(send);
  }

  #perform(effect: ReplicaEffect): void {
    switch (effect.kind) {
      case 'persist':
        this.#hands.persist(effect.sequence, effect.records);
        break;
      case 'send':
        if (effect.afterDurable <= this.#durable) this.#hands.send(effect.to, effect.message);
        else this.#hold(effect);
        break;
      case 'reply':
        this.#hands.reply(effect.request, effect.response);
        break;
      case 'trace':
        this.#hands.trace(effect.event);
        break;
      default:
        unreachable(effect);
    }
  }
}
