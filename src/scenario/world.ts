/** Nodes of the real algorithms, with disks and clocks of their own and a mailbox between them. Every move is put on record. */

import type { FrameEvent, NodePicture } from '#reports/scenario-types';
import { BrokenInvariant } from '#src/consensus/invariant';
import { createKv } from '#src/consensus/state-machine/kv';
import { stream } from '#src/random/random';
import type { ReadAnswer } from './expectation.ts';
import { Judge } from './judge.ts';
import { type Mail, Mailbox } from './mailbox.ts';
import { blank, type WorldNode } from './node.ts';
import type { Scenario } from './scenario.ts';
import type { Facts, MachineEffect, MachineInput, Sent } from './system.ts';
import { valueText } from './systems/detail.ts';
import { commandLabel, writeOf } from './systems/logged.ts';

/** Steps of a clock, ms. */
export const tickMs = 10;

export interface ReadRequest {
  readonly node: string;
  readonly key: string;
  answer: ReadAnswer;
}

type Words = string[];

/** Why a client got no answer, in words. */
const reasons: Readonly<Record<string, string>> = {
  'not-leader': 'it does not lead; nothing was done',
  overloaded: 'it has too much to do; nothing was done',
  'lost-leadership': 'it lost the lead, and the write may or may not happen',
  'read-abandoned': 'it could not make sure that it still leads',
};

