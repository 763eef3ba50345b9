/**
 * The real world: nodes are processes, links go through a Toxiproxy, and everything that is started is gone afterwards.
 *
 *     client -> [proxy] -> n1 --[proxy n1->n2]--> n2        harness -> n1, past every proxy, for its status
 *                          n1 <--[proxy n2->n1]-- n2        guardian: kills all of them when the harness is gone
 */

import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HarnessFailure } from '../errors.ts';
import type { Address } from '../node/config.ts';
import type { NodeFaults } from '../node/fault-hooks.ts';
import type { Node, World } from '../schedule/world.ts';
import { linesBothWays } from './both-ways.ts';
import { createNodes } from './cluster-nodes.ts';
import { type Folders, startFolders } from './faulty-folder/folders.ts';
import { startGuardian } from './guardian.ts';
import type { FaultHooks } from './inner-faults.ts';
import { limits } from './limits.ts';
import { type Lines, proxiedLines } from './lines.ts';
import { clientsOver, linksOver } from './links.ts';
import { type NodeCommand, type NodeExit, NodeNotReady, type NodeProcess } from './node-process.ts';
import { type ClusterPlan, type NodePlan, orderedPairs, planCluster, portsNeeded } from './plan.ts';
import { freePorts, type PortRange } from './ports.ts';
import { type ClockKind, processClockSupport } from './process-clock/support.ts';
import { createProxies, type ProxyFleet } from './proxy-fleet.ts';
import { all } from './serial.ts';
import { startToxiproxy } from './toxiproxy/discover.ts';
import { connectProxies } from './toxiproxy/proxies.ts';
import type { ToxiproxyOptions } from './toxiproxy/server.ts';

/** The least that a node can say of itself. */
export interface NodeView {
  readonly role: string;
  readonly term: number;
}

/** What runs on the nodes: the part that differs from system to system. */
export interface Program<View extends NodeView> {
  /**
   * How to start a node; asked before every start, and the place to write its configuration. `faults`: what its clock and disk are to be
   * like from the start.
   */
  command(plan: NodePlan, members: readonly Node[], faults: NodeFaults): Promise<NodeCommand>;
  /** Asks a node about itself, on its own client port. Rejects when it does not answer in time: it is not ready. */
  probe(plan: NodePlan, timeoutMs: number): Promise<View>;
  /**
   * Whether the process has come up, where that is less than answering `probe`: a node that answers only once it has heard of a leader is
   * up long before, perhaps. Rejects when it has not. Left out: `probe` tells.
   */
  isUp?(plan: NodePlan, timeoutMs: number): Promise<unknown>;
  /**
   * Nodes also answer on the connections that others dialled, so what a node sends to another takes both of their links. Left out: only
   * the one who dialled sends.
   */
  readonly answersPeers?: boolean;
  /** How to interfere with a node's clock, disk and power; left out: it cannot be done. */
  readonly faultHooks?: FaultHooks;
  /** Where there are no `faultHooks`: its clock is the operating system's, as its processes see it. Left out: it cannot be set. */
  readonly clock?: ClockKind;
  /**
   * Where there are no `faultHooks`: `folder` puts the data folder on a file system of ours whose disk can fail, where that can be had
   * (Linux, root), and files of nodes that are down can be damaged anywhere. Left out: nothing can be done to its disk and its power.
   */
  readonly disk?: 'folder';
}

export interface ClusterOptions<View extends NodeView> {
  readonly nodes: readonly Node[];
  readonly program: Program<View>;
  /** The run folder. */
  readonly folder: string;
  /** `process.hrtime.bigint()` at time 0 of the run. */
  readonly originNs: bigint;
  /** Left out: any free ports. */
  readonly ports?: PortRange;
  /** URL of a running Toxiproxy, or which kind to start. */
  readonly toxiproxy: string;
  /** Aborting ends a start that is under way. A cluster that is up is stopped by disposing of it. */
  readonly signal: AbortSignal;
  /** Seeds the embedded proxy's random choices. */
  readonly seed: number;
  readonly readyTimeoutMs?: number;
  /** Told at once of every node that ended although nobody ended it; `expected` where a fault made it. */
  readonly onUnexpectedExit?: (exit: NodeExit) => void;
  /** Told when the proxy server is gone: from then on what happens says nothing about the system under test. */
  readonly onHarnessFailure?: (reason: string) => void;
}

