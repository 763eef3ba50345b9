/**
 * A simulated node: the process around a replica, with the driver of a real node. Computing takes no time; disks, links and starting
 * do. It stops for the reasons for which a real one stops: a failed disk, a damaged log, a broken invariant.
 */

import type { NodeId, TraceEvent } from '../consensus/algorithm.ts';
import { createReplica } from '../consensus/create-replica.ts';
import type { PeerMessage } from '../consensus/replica.ts';
import type { ClientRequest, ClientResponse } from '../consensus/state-machine/command.ts';
import { Driver } from '../node/driver.ts';
import type { NodeStatus } from '../node/protocol.ts';
import { start } from '../node/start.ts';
import { makeLog, walFileName } from '../node/wal.ts';
import { encodeBatch, WalCorrupt } from '../node/wal-format.ts';
import type { Unsynced } from '../schedule/world.ts';
import type { NodeClock } from './clock.ts';
import type { SimDisk } from './disk.ts';
import type { SimEvent, Stamp, Traced } from './events.ts';
import { Interrupted, interruptedAfter, SimFolder } from './folder.ts';
import { countingRandom, draw, mix } from './mix.ts';
import type { Network } from './network.ts';
import type { SimOptions } from './options.ts';
import type { SimProgram } from './program.ts';
import { Ticker } from './ticker.ts';
import type { SimTimeline } from './timeline.ts';
import type { TraceHash } from './trace-hash.ts';
import { SimWal } from './wal.ts';

/** Why a node ended by itself. */
export type EndCause =
  /** The system's own failure: a broken invariant, or something that was thrown. */
  | 'system'
  /** A fault made its disk fail, or damaged its log: ending is what it has to do. */
  | 'injected';

export interface NodeEnd {
  readonly node: NodeId;
  readonly timeNs: number;
  readonly error: string;
  readonly cause: EndCause;
  /** A fault damaged its log: it refuses to start for the rest of the run, as it must. */
  readonly isForGood: boolean;
}

export interface SimNodeParts {
  readonly id: NodeId;
  readonly index: number;
  readonly members: readonly NodeId[];
  readonly program: SimProgram;
  readonly options: SimOptions;
  /** 32 bits that are this node's own, from the seed. */
  readonly key: number;
  readonly timeline: SimTimeline;
  readonly disk: SimDisk;
  readonly clock: NodeClock;
  readonly network: () => Network;
  /** The node's clients are told: answered, or the process is gone. False: nobody asked this, or it was answered before. */
  readonly onReply: (node: SimNode, request: number, response: ClientResponse) => boolean;
  readonly onGone: (node: SimNode) => void;
  readonly onEnd: (end: NodeEnd) => void;
  readonly observe: ((event: Traced) => void) | undefined;
  readonly witness: ((event: SimEvent) => void) | undefined;
  readonly hash: TraceHash | undefined;
  /** Whether to count bytes; slow. */
  readonly measure: boolean;
}

type State =
  | { readonly kind: 'down' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'ended'; readonly end: NodeEnd }
  | {
      readonly kind: 'up';
      readonly driver: Driver;
      readonly wal: SimWal;
      readonly ticker: Ticker;
    };

const salts = { folder: 21, interrupted: 22 } as const;

/** More calls than a start makes on its files. */
const startCalls = 12;

/** Of the folder's one directory. */
const directory = '';

const batchBytes = (records: readonly unknown[]): number =>
  encodeBatch(
    1,
    0,
    records.map((record) => JSON.stringify(record)),
  ).length;

export class SimNode {
  readonly id: NodeId;
  readonly index: number;
  readonly clock: NodeClock;
  readonly disk: SimDisk;
  readonly #folder: SimFolder;
  readonly #parts: SimNodeParts;
  #state: State = { kind: 'down' };
  #paused = false;
  /** What came while the process was stopped. */
  #inbox: (() => void)[] = [];
  /** How often it was started; of those that came far enough, `#incarnation` is the number of the latest. */
  #lives = 0;
  #incarnation = 0;
  #lastRequest = 0;
  #traced = 0;
  #messagesSent = 0;
  #bytesSent = 0;
  #bytesPersisted = 0;
  #fsyncsBefore = 0;
  #starting: PromiseWithResolvers<void> | undefined;

