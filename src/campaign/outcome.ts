/** What became of the runs of a campaign, and of all of it. */

import type { Outcome } from '#reports/campaign-types';
import { exitCodes } from '../errors.ts';
import type { Campaign, CampaignHunt, CampaignRun } from './record.ts';
import { presentAndMissing } from './shards.ts';

const outcomes = new Map<number, Outcome>([
  [exitCodes.valid, 'valid'],
  [exitCodes.violation, 'violation'],
  [exitCodes.notRecovered, 'not-recovered'],
  [exitCodes.unknown, 'unknown'],
]);

export const outcomeOf = ({ exitCode }: Pick<CampaignRun, 'exitCode'>): Outcome =>
  outcomes.get(exitCode) ?? 'harness';

/** Gravest first. */
export const gravity: readonly Outcome[] = [
  'violation',
  'not-recovered',
  'harness',
  'unknown',
  'valid',
];

const codes: Readonly<Record<Outcome, number>> = {
  violation: exitCodes.violation,
  'not-recovered': exitCodes.notRecovered,
  harness: exitCodes.harnessFailure,
  unknown: exitCodes.unknown,
  valid: exitCodes.valid,
};

const huntOutcome = ({ result }: CampaignHunt): Outcome => {
  if (result.valid === true) return 'valid';
  if (result.valid === 'unknown') return 'unknown';
  return result.failures.every(({ by }) => by === 'liveness') ? 'not-recovered' : 'violation';
};

/** Runs that lack nothing but faults of kinds that took effect in other runs of the same system. */
export function madeUpFor({ runs }: Campaign): readonly CampaignRun[] {
  const made = new Set(
    runs.flatMap(({ system, faults }) =>
      faults.flatMap(({ kind, outcome }) => (outcome === 'installed' ? [`${system} ${kind}`] : [])),
    ),
  );
  return runs.filter(
    ({ system, missed = [] }) =>
      missed.length > 0 && missed.every((kind) => made.has(`${system} ${kind}`)),
  );
}

/**
 * The gravest of all runs and hunts; a campaign in which nothing ran, that lacks a shard, or that had no time for a part of what it was to
 * play, shows nothing. What a shard had no time for others may have played: that is for whoever puts them together to say.
 */
export function exitCodeOf(campaign: Campaign): number {
  const { runs, hunts, interrupted } = campaign;
  const madeUp = new Set(madeUpFor(campaign));
  const counted = runs.filter((run) => !madeUp.has(run));
  const all = [...counted.map(outcomeOf), ...hunts.map(huntOutcome)];
  const gravest = gravity.find((outcome) => all.includes(outcome)) ?? 'unknown';
  if (gravest !== 'valid' && gravest !== 'unknown') return codes[gravest];
  if (interrupted) return exitCodes.interrupted;
  return isWhole(campaign) ? codes[gravest] : exitCodes.unknown;
}

function isWhole({ shards, merged, notRun }: Campaign): boolean {
  if (merged) return notRun.length === 0 && presentAndMissing(shards).missing.length === 0;
  return notRun.length === 0 || shards.some(({ of }) => of > 1);
}
