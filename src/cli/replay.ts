/** `dissent replay`: runs a recorded test again and says whether the outcome is the same. */

import { Command } from 'commander';
import { exitCodes } from '../errors.ts';
import { readResults, readTest } from '../run/folder.ts';
import { runTest } from '../run/run-test.ts';
import { interruptible, output } from './output.ts';

interface Flags {
  readonly out: string;
  readonly toxiproxy: string;
  readonly json: boolean;
}

async function run(folder: string, flags: Flags): Promise<void> {
  const out = output(flags.json);
  const spec = readTest(folder).spec;
  const before = readResults(folder);
  const interrupt = interruptible();
  try {
    const { results } = await runTest(spec, {
      store: flags.out,
      toxiproxy: flags.toxiproxy,
      signal: interrupt.signal,
      words: out.words,
    });
    if (before === undefined) {
      out.line('The recorded run has no results to compare with.');
    } else {
      const same = results.valid === before.valid && results.exitCode === before.exitCode;
      out.line(
        `${same ? 'Same outcome' : 'Another outcome'}: recorded ${String(before.valid)}, now ${String(results.valid)}.`,
      );
    }
    out.result(results);
    process.exitCode = interrupt.signal.aborted ? exitCodes.interrupted : results.exitCode;
  } finally {
    interrupt.release();
  }
}

export const replayCommand = (): Command =>
  new Command('replay')
    .description(
      'Runs the test of a run folder again: same seed, same schedule. Real processes are not deterministic, so the outcome may differ.',
    )
    .argument('<folder>', 'a run folder, such as store/latest')
    .option('--out <dir>', 'where run folders are kept', 'store')
    .option('--toxiproxy <which>', 'auto, embedded, real, or the URL of a running server', 'auto')
    .option('--json', 'prints results.json on stdout, words on stderr', false)
    .addHelpText('after', '\nExample: dissent replay store/latest')
    .action(run);
