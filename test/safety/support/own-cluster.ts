/** Small clusters of our own nodes for tests of faults, with a mutant in every node where one is asked for. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownProgram } from '#src/cluster/own-program';
import { type RealCluster, startCluster } from '#src/cluster/real-world';
import { defaultLimits, defaultTiming, type Timing } from '#src/consensus/algorithm';
import { connect } from '#src/node/client';
import type { NodeStatus } from '#src/node/protocol';
import { walFileName } from '#src/node/wal';
import { batchPlaces } from '#src/node/wal-format';
import { mutantEnvironment } from '#test/mutants/children';
import { patienceMs, until } from './counting-cluster.ts';

export type OwnCluster = RealCluster<NodeStatus>;

export interface OwnOptions {
  readonly options?: Readonly<Record<string, unknown>>;
  readonly timing?: Timing;
  /** Id of a mutant. */
  readonly mutant?: string;
  /** Treated as somebody else's program: without hooks, and its data in a faulty folder. */
  readonly isForeign?: boolean;
}

/** Three nodes that run Raft. */
export function startOwn(folder: string, wanted: OwnOptions = {}): Promise<OwnCluster> {
  const { options = {}, timing = defaultTiming, mutant, isForeign = false } = wanted;
  const own = ownProgram({
    algorithm: 'raft',
    options,
    timing,
    limits: defaultLimits,
    seed: 5,
    trace: false,
  });
  const { faultHooks: _, ...bare } = own;
  const program = isForeign ? { ...bare, disk: 'folder' as const } : own;
  return startCluster({
    nodes: ['n1', 'n2', 'n3'],
    program: {
      ...program,
      async command(plan, members, faults) {
        const command = await program.command(plan, members, faults);
        return mutant === undefined ? command : { ...command, env: mutantEnvironment(mutant) };
      },
    },
    folder,
    originNs: process.hrtime.bigint(),
    toxiproxy: 'embedded',
    signal: new AbortController().signal,
    seed: 5,
  });
}

/** Waits until one node leads and everybody knows it. */
export const leaderOf = (cluster: OwnCluster, count = cluster.nodes.length): Promise<string> =>
  until('one leader known to all', async () => {
    const all = [...(await cluster.statuses()).values()];
    const [known] = all.map(({ leader }) => leader);
    return all.length === count && all.every(({ leader }) => leader === known) && known;
  });

/**
 * Waits until each log ends with a seal: then nothing is being written or synced, and all that was written before is on disk. `folder`: that
 * of the cluster.
 */
export const quietDisks = (cluster: OwnCluster, folder: string): Promise<true> =>
  until('logs that are sealed', async () =>
    cluster.nodes.every((node) => {
      const log = readFileSync(join(folder, 'nodes', node, 'data', walFileName));
      return batchPlaces(log).at(-1)?.records === 0;
    }),
  );

/** A register at a node, past nothing: through its proxy, as clients do. */
export function registerAt(cluster: OwnCluster, node: string) {
  const connection = connect(cluster.clientAddress(node));
  const expectOk = async (call: Parameters<typeof connection.call>[0]): Promise<unknown> => {
    const outcome = await connection.call(call, patienceMs);
    if (outcome.kind !== 'ok') throw new Error(`${call.f} at ${node}: ${outcome.error}`);
    return outcome.result;
  };
  return {
    write: (key: string, value: unknown) => expectOk({ f: 'write', key, value }),
    read: (key: string) => expectOk({ f: 'read', key }),
    /** Does not wait for an answer longer than this. */
    tryWrite: (key: string, value: unknown, timeoutMs: number) =>
      connection.call({ f: 'write', key, value }, timeoutMs),
    tryRead: (key: string, timeoutMs: number) => connection.call({ f: 'read', key }, timeoutMs),
    [Symbol.dispose]: () => connection.close(),
  };
}
