/** `dissent test`: one test of one system. */

import { randomInt } from 'node:crypto';
import { Command } from 'commander';
import { BadInput, exitCodes } from '../errors.ts';
import { buildSpec } from '../run/build-spec.ts';
import { runTest } from '../run/run-test.ts';
import { systems } from '../systems/index.ts';
import { jsonObject } from './options.ts';
import { interruptible, output } from './output.ts';
import {
  runFlags,
  showPlan,
  type TestFlags,
  testRequest,
  withTestOptions,
} from './test-options.ts';

interface Flags extends TestFlags {
  readonly systemOptions?: Record<string, unknown>;
  readonly [systemFlag: string]: unknown;
}

/** What was given after a flag, true for a mere switch, undefined without it: commander keeps it under its camel-case name. */
function givenWith(flags: Flags, flag: string): unknown {
  const camel = (text: string) =>
    text.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return flags[camel(flag.replace(/^--/, '').replace(/ .*/, ''))];
}

function systemOptions(system: string, flags: Flags): Record<string, unknown> {
  const options: Record<string, unknown> = { ...flags.systemOptions };
  for (const [name, kind] of systems) {
    for (const { flag, sets, takes } of kind.flags) {
      const given = givenWith(flags, flag);
      if (given === undefined) continue;
      if (name !== system) throw new BadInput(`${flag} is a switch of ${name}, not of ${system}`);
      Object.assign(options, sets, takes === undefined ? {} : { [takes]: given });
    }
  }
  return options;
}

async function run(system: string, flags: Flags): Promise<void> {
  const out = output(flags.json);
  const request = {
    ...(await testRequest(flags)),
    system,
    systemOptions: systemOptions(system, flags),
  };
  const spec = buildSpec(request, flags.seed ?? randomInt(2 ** 31));
  if (flags.dryRun) return showPlan(spec, out);
  const interrupt = interruptible();
  try {
    const finished = await runTest(spec, {
      ...runFlags(flags),
      signal: interrupt.signal,
      words: out.words,
    });
    out.result(finished.results);
    process.exitCode = interrupt.signal.aborted ? exitCodes.interrupted : finished.results.exitCode;
  } finally {
    interrupt.release();
  }
}

export function testCommand(): Command {
  const command = withTestOptions(
    new Command('test')
      .description('Tests one system: workload, faults, checkers, figures, report.')
      .argument('<system>', 'which system; see `dissent list`'),
  )
    .option('--name <name>', 'name of the run folder (default: <system>-<workload>)')
    .option('--system-options <json>', 'options of the system, as a JSON object', jsonObject)
    .addHelpText(
      'after',
      '\nExample: dissent test raft --nemesis partition,kill,pause --nodes 5 --time 30 --seed 7',
    );
  for (const kind of systems.values()) {
    for (const { flag, description } of kind.flags)
      command.option(flag, `${kind.name}: ${description}`);
  }
  return command.action(run);
}
