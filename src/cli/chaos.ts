/** `dissent chaos`: a campaign of hunts and real runs under all kinds of faults, with one report; `merge` puts shards together. */

import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { campaignConsole, runLine } from '#reports/campaign-words';
import { huntStatus } from '#reports/hunt-status';
import { runCampaign } from '../campaign/campaign.ts';
import type { CampaignWorld } from '../campaign/groups.ts';
import { mergeCampaigns, readCampaign, rebased } from '../campaign/merge.ts';
import { outcomeOf } from '../campaign/outcome.ts';
import type { Keep } from '../campaign/real.ts';
import { renderCampaign } from '../campaign/render.ts';
import { BadInput } from '../errors.ts';
import { newCommand } from './command.ts';
import { list, number, portRange } from './options.ts';
import { interruptible, output } from './output.ts';

interface Flags {
  readonly minutes: number;
  readonly seed: number;
  readonly shard: string;
  readonly world: string;
  readonly groups?: string[];
  readonly workload?: string;
  readonly workers: number;
  readonly keep: string;
  readonly shrinkBudget?: number;
  readonly out: string;
  readonly ports?: string;
  readonly toxiproxy: string;
  readonly json: boolean;
}

const worldsOf = (name: string): readonly CampaignWorld[] => {
  if (name === 'both') return ['sim', 'real'];
  if (name === 'real' || name === 'sim') return [name];
  throw new BadInput(`--world ${name}: allowed are both, real, sim`);
};

const keepOf = (name: string): Keep => {
  if (name === 'all' || name === 'failures') return name;
  throw new BadInput(`--keep ${name}: allowed are all, failures`);
};

function shardOf(text: string): { index: number; of: number } {
  const [, index = 0, of = 0] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (index >= 1 && index <= of) return { index, of };
  throw new BadInput(`--shard ${text}: allowed are 1/n to n/n, such as 2/8`);
}

function checked({ seed, workers }: Flags): void {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new BadInput(`--seed ${seed}: allowed are whole numbers from 0`);
  }
  if (!Number.isInteger(workers) || workers < 1) {
    throw new BadInput(`--workers ${workers}: allowed are whole numbers from 1`);
  }
}

/** The same campaign again, as a command. */
const commandOf = (systems: readonly string[], flags: Flags): string =>
  [
    `npx dissent chaos ${systems.join(' ')} --minutes ${flags.minutes} --seed ${flags.seed}`,
    ...(flags.world === 'both' ? [] : [`--world ${flags.world}`]),
    ...(flags.groups === undefined ? [] : [`--groups ${flags.groups.join(',')}`]),
    ...(flags.workload === undefined ? [] : [`--workload ${flags.workload}`]),
    ...(flags.shard === '1/1' ? [] : [`--shard ${flags.shard}`]),
  ].join(' ');

async function run(given: readonly string[], flags: Flags): Promise<void> {
  checked(flags);
  const systems = given.length === 0 ? ['raft', 'paxos'] : given;
  const out = output(flags.json);
  const interrupt = interruptible();
  let status = huntStatus(out.words);
  try {
    const { folder, campaign } = await runCampaign({
      systems,
      worlds: worldsOf(flags.world),
      ...(flags.groups === undefined ? {} : { groups: flags.groups }),
      ...(flags.workload === undefined ? {} : { workload: flags.workload }),
      minutes: flags.minutes,
      seed: flags.seed,
      shard: shardOf(flags.shard),
      workers: flags.workers,
      keep: keepOf(flags.keep),
      ...(flags.shrinkBudget === undefined ? {} : { shrinkBudgetSeconds: flags.shrinkBudget }),
      command: commandOf(systems, flags),
      store: flags.out,
      ...(flags.ports === undefined ? {} : { ports: portRange(flags.ports) }),
      toxiproxy: flags.toxiproxy,
      signal: interrupt.signal,
      // Where a line cannot be redrawn the line for each finished run is enough.
      ...(out.words.isTTY ? { words: out.words } : {}),
      onLine: (line) => out.line(line),
      onHunt: (progress) => status.progress(progress),
      onHuntEnd: () => {
        status.end();
        status = huntStatus(out.words);
      },
      describe: (one) => runLine({ ...one, outcome: outcomeOf(one) }),
    });
    conclude(folder, campaign, flags);
  } finally {
    status.end();
    interrupt.release();
  }
}

function conclude(
  folder: string,
  campaign: Parameters<typeof renderCampaign>[1],
  { json }: Pick<Flags, 'json'>,
): void {
  const out = output(json);
  const { data, report, summary } = renderCampaign(folder, campaign);
  for (const line of campaignConsole(data)) out.line(line);
  out.line(report);
  out.result({ ...data, report, summary });
  process.exitCode = data.exitCode;
}

interface MergeFlags {
  readonly out: string;
  readonly json: boolean;
}

function merge(paths: readonly string[], flags: MergeFlags): void {
  const to = resolve(flags.out);
  const parts = paths.map((path) => {
    const { folder, campaign } = readCampaign(path);
    return rebased(campaign, resolve(folder), to);
  });
  try {
    mkdirSync(to, { recursive: true });
  } catch (error) {
    throw new BadInput(`cannot make ${flags.out}: ${(error as Error).message}`, { cause: error });
  }
  const command = `npx dissent chaos merge ${paths.join(' ')} --out ${flags.out}`;
  conclude(to, mergeCampaigns(parts, command), flags);
}

/** `--out` and `--json` are those of `chaos` itself, which sees them wherever they stand. */
const mergeCommand = (): Command =>
  newCommand('merge', 'dissent chaos merge merged/shard-*/* --out merged')
    .description('Puts the shards of a campaign together: one report, one summary.')
    .argument('<folders...>', 'folders of campaigns')
    .usage('<folders...> --out <dir> [--json]')
    .exitOverride()
    .action((paths: string[], _: unknown, command: Command) => {
      if (command.parent?.getOptionValueSource('out') !== 'cli') {
        throw new BadInput('chaos merge needs --out <dir>: where the merged report goes');
      }
      merge(paths, command.optsWithGlobals<MergeFlags>());
    });

export const chaosCommand = (): Command =>
  newCommand(
    'chaos',
    'dissent chaos raft paxos --minutes 15',
    'dissent chaos merge shards/* --out merged',
  )
    .description(
      'A campaign for a night or a quarter of an hour: every system under every group of faults, simulated and real, and one report.',
    )
    .argument('[systems...]', 'what to test (default: raft paxos)')
    .option('--minutes <m>', 'time for everything', number, 15)
    .option('--seed <n>', 'the first seed', number, 1)
    .option('--shard <i/n>', 'takes every nth seed, beginning with the ith', '1/1')
    .option('--world <world>', 'both, real or sim', 'both')
    .option('--groups <names>', 'only these groups of faults: cuts,links,processes,... ', list)
    .option('--workload <name>', 'of the clients in real runs (default: register)')
    .option('--workers <k>', 'threads for the simulated world', number, availableParallelism())
    .option('--keep <which>', 'run folders to keep: all, or failures', 'all')
    .option(
      '--shrink-budget <seconds>',
      'how long each of the first three real failures may be shrunk, when all is played (default: 120 from --minutes 20 on, else 0)',
      number,
    )
    .option('--out <dir>', 'where the folder of the campaign is made', 'store')
    .option('--ports <from-to>', 'ports to use (default: any free ones)')
    .option('--toxiproxy <which>', 'auto, embedded, real, or the URL of a running server', 'auto')
    .option('--json', 'prints the report as JSON on stdout, words on stderr', false)
    .addCommand(mergeCommand())
    .action(run);
