/** A comparison in plain words: what was done to whom, who lost less time, and whether that is noise. */

import { type ComparedMetric, chanceOf, type Spread } from '#src/metrics/compare';
import { wholeRun } from '#src/metrics/episodes';
import { inWords, metricWords } from '#src/metrics/metric-words';
import { plural } from './text.ts';

const deeds = new Map([
  ['kill', 'killing'],
  ['pause', 'pausing'],
  ['partition', 'a network partition aimed at'],
]);

const people = new Map([
  ['leader', 'the leader'],
  ['follower', 'a follower'],
  ['followers', 'all followers'],
  ['one', 'any one node'],
  ['minority', 'a minority of the nodes'],
  ['majority', 'a majority of the nodes'],
  ['all', 'all nodes'],
]);

/** `killing the leader`, `the whole run`. */
export function faultTitle({ fault, role }: Pick<ComparedMetric, 'fault' | 'role'>): string {
  if (fault === wholeRun) return 'the whole run';
  const whom = people.get(role) ?? role;
  const deed = deeds.get(fault);
  return deed === undefined ? `${fault} of ${whom}` : `${deed} ${whom}`;
}

/** With a capital at the start, for headings. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** `raft, paxos and zab`. */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** Rows of one fault and role. */
export interface Group {
  readonly title: string;
  readonly fault: string;
  readonly role: string;
  readonly rows: readonly ComparedMetric[];
}

/** In the order of the table; the whole run is the first. */
export function groupsOf(table: readonly ComparedMetric[]): Group[] {
  const groups = new Map<string, ComparedMetric[]>();
  for (const row of table) {
    const key = JSON.stringify([row.fault, row.role]);
    const rows = groups.get(key);
    if (rows === undefined) groups.set(key, [row]);
    else rows.push(row);
  }
  return [...groups.values()].flatMap((rows) => {
    const [first] = rows;
    if (first === undefined) return [];
    return [{ title: faultTitle(first), fault: first.fault, role: first.role, rows }];
  });
}

/** `310 ms (280 ms to 1.2 s)`; without the range when there is none. */
export function spreadInWords({ metric }: ComparedMetric, spread: Spread | null | undefined) {
  if (spread === null || spread === undefined) return 'not seen';
  const [middle, low, high] = [spread.median, spread.min, spread.max].map((v) =>
    inWords(metric, v),
  );
  return low === high ? `${middle}` : `${middle} (${low} to ${high})`;
}

/** Seconds without service, from a share of availability. */
const lostSeconds = (share: number, seconds: number): string =>
  inWords('longestOutageMs', Math.round((1 - share) * seconds * 10) * 100);

export interface Compared {
  readonly systems: readonly string[];
  readonly rounds: number;
  /** Length of the workload in each run, s. */
  readonly time: number;
  readonly table: readonly ComparedMetric[];
}

/** How many rows differ clearly, and how many would by chance alone. */
export function chanceNote(table: readonly ComparedMetric[], systems: number): string | undefined {
  const judged = table.filter(({ verdict }) => verdict.kind !== 'too-few');
  const clear = judged.flatMap(({ verdict }) =>
    verdict.kind === 'larger-than-noise' ? [verdict.chance] : [],
  );
  if (judged.length === 0) return undefined;
  const expected = judged.reduce((sum, row) => sum + chanceOfRow(row, systems), 0);
  return `${plural(judged.length, 'figure')} could be judged and ${clear.length} differ by more than the noise; if the systems were alike, chance alone would make about ${Math.round(expected)} look so.`;
}

/** How likely a row parts when nothing but chance is at work. */
function chanceOfRow({ values, missing, metric }: ComparedMetric, systems: number): number {
  const counts = Object.keys(values).map(
    (system) =>
      (values[system]?.n ?? 0) +
      (metricWords[metric].absent === undefined ? 0 : (missing[system] ?? 0)),
  );
  const [fewest = 0] = counts.toSorted((a, b) => a - b);
  return chanceOf(fewest, fewest, systems);
}

/** The answer in a sentence: who lost less time over a whole run, and whether that is noise. */
function overall({ systems, rounds, time, table }: Compared): string {
  const row = table.find(({ fault, metric }) => fault === wholeRun && metric === 'availability');
  if (row === undefined) return 'Nothing was measured.';
  const lost = systems.flatMap((system) => {
    const spread = row.values[system];
    return spread === null || spread === undefined
      ? []
      : [{ system, text: lostSeconds(spread.median, time) }];
  });
  const each = lost.map(({ system, text }) => `${system} ${text}`);
  const of = `of each ${inWords('longestOutageMs', time * 1000)} run`;
  const { verdict } = row;
  switch (verdict.kind) {
    case 'larger-than-noise': {
      const text = (name: string) => lost.find(({ system }) => system === name)?.text;
      return `${verdict.better} lost less time: ${text(verdict.better)} ${of} without service, against ${text(verdict.worse)} of ${verdict.worse}. That is more than the noise.`;
    }
    case 'within-noise':
      return `${listed(systems)} lost about the same time: ${listed(each)} ${of} without service. The difference is within the noise.`;
    case 'too-few':
      return `Too few rounds to tell ${listed(systems)} apart (${plural(rounds, 'round')}): ${listed(each)} ${of} without service.`;
  }
}

/** The other figures of time without service; the longest outage goes first, chosen before anything was measured. */
const secondary = ['availability', 'timeToFirstOkMs', 'recoveryMs'] as const;

/** What one fault did: the longest outage, and what else differs clearly. */
function underFault({ title, rows }: Group, systems: readonly string[]): string | undefined {
  const outage = rows.find((row) => row.metric === 'longestOutageMs');
  if (outage === undefined) return undefined;
  const others = secondary.flatMap((metric) => {
    const row = rows.find((one) => one.metric === metric);
    if (row?.verdict.kind !== 'larger-than-noise') return [];
    const { name, better } = metricWords[metric];
    return [`; ${name} ${better} with ${row.verdict.better}`];
  });
  return `${capital(title)}: longest outage ${figures(outage, systems)} – ${judgedInWords(outage.verdict)}${others.join('')}.`;
}

function judgedInWords(verdict: ComparedMetric['verdict']): string {
  switch (verdict.kind) {
    case 'larger-than-noise':
      return `shorter with ${verdict.better}, more than the noise`;
    case 'within-noise':
      return 'within the noise';
    case 'too-few':
      return 'too few values to tell';
  }
}

const figures = (row: ComparedMetric, systems: readonly string[]): string =>
  listed(systems.map((system) => `${system} ${spreadInWords(row, row.values[system])}`));

/** The plain answer, the overall one first, then fault by fault, then what it cost. */
export function headlines(compared: Compared): string[] {
  const { systems, table } = compared;
  const groups = groupsOf(table);
  const faults = groups
    .filter(({ fault }) => fault !== wholeRun)
    .map((group) => underFault(group, systems))
    .filter((line) => line !== undefined);
  const costs = (groups.find(({ fault }) => fault === wholeRun)?.rows ?? []).flatMap((row) => {
    const cost = ['messagesPerOp', 'fsyncsPerOp'].includes(row.metric);
    return cost && row.verdict.kind === 'larger-than-noise'
      ? [
          `Cost: ${metricWords[row.metric].name} ${figures(row, systems)} – ${metricWords[row.metric].better} with ${row.verdict.better}.`,
        ]
      : [];
  });
  return [overall(compared), ...faults, ...costs];
}
