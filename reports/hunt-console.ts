/** What a hunt came to, in lines for a terminal. */

import { rateText } from './hunt-status.ts';
import { duration, grouped, plain, plural } from './text.ts';

/** The part of a hunt's result that is told. */
export interface HuntTold {
  readonly valid: boolean | 'unknown';
  readonly interrupted?: true | undefined;
  readonly runs: number;
  readonly undecided: number;
  /** Tests in which nothing could have shown an error. */
  readonly idle: number;
  readonly undecidedSeeds?:
    | readonly { readonly seed: number; readonly reason: string }[]
    | undefined;
  readonly seconds: number;
  readonly seedsPerSecond: number;
  readonly virtualSeconds: number;
  readonly coverage: Readonly<Record<string, number>>;
  readonly neverReached: readonly string[];
  readonly failures: readonly {
    readonly seed: number;
    readonly by: string;
    readonly invariant: string;
    readonly explanation: string;
    readonly faults: number;
    readonly operations: number;
    readonly repro: string;
    /** The page that shows it, where there is one. */
    readonly page?: string | undefined;
    readonly shrinkSeconds: number;
  }[];
}

/** `words` says what a coverage counter counts. */
export function huntSummary(
  result: HuntTold,
  words: (counter: string) => string = (counter) => counter,
): string[] {
  const { runs, seconds, seedsPerSecond, virtualSeconds, undecided, failures } = result;
  const counters = Object.entries(result.coverage);
  return [
    `${plural(runs, 'seed')} in ${duration(seconds * 1000)} (${rateText(seedsPerSecond)})` +
      `${virtualSeconds > 0 ? `, ${duration(virtualSeconds * 1000)} of virtual time` : ''}: ${verdict(result)}`,
    ...(undecided > 0 ? [`${plural(undecided, 'history', 'histories')} not decided`] : []),
    ...toldUndecided(result),
    ...(result.idle > 0
      ? [
          `in ${plural(result.idle, 'test')} clients were told nothing that could have shown an error`,
        ]
      : []),
    ...failures.flatMap(toldFailure),
    ...(counters.length === 0 ? [] : ['reached:', ...table(counters)]),
    ...(result.neverReached.length === 0
      ? []
      : [
          'NEVER reached, so this hunt says nothing about it:',
          ...result.neverReached.map((name) => `  ${plain(words(name))}`),
        ]),
  ];
}

const whyUnknown = ({
  interrupted,
  undecided,
}: Pick<HuntTold, 'interrupted' | 'undecided'>): string => {
  if (interrupted === true) return 'it was stopped before its end';
  return undecided > 0 ? 'not everything was decided' : 'nothing could have shown one';
};

const verdict = ({ valid, failures, ...result }: HuntTold): string =>
  valid === true
    ? 'no failure'
    : valid === 'unknown'
      ? `no failure, but ${whyUnknown(result)}`
      : plural(failures.length, 'failure');

/** So many are told one by one. */
const undecidedLinesMax = 5;

function toldUndecided({ undecided, undecidedSeeds = [] }: HuntTold): string[] {
  const told = undecidedSeeds.slice(0, undecidedLinesMax);
  const lines = told.map(({ seed, reason }) => `  seed ${seed}: ${plain(reason)}`);
  return undecided > told.length && told.length > 0
    ? [...lines, `  and ${undecided - told.length} more`]
    : lines;
}

const toldFailure = (failure: HuntTold['failures'][number]): string[] => [
  `seed ${failure.seed}: ${failure.by} ${plain(failure.invariant)}`,
  ...failure.explanation.split('\n').map((line) => `  ${plain(line)}`),
  `  shrunk to ${plural(failure.faults, 'fault')} and ${plural(failure.operations, 'operation')} in ${duration(failure.shrinkSeconds * 1000)}`,
  `  replay it: npx dissent replay ${failure.repro}`,
  ...(failure.page === undefined ? [] : [`  look at it: ${failure.page}`]),
];

/** Two columns, the most frequent first. */
function table(counters: readonly (readonly [string, number])[]): string[] {
  const cells = counters
    .filter(([, count]) => count > 0)
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, count]) => `${grouped(count).padStart(11)}  ${plain(name)}`);
  const half = Math.ceil(cells.length / 2);
  const width = Math.max(0, ...cells.slice(0, half).map((cell) => cell.length)) + 2;
  return Array.from({ length: half }, (_, i) =>
    `${(cells[i] ?? '').padEnd(width)}${cells[i + half] ?? ''}`.trimEnd(),
  );
}
