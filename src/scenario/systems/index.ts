/** What scenarios can be about. One line each. */

import type { ScenarioSystem } from '../system.ts';
import { paxos } from './paxos.ts';
import { raft } from './raft.ts';
import { singleDecree } from './single-decree.ts';

export const scenarioSystems: readonly ScenarioSystem[] = [singleDecree, paxos, raft];
