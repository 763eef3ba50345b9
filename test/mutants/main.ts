/**
 * The detection table: plants every mutant into a process of its own, hunts it there, and prints who caught it and after how long.
 *
 *     npm run mutants -- R01 P03 --runs 200
 *     npm run mutants -- --algorithm paxos --seconds 30 --json > table.json
 */

import { Command, InvalidArgumentError, Option } from 'commander';
import { ExecaError } from 'execa';
import { exitCodes } from '#src/errors';
import { mutantNamed, mutants, notPlanted } from './catalogue/index.ts';
import { caughtByScenarios, hunted, shrunk } from './children.ts';
import type { Mutant } from './mutant.ts';
import type { Answer, Quest } from './quest.ts';
import { huntedForReal } from './real.ts';
import { cells, header, line, type Row, summary } from './table.ts';

interface Flags {
  readonly algorithm?: 'raft' | 'paxos';
  readonly workload?: string;
  readonly world: 'sim' | 'real';
  readonly runs: number;
  readonly seconds: number;
  readonly seed: number;
  readonly shrink: number;
  readonly outside: boolean;
  readonly workers: number;
  readonly json: boolean;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new InvalidArgumentError('allowed are integers from 0');
  }
  return value;
}

interface Job {
  readonly mutant: Mutant;
  readonly system: 'raft' | 'paxos';
}

/** A mutant of what both algorithms share is hunted in both. */
function jobsOf(ids: readonly string[], { algorithm, world }: Flags): readonly Job[] {
  const chosen = ids.length === 0 ? mutants : ids.map(mutantNamed);
  return chosen
    .filter(({ reach }) => world === 'sim' || reach === 'real+sim')
    .flatMap((mutant) =>
      (mutant.algorithm === 'both' ? (['raft', 'paxos'] as const) : [mutant.algorithm])
        .filter((system) => algorithm === undefined || system === algorithm)
        .map((system) => ({ mutant, system })),
    );
}

async function answerOf({ mutant, system }: Job, flags: Flags): Promise<Answer> {
  const { workload, seed, runs, seconds } = flags;
  const everybody = ['crash', 'invariant', 'checker', 'liveness'] as const;
  const quest: Quest = { system, workload, seed, runs, seconds, by: everybody };
  if (flags.world === 'real') return { anyhow: await huntedForReal(mutant, quest) };
  const anyhow = await hunted(mutant, quest);
  const outside = flags.outside
    ? await hunted(mutant, { ...quest, by: ['checker', 'liveness'] })
    : undefined;
  const size = await shrunk(mutant, quest, anyhow, flags.shrink);
  return {
    anyhow,
    ...(outside === undefined ? {} : { outside }),
    ...(size === undefined ? {} : { size }),
  };
}

const rowOf = async (job: Job, flags: Flags): Promise<Row> => ({
  ...job,
  answer: await answerOf(job, flags),
  scenarios: await caughtByScenarios(job.mutant),
});

/** What a child process said last of what went wrong in it. */
function reasonOf(error: unknown): string {
  const said = error instanceof ExecaError ? String(error.stderr) : String(error);
  return said.split('\n').find((text) => /Error|Failure|Rotten/.test(text)) ?? said.slice(0, 200);
}

async function run(ids: readonly string[], flags: Flags): Promise<void> {
  const jobs = [...jobsOf(ids, flags)];
  const words = flags.json ? process.stderr : process.stdout;
  for (const id of ids.filter((one) => !jobs.some(({ mutant }) => mutant.id === one))) {
    words.write(`${id} is left out: not of this algorithm, or not to be reached in this world\n`);
  }
  words.write(`${header}\n`);
  const rows: Row[] = [];
  const work = async (): Promise<void> => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
      const { mutant, system } = job;
      try {
        const row = await rowOf(job, flags);
        rows.push(row);
        words.write(`${line(cells(row))}\n`);
      } catch (error) {
        // The harness failed, or the mutant is none: no verdict on this one, and the others still get theirs.
        process.exitCode = exitCodes.harnessFailure;
        words.write(`${line([mutant.id, mutant.class, system, `FAILED: ${reasonOf(error)}`])}\n`);
      }
    }
  };
  await Promise.all(Array.from({ length: flags.workers }, work));
  words.write(`\n${summary(rows)}\n`);
  for (const { ids: without, reason } of ids.length === 0 ? notPlanted : []) {
    words.write(`not planted: ${without.join(', ')}: ${reason}\n`);
  }
  if (flags.json) process.stdout.write(`${JSON.stringify({ rows, notPlanted }, null, 2)}\n`);
}

await new Command('mutants')
  .description('Plants known consensus bugs and shows who catches them.')
  .argument('[ids...]', 'mutants by name (default: all)')
  .addOption(new Option('--algorithm <name>', 'only those of').choices(['raft', 'paxos']))
  .option('--workload <name>', 'always this one (default: each seed draws one)')
  .addOption(new Option('--world <world>').choices(['sim', 'real']).default('sim'))
  .option('--runs <n>', 'seeds to try at most', count, 1000)
  .option('--seconds <s>', 'no new seed after so many seconds of computing, per mutant', count, 60)
  .option('--seed <n>', 'the first seed', count, 1)
  .option('--shrink <s>', 'seconds for shrinking the first failure; 0: do not', count, 0)
  .option('--no-outside', 'do not look a second time with the eyes of clients only')
  .option('--workers <n>', 'processes at once', count, 1)
  .option('--json', 'print one JSON document', false)
  .addHelpText('after', '\nExample: npm run mutants -- R01 P03 --runs 200 --shrink 30')
  .action(run)
  .parseAsync();
