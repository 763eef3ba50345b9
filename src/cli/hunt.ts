/** `dissent hunt`: many seeds, in the simulated world or on real processes; failures are shrunk and written down. */

import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { faults } from '#nemesis/index';
import { huntSummary } from '#reports/hunt-console';
import { huntStatus } from '#reports/hunt-status';
import { BadInput, exitCodes } from '../errors.ts';
import { type HuntOptions, hunt } from '../hunt/hunt.ts';
import { huntReal } from '../hunt/real-hunt.ts';
import type { HuntResult } from '../hunt/tally.ts';
import { newCommand } from './command.ts';
import { jsonObject, list, number } from './options.ts';
import { interruptible, output } from './output.ts';

interface Flags {
  readonly runs?: number;
  readonly seed: number;
  readonly timeBudget?: number;
  readonly world: string;
  readonly workers?: number;
  readonly runsPerCandidate?: number;
  readonly toxiproxy?: string;
  readonly shard?: { readonly index: number; readonly of: number };
  readonly failures: number;
  readonly shrinkBudget?: number;
  readonly workload?: string;
  readonly nemesis?: string[];
  readonly systemOptions?: Record<string, unknown>;
  readonly out: string;
  readonly json: boolean;
}

/** `2/8`: the second of eight. Throws BadInput. */
function shard(text: string): NonNullable<Flags['shard']> {
  const [, index = 0, of = 0] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (index >= 1 && index <= of) return { index, of };
  throw new BadInput(`--shard ${text}: allowed are 1/n to n/n, such as 2/8`);
}

/** The exit code for the result of a hunt. */
export const huntExitCode = ({ valid, failures }: HuntResult): number => {
  if (valid === true) return exitCodes.valid;
  if (valid === 'unknown') return exitCodes.unknown;
  return failures.every(({ by }) => by === 'liveness')
    ? exitCodes.notRecovered
    : exitCodes.violation;
};

function checked(flags: Flags): void {
  const counts = {
    workers: flags.workers ?? 1,
    failures: flags.failures,
    runs: flags.runs ?? 1,
    'runs-per-candidate': flags.runsPerCandidate ?? 1,
  };
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isInteger(value) || value < 1) {
      throw new BadInput(`--${name} ${value}: allowed are whole numbers from 1`);
    }
  }
  for (const [name, value] of [
    ['time-budget', flags.timeBudget ?? 1],
    ['shrink-budget', flags.shrinkBudget ?? 1],
  ] as const) {
    if (!(value > 0)) throw new BadInput(`--${name} ${value}: allowed are seconds above 0`);
  }
  // Of those that follow the first one there has to be a number, too.
  const lastFirst = Number.MAX_SAFE_INTEGER - (flags.runs ?? 2 ** 40);
  if (!Number.isSafeInteger(flags.seed) || flags.seed < 0 || flags.seed > lastFirst) {
    throw new BadInput(`--seed ${flags.seed}: allowed are whole numbers from 0 to ${lastFirst}`);
  }
  refuseOtherWorld(flags);
  refuseStrangeFaults(flags);
}

/** Throws BadInput for an option that means nothing in that world. */
function refuseOtherWorld({ world, workers, runsPerCandidate, toxiproxy }: Flags): void {
  if (world !== 'sim' && world !== 'real') {
    throw new BadInput(`--world ${world}: allowed are sim, real`);
  }
  const strangers =
    world === 'real'
      ? { '--workers': workers }
      : { '--runs-per-candidate': runsPerCandidate, '--toxiproxy': toxiproxy };
  for (const [flag, value] of Object.entries(strangers)) {
    if (value === undefined) continue;
    throw new BadInput(
      world === 'real'
        ? `${flag} ${value} is for --world sim: real clusters are run one after the other`
        : `${flag} ${value} is for --world real: a simulated test is the same every time`,
    );
  }
}

