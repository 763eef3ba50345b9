/** What Raft and Multi-Paxos have in common as systems under test: everything but the algorithm. */

import { z } from 'zod';
import type { NodeExit } from '../cluster/node-process.ts';
import { createRealCluster } from '../cluster/own-program.ts';
import { defaultLimits, defaultTiming } from '../consensus/algorithm.ts';
import { defaultMaxSessions } from '../consensus/state-machine/sessions.ts';
import { connect } from '../node/client.ts';
import type { NodeConfig } from '../node/config.ts';
import type { RunningSystem, StartContext, SystemFlag, SystemKind } from './system.ts';

const positive = z.number().int().positive();

/** Held equal in comparisons, so the same for every algorithm. */
const sharedOptions = {
  /** How often a leader shows that it is there, ms. */
  heartbeatMs: positive.default(defaultTiming.heartbeatMs),
  /** T: followers wait a random time in [T, 2T) for a leader, ms. */
  electionTimeoutMs: positive.default(defaultTiming.electionTimeoutMs),
  maxBatchEntries: positive.default(defaultLimits.maxBatchEntries),
  maxInflight: positive.default(defaultLimits.maxInflight),
  maxUncommitted: positive.default(defaultLimits.maxUncommitted),
  maxPendingReads: positive.default(defaultLimits.maxPendingReads),
  /** Client sessions remembered; the one unused for longest is forgotten first. */
  maxSessions: positive.default(defaultMaxSessions),
};

interface SharedOptions {
  readonly heartbeatMs: number;
  readonly electionTimeoutMs: number;
  readonly maxBatchEntries: number;
  readonly maxInflight: number;
  readonly maxUncommitted: number;
  readonly maxPendingReads: number;
  readonly maxSessions: number;
}

export interface OwnSystem {
  readonly algorithm: NodeConfig['algorithm'];
  readonly summary: string;
  /** The algorithm's own options; they go into the nodes' configuration as they are. */
  readonly own: Readonly<Record<string, z.ZodType>>;
  readonly flags: readonly SystemFlag[];
  readonly workloads?: readonly string[];
  readonly leaderless?: boolean;
}

/** A system of our own nodes. */
export function ownSystem(system: OwnSystem): SystemKind {
  const options = z
    .strictObject<Record<string, z.ZodType>>({ ...sharedOptions, ...system.own })
    .refine((o) => Number(o['electionTimeoutMs']) > Number(o['heartbeatMs']), {
      path: ['electionTimeoutMs'],
      message: 'must be above heartbeatMs',
    });
  return {
    name: system.algorithm,
    summary: system.summary,
    options,
    flags: system.flags,
    ...(system.workloads === undefined ? {} : { workloads: system.workloads }),
    leaderless: system.leaderless === true,
    controls: (given) => ({ ...(given as Record<string, string | number | boolean>) }),
    start: (context) => start(system, context),
    simulated: (options) => programOf(system, options as SharedOptions & Record<string, unknown>),
  };
}

/** What the nodes are told, in either world. */
const programOf = (system: OwnSystem, options: SharedOptions & Record<string, unknown>) => ({
  algorithm: system.algorithm,
  options: Object.fromEntries(Object.keys(system.own).map((name) => [name, options[name]])),
  timing: { heartbeatMs: options.heartbeatMs, electionTimeoutMs: options.electionTimeoutMs },
  limits: {
    maxBatchEntries: options.maxBatchEntries,
    maxInflight: options.maxInflight,
    maxUncommitted: options.maxUncommitted,
    maxPendingReads: options.maxPendingReads,
    maxSessions: options.maxSessions,
  },
});

async function start(system: OwnSystem, context: StartContext<unknown>): Promise<RunningSystem> {
  const options = context.options as SharedOptions & Record<string, unknown>;
  const cluster = await createRealCluster({
    ...programOf(system, options),
    seed: context.seed,
    trace: context.trace,
    nodes: context.nodes,
    folder: context.folder,
    originNs: process.hrtime.bigint(),
    ...(context.ports === undefined ? {} : { ports: context.ports }),
    toxiproxy: context.toxiproxy,
    signal: context.signal,
    onHarnessFailure: context.onHarnessFailure,
    onUnexpectedExit: (exit) =>
      exit.expected === undefined
        ? context.onNodeExit(exit.node, describeExit(exit))
        : context.onNodeExit(exit.node, exit.expected.line, exit.expected.kind),
  });
  return {
    world: cluster,
    connect: (node) => connect(cluster.clientAddress(node)),
    statuses: async () => [...(await cluster.statuses()).values()],
    proxy: cluster.proxy,
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}

function describeExit({ code, signal, lastLines }: NodeExit): string {
  const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
  return [`it ended ${how}`, ...lastLines].join('; ');
}
