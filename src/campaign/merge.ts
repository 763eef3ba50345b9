/** Shards of a campaign, put together into one. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { BadInput } from '../errors.ts';
import {
  added,
  type HuntResult,
  interruptedOf,
  undecidedOf,
  verdictOf,
  zeros,
} from '../hunt/tally.ts';
import { describeIssues } from '../run/spec.ts';
import { type Campaign, type CampaignHunt, campaignSchema } from './record.ts';
import { type CampaignShard, shardName, sharesTests } from './shards.ts';

/** Reads the campaign.json of a folder, or the file itself. Throws BadInput. */
export function readCampaign(path: string): {
  readonly folder: string;
  readonly campaign: Campaign;
} {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const file = isFolder ? join(path, 'campaign.json') : path;
  if (!existsSync(file)) {
    throw new BadInput(
      `${file} is missing; allowed: the folder of a campaign, or its campaign.json`,
    );
  }
  let input: unknown;
  try {
    input = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new BadInput(`${file} is not JSON: ${(error as Error).message}`);
  }
  const parsed = campaignSchema.safeParse(input);
  if (!parsed.success) throw new BadInput(describeIssues(parsed.error, input, file));
  return { folder: isFolder ? path : join(file, '..'), campaign: parsed.data };
}

/** The same campaign with its paths as seen from another folder. */
export function rebased(campaign: Campaign, from: string, to: string): Campaign {
  const move = (path: string): string => relative(to, join(from, path)).split(sep).join('/');
  return {
    ...campaign,
    runs: campaign.runs.map((run) => ({
      ...run,
      ...(run.folder === undefined ? {} : { folder: move(run.folder) }),
      ...(run.repro === undefined ? {} : { repro: move(run.repro) }),
    })),
    hunts: campaign.hunts.map(({ group, result }) => ({
      group,
      result: {
        ...result,
        failures: result.failures.map((one) => ({ ...one, repro: move(one.repro) })),
      },
    })),
  };
}

/** Hunts of the same system and group, one beside the other, as one. */
function joinedHunts(hunts: readonly CampaignHunt[]): CampaignHunt[] {
  const joined = new Map<string, CampaignHunt>();
  for (const one of hunts) {
    const key = JSON.stringify([one.group, one.result.system]);
    const other = joined.get(key);
    joined.set(key, other === undefined ? one : { ...one, result: sum(other.result, one.result) });
  }
  return [...joined.values()];
}

function sum(a: HuntResult, b: HuntResult): HuntResult {
  const coverage = added(a.coverage, b.coverage);
  const counts = {
    runs: a.runs + b.runs,
    undecided: a.undecided + b.undecided,
    idle: a.idle + b.idle,
    failures: [...a.failures, ...b.failures],
  };
  const seconds = a.seconds + b.seconds;
  const interrupted = interruptedOf(a.interrupted, b.interrupted);
  return {
    ...a,
    ...counts,
    ...interrupted,
    ...undecidedOf(a.undecidedSeeds, b.undecidedSeeds),
    valid: verdictOf({ ...counts, ...interrupted }),
    shard: { index: 1, of: 1 },
    seconds,
    seedsPerSecond: seconds === 0 ? 0 : counts.runs / seconds,
    virtualSeconds: a.virtualSeconds + b.virtualSeconds,
    coverage,
    neverReached: zeros(coverage),
  };
}

const union = <T>(lists: readonly (readonly T[])[]): T[] => [...new Set(lists.flat())];

/** Throws BadInput for the same tests twice, which would count as evidence twice, and for shards of different campaigns. */
function refuseOthers(shards: readonly CampaignShard[]): void {
  const ofs = union(shards.map(({ of }) => [of]));
  const seeds = union(shards.map(({ seed }) => [seed]));
  if (ofs.length > 1 || (Math.max(...ofs) > 1 && seeds.length > 1)) {
    throw new BadInput(
      `these are not shards of one campaign: of ${ofs.join(', ')} shards, first seeds ${seeds.join(', ')}.\n` +
        'next: give the folders of shards that had the same --seed and the same n in --shard i/n',
    );
  }
  for (const [i, one] of shards.entries()) {
    if (shards.slice(0, i).some((other) => sharesTests(one, other))) {
      throw new BadInput(
        `shard ${shardName(one)} with first seed ${one.seed} is there twice.\nnext: give one folder for each shard`,
      );
    }
  }
}

/** Paths must be as seen from one folder already. Throws BadInput when there is nothing to merge, or what does not belong together. */
export function mergeCampaigns(parts: readonly Campaign[], command: string): Campaign {
  const [first] = parts;
  if (first === undefined) throw new BadInput('nothing to merge; give the folders of campaigns');
  const shards = parts.flatMap((part) => part.shards);
  refuseOthers(shards);
  const ran = new Set(
    parts.flatMap(({ runs, hunts }) => [
      ...runs.map(({ system, group }) => `real ${system} ${group}`),
      ...hunts.map(({ group, result }) => `simulated ${result.system} ${group}`),
    ]),
  );
  const total = (of: (part: Campaign) => number): number =>
    parts.reduce((all, part) => all + of(part), 0);
  return {
    kind: 'dissent-campaign',
    version: 1,
    systems: union(parts.map(({ systems }) => systems)),
    startedAt: parts.map(({ startedAt }) => startedAt).toSorted()[0] ?? first.startedAt,
    minutes: total(({ minutes }) => minutes),
    seconds: total(({ seconds }) => seconds),
    seed: first.seed,
    shards,
    merged: true,
    interrupted: parts.some(({ interrupted }) => interrupted),
    command,
    // What one shard had no time for may have been run by another.
    notRun: union(parts.map(({ notRun }) => notRun)).filter((cell) => !ran.has(cell)),
    runs: parts.flatMap(({ runs }) => runs),
    hunts: joinedHunts(parts.flatMap(({ hunts }) => hunts)),
  };
}
