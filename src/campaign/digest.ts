/** From `campaign.json` to what its report shows: sums of bounded size, failures first. */

import type {
  CampaignFailure,
  CampaignReportData,
  CounterRow,
  GroupRow,
  ImpactRow,
  impactMetrics,
  Outcome,
  RunRow,
  Spreading,
} from '#reports/campaign-types';
import { chanceNote } from '#reports/compare-words';
import { exitCodes } from '../errors.ts';
import type { KindCoverage } from '../metrics/coverage.ts';
import { comparedFigures, contestOf } from './contest.ts';
import { groupNames, stormName } from './groups.ts';
import { exitCodeOf, gravity, madeUpFor, outcomeOf } from './outcome.ts';
import type { Campaign, CampaignFault, CampaignHunt, CampaignRun } from './record.ts';
import { shrinkingSaid } from './repro.ts';
import { leftOut, presentAndMissing } from './shards.ts';

/** More failures than this are not read one by one; campaign.json has them all. */
const failuresMax = 100;

/** Links to so many runs; the failures are listed anyway. */
const runsMax = 400;

const counted = (all: readonly Outcome[]): Record<Outcome, number> => {
  const count: Record<Outcome, number> = {
    valid: 0,
    violation: 0,
    'not-recovered': 0,
    unknown: 0,
    harness: 0,
  };
  for (const outcome of all) count[outcome] += 1;
  return count;
};

function realFailure(run: CampaignRun, prefix: string): CampaignFailure[] {
  const outcome = outcomeOf(run);
  if (outcome === 'valid') return [];
  const { system, group, seed, folder, repro } = run;
  const shrinking = shrinkingSaid(run);
  const reasons = shrinking === undefined ? run.reasons : [...run.reasons, shrinking];
  return [
    {
      world: 'real',
      outcome,
      system,
      group,
      seed,
      reasons,
      ...(folder === undefined ? {} : { report: `${folder}/report.html` }),
      ...(repro === undefined ? {} : { replay: `npx dissent replay ${prefix}${repro}` }),
    },
  ];
}

const huntFailures = ({ group, result }: CampaignHunt, prefix: string): CampaignFailure[] =>
  result.failures.map(({ by, seed, invariant, explanation, faults, operations, repro }) => ({
    world: 'sim',
    outcome: by === 'liveness' ? 'not-recovered' : 'violation',
    system: result.system,
    group,
    seed,
    reasons: [
      `${by} ${invariant}: ${explanation}`,
      `shrunk to ${faults} faults and ${operations} operations`,
    ],
    replay: `npx dissent replay ${prefix}${repro}`,
  }));

/** Nearest rank, of the median the middle of two as in a comparison; what was not seen stands behind everything. */
function spreadingOf(values: readonly (number | null)[]): Spreading {
  const sorted = values.filter((value) => value !== null).toSorted((a, b) => a - b);
  const ranked = (rank: number): number | null => sorted[Math.max(1, rank) - 1] ?? null;
  const at = (share: number): number | null => ranked(Math.ceil(share * values.length));
  const [lower, upper] = [at(0.5), ranked(Math.floor(values.length / 2) + 1)];
  return {
    n: values.length,
    missing: values.length - sorted.length,
    median: lower === null || upper === null ? null : (lower + upper) / 2,
    p90: at(0.9),
    max: at(1),
  };
}

function impactRow(kind: string, system: string, faults: readonly CampaignFault[]): ImpactRow {
  const count = (outcome: CampaignFault['outcome']) =>
    faults.filter((fault) => fault.outcome === outcome).length;
  const hits = faults.filter(({ outcome }) => outcome === 'installed');
  const of = (metric: (typeof impactMetrics)[number]): Spreading => {
    const values = hits.flatMap((fault) => {
      const value = fault[metric];
      if (value === undefined) return [];
      // Nobody has to notice: where nobody did there is no gap to speak of. A firing too short to measure lost nothing known.
      return value === null && (metric === 'detectionMs' || metric === 'lostMs') ? [] : [value];
    });
    return spreadingOf(values);
  };
  return {
    kind,
    system,
    tookEffect: hits.length,
    skipped: count('skipped'),
    failed: count('failed'),
    figures: {
      lostMs: of('lostMs'),
      detectionMs: of('detectionMs'),
      timeToFirstOkMs: of('timeToFirstOkMs'),
      recoveryMs: of('recoveryMs'),
      degradedMs: of('degradedMs'),
      catchUpMs: of('catchUpMs'),
    },
  };
}

const faultsIn = (runs: readonly CampaignRun[], system: string): readonly CampaignFault[] =>
  runs.filter((run) => run.system === system).flatMap((run) => run.faults);

const kindsIn = (runs: readonly CampaignRun[]): string[] => [
  ...new Set(runs.flatMap(({ faults }) => faults.map(({ kind }) => kind))),
];

function groupRows({ runs, systems }: Campaign): GroupRow[] {
  return [...new Set(runs.map(({ group }) => group))].flatMap((group) =>
    systems.flatMap((system): GroupRow[] => {
      const own = runs.filter((run) => run.group === group && run.system === system);
      if (own.length === 0) return [];
      // A run that the harness could not do says nothing of how available a cluster was.
      const shares = own
        .filter((run) => outcomeOf(run) !== 'harness')
        .map(({ availability }) => 1 - availability);
      const lost = spreadingOf(shares);
      return [
        {
          group,
          kinds: kindsIn(own).toSorted(),
          system,
          outcomes: counted(own.map(outcomeOf)),
          availabilityMedian: lost.median === null ? null : 1 - lost.median,
          availabilityMin: lost.max === null ? null : 1 - lost.max,
        },
      ];
    }),
  );
}

