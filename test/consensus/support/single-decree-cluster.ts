/**
 * Single-decree nodes in one thread: virtual time, a network that loses, duplicates and reorders, disks that forget what
 * was not synced. Judges agreement, validity and promises from outside, by what reached the disks and the wires.
 */

import assert from 'node:assert/strict';
import type { NodeId } from '#src/consensus/algorithm';
import { unreachable } from '#src/consensus/invariant';
import { type Ballot, compareBallots } from '#src/consensus/paxos/ballot';
import type { SingleDecreeEffect } from '#src/consensus/single-decree/core';
import type {
  SingleDecreeMessage,
  SingleDecreeRecord,
} from '#src/consensus/single-decree/messages';
import {
  createSingleDecree,
  type SingleDecreeInput,
  type SingleDecreeNode,
} from '#src/consensus/single-decree/single-decree';
import { type Random, stream } from '#src/random/random';
import type { Weather } from './cluster.ts';
import { Timeline } from './timeline.ts';

type Effect = SingleDecreeEffect<string>;
type Send = Extract<Effect, { readonly kind: 'send' }>;
type Persist = Extract<Effect, { readonly kind: 'persist' }>;

interface Member {
  readonly id: NodeId;
  readonly disk: SingleDecreeRecord<string>[];
  node: SingleDecreeNode<string> | undefined;
  incarnation: number;
  writes: Persist[];
  durable: number;
  held: Send[];
  diskBusyUntilMs: number;
  wanted: string | undefined;
  learned: string | undefined;
}

const name = (ballot: Ballot): string => `${ballot.round}.${ballot.node}`;

export class DecreeCluster {
  readonly time = new Timeline();
  readonly ids: readonly NodeId[];
  readonly events = new Map<string, number>();
  weather: Weather;
  readonly #members: ReadonlyMap<NodeId, Member>;
  readonly #seed: number;
  readonly #random: Random;
  readonly #proposed = new Set<string>();
  /** Which value each ballot proposed; and who accepted in it durably. */
  readonly #valueOf = new Map<string, string>();
  readonly #acceptedBy = new Map<string, Set<NodeId>>();
  readonly #prepared = new Map<string, string>();
  chosen: string | undefined;

  constructor(setup: { readonly size: number; readonly seed: number; readonly weather: Weather }) {
    this.#seed = setup.seed;
    this.weather = setup.weather;
    this.#random = stream(setup.seed, 'network');
    this.ids = Array.from({ length: setup.size }, (_, i) => `n${i + 1}`);
    this.#members = new Map(this.ids.map((id) => [id, blank(id)]));
    for (const member of this.#members.values()) {
      this.#start(member);
      this.#tick(member);
    }
  }

  propose(id: NodeId, value: string): void {
    const member = this.#member(id);
    member.wanted ??= value;
    this.#proposed.add(member.wanted);
    this.#input(member, { kind: 'propose', nowMs: this.time.nowMs, value: member.wanted });
  }

  crash(id: NodeId): void {
    const member = this.#member(id);
    if (member.node === undefined) return;
    member.node = undefined;
    const survived = this.#random.below(member.writes.length + 1);
    for (const write of member.writes.slice(0, survived)) this.#reachDisk(member, write);
    member.writes = [];
    member.held = [];
    member.learned = undefined;
  }

  /** Its client asks again, for the same value. */
  restart(id: NodeId): void {
    const member = this.#member(id);
    if (member.node !== undefined) return;
    this.#start(member);
    if (member.wanted !== undefined) this.propose(id, member.wanted);
  }

  learned(id: NodeId): string | undefined {
    return this.#member(id).learned;
  }

  run(ms: number): void {
    this.time.runUntil(this.time.nowMs + ms);
  }

