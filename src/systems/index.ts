/** All systems that can be tested, by name. */

import { etcd } from './etcd/etcd.ts';
import { paxos } from './paxos.ts';
import { raft } from './raft.ts';
import { singleDecree } from './single-decree.ts';
import type { SystemKind } from './system.ts';

export type { RunningSystem, StartContext, SystemFlag, SystemKind } from './system.ts';

export const systems: ReadonlyMap<string, SystemKind> = new Map(
  [raft, paxos, singleDecree, etcd as SystemKind].map((system) => [system.name, system]),
);
