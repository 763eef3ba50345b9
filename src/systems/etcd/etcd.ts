/** etcd as a system under test: the first that we did not write. */

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { NodeExit } from '../../cluster/node-process.ts';
import { freePorts } from '../../cluster/ports.ts';
import { type RealCluster, startCluster } from '../../cluster/real-world.ts';
import { defaultTiming } from '../../consensus/algorithm.ts';
import { HarnessFailure } from '../../errors.ts';
import type { NodeStatus } from '../../node/protocol.ts';
import type { RunningSystem, StartContext, SystemKind } from '../system.ts';
import { requireEtcd } from './binary.ts';
import { connectEtcd } from './client.ts';
import { startForwarders } from './forwarder.ts';
import { type FollowedLog, followLogs } from './log-trace.ts';
import { type EtcdView, etcdProgram } from './program.ts';

const positive = z.number().int().positive();

/** etcd refuses to start with a smaller ratio. */
const heartbeatsPerTimeout = 5;

const optionsSchema = z
  .strictObject({
    /** The program; left out: `etcd` on PATH. */
    binary: z.string().min(1).optional(),
    /** How reads are answered: linearizable, or serializable, which may be stale. */
    reads: z.enum(['linearizable', 'serializable']).default('linearizable'),
    /** How often a leader shows that it is there, ms. */
    heartbeatMs: positive.default(defaultTiming.heartbeatMs),
    /** T: followers wait a random time in [T, 2T) for a leader, ms. */
    electionTimeoutMs: positive.max(50_000).default(defaultTiming.electionTimeoutMs),
    /** Asks whether it could win before it campaigns. etcd 3.4 itself has it off, newer ones have it on. */
    preVote: z.boolean().default(true),
    /** Entries between two snapshots. etcd's own default, 100 000, means none in a short test. */
    snapshotCount: positive.default(1000),
  })
  .refine((o) => o.electionTimeoutMs >= heartbeatsPerTimeout * o.heartbeatMs, {
    path: ['electionTimeoutMs'],
    message: `must be at least ${heartbeatsPerTimeout} times heartbeatMs`,
  });
type Options = z.infer<typeof optionsSchema>;

/** From the start of the members to a leader that all of them know, ms. */
const leaderTimeoutMs = 15_000;
const pollMs = 50;

async function start(context: StartContext<Options>): Promise<RunningSystem> {
  const { options, nodes, signal } = context;
  const etcd = await requireEtcd(options.binary);
  await using starting = new AsyncDisposableStack();
  const ports = await freePorts(nodes.length, context.ports);
  const forwarders = starting.use(await startForwarders(ports));
  void forwarders.died.then((reason) => context.onHarnessFailure(reason));
  if (context.trace) starting.use(followLogs(logsOf(context)));
  const program = starting.use(
    etcdProgram({
      ...options,
      etcd,
      faultyDisks: context.faultyDisks,
      token: `dissent-${randomBytes(4).toString('hex')}`,
      forwarders,
      forwarderPorts: new Map(nodes.map((node, i) => [node, ports[i] as number])),
    }),
  );
  const cluster = starting.use(
    await startCluster({
      program,
      seed: context.seed,
      nodes,
      folder: context.folder,
      originNs: process.hrtime.bigint(),
      ...(context.ports === undefined ? {} : { ports: context.ports }),
      toxiproxy: proxyServer(context.toxiproxy),
      signal,
      onHarnessFailure: context.onHarnessFailure,
      onUnexpectedExit: (exit) =>
        exit.expected === undefined
          ? context.onNodeExit(exit.node, describeExit(exit))
          : context.onNodeExit(exit.node, exit.expected.line, exit.expected.kind),
    }),
  );
  await program.openLinks();
  const names = await membersOf(cluster, signal);
  const owned = starting.move();
  return {
    world: cluster,
    connect: (node) => connectEtcd({ ...cluster.clientAddress(node), reads: options.reads }),
    statuses: async () =>
      [...(await cluster.statuses())].map(([node, view]) =>
        statusOf(node, cluster.pid(node) ?? 0, view, names),
      ),
    proxy: cluster.proxy,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/**
 * The embedded server unless another one is asked for: members dial anew all the time, and a connection that comes while a real server
 * has locked itself out of a proxy (Shopify/toxiproxy#558) keeps that proxy from being replaced.
 */
const proxyServer = (wanted: string): string =>
  wanted === 'auto' && (process.env['TOXIPROXY_URL'] ?? '') === '' ? 'embedded' : wanted;

const logsOf = ({ nodes, folder }: StartContext<Options>): FollowedLog[] =>
  nodes.map((node) => {
    const own = join(folder, 'nodes', node);
    return { node, logFile: join(own, 'log'), traceFile: join(own, 'trace.jsonl') };
  });

/** By member id: which node it is. Waits until every node serves clients, and all know who leads. Throws HarnessFailure. */
async function membersOf(
  cluster: RealCluster<EtcdView>,
  signal: AbortSignal,
): Promise<ReadonlyMap<bigint, string>> {
  const deadlineMs = performance.now() + leaderTimeoutMs;
  for (;;) {
    signal.throwIfAborted();
    const views = await cluster.statuses();
    const isWhole = views.size === cluster.nodes.length;
    if (isWhole && [...views.values()].every(({ status }) => status.leader !== 0n)) {
      return new Map([...views].map(([node, { status }]) => [status.member, node]));
    }
    if (performance.now() > deadlineMs) {
      throw new HarnessFailure(
        `the cluster did not start: within ${leaderTimeoutMs} ms ${views.size} of ${cluster.nodes.length} members of etcd served clients` +
          '\n  next: open nodes/*/log in the run folder',
      );
    }
    await delay(pollMs);
  }
}

const statusOf = (
  node: string,
  pid: number,
  { role, term, status, counters }: EtcdView,
  names: ReadonlyMap<bigint, string>,
): NodeStatus => ({
  node,
  pid,
  role,
  term,
  leader: names.get(status.leader),
  // What it has beyond that, it does not say.
  lastIndex: status.raftIndex,
  commitIndex: status.raftIndex,
  counters,
});

function describeExit({ code, signal, lastLines }: NodeExit): string {
  const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
  return [`it ended ${how}`, ...lastLines].join('; ');
}

export const etcd: SystemKind<Options> = {
  name: 'etcd',
  summary: 'etcd 3.4 or newer, as it is installed here; linearizable or serializable reads',
  options: optionsSchema,
  flags: [
    {
      flag: '--reads <how>',
      description:
        'linearizable; serializable, which the node answers from what it has and so may be stale',
      takes: 'reads',
      sets: {},
    },
    {
      flag: '--etcd <file>',
      description: 'the program (default: etcd on PATH)',
      takes: 'binary',
      sets: {},
    },
  ],
  controls: ({ heartbeatMs, electionTimeoutMs, reads, preVote, snapshotCount }) => ({
    heartbeatMs,
    electionTimeoutMs,
    reads,
    preVote,
    // etcd leaves no choice.
    checkQuorum: true,
    snapshotCount,
  }),
  start,
};