  constructor(parts: SimNodeParts) {
    this.#parts = parts;
    this.id = parts.id;
    this.index = parts.index;
    this.clock = parts.clock;
    this.disk = parts.disk;
    this.#folder = new SimFolder(mix(parts.key, salts.folder));
  }

  /** The kernel takes connections for it: it runs, or is paused. */
  get isListening(): boolean {
    return this.#state.kind === 'up';
  }

  get isDown(): boolean {
    return this.#state.kind === 'down' || this.#state.kind === 'ended';
  }

  get isPaused(): boolean {
    return this.#paused;
  }

  get incarnation(): number {
    return this.#incarnation;
  }

  /** How it ended by itself, until somebody takes note by killing or starting it. */
  get end(): NodeEnd | undefined {
    return this.#state.kind === 'ended' ? this.#state.end : undefined;
  }

  /** Undefined when it does not answer. */
  status(): NodeStatus | undefined {
    if (this.#state.kind !== 'up' || this.#paused) return undefined;
    const counters = {
      messagesSent: this.#messagesSent,
      bytesSent: this.#bytesSent,
      fsyncs: this.disk.fsyncs - this.#fsyncsBefore,
      bytesPersisted: this.#bytesPersisted,
    };
    return { ...this.#state.driver.status(), node: this.id, pid: this.#incarnation, counters };
  }

  /** Starts it if it is down; resolves when it is ready, rejects with Error when it ended before. `afterMs`: how long that takes. */
  start(afterMs?: number): Promise<void> {
    if (this.#state.kind === 'up') return Promise.resolve();
    if (this.#starting !== undefined) return this.#starting.promise;
    const { timeline, options, key } = this.#parts;
    const starting = Promise.withResolvers<void>();
    this.#lives += 1;
    this.#starting = starting;
    this.#state = { kind: 'starting' };
    const ms = afterMs ?? draw(options.startMs, mix(key, this.#lives));
    const life = this.#lives;
    timeline.at(timeline.nowNs() + ms * 1e6, () => {
      if (this.#state.kind !== 'starting' || this.#lives !== life) return;
      this.#recover();
      this.#starting = undefined;
      const { end } = this;
      if (end === undefined) starting.resolve();
      else starting.reject(new Error(`node ${this.id} did not start: ${end.error}`));
    });
    // Whoever started it may not care.
    starting.promise.catch(() => undefined);
    return starting.promise;
  }

  /** SIGKILL, or a loss of power: what is unsynced is treated so. Also of a node that is down already. */
  kill(unsynced: Unsynced): void {
    const { witness, timeline, hash } = this.#parts;
    const was = this.#state.kind;
    if (was === 'starting') this.#startPartly();
    this.#leave();
    this.disk.crash(unsynced);
    this.#folder.crash(unsynced);
    if (!this.#folder.exists(walFileName)) this.disk.unlink();
    this.#state = { kind: 'down' };
    this.#starting?.reject(new Error(`node ${this.id} was killed while it started`));
    this.#starting = undefined;
    if (was !== 'up' && was !== 'starting') return;
    hash?.number(timeline.nowNs());
    witness?.({ kind: 'crash', timeNs: timeline.nowNs(), node: this.id, unsynced });
  }

  /** Sets its clock, whether it runs or not. */
  setClock(set: (clock: NodeClock, trueNs: number) => void): void {
    const apply = (): void => set(this.clock, this.#parts.timeline.nowNs());
    if (this.#state.kind === 'up') this.#state.ticker.whileSetting(apply);
    else apply();
  }

  pause(): void {
    if (this.#state.kind !== 'up' || this.#paused) return;
    this.#paused = true;
    this.#parts.witness?.({ kind: 'paused', timeNs: this.#parts.timeline.nowNs(), node: this.id });
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#parts.witness?.({ kind: 'resumed', timeNs: this.#parts.timeline.nowNs(), node: this.id });
    const inbox = this.#inbox;
    this.#inbox = [];
    // Timers come before what has arrived, as in the event loop of a process that was stopped.
    this.#tick();
    for (const act of inbox) act();
  }

  /** A peer's message has arrived. */
  peer(from: NodeId, message: PeerMessage): void {
    if (this.#state.kind !== 'up') return;
    if (this.#paused) this.#later((driver) => driver.peer(from, message));
    else this.#state.driver.peer(from, message);
  }

  /** A number for a client's request. Starts again with every process, as in a real one. */
  nextRequest(): number {
    this.#lastRequest += 1;
    return this.#lastRequest;
  }

  /** A client's request has arrived; answered through `onReply`. */
  client(request: number, body: ClientRequest): void {
    if (this.#state.kind !== 'up') return;
    if (this.#paused) this.#later((driver) => driver.client(request, body));
    else this.#state.driver.client(request, body);
  }

  #later(act: (driver: Driver) => void): void {
    const { state } = { state: this.#state };
    if (state.kind !== 'up') return;
    this.#inbox.push(() => {
      // One of those before it may have been the node's end.
      if (this.#state === state) act(state.driver);
    });
  }

  /** What it had done to its files when it was killed. */
  #startPartly(): void {
    const calls = mix(mix(this.#parts.key, salts.interrupted), this.#lives) % startCalls;
    const files = interruptedAfter(calls, this.#folder);
    try {
      start(directory, this.#lives, files, () => makeLog(directory, files));
    } catch (error) {
      if (!(error instanceof Interrupted || error instanceof WalCorrupt)) throw error;
    }
  }

  #recover(): void {
    const { witness, timeline, key, options, hash } = this.#parts;
    try {
      // The number of starts stands for the wall clock, on which incarnations are based.
      const { incarnation, log } = start(directory, this.#lives, this.#folder, () => {
        makeLog(directory, this.#folder);
        return this.disk.recover();
      });
      const { records } = log;
      this.#incarnation = incarnation;
      this.#fsyncsBefore = this.disk.fsyncs;
      this.#messagesSent = 0;
      this.#bytesSent = 0;
      this.#bytesPersisted = 0;
      this.#traced = 0;
      this.#lastRequest = 0;
      const driver = this.#createDriver(records);
      const wal = new SimWal({
        disk: this.disk,
        timeline,
        fsyncMs: options.disk.fsyncMs,
        key: mix(key, this.#incarnation),
        interrupt: (report) => {
          if (this.#paused) this.#later(report);
          else report();
        },
        onDurable: (sequence) => driver.durable(sequence),
        onFailure: (error) => this.#fatal(`disk: ${error.message}`, 'injected'),
        onWrite: this.#watchWrites(),
        onSync:
          witness &&
          ((batch) => witness({ kind: 'fsync', timeNs: timeline.nowNs(), node: this.id, batch })),
      });
      const ticker = new Ticker({
        timeline,
        clock: this.clock,
        tick: () => this.#tick(),
        quietUntilMs: () => driver.quietUntilMs(),
      });
      this.#state = { kind: 'up', driver, wal, ticker };
      hash?.number(timeline.nowNs());
      hash?.number(records.length);
      witness?.({
        kind: 'started',
        timeNs: timeline.nowNs(),
        node: this.id,
        incarnation,
        records: records.length,
      });
      this.#parts.network().started(this.index, incarnation);
      ticker.start();
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      const isDisk = error instanceof Error && error.name === 'DiskError';
      const isCorrupt = error instanceof WalCorrupt;
      // A log that cannot be read although nobody damaged it was written, or is read, wrongly.
      const isDamaged = isCorrupt && this.disk.isDamaged;
      if (isDisk || isCorrupt) {
        this.#fatal(`disk: ${said}`, isDisk || isDamaged ? 'injected' : 'system', isDamaged);
      } else this.#fatal(`invariant: ${said}`, 'system');
    }
  }

  #watchWrites(): ((batch: number, records: readonly unknown[]) => void) | undefined {
    const { witness, timeline, hash, measure } = this.#parts;
    if (witness === undefined && hash === undefined && !measure) return undefined;
    return (batch, records) => {
      const timeNs = timeline.nowNs();
      if (measure) this.#bytesPersisted += batchBytes(records);
      hash?.number(timeNs);
      hash?.json(records);
      witness?.({ kind: 'write', timeNs, node: this.id, batch, records: records.length });
    };
  }

  #createDriver(durable: readonly unknown[]): Driver {
    const { id, members, program, observe, key, timeline } = this.#parts;
    const nowMs = (): number => this.clock.nowMs(timeline.nowNs());
    const replica = createReplica({
      algorithm: program.algorithm,
      config: {
        self: id,
        members,
        timing: program.timing,
        limits: program.limits,
        trace: observe !== undefined,
      },
      options: program.options,
      durable,
      random: countingRandom(mix(mix(key, 1), this.#incarnation)),
      nowMs: nowMs(),
      incarnation: this.#incarnation,
    });
    return new Driver(replica, {
      persist: (sequence, records) => this.#wal?.append(sequence, records),
      send: (to, message) => {
        this.#messagesSent += 1;
        this.#bytesSent += this.#parts.network().send(this.index, to, message);
      },
      reply: (request, response) => {
        if (this.#parts.onReply(this, request, response)) return;
        this.#fatal(`invariant: request ${request} was answered before or never made`, 'system');
      },
      trace: (event) => this.#trace(event),
      nowMs,
      stepped: () => this.#stepped(),
      broken: (error) =>
        this.#fatal(
          `invariant: ${error instanceof Error ? error.message : String(error)}`,
          'system',
        ),
    });
  }

  get #wal(): SimWal | undefined {
    return this.#state.kind === 'up' ? this.#state.wal : undefined;
  }

  #trace(event: TraceEvent): void {
    this.#traced += 1;
    const { observe, timeline } = this.#parts;
    // In place: the event was made for us alone, and a copy of every event is much of what tracing costs.
    const stamped = event as TraceEvent & { -readonly [Field in keyof Stamp]: Stamp[Field] };
    stamped.timeNs = timeline.nowNs();
    stamped.node = this.id;
    stamped.incarnation = this.#incarnation;
    stamped.seq = this.#traced;
    // The consensus code emits nothing but these events; the driver's type is the looser one of other systems.
    observe?.(stamped as Traced);
  }

  #stepped(): void {
    if (this.#state.kind !== 'up') return;
    const { wal, ticker } = this.#state;
    // The disk may refuse, which is the node's end.
    wal.flush();
    ticker.stepped();
  }

  /** While the process is stopped its timers do not gather. */
  #tick(): void {
    if (this.#state.kind === 'up' && !this.#paused) this.#state.driver.tickIfDue();
  }

  /** The process is gone, however that came about. */
  #leave(): void {
    const { network, onGone } = this.#parts;
    this.#paused = false;
    this.#inbox = [];
    if (this.#state.kind !== 'up') return;
    this.#state.driver.stop();
    this.#state.wal.close();
    this.#state.ticker.stop();
    this.#state = { kind: 'down' };
    network().ended(this.index);
    onGone(this);
  }

  #fatal(error: string, cause: EndCause, isForGood = false): void {
    const { timeline, onEnd, witness, hash } = this.#parts;
    if (this.#state.kind === 'ended' || this.#state.kind === 'down') return;
    this.#leave();
    const end = { node: this.id, timeNs: timeline.nowNs(), error, cause, isForGood };
    this.#state = { kind: 'ended', end };
    hash?.text(error);
    witness?.({ kind: 'ended', timeNs: end.timeNs, node: this.id, error });
    onEnd(end);
  }
}
