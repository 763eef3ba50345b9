/** From JSON that somebody wrote to a schedule whose every fault and target is known to exist. */

import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { type Fault, type Faults, faults as shipped } from '#nemesis/index';
import { BadInput } from '../errors.ts';
import { entrySchema, type Schedule, type ScheduleEntry } from './schedule.ts';
import { namedNodes } from './targets.ts';
import type { Node } from './world.ts';

/** An entry together with the fault that it names. */
export interface PlannedFault {
  /** With the fault's defaults filled in. */
  readonly entry: ScheduleEntry;
  readonly fault: Fault;
  /** Validated by the fault's own schema. */
  readonly parameters: unknown;
}

export interface Known {
  /** The members; left out: any name of a node will do. */
  readonly nodes?: readonly Node[];
  /** The faults that there are; left out: those that ship. */
  readonly faults?: Faults;
}

/** A schedule of more entries than this is a mistake, and its report unreadable. */
const maxEntries = 10_000;

/** What was there, short enough for one line. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= 120 ? text : `${text.slice(0, 117)}...`;
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, step) =>
      typeof inner === 'object' && inner !== null ? Reflect.get(inner, step) : undefined,
    value,
  );
}

/** A union hides what each of its members had to say: for a fault given as an object, the object's complaints are the ones. */
function flatten(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const closest = issue.errors.find((group) => group.every((inner) => inner.path.length > 0));
  if (closest === undefined) return [issue];
  return closest.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

function problems(error: z.ZodError, value: unknown, place: string): string[] {
  return error.issues.flatMap(flatten).map((issue) => {
    const field = [place, ...issue.path.map(String)].join('.');
    return `${field}: ${issue.message}; got ${shown(at(value, issue.path))}`;
  });
}

type Checked =
  | { readonly kind: 'planned'; readonly planned: PlannedFault }
  | { readonly kind: 'wrong'; readonly problems: readonly string[] };

function checkEntry(value: unknown, place: string, known: Known): Checked {
  const parsed = entrySchema.safeParse(value);
  if (!parsed.success) return { kind: 'wrong', problems: problems(parsed.error, value, place) };
  const entry = parsed.data;
  const nodes = known.nodes ?? namedNodes(entry.target);
  const strangers = namedNodes(entry.target).filter((node) => !nodes.includes(node));
  const wrong = strangers.map(
    (node) => `${place}.target: no node ${shown(node)}; allowed: ${nodes.join(', ')}`,
  );
  const faults = known.faults ?? shipped;
  const fault = faults.get(entry.fault.kind);
  if (fault === undefined) {
    const kinds = [...faults.keys()].join(', ');
    wrong.push(`${place}.fault: unknown fault ${shown(entry.fault.kind)}; allowed: ${kinds}`);
    return { kind: 'wrong', problems: wrong };
  }
  const parameters = fault.schema.safeParse(entry.fault);
  if (!parameters.success) {
    wrong.push(...problems(parameters.error, entry.fault, `${place}.fault`));
  }
  if (parameters.success) {
    const named = fault.names?.(parameters.data) ?? [];
    const unknown = known.nodes === undefined ? [] : named.filter((node) => !nodes.includes(node));
    wrong.push(
      ...unknown.map(
        (node) => `${place}.fault: no node ${shown(node)}; allowed: ${nodes.join(', ')}`,
      ),
    );
  }
  if (!parameters.success || wrong.length > 0) return { kind: 'wrong', problems: wrong };
  const spec = { ...entry.fault, ...Object(parameters.data), kind: fault.kind };
  return {
    kind: 'planned',
    planned: { entry: { ...entry, fault: spec }, fault, parameters: parameters.data },
  };
}

/**
 * Checks a JSON value against the schedule's schema, the faults' own schemas and the members of the cluster.
 * Throws BadInput that lists every problem with its index, field, value and what is allowed.
 */
export function validateSchedule(
  value: unknown,
  known: Known,
  source = 'schedule',
): readonly PlannedFault[] {
  if (!Array.isArray(value)) {
    throw new BadInput(
      `${source} is not a schedule: got ${shown(value)}; a schedule is a list of {"at": ms, "for": ms, "fault": ..., "target": ...}`,
    );
  }
  if (value.length > maxEntries) {
    throw new BadInput(
      `${source} has ${value.length} entries; at most ${maxEntries} are allowed: split it`,
    );
  }
  const checked = value.map((entry: unknown, index) => checkEntry(entry, `[${index}]`, known));
  const wrong = checked.flatMap((result) => (result.kind === 'wrong' ? result.problems : []));
  if (wrong.length > 0) {
    throw new BadInput(
      `${source} is not valid:\n${wrong.map((problem) => `  ${problem}`).join('\n')}`,
    );
  }
  return checked.flatMap((result) => (result.kind === 'planned' ? [result.planned] : []));
}

/** The plain schedule, as written to `schedule.json`. */
export const entriesOf = (planned: readonly PlannedFault[]): Schedule =>
  planned.map(({ entry }) => entry);

/**
 * Reads a schedule from a JSON file, with the faults' defaults filled in. Whether the nodes that it names exist is for
 * `validateSchedule` to say, when they are known. Throws BadInput when it cannot be read, is not JSON or is not a schedule.
 */
export function loadSchedule(path: string, faults: Faults = shipped): Schedule {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new BadInput(`cannot read the schedule ${path}: ${messageOf(error)}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new BadInput(`${path} is not JSON: ${messageOf(error)}`);
  }
  return entriesOf(validateSchedule(value, { faults }, path));
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
