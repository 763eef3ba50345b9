/** `dissent test`: one test of one system. */

import { randomInt } from 'node:crypto';
import { Command } from 'commander';
import { faults } from '#nemesis/index';
import { BadInput, exitCodes } from '../errors.ts';
import { buildSpec, type TestRequest } from '../run/build-spec.ts';
import { runTest } from '../run/run-test.ts';
import { loadSchedule } from '../schedule/validate.ts';
import { systems } from '../systems/index.ts';
import { jsonObject, list, number, portRange } from './options.ts';
import { interruptible, output } from './output.ts';

interface Flags {
  readonly workload?: string;
  readonly workloadOptions?: Record<string, unknown>;
  readonly systemOptions?: Record<string, unknown>;
  readonly nemesis?: string[];
  readonly schedule?: string;
  readonly nodes?: number;
  readonly clients?: number;
  readonly rate?: number;
  readonly time?: number;
  readonly opTimeout?: number;
  readonly recoveryTimeout?: number;
  readonly checkTimeout?: number;
  readonly seed?: number;
  readonly world?: string;
  readonly trace: boolean;
  readonly out: string;
  readonly name?: string;
  readonly ports?: string;
  readonly toxiproxy: string;
  readonly json: boolean;
  readonly [systemFlag: string]: unknown;
}

/** commander keeps a switch under its camel-case name. */
function isGiven(flags: Flags, flag: string): boolean {
  const camel = (text: string) =>
    text.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return flags[camel(flag.replace(/^--/, ''))] === true;
}

function systemOptions(system: string, flags: Flags): Record<string, unknown> {
  const options: Record<string, unknown> = { ...flags.systemOptions };
  for (const [name, kind] of systems) {
    for (const { flag, sets } of kind.flags) {
      if (!isGiven(flags, flag)) continue;
      if (name !== system) throw new BadInput(`${flag} is a switch of ${name}, not of ${system}`);
      Object.assign(options, sets);
    }
  }
  return options;
}

/** Only what was given, so that the defaults stay in one place. */
function requestOf(system: string, flags: Flags): TestRequest {
  const given = {
    workload: flags.workload,
    workloadOptions: flags.workloadOptions,
    nemesis: flags.nemesis,
    nodes: flags.nodes,
    clients: flags.clients,
    rate: flags.rate,
    time: flags.time,
    opTimeoutMs: flags.opTimeout,
    recoveryTimeoutMs: flags.recoveryTimeout,
    checkTimeoutMs: flags.checkTimeout,
    world: flags.world,
    name: flags.name,
    schedule: flags.schedule === undefined ? undefined : loadSchedule(flags.schedule, faults),
  };
  const defined = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  return { system, systemOptions: systemOptions(system, flags), trace: flags.trace, ...defined };
}

async function run(system: string, flags: Flags): Promise<void> {
  const out = output(flags.json);
  const spec = buildSpec(requestOf(system, flags), flags.seed ?? randomInt(2 ** 31));
  const interrupt = interruptible();
  try {
    const finished = await runTest(spec, {
      store: flags.out,
      ...(flags.ports === undefined ? {} : { ports: portRange(flags.ports) }),
      toxiproxy: flags.toxiproxy,
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
  const command = new Command('test')
    .description('Tests one system: workload, faults, checkers, figures, report.')
    .argument('<system>', 'which system; see `dissent list`')
    .option('--workload <name>', 'what clients do (default: register)')
    .option('--workload-options <json>', 'options of the workload, as a JSON object', jsonObject)
    .option('--system-options <json>', 'options of the system, as a JSON object', jsonObject)
    .option(
      '--nemesis <kinds>',
      'kinds of fault, such as partition,kill,pause (default: none)',
      list,
    )
    .option('--schedule <file>', 'plays this fault schedule instead of drawing one')
    .option('--nodes <n>', 'nodes in the cluster (default: 5)', number)
    .option('--clients <n>', 'client threads (default: 10)', number)
    .option('--rate <ops>', 'operations per second over all clients (default: 200)', number)
    .option('--time <seconds>', 'how long workload and faults go on (default: 20)', number)
    .option('--op-timeout <ms>', 'after this long a call is given up (default: 1000)', number)
    .option('--recovery-timeout <ms>', 'time to serve every client again (default: 15000)', number)
    .option('--check-timeout <ms>', 'budget of each checker (default: 60000)', number)
    .option(
      '--seed <n>',
      'seed of workload, schedule and timeouts (default: drawn and printed)',
      number,
    )
    .option('--world <world>', 'real: processes and proxies; sim: simulated (default: real)')
    .option('--no-trace', 'leaves out the protocol traces of the nodes')
    .option('--out <dir>', 'where run folders are kept', 'store')
    .option('--name <name>', 'name of the run folder (default: <system>-<workload>)')
    .option('--ports <from-to>', 'ports to use (default: any free ones)')
    .option('--toxiproxy <which>', 'auto, embedded, real, or the URL of a running server', 'auto')
    .option('--json', 'prints results.json on stdout, words on stderr', false)
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
