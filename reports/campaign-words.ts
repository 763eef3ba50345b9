/** A campaign in plain words: what was done, what failed, who lost less time. */

import type { CampaignReportData, ContestRow, Outcome } from './campaign-types.ts';
import { listed } from './compare-words.ts';
import { duration, grouped, percent, plain, plural, shorten } from './text.ts';

export const outcomeWords: Readonly<Record<Outcome, string>> = {
  valid: 'valid',
  violation: 'violation',
  'not-recovered': 'did not recover',
  unknown: 'unknown',
  harness: 'harness failed',
};

/** One finished real run on a line. */
export function runLine(run: {
  readonly system: string;
  readonly group: string;
  readonly seed: number;
  readonly outcome: Outcome;
  readonly availability: number;
  readonly reasons: readonly string[];
}): string {
  const { system, group, seed, outcome, availability, reasons } = run;
  const head = `${system}, ${group}, seed ${seed}: ${outcomeWords[outcome]}`;
  if (outcome === 'harness') return shorten(plain(`${head}: ${reasons[0] ?? ''}`), 200);
  const why = outcome === 'valid' ? '' : `: ${reasons[0] ?? ''}`;
  return shorten(plain(`${head}, ${percent(availability)} available${why}`), 200);
}

/** `16 real runs and 2 340 simulated seeds of raft and paxos`. */
function done({ totals, systems }: CampaignReportData): string {
  const parts = [
    ...(totals.runs > 0 ? [plural(totals.runs, 'real run')] : []),
    ...(totals.seeds > 0 ? [plural(totals.seeds, 'simulated seed')] : []),
  ];
  return `${parts.length === 0 ? 'nothing' : parts.join(' and ')} of ${listed(systems)}`;
}

/** The answer in a sentence. */
export function campaignSentence(data: CampaignReportData): string {
  const count = data.failures.filter(
    ({ outcome }) => outcome === 'violation' || outcome === 'not-recovered',
  ).length;
  const open = data.failures.length - count;
  const all = data.failuresLeft > 0 ? ' or more' : '';
  if (count > 0) return `${plural(count, 'failure')}${all} in ${done(data)}.`;
  if (data.totals.runs + data.totals.seeds === 0) return 'Nothing was run, so nothing was shown.';
  if (open > 0) {
    return `No failure in ${done(data)}, but ${plural(open, 'run')}${all} ${open === 1 ? 'does' : 'do'} not count as a pass.`;
  }
  const undecided = data.hunts.reduce((sum, hunt) => sum + hunt.undecided, 0);
  if (undecided > 0) {
    return `No failure in ${done(data)}; ${plural(undecided, 'simulated history', 'simulated histories')} could not be decided.`;
  }
  const { notRun, exitCode, interrupted } = data;
  if (notRun.length > 0 && exitCode !== 0 && !interrupted) {
    return `No failure in ${done(data)}, but there was no time for ${plural(notRun.length, 'part')} of what was to be played: give it more minutes.`;
  }
  return `No failure in ${done(data)}.`;
}

export const campaignWord = ({ exitCode, interrupted, valid }: CampaignReportData): string =>
  exitCode === 1
    ? 'Violation'
    : exitCode === 3
      ? 'Did not recover'
      : exitCode === 255
        ? 'Harness failed'
        : valid === true
          ? 'Valid'
          : interrupted
            ? 'Interrupted'
            : 'Unknown';

const missingShards = ({ had, missing }: CampaignReportData['shards']): string =>
  had.length === 1
    ? `Only shard ${had[0]} is in it.`
    : `${missing.length} of ${had.length + missing.length} shards are missing: ${missing.join(', ')}.`;

/** What should be known besides, a sentence each. */
export function campaignNotes(data: CampaignReportData): string[] {
  const { totals, notRun, shards, leftOut, interrupted, contest } = data;
  return [
    ...(totals.faults > 0
      ? [
          `${plural(totals.faults, 'fault')} of ${plural(totals.kinds, 'kind')} took effect on real clusters while clients did ${grouped(totals.operations)} operations.`,
        ]
      : []),
    ...(totals.seeds > 0
      ? [
          `The simulated clusters lived through ${duration(totals.virtualSeconds * 1000)} of virtual time.`,
        ]
      : []),
    ...(contest[0] === undefined ? [] : [contestSentence(contest[0], data.systems)]),
    ...(interrupted ? ['It was stopped before its time was up: this is what there is.'] : []),
    ...(shards.missing.length > 0 ? [missingShards(shards)] : []),
    ...(leftOut.length > 0
      ? [`It was not to play ${plural(leftOut.length, 'group')} of faults: ${leftOut.join(', ')}.`]
      : []),
    ...(data.madeUpFor > 0
      ? [
          `In ${plural(data.madeUpFor, 'run')} a planned fault never took effect, as it did in other runs of the same system: by itself such a run is unknown, for the whole nothing is missing.`,
        ]
      : []),
    ...(notRun.length > 0
      ? [
          `There was no time for ${plural(notRun.length, 'part')} of the matrix: ${notRun.join(', ')}.`,
        ]
      : []),
  ];
}

/** How often of how many, and what chance would do: the proof of a row. */
export const contestProof = ({
  less,
  lessOften,
  moreOften,
  ties,
  chance,
  verdict,
}: ContestRow): string => {
  const pairs = lessOften + moreOften;
  const tied = ties === 0 ? '' : `, ${plural(ties, 'tie')}`;
  if (pairs === 0) return `no difference in ${plural(ties, 'firing')}`;
  const often = `${less} less in ${lessOften} of ${pairs}${tied}`;
  if (verdict === 'too-few') return often;
  return `${often}; chance alone: ${chance < 0.001 ? 'below 0.1 %' : `${(chance * 100).toFixed(chance < 0.1 ? 1 : 0)} %`}`;
};

/** Who lost less altogether, and whether that is noise. */
export function contestSentence(row: ContestRow, systems: readonly string[]): string {
  const what = row.kind === null ? 'over all faults' : `under ${row.kind}`;
  const each = listed(systems.map((system) => `${system} ${duration(row.lostMs[system] ?? 0)}`));
  const proof = `(${contestProof(row)})`;
  const judged = {
    'more-than-noise': `${row.less} lost less, and that is more than noise`,
    'within-noise': 'the difference is no more than noise',
    'too-few': 'too few pairs of firings to tell whether that is noise',
  }[row.verdict];
  return `Time lost ${what}: ${each}; ${judged} ${proof}.`;
}

/** The end of a campaign, for a terminal. */
export function campaignConsole(data: CampaignReportData): string[] {
  return [
    '',
    `${campaignWord(data)}: ${campaignSentence(data)}`,
    ...campaignNotes(data).map((line) => `  ${line}`),
    ...data.failures
      .slice(0, 10)
      .flatMap(({ world, system, group, seed, outcome, reasons, replay }) => [
        `- ${outcomeWords[outcome]}: ${world} ${system}, ${group}, seed ${seed}`,
        ...reasons.slice(0, 2).map((reason) => `    ${plain(reason)}`),
        ...(replay === undefined ? [] : [`    replay it: ${replay}`]),
      ]),
    ...(data.failures.length > 10
      ? [`  and ${data.failures.length - 10 + data.failuresLeft} more in the report`]
      : []),
    ...data.contest.slice(1).map((row) => `  ${contestSentence(row, data.systems)}`),
  ];
}
