/**
 * One direction between two nodes.
 *
 *     stream     dial -> connected ......... broken (peer died, reset, cut) -> dial again after a pause that doubles
 *                in order; what was on its way when it broke is lost, and so is what is sent while it is not connected
 *     datagram   every message for itself: late, lost, twice, out of order
 *
 *     cut        hold: what arrives waits and comes on heal    drop: it vanishes, and the connection breaks on heal
 *                refuse: the connection breaks at once and cannot be had again until heal
 *
 * All that is random about a message is a hash of the link, the sender's incarnation and the message's number on this link.
 */

import type { PeerMessage } from '../consensus/replica.ts';
import { redialMsMax, redialMsMin } from '../node/limits.ts';
import type { CutStyle, LinkQuality } from '../schedule/world.ts';
import { labelOf } from './events.ts';
import { maxHeldMessages, reorderFactor, retransmitMs, retransmitsMax } from './limits.ts';
import { draw, happens, mix, unit } from './mix.ts';
import type { NetworkParts, Traffic } from './network.ts';
import { Call, type Due } from './queue.ts';

/** Names of the decisions about one message. */
const salts = {
  latency: 1,
  jitter: 2,
  loss: 3,
  duplicate: 4,
  reorder: 5,
  copy: 6,
  dial: 7,
  release: 8,
  straggler: 9,
  late: 10,
} as const;

interface Place {
  readonly from: number;
  readonly to: number;
  /** 32 bits that are this link's own, from the seed. */
  readonly key: number;
}

/** On its way. */
class Flight implements Due {
  readonly #link: Link;
  readonly message: PeerMessage;
  /** The connection it travels on; of another one by the time it arrives: lost. */
  readonly connection: number;
  /** All that is random about it follows from these. */
  readonly bits: number;
  /** For witnesses only. */
  readonly id: number;
  /** Arrived, or sent again under another quality of the link. */
  isOver = false;

  constructor(link: Link, message: PeerMessage, connection: number, bits: number, id: number) {
    this.#link = link;
    this.message = message;
    this.connection = connection;
    this.bits = bits;
    this.id = id;
  }

  fire(): void {
    this.#link.arrive(this);
  }
}

export class Link {
  readonly to: number;
  readonly #fromName: string;
  readonly #key: number;
  readonly #parts: NetworkParts;
  readonly #traffic: Traffic;
  readonly #isStream: boolean;
  readonly #hasBaseFaults: boolean;
  /** Nobody watches, hashes, measures or serialises. */
  readonly #isPlain: boolean;
  /** Identity of the sender's incarnation on this link, and the number of its last message. */
  #identity = 0;
  #sequence = 0;
  #senderUp = false;
  #connected = false;
  /** Number of the connection; a dial that is under way belongs to the next. */
  #connection = 0;
  #dials = 0;
  #redialMs: number = redialMsMin;
  /** A stream delivers nothing before this. */
  #lastArrivalNs = 0;
  /** When the line is free again, where it has a bandwidth. */
  #lineFreeNs = 0;
  #cut: CutStyle | undefined;
  #quality: LinkQuality | undefined;
  #held: Flight[] = [];
  /** What was sent since the quality is as it is, when it is not perfect; some of it has arrived. */
  #delayed: Flight[] = [];
  /** When the last message that was sent on a perfect link arrives. */
  #lastPlainNs = 0;

  constructor(parts: NetworkParts, traffic: Traffic, { from, to, key }: Place) {
    this.#parts = parts;
    this.#traffic = traffic;
    this.#fromName = parts.nodes[from] as string;
    this.to = to;
    this.#key = key;
    const { transport, loss, duplicates, reordered, stragglers } = parts.options;
    this.#isStream = transport === 'stream';
    const { hash, witness, measure, serialise } = parts;
    this.#isPlain = hash === undefined && witness === undefined && !measure && !serialise;
    this.#hasBaseFaults = loss + duplicates + reordered + stragglers > 0;
  }

