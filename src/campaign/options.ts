/** What a campaign is asked for, and what of it cannot be. */

import { BadInput } from '../errors.ts';
import type { HuntProgress } from '../hunt/hunt.ts';
import { known } from '../run/known.ts';
import type { RunOptions } from '../run/run-test.ts';
import { systems as knownSystems } from '../systems/index.ts';
import { type CampaignWorld, type FaultGroup, groupNames, groupsOf } from './groups.ts';
import type { Shard } from './plan.ts';
import type { Keep } from './real.ts';
import type { CampaignRun } from './record.ts';

export interface CampaignOptions extends Omit<RunOptions, 'summary'> {
  readonly systems: readonly string[];
  readonly worlds: readonly CampaignWorld[];
  /** Names of groups of faults; left out: all. */
  readonly groups?: readonly string[];
  /** Of the clients in real runs; left out: the system's usual one. */
  readonly workload?: string;
  readonly minutes: number;
  readonly seed: number;
  readonly shard: Shard;
  /** Threads of the simulated world. */
  readonly workers: number;
  readonly keep: Keep;
  /** How long each of the first failures of real runs may be shrunk, s, after everything else. Left out: `shrinkBudgetSeconds`. */
  readonly shrinkBudgetSeconds?: number;
  /** Runs it again. */
  readonly command: string;
  /** One line for everything that has come to an end. */
  readonly onLine?: (line: string) => void;
  readonly onHunt?: (progress: HuntProgress) => void;
  readonly onHuntEnd?: () => void;
  /** Given the campaign as it stands after each part, for `campaign.json`. */
  readonly describe: (run: CampaignRun) => string;
}

/** Throws BadInput for what cannot be run. */
export function refuseWrong(options: CampaignOptions): void {
  const { systems, minutes, shard, shrinkBudgetSeconds: shrinkSeconds } = options;
  if (systems.length === 0) throw new BadInput('a campaign needs a system; next: name raft, paxos');
  for (const name of systems) known(knownSystems, 'system', name);
  if (new Set(systems).size !== systems.length) {
    throw new BadInput(`each system once, got: ${systems.join(' ')}`);
  }
  if (!(minutes > 0 && minutes <= 24 * 60)) {
    throw new BadInput(`--minutes ${minutes} is not allowed; allowed: above 0, at most 1440`);
  }
  if (shrinkSeconds !== undefined && !(shrinkSeconds >= 0 && shrinkSeconds <= 24 * 3600)) {
    throw new BadInput(
      `--shrink-budget ${shrinkSeconds} is not allowed; allowed: 0 to 86400 seconds`,
    );
  }
  if (!(shard.index >= 1 && shard.index <= shard.of)) {
    throw new BadInput(`--shard ${shard.index}/${shard.of}: allowed are 1/n to n/n, such as 2/8`);
  }
}

/** Those of a world, of which only some may be wanted. Throws BadInput for a name that no world has. */
export function chosenGroups(
  world: CampaignWorld,
  names: readonly string[] | undefined,
): readonly FaultGroup[] {
  const all = groupsOf(world);
  if (names === undefined) return all;
  const there = groupNames();
  const unknown = names.find((name) => !there.includes(name));
  if (unknown !== undefined) {
    throw new BadInput(`unknown group of faults "${unknown}"; allowed: ${there.join(', ')}`);
  }
  return all.filter(({ name }) => names.includes(name));
}
