/** `dissent analyze`: checks a run folder again, without a cluster. */

import type { Command } from 'commander';
import { analyze } from '../run/analyze.ts';
import { newCommand } from './command.ts';
import { number } from './options.ts';
import { output } from './output.ts';

interface Flags {
  readonly checkTimeout?: number;
  readonly json: boolean;
}

async function run(folder: string, flags: Flags): Promise<void> {
  const out = output(flags.json);
  const finished = await analyze(folder, {
    words: out.words,
    ...(flags.checkTimeout === undefined ? {} : { checkTimeoutMs: flags.checkTimeout }),
  });
  out.result(finished.results);
  process.exitCode = finished.results.exitCode;
}

export const analyzeCommand = (): Command =>
  newCommand('analyze', 'dissent analyze store/latest')
    .description('Checks a run folder again: verdict, figures and reports from what was recorded.')
    .argument('<folder>', 'a run folder, such as store/latest')
    .option('--check-timeout <ms>', 'budget of each checker (default: as in the test)', number)
    .option('--json', 'prints results.json on stdout, words on stderr', false)
    .action(run);
