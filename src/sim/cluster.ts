/** A whole simulated cluster: time, network, disks, clocks and nodes, all from one seed, and the clients' way to it. */

import type { Connection } from '../client/connection.ts';
import { connectOver, type Patience } from '../node/client.ts';
import { shortestAttemptMs } from '../node/limits.ts';
import type { Time } from '../node/line.ts';
import type { NodeStatus } from '../node/protocol.ts';
import type { Node, World } from '../schedule/world.ts';
import { ClientPort, portOf } from './clients.ts';
import { NodeClock } from './clock.ts';
import { SimDisk } from './disk.ts';
import type { SimEvent, Traced } from './events.ts';
import { startWithinMs } from './limits.ts';
import { mix, mixName, unit } from './mix.ts';
import { Network } from './network.ts';
import { type NodeEnd, SimNode } from './node.ts';
import type { SimOptions } from './options.ts';
import type { SimProgram } from './program.ts';
import { SimTimeline } from './timeline.ts';
import { TraceHash } from './trace-hash.ts';
import { createWorld } from './world.ts';

export interface SimClusterOptions {
  readonly nodes: readonly Node[];
  readonly program: SimProgram;
  readonly seed: number;
  readonly options: SimOptions;
  /** Told at once of every node that ended by itself. */
  readonly onEnd?: (end: NodeEnd) => void;
  /** Protocol events of all nodes; left out: they are not even made. */
  readonly observe?: ((event: Traced) => void) | undefined;
  readonly witness?: ((event: SimEvent) => void) | undefined;
  /** Whether to hash everything that happens. */
  readonly hash?: boolean;
  /** Whether messages are passed as JSON, as a check that nodes share nothing else; slow. */
  readonly serialise?: boolean;
  /** Whether to count the bytes of messages; slow. */
  readonly measure?: boolean;
}

export interface SimCounters {
  readonly messages: number;
  /** 0 when bytes are not measured. */
  readonly bytes: number;
  readonly delivered: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly fsyncs: number;
  /** Everything that happened, ticks and wake-ups included. */
  readonly events: number;
}

export class SimCluster {
  readonly timeline = new SimTimeline();
  readonly world: World;
  /** Nodes that ended by themselves, in order of time. */
  readonly ends: NodeEnd[] = [];
  readonly #nodes: ReadonlyMap<Node, SimNode>;
  readonly #ports: ReadonlyMap<Node, ClientPort>;
  readonly #network: Network;
  readonly #hash: TraceHash | undefined;
  readonly #time: Time;
  readonly #patience: Patience;

  /** All nodes are started, within a few milliseconds after time 0. */
  constructor(setup: SimClusterOptions) {
    const { nodes, seed, options, witness, measure = false, serialise = false } = setup;
    const { timeline } = this;
    this.#patience = {
      ...options.clients,
      shortestAttemptMs: Math.min(shortestAttemptMs, options.clients.attemptTimeoutMs),
    };
    this.#hash = setup.hash === true ? new TraceHash() : undefined;
    const hash = this.#hash;
    this.#nodes = new Map(nodes.map((id, index) => [id, this.#createNode(setup, id, index)]));
    const byIndex = [...this.#nodes.values()];
    this.#network = new Network({
      nodes,
      seed: mixName(seed, 'network'),
      options: options.network,
      timeline,
      deliver: (to, from, message) => byIndex[to]?.peer(from, message),
      isListening: (node) => byIndex[node]?.isListening === true,
      witness,
      hash,
      serialise,
      measure,
    });
    const latencyMs = options.network.clientLatencyMs;
    this.#ports = new Map(
      [...this.#nodes].map(([id, node]) => {
        const parts = { seed: mixName(seed, `clients/${id}`), timeline, latencyMs, hash };
        return [id, new ClientPort(node, parts)];
      }),
    );
    this.world = createWorld({
      nodes: this.#nodes,
      network: this.#network,
      ports: this.#ports,
      timeline,
      witness,
    });
    this.#time = {
      nowMs: () => timeline.nowNs() / 1e6,
      sleep: (ms, signal) => timeline.sleepUntil(timeline.nowNs() + ms * 1e6, signal),
    };
    for (const node of byIndex) {
      void node.start(startWithinMs * unit(mixName(seed, `start/${node.id}`)));
    }
  }

  /** A client's connection to a node, with the retries and the outcomes of the client library. */
  connect(node: Node): Connection {
    const connection = connectOver(portOf(this.#ports, node).open(), this.#time, this.#patience);
    return {
      start: (call, timeoutMs, settle) => connection.start(call, timeoutMs, settle),
      call: (call, timeoutMs) =>
        new Promise((resolve) => {
          connection.start(call, timeoutMs, (outcome) => {
            this.timeline.touch();
            resolve(outcome);
          });
        }),
      close: () => connection.close(),
    };
  }

  async statuses(): Promise<readonly NodeStatus[]> {
    return [...this.#nodes.values()].flatMap((node) => node.status() ?? []);
  }

  node(name: Node): SimNode {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new RangeError(`no such node: ${name}`);
    return node;
  }

  /** Nodes that are not running: killed, or ended by themselves. */
  get down(): readonly Node[] {
    return [...this.#nodes.values()].filter((node) => node.isDown).map(({ id }) => id);
  }

  /** How many requests of clients each running node has not answered; those that owe nothing are left out. */
  get owing(): ReadonlyMap<Node, number> {
    const owing = [...this.#ports].map(([node, { owed }]) => [node, owed] as const);
    return new Map(owing.filter(([, owed]) => owed > 0));
  }

  get counters(): SimCounters {
    let fsyncs = 0;
    for (const node of this.#nodes.values()) fsyncs += node.disk.fsyncs;
    return { ...this.#network.traffic, fsyncs, events: this.timeline.events };
  }

  /** Folds in what else belongs to the run, and gives the hash of all that happened. Undefined when nothing was hashed. */
  traceHash(rest: unknown): string | undefined {
    this.#hash?.json(rest);
    return this.#hash?.digest();
  }

  #createNode(setup: SimClusterOptions, id: Node, index: number): SimNode {
    const { seed, options, program, nodes } = setup;
    const key = mixName(seed, `node/${id}`);
    return new SimNode({
      id,
      index,
      members: nodes,
      program,
      options,
      key,
      timeline: this.timeline,
      disk: new SimDisk(mix(key, 1), options.disk.atlas === 'bounded'),
      // A day at most: machines were not all booted at once.
      clock: new NodeClock(Math.floor(unit(mix(key, 2)) * 86_400_000)),
      network: () => this.#network,
      onReply: (_, request, response) => portOf(this.#ports, id).reply(request, response),
      onGone: () => portOf(this.#ports, id).gone(),
      onEnd: (end) => {
        this.ends.push(end);
        setup.onEnd?.(end);
      },
      observe: setup.observe,
      witness: setup.witness,
      hash: this.#hash,
      measure: setup.measure === true,
    });
  }
}
