/** `dissent test`: one test of one system. */

import { randomInt } from 'node:crypto';
import type { Command } from 'commander';
import { BadInput, exitCodes } from '../errors.ts';
import { buildSpec } from '../run/build-spec.ts';
import { runTest } from '../run/run-test.ts';
import { type SystemFlag, systems } from '../systems/index.ts';
import { newCommand } from './command.ts';
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
  for (const [flag, kinds] of systemFlags()) {
    const given = givenWith(flags, flag);
    if (given === undefined) continue;
    const own = kinds.get(system);
    if (own === undefined) {
      const owners = [...kinds.keys()].join(', ');
      throw new BadInput(`${flag} is a switch of ${owners}, not of ${system}`);
    }
    const { sets, takes } = own;
    Object.assign(options, sets, takes === undefined ? {} : { [takes]: given });
  }
  return options;
}

/** By flag: which systems have it. */
function systemFlags(): ReadonlyMap<string, ReadonlyMap<string, SystemFlag>> {
  const found = new Map<string, Map<string, SystemFlag>>();
  for (const [name, kind] of systems) {
    for (const flag of kind.flags) {
      const owners = found.get(flag.flag) ?? new Map<string, SystemFlag>();
      found.set(flag.flag, owners.set(name, flag));
    }
  }
  return found;
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
    newCommand(
      'test',
      'dissent test raft --nemesis partition,kill,pause --nodes 5 --time 30 --seed 7',
    )
      .description('Tests one system: workload, faults, checkers, figures, report.')
      .argument('<system>', 'which system; see `dissent list`'),
  )
    .option('--name <name>', 'name of the run folder (default: <system>-<workload>)')
    .option('--system-options <json>', 'options of the system, as a JSON object', jsonObject);
  for (const [flag, kinds] of systemFlags()) {
    const descriptions = [...kinds].map(([name, { description }]) => `${name}: ${description}`);
    command.option(flag, descriptions.join('; '));
  }
  return command.action(run);
}
