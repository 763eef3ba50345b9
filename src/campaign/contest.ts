/** Who lost less time, under which fault, and whether that is noise: from runs that played the same schedules. */

import type { ContestRow } from '#reports/campaign-types';
import { type ComparedMetric, compareEpisodes } from '../metrics/compare.ts';
import type { Episode } from '../metrics/episodes.ts';
import { chanceMax, comparePairs, fewestPairs } from '../metrics/paired.ts';
import { stormName } from './groups.ts';
import type { Campaign, CampaignFault, CampaignRun } from './record.ts';

/** One firing of one schedule, and what each system lost under it. */
interface Firing {
  readonly kind: string;
  readonly lostMs: ReadonlyMap<string, number>;
}

/** Firings that took effect in every system: only those can be compared. */
function commonFirings({ runs, systems }: Pick<Campaign, 'runs' | 'systems'>): Firing[] {
  const firings = new Map<string, { kind: string; lostMs: Map<string, number> }>();
  for (const run of runs) {
    for (const { kind, firing, outcome, lostMs } of run.faults) {
      if (outcome !== 'installed' || lostMs === null) continue;
      const key = JSON.stringify([run.group, run.seed, run.seconds, run.workload, firing]);
      const one = firings.get(key) ?? { kind, lostMs: new Map<string, number>() };
      one.lostMs.set(run.system, lostMs);
      firings.set(key, one);
    }
  }
  return [...firings.values()].filter(({ lostMs }) =>
    systems.every((system) => lostMs.has(system)),
  );
}

/** Of more than two systems the one that lost least against the one that lost most. */
function rowOf(
  kind: string | null,
  firings: readonly Firing[],
  systems: readonly string[],
): ContestRow | undefined {
  const lost = (system: string): number =>
    firings.reduce((sum, { lostMs }) => sum + (lostMs.get(system) ?? 0), 0);
  const order = systems.toSorted((a, b) => lost(a) - lost(b));
  const [less, more] = [order[0], order.at(-1)];
  if (less === undefined || more === undefined || less === more || firings.length === 0) {
    return undefined;
  }
  const pairs = firings.map(
    ({ lostMs }) => [lostMs.get(less) ?? 0, lostMs.get(more) ?? 0] as const,
  );
  const counted = comparePairs(pairs);
  const { first, second, ties } = counted;
  // Of several systems the best and the worst were picked for being so: as many pairs of systems, as many chances.
  const chance = Math.min(1, (counted.chance * systems.length * (systems.length - 1)) / 2);
  const isClear = chance <= chanceMax && first > second;
  return {
    kind,
    lostMs: Object.fromEntries(systems.map((system) => [system, lost(system)])),
    less,
    more,
    lessOften: first,
    moreOften: second,
    ties,
    chance,
    verdict: isClear
      ? 'more-than-noise'
      : first + second < fewestPairs
        ? 'too-few'
        : 'within-noise',
  };
}

/** All kinds together, then kind by kind, the greatest losses first. */
export function contestOf(campaign: Pick<Campaign, 'runs' | 'systems'>): ContestRow[] {
  const { systems } = campaign;
  if (systems.length < 2) return [];
  const firings = commonFirings(campaign);
  // In a storm what was lost may be another fault's doing: it counts for the sum, not for a kind.
  const alone = commonFirings({
    runs: campaign.runs.filter(({ group }) => group !== stormName),
    systems,
  });
  const kinds = [...new Set(alone.map(({ kind }) => kind))];
  const total = ({ lostMs }: ContestRow): number =>
    Object.values(lostMs).reduce((sum, one) => sum + one, 0);
  const rows = kinds
    .flatMap(
      (kind) =>
        rowOf(
          kind,
          alone.filter((one) => one.kind === kind),
          systems,
        ) ?? [],
    )
    .toSorted((a, b) => total(b) - total(a));
  const all = rowOf(null, firings, systems);
  return all === undefined ? [] : [all, ...rows];
}

const awaitedFigures = (fault: CampaignFault) => ({
  timeToFirstOkMs: fault.timeToFirstOkMs,
  recoveryMs: fault.recoveryMs,
  degradedMs: fault.degradedMs,
  catchUpMs: fault.catchUpMs,
});

/** As a comparison sees them. How long was waited for what did not come is not known any more: from nothing to for ever. */
function episodeOf(fault: CampaignFault): Episode {
  const waited = Object.entries(awaitedFigures(fault));
  return {
    fault: fault.kind,
    role: fault.target,
    figures: {
      lostMs: fault.lostMs,
      longestOutageMs: fault.unavailableMs,
      detectionMs: fault.detectionMs,
      ...Object.fromEntries(waited.filter(([, value]) => value !== undefined)),
    },
    atLeast: Object.fromEntries(
      waited.flatMap(([name, value]) => (value === null ? [[name, 0]] : [])),
    ),
  };
}

/** The figures of all firings by fault and role, judged like those of a comparison. */
export function comparedFigures({
  runs,
  systems,
}: Pick<Campaign, 'runs' | 'systems'>): ComparedMetric[] {
  const episodes = (of: readonly CampaignRun[]): Episode[] =>
    of.flatMap(({ faults }) =>
      faults.filter(({ outcome }) => outcome === 'installed').map(episodeOf),
    );
  return compareEpisodes(
    Object.fromEntries(
      systems.map((system) => [system, episodes(runs.filter((run) => run.system === system))]),
    ),
  );
}
