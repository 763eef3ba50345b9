/** A node: a replica and its driver between disk, peers and clients. Everything but the process itself (main.ts). */

import { join } from 'node:path';
import type { Status } from '../consensus/algorithm.ts';
import { createReplica } from '../consensus/create-replica.ts';
import type { Replica } from '../consensus/replica.ts';
import { stream } from '../random/random.ts';
import { ClientPort } from './client-port.ts';
import { SettableClock, trueLine } from './clock.ts';
import type { NodeConfig } from './config.ts';
import { Driver } from './driver.ts';
import { realFiles } from './durable-file.ts';
import { errorMessage } from './error-message.ts';
import type { ControlRequest, ControlResponse } from './fault-hooks.ts';
import { FaultyDisk } from './faulty-disk.ts';
import { tickMs, tickMsMax } from './limits.ts';
import { listen } from './listen.ts';
import { hello } from './peer-hello.ts';
import { PeerLink, type SentCounters } from './peer-link.ts';
import { PeerPort } from './peer-port.ts';
import { maxFrameBytes, type NodeStatus } from './protocol.ts';
import { start } from './start.ts';
import { noTrace, openTrace, type TraceWriter } from './trace-writer.ts';
import { Turn } from './turn.ts';
import { type RecoveredWal, recoverWal, type Wal, walFileName } from './wal.ts';
import { WalCorrupt } from './wal-format.ts';

/** The node cannot go on, and must not. `cause` is what happened. */
export class Fatal extends Error {
  override readonly name = 'Fatal';
}

export interface NodeParts {
  readonly config: NodeConfig;
  readonly log: (line: string) => void;
  /** Called at most once: nothing was promised after what went wrong. The process has to end. */
  readonly onFatal: (error: Fatal) => void;
}

/** Throws Fatal when what is on disk cannot be relied on. */
function recover(
  { config, log }: NodeParts,
  disk: FaultyDisk | undefined,
): {
  readonly incarnation: number;
  readonly wal: RecoveredWal;
} {
  const file = join(config.dataDir, walFileName);
  try {
    const { dataDir } = config;
    const recoverLog = (): RecoveredWal => recoverWal(dataDir, disk);
    const { incarnation, log: wal } = start(dataDir, Date.now(), realFiles, recoverLog);
    log(`recovered ${wal.records.length} records from ${wal.lastBatch} batches`);
    if (wal.torn !== undefined) {
      const { bytes, offset, reason } = wal.torn;
      log(`cut off a torn tail of ${bytes} bytes at offset ${offset} of ${wal.path}: ${reason}`);
    }
    return { incarnation, wal };
  } catch (error) {
    if (error instanceof WalCorrupt) {
      const where = `${file} at offset ${error.offset}`;
      throw new Fatal(`wal corrupt: ${where}: ${error.message}`, { cause: error });
    }
    throw new Fatal(`disk: ${config.dataDir}: ${errorMessage(error)}`, { cause: error });
  }
}

function logChanges(log: (line: string) => void, before: Status, now: Status): void {
  if (now.role !== before.role) log(`${now.role} in term ${now.term} (was ${before.role})`);
  if (now.leader !== before.leader) {
    log(`${now.leader ?? 'nobody'} leads in term ${now.term}, as far as this node knows`);
  }
}

export class RunningNode {
  readonly #parts: NodeParts;
  readonly #incarnation: number;
  readonly #clock: SettableClock;
  /** Only where a test harness may break it. */
  readonly #disk: FaultyDisk | undefined;
  readonly #wal: Wal;
  readonly #walFile: string;
  readonly #trace: TraceWriter;
  readonly #driver: Driver;
  readonly #turn = new Turn();
  readonly #links = new Map<string, PeerLink>();
  readonly #sent: SentCounters = { messagesSent: 0, bytesSent: 0 };
  readonly #clients: ClientPort;
  readonly #peers: PeerPort;
  #lastStatus: Status;
  #ticking: NodeJS.Timeout | undefined;
  #stopped = false;

