/** From what a user asked for to the whole description of a test: names looked up, defaults filled in, schedule drawn. */

import { expandKinds, faults } from '#nemesis/index';
import { workloads } from '#workloads/index';
import { BadInput } from '../errors.ts';
import { generateSchedule } from '../schedule/generate.ts';
import type { Schedule, ScheduleEntry } from '../schedule/schedule.ts';
import { intensities } from '../schedule/slots.ts';
import { validateSchedule } from '../schedule/validate.ts';
import { type SystemKind, systems } from '../systems/index.ts';
import { faultFile } from './fault-files.ts';
import { describeIssues, parseSpec, type TestSpec } from './spec.ts';
import { workloadFile } from './workload-files.ts';

/** What may be left out has a default; what is asked for in words is looked up. */
export interface TestRequest {
  readonly system: string;
  readonly systemOptions?: Readonly<Record<string, unknown>>;
  readonly workload?: string;
  /** The file that it is in, if it is the user's own; loaded already (`loadWorkloadFile`). */
  readonly workloadFile?: string;
  readonly workloadOptions?: Readonly<Record<string, unknown>>;
  /** Kinds of fault; `all` for every one that is known, `none` or nothing for none. */
  readonly nemesis?: readonly string[];
  /** How fast the faults of a generated schedule follow each other, `calm`, `normal` or `hell`; left out: normal. */
  readonly intensity?: string;
  /** Seconds from one fault to the next, in place of the intensity's own. */
  readonly interval?: number;
  /** Files with faults of the user's own; loaded already (`loadFaultFiles`). */
  readonly faultFiles?: readonly string[];
  /** Cells of the coverage matrix without which the run does not count: `kill`, `kill:leader`. */
  readonly require?: readonly string[];
  readonly nodes?: number;
  readonly clients?: number;
  readonly rate?: number;
  /** Clients that ask again as soon as they are answered, in place of a rate. */
  readonly closedLoop?: boolean;
  /** Seconds. */
  readonly time?: number;
  readonly opTimeoutMs?: number;
  readonly recoveryTimeoutMs?: number;
  readonly checkTimeoutMs?: number;
  readonly seed?: number;
  readonly world?: string;
  /** Of the simulated world; what is left out has its default. */
  readonly sim?: unknown;
  readonly trace?: boolean;
  readonly name?: string;
  /** Replaces the generated schedule. Already checked against the faults. */
  readonly schedule?: Schedule;
}

/** Throws BadInput that names the value and what there is. */
function lookUp<T>(what: string, name: string, known: ReadonlyMap<string, T>): T {
  const found = known.get(name);
  if (found !== undefined) return found;
  throw new BadInput(
    `${what} "${name}"; there are: ${[...known.keys()].join(', ')}.\nnext: see \`dissent list\``,
  );
}

interface Schema {
  safeParse(value: unknown): { success: true; data: unknown } | { success: false; error: unknown };
}

function checkedOptions(what: string, schema: Schema, value: unknown): Record<string, unknown> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data as Record<string, unknown>;
  throw new BadInput(
    describeIssues(parsed.error as Parameters<typeof describeIssues>[0], value, what),
  );
}

/**
 * A test that was written down before some option came to be, with the option's default. Throws BadInput that names the `file` it is from,
 * for a system, workload or fault that is not there, and for options that these do not know.
 */
export function withDefaults(spec: TestSpec, file: string): TestSpec {
  const system = lookUp(`${file}: unknown system`, spec.system, systems);
  const given = checkedOptions(
    `${file}: systemOptions of ${spec.system}`,
    system.options,
    spec.systemOptions,
  );
  // Faults of the user's own are known once their files are loaded, which is when the test is run.
  if ((spec.faultFiles ?? []).length === 0) {
    validateSchedule(spec.schedule, { nodes: nodeNames(spec.nodes) }, `${file}: schedule`);
  }
  const known = { ...spec, systemOptions: given };
  // A workload of the user's own is known once its file is loaded, which is when the test is run.
  if (spec.workloadFile !== undefined) return known;
  const workload = lookUp(`${file}: unknown workload`, spec.workload, workloads);
  return {
    ...known,
    workloadOptions: checkedOptions(
      `${file}: workloadOptions of ${spec.workload}`,
      workload.options,
      spec.workloadOptions,
    ),
  };
}

