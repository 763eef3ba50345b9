/** What `test` and `compare` have in common: the description of a test, as options. */

import { type Command, Option } from 'commander';
import { expandKinds, faults } from '#nemesis/index';
import { BadInput } from '../errors.ts';
import type { TestRequest } from '../run/build-spec.ts';
import { loadFaultFiles } from '../run/fault-files.ts';
import type { TestSpec } from '../run/spec.ts';
import { isWorkloadFile, loadWorkloadFile } from '../run/workload-files.ts';
import { drawSchedule } from '../schedule/drawing.ts';
import type { Schedule } from '../schedule/schedule.ts';
import { loadSchedule } from '../schedule/validate.ts';
import { jsonObject, list, number, portRange } from './options.ts';
import type { Output } from './output.ts';

export interface TestFlags {
  readonly workload?: string;
  readonly workloadOptions?: Record<string, unknown>;
  readonly nemesis?: string[];
  readonly intensity?: string;
  readonly interval?: number;
  readonly fault?: string[];
  readonly require?: string[];
  readonly dryRun: boolean;
  readonly schedule?: string;
  readonly nodes?: number;
  readonly clients?: number;
  readonly rate?: number;
  readonly closedLoop?: boolean;
  readonly time?: number;
  readonly opTimeout?: number;
  readonly recoveryTimeout?: number;
  readonly checkTimeout?: number;
  readonly seed?: number;
  readonly world?: string;
  readonly simOptions?: Record<string, unknown>;
  readonly trace: boolean;
  readonly out: string;
  readonly name?: string;
  readonly ports?: string;
  readonly toxiproxy: string;
  readonly json: boolean;
}

export const withTestOptions = (command: Command): Command =>
  command
    .option(
      '--workload <name>',
      'what clients do, also a file of your own; see docs/write-a-workload.md (default: register)',
    )
    .option('--workload-options <json>', 'options of the workload, as a JSON object', jsonObject)
    .option(
      '--nemesis <kinds>',
      'kinds of fault, such as partition,kill,pause, or all (default: none)',
      list,
    )
    .option('--intensity <how>', 'calm, normal, or hell, where faults overlap (default: normal)')
    .option(
      '--interval <seconds>',
      'from one fault to the next (default: as the intensity)',
      number,
    )
    .option('--fault <file...>', 'a fault of your own; see docs/write-a-fault.md')
    .option(
      '--require <cells>',
      'what must have happened, such as kill:leader,pause (default: every kind asked for)',
      list,
    )
    .option('--dry-run', 'prints the faults that would be injected, and ends', false)
    .option('--schedule <file>', 'plays this fault schedule instead of drawing one')
    .option('--nodes <n>', 'nodes in the cluster (default: 5)', number)
    .option('--clients <n>', 'client threads (default: 10)', number)
    .option('--rate <ops>', 'operations per second over all clients (default: 200)', number)
    .option('--closed-loop', 'no rate: each client asks again as soon as it is answered')
    .option('--time <seconds>', 'how long workload and faults go on (default: 20)', number)
    .option('--op-timeout <ms>', 'after this long a call is given up (default: 1000)', number)
    .option('--recovery-timeout <ms>', 'time to serve every client again (default: 15000)', number)
    .option('--check-timeout <ms>', 'budget of each checker (default: 60000)', number)
    .option(
      '--seed <n>',
      'seed of workload, schedule and timeouts (default: drawn and printed)',
      number,
    )
    .option(
      '--world <world>',
      'real: processes and proxies; sim: simulated, the same every time (default: real)',
    )
    .option(
      '--sim-options <json>',
      'network and disks of the simulated world, as a JSON object; see docs/simulator.md',
      jsonObject,
    )
    .option('--no-trace', 'leaves out the protocol traces of the nodes')
    .option('--out <dir>', 'where run folders are kept', 'store')
    .option('--ports <from-to>', 'ports to use (default: any free ones)')
    .option('--toxiproxy <which>', 'auto, embedded, real, or the URL of a running server', 'auto')
    .addOption(
      new Option('--json', 'prints the result as JSON on stdout, words on stderr').default(false),
    );

/** A name, or a file, which is loaded. */
async function workloadOf(given: string | undefined) {
  if (given === undefined || !isWorkloadFile(given)) return { workload: given };
  return { workload: await loadWorkloadFile(given), workloadFile: given };
}

/** Throws BadInput for a file that cannot be played, and for orders to draw what it leaves no room for. */
function scheduleOf(flags: TestFlags): Schedule | undefined {
  const { schedule: file, nemesis = [], world } = flags;
  if (file === undefined) return undefined;
  const schedule = loadSchedule(file, faults);
  for (const name of ['intensity', 'interval'] as const) {
    if (flags[name] === undefined) continue;
    throw new BadInput(
      `--${name} ${flags[name]} is for schedules that are drawn, and ${file} is played as it is.\n` +
        'next: leave one of them out',
    );
  }
  const there = new Set(schedule.map(({ fault }) => fault.kind));
  const missing = expandKinds(nemesis, world === 'sim' ? 'sim' : 'real').filter(
    (kind) => kind !== 'none' && !there.has(kind),
  );
  if (missing.length === 0) return schedule;
  throw new BadInput(
    `--nemesis asks for ${missing.join(', ')}, which ${file} does not have, and it is played as it is.\n` +
      'next: leave --nemesis out, or add entries to the file',
  );
}

/** Only what was given, so that the defaults stay in one place. Loads the faults that the user brought first. */
export async function testRequest(flags: TestFlags): Promise<Omit<TestRequest, 'system'>> {
  await loadFaultFiles(flags.fault ?? []);
  const given = {
    ...(await workloadOf(flags.workload)),
    workloadOptions: flags.workloadOptions,
    nemesis: flags.nemesis,
    intensity: flags.intensity,
    interval: flags.interval,
    faultFiles: flags.fault,
    require: flags.require,
    nodes: flags.nodes,
    clients: flags.clients,
    rate: flags.rate,
    closedLoop: flags.closedLoop,
    time: flags.time,
    opTimeoutMs: flags.opTimeout,
    recoveryTimeoutMs: flags.recoveryTimeout,
    checkTimeoutMs: flags.checkTimeout,
    world: flags.world,
    sim: flags.simOptions,
    name: flags.name,
    schedule: scheduleOf(flags),
  };
  const defined = Object.entries(given).filter(([, value]) => value !== undefined);
  return { trace: flags.trace, ...Object.fromEntries(defined) };
}

/** Where to keep and how to run, for `runTest` and `compare`. */
export const runFlags = (flags: TestFlags) => ({
  store: flags.out,
  ...(flags.ports === undefined ? {} : { ports: portRange(flags.ports) }),
  toxiproxy: flags.toxiproxy,
});

/** `--dry-run`: the plan as a drawing, and with `--json` as it would be written to schedule.json. */
export function showPlan({ schedule, time, seed }: TestSpec, out: Output): void {
  out.line(drawSchedule(schedule, time * 1000).join('\n'));
  out.line(`seed ${seed}; nothing was run`);
  out.result(schedule);
}