/** Throws BadInput for a fault that cannot be had in that world: a hunt that was told to look for it would find nothing, and pass. */
function refuseStrangeFaults({ world, nemesis = [] }: Flags): void {
  for (const kind of nemesis) {
    const worlds = faults.get(kind)?.worlds;
    if (worlds === undefined || worlds.some((one) => one === world)) continue;
    throw new BadInput(
      worlds.length === 0
        ? `--nemesis ${kind}: it is not available yet, in neither world`
        : `--nemesis ${kind}: there is none with --world ${world}; allowed: --world ${worlds.join(', ')}`,
    );
  }
}

/** The hunt that is asked for. Shrinking takes longer where every run takes seconds. */
function hunted(options: Omit<HuntOptions, 'workers' | 'shrinkBudgetMs'>, flags: Flags) {
  const { workers = availableParallelism(), runsPerCandidate = 3, toxiproxy = 'auto' } = flags;
  const { world, shrinkBudget = world === 'real' ? 300 : 60 } = flags;
  const shrinkBudgetMs = shrinkBudget * 1000;
  return world === 'real'
    ? huntReal({ ...options, shrinkBudgetMs, runsPerCandidate, toxiproxy })
    : hunt({ ...options, shrinkBudgetMs, workers });
}

async function run(system: string, flags: Flags): Promise<void> {
  checked(flags);
  const out = output(flags.json);
  const interrupt = interruptible();
  const status = huntStatus(out.words);
  try {
    const result = await hunted(
      {
        system,
        systemOptions: flags.systemOptions,
        workload: flags.workload,
        nemesis: flags.nemesis,
        seed: flags.seed,
        ...(flags.runs === undefined ? {} : { runs: flags.runs }),
        ...(flags.timeBudget === undefined && flags.runs !== undefined
          ? {}
          : { timeBudgetSeconds: flags.timeBudget ?? 60 }),
        shard: flags.shard ?? { index: 1, of: 1 },
        failuresMax: flags.failures,
        out: flags.out,
        signal: interrupt.signal,
        onProgress: (progress) => status.progress(progress),
      },
      flags,
    );
    status.end();
    for (const line of huntSummary(result)) out.line(line);
    if (interrupt.signal.aborted) {
      out.line('It was stopped before its time was up: this is what there is.');
    }
    out.result(result);
    process.exitCode = interrupt.signal.aborted ? exitCodes.interrupted : huntExitCode(result);
  } finally {
    status.end();
    interrupt.release();
  }
}

export const huntCommand = (): Command =>
  newCommand(
    'hunt',
    'dissent hunt raft --time-budget 60',
    'dissent hunt paxos --world real --runs 20 --runs-per-candidate 3',
  )
    .description(
      'Hunts for bugs: each seed draws a test of its own, in the simulated world or on real processes. A failure is shrunk and written as a repro file.',
    )
    .argument('<system>', 'what to test: raft, paxos, single-decree')
    .option('--runs <n>', 'seeds to try', number)
    .option(
      '--time-budget <seconds>',
      'begins no new seed afterwards (default: 60 without --runs)',
      number,
    )
    .option('--seed <n>', 'the first seed', number, 1)
    .option(
      '--world <world>',
      'sim: simulated, many tests a second; real: processes, one cluster after the other',
      'sim',
    )
    .option('--workers <k>', 'threads (default: one per core; sim only)', number)
    .option(
      '--runs-per-candidate <k>',
      'how often a smaller test is run before it counts as passing (default: 3; real only)',
      number,
    )
    .option(
      '--toxiproxy <which>',
      'auto, embedded, real, or the URL of a running server (default: auto; real only)',
    )
    .option('--shard <i/n>', 'takes every nth seed, beginning with the ith (default: 1/1)', shard)
    .option('--failures <n>', 'stops after so many failures', number, 1)
    .option(
      '--shrink-budget <seconds>',
      'how long a failure may be shrunk (default: 60, real: 300)',
      number,
    )
    .option('--workload <name>', 'only this workload (default: drawn)')
    .option('--nemesis <kinds>', 'only these kinds of fault (default: drawn from all)', list)
    .option('--system-options <json>', 'fixed options of the system (default: drawn)', jsonObject)
    .option('--out <dir>', 'where repro files go', 'store/hunt')
    .option('--json', 'prints the result as JSON on stdout, words on stderr', false)
    .action(run);