  /** Whether messages can be lost, doubled and reordered one by one. */
  get isStream(): boolean {
    return this.#isStream;
  }

  get isConnected(): boolean {
    return this.#connected;
  }

  /** Gives the bytes that it has on the wire; 0 when they are not measured. */
  send(message: PeerMessage): number {
    this.#sequence += 1;
    this.#traffic.messages += 1;
    // Signed, since of two such numbers one would need an object of its own.
    const bits = mix(this.#identity, this.#sequence) | 0;
    const sent = this.#isPlain ? message : this.#passedOn(message);
    const flight = new Flight(this, sent, this.#connection, bits, this.#traffic.messages);
    const bytes = this.#isPlain ? 0 : this.#noteSent(flight);
    if (!this.#connected) this.#lose(flight, 'not connected');
    else if (this.#isStream) this.#stream(flight);
    else this.#datagram(flight);
    return bytes;
  }

  /** By reference, as an immutable value, or as what JSON makes of it. */
  #passedOn(message: PeerMessage): PeerMessage {
    return this.#parts.serialise ? JSON.parse(JSON.stringify(message)) : message;
  }

  #noteSent(flight: Flight): number {
    const { hash, witness, measure, timeline } = this.#parts;
    const { message } = flight;
    const timeNs = timeline.nowNs();
    if (hash !== undefined) {
      hash.number(timeNs);
      hash.number(this.#key);
      hash.json(message);
    }
    witness?.({ kind: 'sent', timeNs, ...this.#names(flight), ...labelOf(message) });
    const bytes = measure ? Buffer.byteLength(JSON.stringify(message)) + 4 : 0;
    this.#traffic.bytes += bytes;
    return bytes;
  }

  /** It is here: taken in, held back, or too late. */
  arrive(flight: Flight): void {
    if (flight.isOver) return;
    flight.isOver = true;
    if (flight.connection !== this.#connection) return this.#lose(flight, 'connection broken');
    if (this.#cut === 'hold') {
      if (this.#held.length < maxHeldMessages) this.#held.push(flight);
      else this.#lose(flight, 'too many are held');
      return;
    }
    if (this.#cut !== undefined) return this.#lose(flight, `cut (${this.#cut})`);
    const { isListening, deliver } = this.#parts;
    if (!isListening(this.to)) return this.#lose(flight, 'nobody is there');
    this.#traffic.delivered += 1;
    if (!this.#isPlain) this.#noteDelivered(flight);
    deliver(this.to, this.#fromName, flight.message);
  }

  #noteDelivered(flight: Flight): void {
    const { hash, witness, timeline } = this.#parts;
    if (hash !== undefined) {
      hash.number(timeline.nowNs());
      hash.number(this.#key);
      hash.number(flight.id);
    }
    witness?.({ kind: 'delivered', timeNs: timeline.nowNs(), ...this.#names(flight) });
  }

  senderStarted(incarnation: number): void {
    this.#identity = mix(this.#key, incarnation);
    this.#sequence = 0;
    this.#senderUp = true;
    this.#redialMs = redialMsMin;
    if (this.#isStream) this.#dial();
    else this.#connected = true;
  }

  /** What it had sent is on its way and arrives. */
  senderEnded(): void {
    this.#senderUp = false;
    this.#connected = false;
    this.#dials += 1;
  }

  receiverEnded(): void {
    if (this.#isStream) this.break();
    else this.#loseHeld('the receiver died');
  }

  /** The connection is gone, with all that was on its way. */
  break(): void {
    if (!this.#isStream) return;
    this.#connection += 1;
    this.#loseHeld('connection broken');
    this.#connected = false;
    if (this.#senderUp) this.#redial();
  }

  shape(cut: CutStyle | undefined, quality: LinkQuality): void {
    this.#quality = Object.keys(quality).length === 0 ? undefined : quality;
    this.#hurry();
    const before = this.#cut;
    if (cut === before) return;
    this.#cut = cut;
    if (cut === 'refuse' || before === 'drop') this.break();
    if (before !== 'hold') return;
    if (cut === undefined) this.#release();
    else this.#loseHeld(`cut (${cut})`);
  }

  #stream(flight: Flight): void {
    const { timeline } = this.#parts;
    const { bits } = flight;
    let ns = timeline.nowNs() + this.#latencyNs(bits, flight);
    if (this.#hasBaseFaults || this.#quality !== undefined) ns += this.#stallNs(bits);
    // In order: nothing overtakes on a connection.
    if (ns < this.#lastArrivalNs) ns = this.#lastArrivalNs;
    this.#lastArrivalNs = ns;
    if (this.#quality === undefined) this.#lastPlainNs = ns;
    else this.#delay(flight);
    timeline.push(ns, flight);
  }

  /** Notes what a fault holds up, for the time when it does not any more. */
  #delay(flight: Flight): void {
    if (this.#delayed.length >= 4096) {
      this.#delayed = this.#delayed.filter(({ isOver }) => !isOver);
    }
    this.#delayed.push(flight);
  }

  /** A line that is better now does not keep what it had delayed for as long as it would have. */
  #hurry(): void {
    const { timeline } = this.#parts;
    const delayed = this.#delayed.filter(({ isOver }) => !isOver);
    this.#delayed = [];
    if (delayed.length === 0) return;
    this.#lineFreeNs = timeline.nowNs();
    this.#lastArrivalNs = this.#lastPlainNs;
    for (const flight of delayed) {
      flight.isOver = true;
      const { message, connection, bits, id } = flight;
      const again = new Flight(this, message, connection, mix(bits, salts.release), id);
      // What the network itself makes very late stays so.
      const late = this.#isStream ? 0 : this.#straggleNs(bits);
      const ns = timeline.nowNs() + this.#latencyNs(again.bits, again) + late;
      if (this.#isStream) this.#lastArrivalNs = Math.max(ns, this.#lastArrivalNs);
      if (this.#quality !== undefined) this.#delayed.push(again);
      timeline.push(this.#isStream ? this.#lastArrivalNs : ns, again);
    }
  }

  /** Lost segments are sent again, each time after twice as long; no longer, so that a stall ends soon after its cause. */
  #stallNs(bits: number): number {
    const loss = this.#rate('loss');
    let ns = 0;
    let waitNs = retransmitMs * 1e6;
    for (
      let attempt = 0;
      attempt < retransmitsMax && happens(loss, bits, salts.loss + 16 * attempt);
      attempt += 1
    ) {
      ns += waitNs;
      waitNs *= 2;
    }
    return ns;
  }

  #datagram(flight: Flight): void {
    const { timeline } = this.#parts;
    const { bits } = flight;
    const nowNs = timeline.nowNs();
    const ns = this.#latencyNs(bits, flight);
    if (!this.#hasBaseFaults && this.#quality === undefined) {
      timeline.push(nowNs + ns, flight);
      return;
    }
    if (happens(this.#rate('duplicates'), bits, salts.duplicate)) {
      this.#traffic.duplicated += 1;
      const copy = new Flight(this, flight.message, flight.connection, bits, flight.id);
      if (this.#quality !== undefined) this.#delay(copy);
      const copyBits = mix(bits, salts.copy);
      timeline.push(nowNs + this.#latencyNs(copyBits, flight) + this.#straggleNs(copyBits), copy);
    }
    if (happens(this.#rate('loss'), bits, salts.loss)) return this.#lose(flight, 'lost');
    if (this.#quality !== undefined) this.#delay(flight);
    const late = happens(this.#rate('reordered'), bits, salts.reorder) ? reorderFactor : 1;
    timeline.push(nowNs + ns * late + this.#straggleNs(bits), flight);
  }

  /** A few messages are very late: most bugs with old messages need one of them, and none with all. */
  #straggleNs(bits: number): number {
    const { stragglers, stragglerMs } = this.#parts.options;
    if (!happens(stragglers, bits, salts.straggler)) return 0;
    return Math.round(draw(stragglerMs, mix(bits, salts.late)) * 1e6);
  }

  /** Whole nanoseconds. */
  #latencyNs(bits: number, flight: Flight): number {
    let ms = draw(this.#parts.options.latencyMs, bits);
    const quality = this.#quality;
    let waitNs = 0;
    if (quality !== undefined) {
      const { latencyMs = 0, jitterMs = 0, bytesPerSecond } = quality;
      ms += latencyMs + jitterMs * unit(mix(bits, salts.jitter));
      if (bytesPerSecond !== undefined) waitNs = this.#transmitNs(flight, bytesPerSecond);
    }
    // The low bits tell apart what the table of the draw does not.
    return Math.round(ms * 1e6) + (bits & 0xfff) + waitNs;
  }

  /** Until the last byte has left: behind all that was sent before. */
  #transmitNs(flight: Flight, bytesPerSecond: number): number {
    const nowNs = this.#parts.timeline.nowNs();
    const bytes = JSON.stringify(flight.message).length + 4;
    this.#lineFreeNs =
      Math.max(nowNs, this.#lineFreeNs) + Math.ceil((bytes * 1e9) / bytesPerSecond);
    return this.#lineFreeNs - nowNs;
  }

  /** What the network always does and what faults add: neither hides the other. */
  #rate(what: 'loss' | 'duplicates' | 'reordered'): number {
    const always = this.#parts.options[what];
    return 1 - (1 - always) * (1 - (this.#quality?.[what] ?? 0));
  }

  #release(): void {
    const { timeline } = this.#parts;
    for (const flight of this.#held.splice(0)) {
      // It is on its way once more.
      flight.isOver = false;
      const ns = timeline.nowNs() + this.#latencyNs(mix(flight.bits, salts.release), flight);
      this.#lastArrivalNs = this.#isStream
        ? Math.max(ns, this.#lastArrivalNs)
        : this.#lastArrivalNs;
      timeline.push(this.#isStream ? this.#lastArrivalNs : ns, flight);
    }
  }

  #loseHeld(why: string): void {
    for (const flight of this.#held.splice(0)) this.#lose(flight, why);
  }

  #lose(flight: Flight, why: string): void {
    this.#traffic.lost += 1;
    const { witness, timeline } = this.#parts;
    witness?.({ kind: 'lost', timeNs: timeline.nowNs(), ...this.#names(flight), why });
  }

  #names({ id }: Flight): { readonly id: number; readonly from: string; readonly to: string } {
    const { nodes } = this.#parts;
    return { id, from: this.#fromName, to: nodes[this.to] as string };
  }

  /** A round trip later there is a connection, if somebody takes it. Connects also through `hold` and `drop`, as proxies do. */
  #dial(): void {
    const { timeline, options, isListening } = this.#parts;
    this.#dials += 1;
    const dial = this.#dials;
    const bits = mix(mix(this.#identity, salts.dial), dial);
    const ns = timeline.nowNs() + 2 * Math.round(draw(options.latencyMs, bits) * 1e6);
    const dialled = (): void => {
      if (dial !== this.#dials) return;
      if (this.#cut === 'refuse' || !isListening(this.to)) return this.#redial();
      // Whatever is still on its way from an earlier connection is of no use to the receiver any more.
      this.#connection += 1;
      this.#loseHeld('a later connection');
      this.#connected = true;
      this.#redialMs = redialMsMin;
    };
    timeline.push(ns, new Call(dialled));
  }

  #redial(): void {
    const { timeline } = this.#parts;
    this.#dials += 1;
    const dial = this.#dials;
    const again = (): void => {
      if (dial === this.#dials && this.#senderUp) this.#dial();
    };
    timeline.push(timeline.nowNs() + this.#redialMs * 1e6, new Call(again));
    this.#redialMs = Math.min(2 * this.#redialMs, redialMsMax);
  }
}
