/** The outcomes of all cells: one per graph and subject, over several seeds. */

import { duration } from '#reports/text';
import { type Graph, graphs, type Outcome, type Subject, subjects } from './cells.ts';
import { type Measured, measure } from './measure.ts';

export interface Cell {
  readonly graph: string;
  readonly subject: string;
  /** Of most seeds; `isUnanimous` says whether of all. */
  readonly outcome: Outcome;
  readonly isUnanimous: boolean;
  readonly published?: Outcome;
  readonly runs: readonly Measured[];
}

/** Throws when a run is no evidence. */
export async function measureCell(
  graph: Graph,
  subject: Subject,
  seeds: readonly number[],
): Promise<Cell> {
  const runs: Measured[] = [];
  for (const seed of seeds) runs.push(await measure(graph, subject, seed));
  const published = subject.published?.[graph.name];
  const counted = countOutcomes(runs);
  return {
    graph: graph.name,
    subject: subject.name,
    outcome: counted[0]?.[0] ?? 'deadlocked',
    isUnanimous: counted.length === 1,
    ...(published === undefined ? {} : { published }),
    runs,
  };
}

/** Outcomes and how many seeds had them, the most frequent first. */
function countOutcomes(runs: readonly Measured[]): [Outcome, number][] {
  const counts = new Map<Outcome, number>();
  for (const { outcome } of runs) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a);
}

/** All of them, graph by graph. `onCell` is told of each as soon as it is known. */
export async function measureAll(
  seeds: readonly number[],
  onCell: (cell: Cell) => void = () => undefined,
): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const graph of graphs) {
    for (const subject of subjects) {
      const cell = await measureCell(graph, subject, seeds);
      cells.push(cell);
      onCell(cell);
    }
  }
  return cells;
}

const columns = ['outcome', 'published', 'changes', 'elections', 'back', 'outage', 'served'];
const widths = [38, 30, 17, 9, 11, 9, 9];

export const heading = (graph: string): string =>
  [graph, ...columns].map((text, i) => text.padEnd(widths[i] ?? 0)).join('');

/** One line: medians over the seeds, and what differs between them in words. */
export function row({ subject, published, runs, isUnanimous, outcome }: Cell): string {
  const told = isUnanimous
    ? outcome
    : countOutcomes(runs)
        .map(([which, count]) => `${count}x ${which}`)
        .join(', ');
  const recoveries = runs.flatMap(({ recoveryMs }) => recoveryMs ?? []);
  const served = median(runs.map((run) => run.served / run.asked));
  const cells = [
    `  ${subject}`,
    told,
    published === undefined ? '' : published === outcome ? published : `${published} (!)`,
    spread(runs.map(({ leaderChanges }) => leaderChanges)),
    spread(runs.map(({ elections }) => elections)),
    recoveries.length === 0 ? 'never' : duration(median(recoveries)),
    duration(median(runs.map(({ outageMs }) => outageMs))),
    `${(100 * served).toFixed(0)} %`,
  ];
  return cells
    .map((text, i) => text.padEnd(widths[i] ?? 0))
    .join('')
    .trimEnd();
}

/** `1`, or `1-7` where seeds differ. */
function spread(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? String(least) : `${least}-${most}`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