export class World {
  readonly scenario: Scenario;
  readonly mailbox = new Mailbox();
  readonly judge: Judge;
  readonly quorum: number;
  readonly reads = new Map<number, ReadRequest>();
  /** Since the last `takeEvents`. */
  #events: FrameEvent[] = [];
  /** Kinds of events and messages of the current input. */
  #seen = new Set<string>();
  readonly #nodes: ReadonlyMap<string, WorldNode>;
  #lastRequest = 0;
  /** Sentences about a change of term, which come before what is made of the message. */
  #prelude = 0;

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    this.quorum = Math.floor(scenario.nodes.length / 2) + 1;
    this.judge = new Judge(this.quorum, scenario.system.name === 'single-decree');
    this.#nodes = new Map(scenario.nodes.map((name) => [name, blank(name)]));
    for (const node of this.#nodes.values()) {
      this.#reachDisk(node, scenario.disks.get(node.name) ?? []);
      this.#start(node);
    }
  }

  node(name: string): WorldNode {
    const found = this.#nodes.get(name);
    if (found === undefined) throw new RangeError(`no node ${name}`);
    return found;
  }

  facts(name: string): Facts {
    const { disk, writes, machine, decided } = this.node(name);
    const records = [...disk, ...writes.flatMap((write) => write.records)];
    return this.scenario.system.facts({ records, machine, decided });
  }

  quorums(): readonly string[] {
    const disks = this.scenario.nodes.map((name) => {
      const { disk, machine, decided } = this.node(name);
      return { node: name, facts: this.scenario.system.facts({ records: disk, machine, decided }) };
    });
    return this.scenario.system.quorums(disks, this.quorum);
  }

  picture(name: string): NodePicture {
    const node = this.node(name);
    const rows = [...this.scenario.system.rows(this.facts(name))];
    const unsynced = node.writes.reduce((sum, write) => sum + write.records.length, 0);
    if (unsynced > 0) rows.push(['not on disk', `${unsynced} of its records`]);
    if (node.stopped !== undefined) return { node: name, health: 'stopped', rows };
    return { node: name, health: node.machine === undefined ? 'down' : 'up', rows };
  }

  /** What happened since the last call. */
  takeEvents(): readonly FrameEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** Whether an event of this kind, or a message of this kind sent, came of the latest input. */
  saw(kind: string): boolean {
    return this.#seen.has(kind);
  }

  record(event: FrameEvent): void {
    this.#events.push(event);
  }

  /** Gives a running node an input, and puts on record what comes of it. */
  input(
    name: string,
    first: readonly string[],
    make: (nowMs: number, request: number) => MachineInput,
  ): void {
    const node = this.node(name);
    const words = [...first];
    this.#seen = new Set();
    this.record({ kind: 'at', node: name, words });
    this.#lastRequest += 1;
    this.#step(node, make(node.nowMs, this.#lastRequest), words);
  }

  /** Remembers a read before it is asked. */
  expectRead(request: number, node: string, key: string): void {
    this.reads.set(request, { node, key, answer: { kind: 'open' } });
  }

  /** Lets the clock of a node run until `enough` says so, at most this long. Returns whether it did. */
  tick(name: string, ms: number, enough: () => boolean, first: string): boolean {
    const node = this.node(name);
    const words = [first];
    this.record({ kind: 'at', node: name, words });
    for (let passed = 0; passed < ms; passed += tickMs) {
      this.#seen = new Set();
      node.nowMs += Math.min(tickMs, ms - passed);
      this.#step(node, { kind: 'tick', nowMs: node.nowMs }, words);
      if (enough()) return true;
    }
    return false;
  }

  deliver(mail: Mail): void {
    const { number, from, to, label } = mail;
    this.mailbox.take(mail);
    this.#seen = new Set();
    const node = this.node(to);
    if (node.machine === undefined) {
      const words = `${to} is down: the message is lost.`;
      this.record({ kind: 'lost', mail: number, from, to, label, words });
      return;
    }
    const facts = this.facts(to);
    const before = this.picture(to)
      .rows.map(([name, value]) => `${name} ${value}`)
      .join('; ');
    const words: Words = [];
    this.record({ kind: 'received', mail: number, from, to, label, before, words });
    const input = { kind: 'message', nowMs: node.nowMs, from, message: mail.message } as const;
    const told: Words = [];
    this.#prelude = 0;
    const sent = this.#step(node, input, told);
    const why = this.scenario.system.why(to, from, mail.message, facts, sent);
    words.push(...told.slice(0, this.#prelude), ...why, ...told.slice(this.#prelude));
    if (words.length === 0)
      words.push(`${to} ${sent.length > 0 ? 'answers' : 'has nothing to do'}.`);
  }

  crash(name: string): void {
    const node = this.node(name);
    const lost = node.writes.reduce((sum, write) => sum + write.records.length, 0);
    const words = [
      lost === 0
        ? `${name} crashes. Everything it had to write is on its disk.`
        : `${name} crashes and loses ${lost} records that were not on its disk, and ${node.waiting.length} messages that waited for them: nobody was told.`,
    ];
    for (const { mail } of node.waiting) {
      const { number, from, to, label } = mail;
      this.record({ kind: 'lost', mail: number, from, to, label, words: 'never sent' });
    }
    node.machine = undefined;
    node.writes = [];
    node.waiting = [];
    node.decided = [];
    node.stalled = false;
    this.record({ kind: 'at', node: name, words });
  }

  restart(name: string): void {
    const node = this.node(name);
    node.stopped = undefined;
    const empty = node.disk.length === 0;
    this.#start(node);
    const rows = this.picture(name).rows.map(([row, value]) => `${row} ${value}`);
    const from = empty ? 'an empty disk' : 'its disk';
    this.record({
      kind: 'at',
      node: name,
      words: [`${name} restarts from ${from}: ${rows.join('; ')}.`],
    });
  }

  wipe(name: string): void {
    this.node(name).disk = [];
    const words = [`The disk of ${name} is gone, and with it every promise that ${name} made.`];
    this.record({ kind: 'at', node: name, words });
  }

  stall(name: string): void {
    this.node(name).stalled = true;
    const words = [`The disk of ${name} takes its time: what is written now is not safe yet.`];
    this.record({ kind: 'at', node: name, words });
  }

  sync(name: string): void {
    const node = this.node(name);
    const count = node.writes.reduce((sum, write) => sum + write.records.length, 0);
    const words = [
      `The disk of ${name} has finished ${count} records. What waited for them may leave.`,
    ];
    node.stalled = false;
    this.record({ kind: 'at', node: name, words });
    this.#finishWrites(node, words);
  }

  #start(node: WorldNode): void {
    const { system, nodes, options, maxBatchEntries, seed } = this.scenario;
    node.incarnation += 1;
    node.durable = 0;
    node.decided = [];
    node.kv = createKv();
    node.machine = system.create({
      self: node.name,
      members: nodes,
      options,
      maxBatchEntries,
      // As it would be read from a file: nothing but JSON survives.
      disk: JSON.parse(JSON.stringify(node.disk)) as unknown[],
      random: stream(seed, `${node.name}/${node.incarnation}`),
      nowMs: node.nowMs,
    });
  }

  #step(node: WorldNode, input: MachineInput, words: Words): readonly Sent[] {
    if (node.machine === undefined) return [];
    let effects: readonly MachineEffect[];
    try {
      effects = node.machine.step(input);
    } catch (error) {
      if (!(error instanceof BrokenInvariant)) throw error;
      node.stopped = error.message;
      node.machine = undefined;
      words.push(`${node.name} finds a rule broken (${error.message}) and stops: it will not lie.`);
      return [];
    }
    const sent: Sent[] = [];
    for (const effect of effects) this.#perform(node, effect, words, sent);
    if (!node.stalled) sent.push(...this.#finishWrites(node, words));
    return sent;
  }

  #perform(node: WorldNode, effect: MachineEffect, words: Words, sent: Sent[]): void {
    const { system } = this.scenario;
    switch (effect.kind) {
      case 'trace': {
        this.#seen.add(effect.event.ev);
        const sentence = system.said(node.name, effect.event);
        if (sentence === undefined) return;
        if (words.length === this.#prelude && /^(becomeFollower|stepDown)$/.test(effect.event.ev)) {
          this.#prelude += 1;
        }
        words.push(sentence);
        return;
      }
      case 'persist':
        node.writes.push({ sequence: effect.sequence, records: effect.records });
        return;
      case 'send':
        sent.push({ to: effect.to, message: effect.message });
        this.#post(node, effect.to, effect.message, effect.afterDurable);
        return;
      case 'commit':
        this.#commit(node, effect, words);
        return;
      case 'readReady':
        this.#answerRead(node, effect.request, words);
        return;
      case 'reject':
        this.#reject(node, effect.request, effect.reason, words);
        return;
      default:
        throw new Error(`unknown effect ${JSON.stringify(effect)}`);
    }
  }

  #post(node: WorldNode, to: string, message: unknown, afterDurable: number): void {
    const { system } = this.scenario;
    const label = system.label(message);
    const kind = label.split(/[ ,]/)[0] ?? label;
    this.#seen.add(kind);
    const mail: Mail = { number: this.mailbox.next(), from: node.name, to, kind, label, message };
    if (afterDurable <= node.durable) {
      this.#fly(mail);
      return;
    }
    node.waiting.push({ mail, afterDurable });
    if (!node.stalled) return;
    const words = `waits: it may leave only when ${node.name}'s disk has what it says`;
    this.record({ kind: 'waiting', mail: mail.number, from: node.name, to, label, words });
  }

  #fly(mail: Mail): void {
    const { number, from, to, label } = mail;
    this.mailbox.flying.push(mail);
    this.record({ kind: 'sent', mail: number, from, to, label, words: '' });
  }

  #finishWrites(node: WorldNode, words: Words): readonly Sent[] {
    const last = node.writes.at(-1);
    if (last === undefined) return [];
    this.#reachDisk(
      node,
      node.writes.flatMap((write) => write.records),
    );
    node.writes = [];
    node.durable = last.sequence;
    const ready = node.waiting.filter(({ afterDurable }) => afterDurable <= node.durable);
    node.waiting = node.waiting.filter(({ afterDurable }) => afterDurable > node.durable);
    for (const { mail } of ready) this.#fly(mail);
    return this.#step(node, { kind: 'durable', nowMs: node.nowMs, sequence: last.sequence }, words);
  }

  #reachDisk(node: WorldNode, records: readonly unknown[]): void {
    for (const record of records) {
      node.disk.push(record);
      this.judge.accepted(node.name, this.scenario.system.acceptedBy(record));
    }
  }

  #commit(
    node: WorldNode,
    { index, term, command, request }: Extract<MachineEffect, { readonly kind: 'commit' }>,
    words: Words,
  ): void {
    const label = typeof command === 'string' ? command : commandLabel(command);
    const write = writeOf(command);
    if (write !== undefined) node.kv.apply({ f: 'write', ...write });
    node.decided.push({ term, label });
    this.judge.told(node.name, index, { term, label });
    if (request !== undefined) words.push(`${node.name} tells its client: ${label} is done.`);
  }

  #answerRead(node: WorldNode, request: number, words: Words): void {
    const read = this.reads.get(request);
    if (read === undefined) return;
    const response = node.kv.query({ f: 'read', key: read.key });
    const value = response.kind === 'ok' ? response.result : null;
    read.answer = { kind: 'answered', value };
    words.push(`${node.name} answers its client: ${read.key} is ${valueText(value ?? 'not set')}.`);
  }

  #reject(node: WorldNode, request: number, reason: string, words: Words): void {
    const read = this.reads.get(request);
    if (read !== undefined) read.answer = { kind: 'refused' };
    const what = read === undefined ? 'the write' : `the read of ${read.key}`;
    words.push(`${node.name} tells its client that ${what} failed: ${reasons[reason] ?? reason}.`);
  }
}