export interface RealCluster<View extends NodeView = NodeView> extends World, AsyncDisposable {
  /** Where clients reach the node: its proxy. */
  clientAddress(node: Node): Address;
  /** The node's own client port, past the proxy. */
  directAddress(node: Node): Address;
  /** What each node says of itself. Nodes that are down, paused or do not answer are left out. */
  statuses(): Promise<ReadonlyMap<Node, View>>;
  /** undefined while it is down. */
  pid(node: Node): number | undefined;
  /** Nodes that ended although neither anybody here nor a fault ended them, in order of time. */
  readonly exits: readonly NodeExit[];
  /** Which Toxiproxy carries the links, for the report. */
  readonly proxy: string;
  /** Starts nodes that ended by themselves and that nobody keeps down. Throws NodeNotReady. */
  revive(): Promise<void>;
  /** Deletes what a node has on disk. Throws RangeError when it is running: kill it first. */
  wipe(node: Node): Promise<void>;
  /** Stops all nodes: SIGTERM, then SIGKILL. Idempotent; disposing does it too. */
  stop(): Promise<void>;
}

class Cluster<View extends NodeView> implements RealCluster<View> {
  readonly nodes: readonly Node[];
  readonly proxy: string;
  readonly links: World['links'];
  readonly processes: World['processes'];
  readonly clients: World['clients'];
  readonly clocks: World['clocks'];
  readonly disks: World['disks'];
  readonly #wipe: (node: Node) => Promise<void>;
  readonly #plan: ClusterPlan;
  readonly #children: ReadonlyMap<Node, NodeProcess>;
  readonly #options: ClusterOptions<View>;
  readonly #exits: readonly NodeExit[];
  readonly #owned: AsyncDisposableStack;

  constructor(parts: {
    readonly options: ClusterOptions<View>;
    readonly plan: ClusterPlan;
    readonly children: ReadonlyMap<Node, NodeProcess>;
    readonly processes: World['processes'];
    readonly clocks: World['clocks'];
    readonly disks: World['disks'];
    readonly wipe: (node: Node) => Promise<void>;
    readonly links: World['links'];
    readonly clients: World['clients'];
    readonly proxy: string;
    readonly exits: readonly NodeExit[];
    readonly owned: AsyncDisposableStack;
  }) {
    this.nodes = parts.options.nodes;
    this.proxy = parts.proxy;
    this.links = parts.links;
    this.clients = parts.clients;
    this.processes = parts.processes;
    this.clocks = parts.clocks;
    this.disks = parts.disks;
    this.#wipe = parts.wipe;
    this.#plan = parts.plan;
    this.#children = parts.children;
    this.#options = parts.options;
    this.#exits = parts.exits;
    this.#owned = parts.owned;
  }

  get exits(): readonly NodeExit[] {
    return [...this.#exits];
  }

  nowNs(): number {
    return Number(process.hrtime.bigint() - this.#options.originNs);
  }

  async statuses(): Promise<ReadonlyMap<Node, View>> {
    const answering = this.nodes.filter((node) => this.#child(node).isAnswering);
    const answers = await Promise.allSettled(
      answering.map(async (node) => {
        const view = await this.#options.program.probe(this.#at(node), limits.statusAnswer);
        return [node, view] as const;
      }),
    );
    return new Map(
      answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : [])),
    );
  }

  async leaders(): Promise<readonly Node[]> {
    const leading = [...(await this.statuses())].filter(([, { role }]) => role === 'leader');
    return leading.toSorted(([, a], [, b]) => b.term - a.term).map(([node]) => node);
  }

  clientAddress(node: Node): Address {
    return this.#at(node).clientProxy;
  }

  directAddress(node: Node): Address {
    return this.#at(node).clientListen;
  }

  pid(node: Node): number | undefined {
    return this.#child(node).pid;
  }

  async revive(): Promise<void> {
    // A kill takes a node that ended by itself into custody, and its release starts it again.
    const ended = this.nodes.filter((node) => this.#child(node).hasEndedByItself);
    await all(ended.map((node) => this.processes.kill('revive', node)));
    await this.processes.release('revive');
  }

  async wipe(node: Node): Promise<void> {
    if (this.pid(node) !== undefined) throw new RangeError(`cannot wipe ${node} while it runs`);
    await this.#wipe(node);
  }

  async stop(): Promise<void> {
    await all([...this.#children.values()].map((child) => child.stop()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#owned.disposeAsync();
  }

  #at(node: Node): NodePlan {
    const plan = this.#plan.nodes.get(node);
    if (plan === undefined) throw new RangeError(`no such node: ${node}`);
    return plan;
  }

  #child(node: Node): NodeProcess {
    const child = this.#children.get(node);
    if (child === undefined) throw new RangeError(`no such node: ${node}`);
    return child;
  }
}

function toxiproxyOptions(
  { toxiproxy, folder, seed }: ClusterOptions<NodeView>,
  port: number | undefined,
): ToxiproxyOptions {
  const common = { port, logFile: join(folder, 'toxiproxy.log'), seed };
  return toxiproxy === 'auto' || toxiproxy === 'embedded' || toxiproxy === 'real'
    ? { ...common, prefer: toxiproxy }
    : { ...common, prefer: 'auto', url: toxiproxy };
}

/** Starts every node and waits until all are ready; stops waiting when the signal is aborted. */
async function startAll(children: readonly NodeProcess[], signal: AbortSignal): Promise<void> {
  const stop = () => void Promise.allSettled(children.map((child) => child.stop()));
  signal.addEventListener('abort', stop);
  try {
    await all(children.map((child) => child.start()));
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof NodeNotReady)) throw error;
    throw new HarnessFailure(`the cluster did not start: ${error.message}`, { cause: error });
  } finally {
    signal.removeEventListener('abort', stop);
  }
  signal.throwIfAborted();
}