function coverageRow(kind: string, faults: readonly CampaignFault[]): KindCoverage {
  const own = faults.filter((fault) => fault.kind === kind);
  const count = (outcome: CampaignFault['outcome']) =>
    own.filter((fault) => fault.outcome === outcome).length;
  const hit: Partial<Record<CampaignFault['hit'][number], number>> = {};
  for (const role of own.flatMap((fault) => fault.hit)) hit[role] = (hit[role] ?? 0) + 1;
  return {
    kind,
    installed: count('installed'),
    skipped: count('skipped'),
    failed: count('failed'),
    hit,
  };
}

/** The sums of all hunts of a system; what nobody reached comes first, then the rarest. */
function counterRows({ hunts, systems }: Campaign): CounterRow[] {
  const sums = new Map<string, Record<string, number>>();
  for (const { result } of hunts) {
    for (const [name, count] of Object.entries(result.coverage)) {
      const sum = sums.get(name) ?? {};
      sum[result.system] = (sum[result.system] ?? 0) + count;
      sums.set(name, sum);
    }
  }
  const least = (counts: Readonly<Record<string, number>>): number =>
    Math.min(...systems.flatMap((system) => counts[system] ?? []));
  return [...sums]
    .map(([name, counts]) => ({ name, counts }))
    .toSorted((a, b) => least(a.counts) - least(b.counts));
}

const runRow = (run: CampaignRun): RunRow => ({
  system: run.system,
  group: run.group,
  seed: run.seed,
  outcome: outcomeOf(run),
  availability: run.availability,
  ...(run.folder === undefined || run.exitCode === exitCodes.harnessFailure
    ? {}
    : { report: `${run.folder}/report.html` }),
});

function failuresOf(campaign: Campaign, prefix: string): CampaignFailure[] {
  const madeUp = new Set(madeUpFor(campaign));
  const { hunts } = campaign;
  const runs = campaign.runs.filter((run) => !madeUp.has(run));
  const all = [
    ...hunts.flatMap((one) => huntFailures(one, prefix)),
    ...runs.flatMap((one) => realFailure(one, prefix)),
  ];
  return all.toSorted((a, b) => gravity.indexOf(a.outcome) - gravity.indexOf(b.outcome));
}

function totalsOf({ runs, hunts }: Campaign): CampaignReportData['totals'] {
  const installed = runs.flatMap(({ faults }) =>
    faults.filter(({ outcome }) => outcome === 'installed'),
  );
  return {
    runs: runs.length,
    seeds: hunts.reduce((sum, { result }) => sum + result.runs, 0),
    virtualSeconds: hunts.reduce((sum, { result }) => sum + result.virtualSeconds, 0),
    operations: runs.reduce((sum, { counts }) => sum + counts.ok + counts.fail + counts.info, 0),
    faults: installed.length,
    kinds: new Set(installed.map(({ kind }) => kind)).size,
    outcomes: counted(runs.map(outcomeOf)),
  };
}

/** `folder`: the campaign's, as a user would type it, for the lines that replay failures. */
export function digest(campaign: Campaign, folder: string): CampaignReportData {
  const { runs, hunts, systems, notRun } = campaign;
  const calm = runs.filter(({ group }) => group !== stormName);
  const prefix = folder === '' ? '' : `${folder}/`;
  const exitCode = exitCodeOf(campaign);
  const failures = failuresOf(campaign, prefix);
  const table = systems.length < 2 ? [] : comparedFigures({ runs: calm, systems });
  const note = chanceNote(table, systems.length);
  const found = exitCode === exitCodes.violation || exitCode === exitCodes.notRecovered;
  return {
    version: 1,
    valid: found ? false : exitCode === exitCodes.valid ? true : 'unknown',
    exitCode,
    systems,
    startedAt: campaign.startedAt,
    minutes: campaign.minutes,
    seconds: campaign.seconds,
    seed: campaign.seed,
    shards: presentAndMissing(campaign.shards),
    leftOut: leftOut(campaign.shards, groupNames()),
    interrupted: campaign.interrupted,
    command: campaign.command,
    totals: totalsOf(campaign),
    notRun,
    madeUpFor: madeUpFor(campaign).length,
    failures: failures.slice(0, failuresMax),
    failuresLeft: Math.max(0, failures.length - failuresMax),
    contest: contestOf(campaign),
    differences: table.filter(({ verdict }) => verdict.kind === 'larger-than-noise'),
    ...(note === undefined ? {} : { chanceNote: note }),
    impacts: kindsIn(calm).flatMap((kind) =>
      systems.flatMap((system) => {
        const own = faultsIn(calm, system).filter((fault) => fault.kind === kind);
        return own.length === 0 ? [] : [impactRow(kind, system, own)];
      }),
    ),
    groups: groupRows(campaign),
    coverage: systems.map((system) => ({
      system,
      kinds: kindsIn(runs).map((kind) => coverageRow(kind, faultsIn(runs, system))),
    })),
    hunts: hunts.map(({ group, result }) => ({
      group,
      system: result.system,
      seeds: result.runs,
      virtualSeconds: result.virtualSeconds,
      seconds: result.seconds,
      undecided: result.undecided,
      failures: result.failures.length,
    })),
    counters: counterRows(campaign),
    runs: runs.slice(0, runsMax).map(runRow),
    runsLeft: Math.max(0, runs.length - runsMax),
  };
}
