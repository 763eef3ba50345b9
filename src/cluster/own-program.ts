/** Our own node program on the nodes of a cluster: `src/node/main.ts` with a configuration file. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Limits, Timing } from '../consensus/algorithm.ts';
import { control, status } from '../node/client.ts';
import type { NodeConfig } from '../node/config.ts';
import type { NodeStatus } from '../node/protocol.ts';
import { walFileName } from '../node/wal.ts';
import type { FaultHooks } from './inner-faults.ts';
import { type ClusterOptions, type Program, type RealCluster, startCluster } from './real-world.ts';

export interface OwnProgramOptions {
  readonly algorithm: NodeConfig['algorithm'];
  /** The algorithm's own options. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly timing: Timing;
  readonly limits: Limits;
  readonly seed: number;
  /** Write `nodes/<n>/trace.jsonl`. */
  readonly trace: boolean;
}

const mainFile = fileURLToPath(new URL('../node/main.ts', import.meta.url));

/** Asked directly, past every cut link. */
const faultHooks: FaultHooks = {
  async faults({ clientListen }, set, timeoutMs) {
    const request = { kind: 'faults', ...(set === undefined ? {} : { set }) } as const;
    const seen = await control(clientListen, request, timeoutMs);
    if (seen.kind !== 'faults') throw new Error(`a node answered ${seen.kind} about its faults`);
    return seen;
  },
  async powerOff({ clientListen }, timeoutMs) {
    const left = await control(clientListen, { kind: 'power-off' }, timeoutMs);
    if (left.kind !== 'power-off') throw new Error(`a node answered ${left.kind} to power-off`);
    return left;
  },
  logFile: ({ dataDir }) => join(dataDir, walFileName),
};

/** Writes each node's configuration next to its log, and asks nodes for their status. */
export function ownProgram(program: OwnProgramOptions): Program<NodeStatus> {
  const { algorithm, options, timing, limits, seed, trace } = program;
  return {
    async command(plan, members, faults) {
      const config: NodeConfig = {
        algorithm,
        self: plan.node,
        members,
        peerListen: plan.peerListen,
        peers: plan.peers,
        clientListen: plan.clientListen,
        dataDir: plan.dataDir,
        ...(trace ? { traceFile: plan.traceFile } : {}),
        timing,
        limits,
        seed,
        faults,
        options,
      };
      const file = join(plan.folder, 'config.json');
      await writeFile(file, `${JSON.stringify(config, null, 2)}\n`);
      return { file: process.execPath, args: [mainFile, file] };
    },
    probe: (plan, timeoutMs) => status(plan.clientListen, timeoutMs),
    faultHooks,
  };
}

/** A cluster of our own nodes. See `startCluster` for what is thrown. */
export const createRealCluster = (
  options: Omit<ClusterOptions<NodeStatus>, 'program'> & OwnProgramOptions,
): Promise<RealCluster<NodeStatus>> => startCluster({ ...options, program: ownProgram(options) });