  #member(id: NodeId): Member {
    const member = this.#members.get(id);
    if (member === undefined) throw new Error(`no node ${id}`);
    return member;
  }

  #start(member: Member): void {
    member.incarnation += 1;
    member.durable = 0;
    const disk: unknown = JSON.parse(JSON.stringify(member.disk));
    assert.ok(Array.isArray(disk));
    const config = { self: member.id, members: this.ids, retransmitMs: 80, backoffMs: 40 };
    const random = stream(this.#seed, `${member.id}/${member.incarnation}`);
    member.node = createSingleDecree<string>(config, disk, random, this.time.nowMs);
  }

  #tick(member: Member): void {
    this.time.after(10, () => {
      this.#input(member, { kind: 'tick', nowMs: this.time.nowMs });
      this.#tick(member);
    });
  }

  #input(member: Member, input: SingleDecreeInput<string>): void {
    if (member.node === undefined) return;
    for (const effect of member.node.step(input)) this.#perform(member, effect);
  }

  #perform(member: Member, effect: Effect): void {
    switch (effect.kind) {
      case 'persist':
        return this.#write(member, effect);
      case 'send':
        if (effect.afterDurable <= member.durable) this.#send(member, effect);
        else member.held.push(effect);
        return;
      case 'commit':
        assert.equal(member.learned, undefined, 'told once');
        member.learned = effect.command;
        assert.equal(effect.command, this.chosen, 'learnt what a majority accepted');
        return;
      case 'trace':
        this.#trace(member, effect.event);
        return;
      case 'readReady':
      case 'reject':
        throw new Error(`unexpected ${effect.kind}`);
      default:
        return unreachable(effect);
    }
  }

  #trace(member: Member, event: { readonly ev: string; readonly [detail: string]: unknown }): void {
    this.events.set(event.ev, (this.events.get(event.ev) ?? 0) + 1);
    if (event.ev === 'proposed' && event['adopted'] !== null) {
      this.events.set('adopted', (this.events.get('adopted') ?? 0) + 1);
    }
    if (event.ev !== 'prepared') return;
    const ballot = JSON.stringify(event['ballot']);
    const owner = `${member.id}/${member.incarnation}`;
    // The node may have died before anybody, its own disk included, heard of the ballot: only then may it come back.
    const before = this.#prepared.get(ballot);
    assert.ok(before === undefined || before.startsWith('unsent:'), `ballot ${ballot} used twice`);
    this.#prepared.set(ballot, `unsent:${owner}`);
  }

  #write(member: Member, write: Persist): void {
    member.writes.push(write);
    const { node } = member;
    const delay = this.#random.below(this.weather.diskMsMax + 1);
    member.diskBusyUntilMs = Math.max(member.diskBusyUntilMs, this.time.nowMs) + delay;
    this.time.at(member.diskBusyUntilMs, () => {
      if (member.node !== node || member.writes[0] !== write) return;
      member.writes.shift();
      this.#reachDisk(member, write);
      member.durable = write.sequence;
      const ready = member.held.filter((send) => send.afterDurable <= write.sequence);
      member.held = member.held.filter((send) => send.afterDurable > write.sequence);
      for (const send of ready) this.#send(member, send);
      this.#input(member, {
        kind: 'durable',
        nowMs: this.time.nowMs,
        sequence: write.sequence,
      });
    });
  }

  #reachDisk(member: Member, write: Persist): void {
    for (const raw of write.records) {
      const record = raw as SingleDecreeRecord<string>;
      member.disk.push(record);
      if (record.kind !== 'accept') continue;
      const ballot = name(record.ballot);
      const by = this.#acceptedBy.get(ballot) ?? new Set();
      by.add(member.id);
      this.#acceptedBy.set(ballot, by);
      if (2 * by.size <= this.ids.length) continue;
      assert.ok(this.#proposed.has(record.value), `validity: ${record.value} was never proposed`);
      this.chosen ??= record.value;
      assert.equal(record.value, this.chosen, 'agreement: a second value has a majority');
    }
  }

  #send(member: Member, { to, message }: Send): void {
    this.#audit(member, message);
    const { lossPercent, duplicatePercent } = this.weather;
    if (this.#random.below(100) >= lossPercent) this.#carry(member.id, to, message);
    if (this.#random.below(100) < duplicatePercent) this.#carry(member.id, to, message);
  }

  /** Nothing is said that is not on the disk of who says it. */
  #audit(member: Member, message: SingleDecreeMessage<string>): void {
    if (message.kind === 'accept') {
      const before = this.#valueOf.get(name(message.ballot)) ?? message.value;
      assert.equal(message.value, before, 'one value per ballot');
      this.#valueOf.set(name(message.ballot), message.value);
    } else if (message.kind === 'prepare') {
      this.#prepared.set(JSON.stringify(message.ballot), 'sent');
      assert.ok(
        promisedOnDisk(member, message.ballot),
        'prepared before its own promise was durable',
      );
    } else if (message.kind === 'promise') {
      assert.ok(promisedOnDisk(member, message.ballot), 'promised before it was durable');
      const { accepted } = message;
      const onDisk = member.disk.some(
        (r) => r.kind === 'accept' && accepted && name(r.ballot) === name(accepted.ballot),
      );
      assert.ok(accepted === undefined || onDisk, 'reported before it was durable');
    } else if (message.kind === 'accepted') {
      const onDisk = member.disk.some(
        (r) => r.kind === 'accept' && name(r.ballot) === name(message.ballot),
      );
      assert.ok(onDisk, 'accepted before it was durable');
    }
  }

  #carry(from: NodeId, to: NodeId, message: SingleDecreeMessage<string>): void {
    const { delayMsMin, delayMsMax, latePercent } = this.weather;
    const delay = delayMsMin + this.#random.below(delayMsMax - delayMsMin + 1);
    const late = this.#random.below(100) < latePercent ? 10 : 1;
    this.time.after(delay * late, () =>
      this.#input(this.#member(to), { kind: 'message', nowMs: this.time.nowMs, from, message }),
    );
  }
}

const promisedOnDisk = (member: Member, ballot: Ballot): boolean =>
  member.disk.some((record) => compareBallots(record.ballot, ballot) >= 0);

const blank = (id: NodeId): Member => ({
  id,
  disk: [],
  node: undefined,
  incarnation: 0,
  writes: [],
  durable: 0,
  held: [],
  diskBusyUntilMs: 0,
  wanted: undefined,
  learned: undefined,
});
