/** The algorithms a replica can run. One line each. */

import type { Algorithm, AlgorithmConfig, RandomSource } from './algorithm.ts';
import { paxosOptions } from './paxos/options.ts';
import { createPaxos } from './paxos/paxos.ts';
import { raftOptions } from './raft/options.ts';
import { createRaft } from './raft/raft.ts';
import type { LogCommand } from './state-machine/command.ts';

/**
 * Messages and records are the algorithm's own and opaque to everybody else; both are JSON. `options` come unchecked from
 * a configuration file: throws RangeError that names what is wrong with them.
 */
export type CreateAlgorithm = (
  config: AlgorithmConfig,
  options: Readonly<Record<string, unknown>>,
  durable: readonly unknown[],
  random: RandomSource,
  nowMs: number,
) => Algorithm<unknown, unknown, LogCommand>;

export const algorithms: Readonly<Record<string, CreateAlgorithm>> = {
  paxos: (config, options, durable, random, nowMs) =>
    createPaxos<LogCommand>(config, paxosOptions(options), durable, random, nowMs),
  raft: (config, options, durable, random, nowMs) =>
    createRaft<LogCommand>(config, raftOptions(options), durable, random, nowMs),
};
