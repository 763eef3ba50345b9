/** The command line: one file per command, exit codes in one place. */

import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { BadInput, exitCodes, HarnessFailure, Interrupted } from '../errors.ts';
import { analyzeCommand } from './analyze.ts';
import { chaosCommand } from './chaos.ts';
import { checkCommand } from './check.ts';
import { compareCommand } from './compare.ts';
import { huntCommand } from './hunt.ts';
import { listCommand } from './list.ts';
import { mergeCommand } from './merge.ts';
import { replayCommand } from './replay.ts';
import { reportCommand } from './report.ts';
import { scenarioCommand } from './scenario.ts';
import { schemaCommand } from './schema.ts';
import { testCommand } from './test.ts';

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

const program = new Command('dissent')
  .description(
    'Breaks consensus on purpose: fault injection, linearizability checking, recovery figures.',
  )
  .version(packageVersion())
  .addHelpText(
    'after',
    '\nExit codes: 0 valid, 1 violation, 2 unknown, 3 did not recover, 130 interrupted, 254 bad input, 255 harness failure.' +
      '\nExample: dissent test raft --nemesis partition,kill,pause --time 30 --seed 7',
  )
  .showHelpAfterError('(see dissent --help)');

for (const command of [
  testCommand(),
  compareCommand(),
  huntCommand(),
  mergeCommand(),
  chaosCommand(),
  checkCommand(),
  analyzeCommand(),
  reportCommand(),
  replayCommand(),
  scenarioCommand(),
  listCommand(),
  schemaCommand(),
]) {
  program.addCommand(command);
}

// Errors of usage must come back here to get the exit code that scripts can tell from a verdict.
for (const command of [program, ...program.commands]) command.exitOverride();

/** commander has said it already; the others are said here. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? exitCodes.valid : exitCodes.badInput;
  }
  if (error instanceof BadInput) {
    console.error(`dissent: ${error.message}`);
    return exitCodes.badInput;
  }
  if (error instanceof HarnessFailure) {
    console.error(`dissent: the harness failed: ${error.message}`);
    return exitCodes.harnessFailure;
  }
  if (error instanceof Interrupted) {
    console.error(`dissent: ${error.message}`);
    return exitCodes.interrupted;
  }
  console.error('dissent: unexpected error, this is a bug in Dissent:', error);
  return exitCodes.harnessFailure;
}

// Whoever reads only the first lines (`| head`) closes the pipe: that is no failure, and the run goes on.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  await program.parseAsync(process.argv);
} catch (error) {
  const exitCode = exitCodeOf(error);
  process.exitCode = exitCode;
  // Whoever asked for a document gets one in any case: that there is no verdict, and why.
  if (exitCode !== exitCodes.valid && process.argv.includes('--json')) {
    const message = error instanceof Error ? error.message : String(error);
    const document = { valid: 'unknown', exitCode, reasons: [message], error: message };
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  }
}
