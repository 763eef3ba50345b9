/** All systems that can be tested, by name. */

import { paxos } from './paxos.ts';
import { raft } from './raft.ts';
import type { SystemKind } from './system.ts';

export type { RunningSystem, StartContext, SystemFlag, SystemKind } from './system.ts';

export const systems: ReadonlyMap<string, SystemKind> = new Map(
  [raft, paxos].map((system) => [system.name, system]),
);