/** Fills a request up to a whole description. Throws BadInput for whatever cannot be used. */
export function buildSpec(request: TestRequest, seed: number): TestSpec {
  const system = lookUp('unknown system', request.system, systems);
  const workload = lookUp(
    'unknown workload',
    request.workload ?? system.workloads?.[0] ?? 'register',
    workloads,
  );
  if (system.workloads?.includes(workload.name) === false) {
    throw new BadInput(
      `${system.name} cannot serve the workload "${workload.name}"; allowed: ${system.workloads.join(', ')}`,
    );
  }
  const kinds = expandKinds(request.nemesis ?? [], request.world === 'sim' ? 'sim' : 'real').filter(
    (kind) => kind !== 'none',
  );
  for (const kind of [...kinds, ...requiredKinds(request)]) lookUp('unknown fault', kind, faults);
  refuseOtherWorld(request, system);
  const drawing = drawingOf(request);
  const draft = {
    name: request.name ?? `${request.system}-${workload.name}`,
    system: system.name,
    systemOptions: checkedOptions(
      `options of ${system.name}`,
      system.options,
      request.systemOptions ?? {},
    ),
    workload: workload.name,
    ...(request.workloadFile === undefined
      ? {}
      : { workloadFile: workloadFile(request.workloadFile) }),
    workloadOptions: checkedOptions(
      `options of workload ${workload.name}`,
      workload.options,
      request.workloadOptions ?? {},
    ),
    nemesis: kinds,
    ...extrasOf(request),
    nodes: request.nodes ?? 5,
    clients: request.clients ?? 10,
    rate: request.rate ?? 200,
    time: request.time ?? 20,
    ...patienceOf(request),
    seed,
    world: request.world ?? 'real',
    ...(request.world === 'sim' ? { sim: request.sim ?? {} } : {}),
    trace: request.trace ?? true,
    schedule: request.schedule ?? [],
  };
  // Everything but the schedule first: drawing one needs valid numbers.
  const spec = parseSpec(draft, 'the test');
  refuseTooLate(spec);
  if (request.schedule !== undefined || kinds.length === 0) return spec;
  const schedule = generateSchedule({
    seed,
    kinds,
    nodes: nodeNames(spec.nodes),
    durationMs: spec.time * 1000,
    ...drawing,
  });
  return { ...spec, schedule: aimable(schedule, system) };
}

const patienceOf = (request: TestRequest) => ({
  opTimeoutMs: request.opTimeoutMs ?? 1000,
  recoveryTimeoutMs: request.recoveryTimeoutMs ?? 15_000,
  checkTimeoutMs: request.checkTimeoutMs ?? 60_000,
});

/** Roles that nobody has cannot be aimed at. */
const aimable = (schedule: Schedule, { leaderless }: SystemKind): TestSpec['schedule'] =>
  leaderless === true ? schedule.map(withoutRoles) : [...schedule];

const requiredKinds = ({ require = [] }: TestRequest) =>
  require.map((cell) => cell.replace(/:.*/, ''));

/** What most tests do without. */
const extrasOf = ({ faultFiles = [], require = [], closedLoop = false }: TestRequest) => ({
  ...(faultFiles.length > 0 ? { faultFiles: faultFiles.map(faultFile) } : {}),
  ...(require.length > 0 ? { require } : {}),
  ...(closedLoop ? { closedLoop } : {}),
});

/** Throws BadInput when the system is not in that world, or the options of one world are given for the other. */
function refuseOtherWorld({ world, sim }: TestRequest, system: SystemKind): void {
  if (world === 'sim' && system.simulated === undefined) {
    throw new BadInput(`${system.name} cannot be simulated; allowed: --world real`);
  }
  if (world !== 'sim' && sim !== undefined) {
    throw new BadInput(
      'options of the simulated world are given without it.\nnext: add --world sim',
    );
  }
}

/** What a schedule is drawn by. Throws BadInput for an intensity that there is not, and an interval that is no time. */
function drawingOf({ intensity, interval, require }: TestRequest) {
  const known = intensities.find((one) => one === intensity);
  if (intensity !== undefined && known === undefined) {
    throw new BadInput(`unknown intensity "${intensity}"; allowed: ${intensities.join(', ')}`);
  }
  if (interval !== undefined && !(interval >= 0.5 && interval <= 3600)) {
    throw new BadInput(`an interval of ${interval} s is not allowed; allowed: 0.5 to 3600 s`);
  }
  return {
    ...(require === undefined ? {} : { require }),
    ...(known === undefined ? {} : { intensity: known }),
    ...(interval === undefined ? {} : { intervalMs: interval * 1000 }),
  };
}

/** A fault after the workload would hit a cluster that nobody uses, and count as evidence of what it withstood. */
function refuseTooLate({ schedule, time }: TestSpec): void {
  const late = schedule.flatMap(({ at }, index) =>
    at >= time * 1000 ? [`[${index}].at ${at}`] : [],
  );
  if (late.length === 0) return;
  throw new BadInput(
    `the schedule goes on after the workload, which lasts ${time * 1000} ms: ${late.join(', ')}; ` +
      `allowed: at below ${time * 1000}.\nnext: give a longer --time, or move the entries`,
  );
}

/** The same entry for a system in which nobody leads. */
function withoutRoles(entry: ScheduleEntry): ScheduleEntry {
  const { target } = entry;
  if (target === 'leader' || target === 'follower') return { ...entry, target: 'one' };
  return target === 'followers' ? { ...entry, target: 'majority' } : entry;
}

/** n1, n2, ... */
export const nodeNames = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `n${i + 1}`);