/** What faults do to links and to clients, over the proxies; stopped with `owner`. */
function worldLines<View extends NodeView>(
  { nodes, program, seed }: ClusterOptions<View>,
  plan: ClusterPlan,
  fleet: ProxyFleet,
  owner: AsyncDisposableStack,
): Pick<World, 'links' | 'clients'> {
  const proxiesOf = (names: ReadonlyMap<string, string>) =>
    new Map([...names].map(([line, name]) => [line, fleet.line(name)]));
  const stopping = (lines: Lines): Lines => {
    owner.defer(() => lines.stop());
    return lines;
  };
  const linkProxies = proxiesOf(plan.linkProxies);
  const links =
    program.answersPeers === true
      ? linesBothWays(orderedPairs(nodes), linkProxies, seed)
      : proxiedLines(linkProxies, ['upstream'], seed);
  const clients = proxiedLines(proxiesOf(plan.clientProxies), ['upstream', 'downstream'], seed);
  return { links: linksOver(stopping(links)), clients: clientsOver(stopping(clients)) };
}

/** Undefined where the disks of this program are its own affair. */
async function foldersOf<View extends NodeView>(
  { program, onHarnessFailure }: ClusterOptions<View>,
  plan: ClusterPlan,
): Promise<Folders | undefined> {
  if (program.disk !== 'folder' || program.faultHooks !== undefined) return undefined;
  return startFolders([...plan.nodes.values()], (reason) => onHarnessFailure?.(reason));
}

/**
 * Brings up a cluster in which every node is ready. Throws HarnessFailure when it cannot (no ports, no proxy, a node that does
 * not come up), and the signal's reason when aborted; then nothing that was started is left.
 */
export async function startCluster<View extends NodeView>(
  options: ClusterOptions<View>,
): Promise<RealCluster<View>> {
  const { nodes, program, folder, signal, ports: range, originNs } = options;
  await using starting = new AsyncDisposableStack();
  signal.throwIfAborted();
  const [apiPort, ...ports] = await freePorts(1 + portsNeeded(nodes.length), range);
  const plan = planCluster(nodes, folder, ports, `dissent-${randomBytes(4).toString('hex')}`);
  for (const { folder: own } of plan.nodes.values()) await mkdir(own, { recursive: true });
  const guardian = starting.use(await startGuardian());
  signal.throwIfAborted();
  const toxiproxy = starting.use(await startToxiproxy(toxiproxyOptions(options, apiPort)));
  if (toxiproxy.pid !== undefined) await guardian.guard(toxiproxy.pid);
  void toxiproxy.died.then((reason) => options.onHarnessFailure?.(reason));
  signal.throwIfAborted();
  const proxies = connectProxies(toxiproxy.url, { timeoutMs: limits.proxyAnswer });
  const isFragile = toxiproxy.kind !== 'embedded';
  const fleet = starting.use(await createProxies(proxies, plan.proxies, isFragile));
  const folders = await foldersOf(options, plan);
  if (folders !== undefined) starting.use(folders);
  signal.throwIfAborted();
  const { children, exits, cleanUp, ...acts } = createNodes({
    plan,
    seed: options.seed,
    guardian,
    hooks: program.faultHooks,
    clock: program.clock && (await processClockSupport(program.clock)),
    folders,
    command: (at, faults) => program.command(at, nodes, faults),
    probe: (at, timeoutMs) => program.isUp?.(at, timeoutMs) ?? program.probe(at, timeoutMs),
    nowNs: () => Number(process.hrtime.bigint() - originNs),
    readyTimeoutMs: options.readyTimeoutMs,
    onExit: (exit) => options.onUnexpectedExit?.(exit),
  });
  starting.defer(cleanUp);
  starting.defer(() => all([...children.values()].map((child) => child.stop())));
  await startAll([...children.values()], signal);
  const lines = worldLines(options, plan, fleet, starting);
  const proxy = `${toxiproxy.kind} ${toxiproxy.version}`;
  const parts = { options, plan, children, ...acts, ...lines, proxy, exits };
  return new Cluster({ ...parts, owned: starting.move() });
}