  /** Recovers, and throws Fatal when it cannot. Does nothing visible to others before `start`. */
  constructor(parts: NodeParts) {
    this.#parts = parts;
    const { config, log } = parts;
    const { self, members, traceFile, faults } = config;
    this.#clock = new SettableClock(faults?.clock ?? trueLine);
    this.#disk = faults && new FaultyDisk(faults.troubles);
    const { incarnation, wal } = recover(parts, this.#disk);
    this.#incarnation = incarnation;
    this.#walFile = wal.path;
    this.#trace = traceFile === undefined ? noTrace : openTrace(traceFile, self, incarnation);
    this.#wal = wal.open({
      onDurable: (sequence) => this.#driver.durable(sequence),
      onFailure: (error) => this.#fatal(`disk: ${wal.path}: ${error.message}`, error),
    });
    this.#driver = this.#createDriver(wal.records);
    this.#lastStatus = this.#driver.status();
    this.#clients = new ClientPort({
      maxRequestBytes: Math.floor(maxFrameBytes / (2 * config.limits.maxBatchEntries)),
      onRequest: (request, body) => this.#driver.client(request, body),
      status: () => this.status(),
      ...(this.#disk && { control: (request: ControlRequest) => this.#control(request) }),
      queued: () => this.#turn.schedule(),
      log,
    });
    const onMessage: Driver['peer'] = (from, m) => this.#driver.peer(from, m);
    this.#peers = new PeerPort({ self, members, onMessage, log });
    // The disk first: what it does happens on another thread, beside the rest.
    this.#turn.add(() => this.#wal.flush());
    this.#turn.add(() => {
      for (const link of this.#links.values()) link.flush();
    });
    this.#turn.add(() => this.#clients.flush());
  }

  /** Listens, dials the peers and lets time pass. Rejects with the system's error when an address cannot be had. */
  async start(): Promise<void> {
    const { peerListen, clientListen, self, peers } = this.#parts.config;
    await listen(peerListen, (socket) => this.#peers.accept(socket));
    await listen(clientListen, (socket) => this.#clients.accept(socket));
    for (const [peer, address] of Object.entries(peers)) {
      const greet = (n: number) => hello(self, peer, this.#incarnation, n);
      const { log } = this.#parts;
      const link = new PeerLink({ peer, address, hello: greet, counters: this.#sent, log });
      this.#links.set(peer, link);
    }
    this.#keepTicking();
  }

  status(): NodeStatus {
    return {
      ...this.#driver.status(),
      node: this.#parts.config.self,
      pid: process.pid,
      counters: { ...this.#sent, ...this.#wal.counters },
    };
  }

  /** Nothing more is done or answered. The trace is complete when it returns. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#driver.stop();
    this.#wal.close();
    this.#trace.close();
  }

  #createDriver(durable: readonly unknown[]): Driver {
    const { self, members, timing, limits, algorithm, options, seed, traceFile } =
      this.#parts.config;
    const nowMs = (): number => this.#clock.nowMs();
    let replica: Replica;
    try {
      replica = createReplica({
        algorithm,
        config: { self, members, timing, limits, trace: traceFile !== undefined },
        options,
        durable,
        random: stream(seed, `timers/${self}`),
        nowMs: nowMs(),
        incarnation: this.#incarnation,
      });
    } catch (error) {
      // Unknown options are the configuration's fault and say so; records that make no sense are not.
      if (error instanceof RangeError) throw error;
      throw new Fatal(`invariant: ${errorMessage(error)}`, { cause: error });
    }
    return new Driver(replica, {
      persist: (sequence, records) => this.#wal.append(sequence, records),
      send: (to, m) => this.#links.get(to)?.send(m),
      reply: (request, response) => this.#clients.reply(request, response),
      trace: (event) => this.#trace.event(event),
      nowMs,
      stepped: () => this.#turn.schedule(),
      broken: (error) => this.#fatal(`invariant: ${errorMessage(error)}`, error),
    });
  }

  /** Ticks are by the node's own clock: where it runs fast, they come early. */
  #keepTicking(): void {
    clearInterval(this.#ticking);
    const ms = Math.min(tickMsMax, Math.max(1, tickMs / this.#clock.line.rate));
    this.#ticking = setInterval(() => this.#tick(), ms);
  }

  /** A test harness wants something. */
  #control(request: ControlRequest): ControlResponse {
    const disk = this.#disk as FaultyDisk;
    if (request.kind === 'power-off') {
      const left = disk.turnOff();
      this.stop();
      return { kind: 'power-off', file: this.#walFile, ...left };
    }
    const { set } = request;
    if (set !== undefined) {
      this.#clock.set(set.clock);
      disk.set(set.troubles);
      this.#keepTicking();
    }
    const faults = { clock: this.#clock.line, troubles: disk.troubles };
    return { kind: 'faults', clockMs: this.#clock.nowMs(), faults, spent: disk.spent };
  }

  #tick(): void {
    if (this.#stopped) return;
    this.#driver.tick();
    const status = this.#driver.status();
    logChanges(this.#parts.log, this.#lastStatus, status);
    this.#lastStatus = status;
  }

  #fatal(what: string, cause: unknown): void {
    if (this.#stopped) return;
    this.stop();
    this.#parts.onFatal(new Fatal(what, { cause }));
  }
}
