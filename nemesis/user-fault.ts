/** Faults that users bring: checked for every law that can be checked without a cluster, and all breaks are told at once. */

import type { z } from 'zod';
import { BadInput } from '#src/errors';
import { stream } from '#src/random/random';
import { targetSchema } from '#src/schedule/schedule';
import type { Fault, Plan } from './fault.ts';

/** For trying out the plans; names as every cluster has them. */
const members = ['n1', 'n2', 'n3', 'n4', 'n5'];

const get = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

const isFunction = (value: unknown): boolean => typeof value === 'function';

function shapeProblems(value: unknown): string[] {
  const kind = get(value, 'kind');
  const optional = ['harms', 'names'].filter((name) => get(value, name) !== undefined);
  return [
    ...(typeof kind === 'string' && /^(?!heal-)[a-z][a-z0-9-]*$/.test(kind)
      ? []
      : [
          `kind is ${JSON.stringify(kind) ?? 'missing'}; allowed: lower case letters, digits and dashes, not "heal-..."`,
        ]),
    ...(typeof get(value, 'summary') === 'string' ? [] : ['summary is not a line of text']),
    ...(isFunction(get(get(value, 'schema'), 'safeParse')) ? [] : ['schema is not a zod schema']),
    ...['plans', 'inject', 'heal', ...optional].flatMap((name) =>
      isFunction(get(value, name)) ? [] : [`${name} is not a function`],
    ),
  ];
}

/** The first complaint of a schema, or undefined. */
function complaint(schema: z.ZodType, value: unknown): string | undefined {
  const parsed = schema.safeParse(value);
  if (parsed.success) return undefined;
  return parsed.error.issues.map(({ path, message }) => [...path, message].join(': ')).join('; ');
}

function planProblems(fault: Fault): string[] {
  const bare = complaint(fault.schema, { kind: fault.kind });
  const problems =
    bare === undefined
      ? []
      : [`schema refuses the bare kind: ${bare}.\n      next: give every parameter a default`];
  let plans: readonly Plan[];
  try {
    plans = fault.plans(members, stream(1, 'plans'));
  } catch (error) {
    return [...problems, `plans throws: ${String(error)}`];
  }
  if (plans.length === 0) problems.push('plans is empty: there is nothing to draw for a schedule');
  return [
    ...problems,
    ...plans.flatMap(({ parameters, target, weight, copies = 1 }, index) => {
      const place = `plans[${index}]`;
      const refused = complaint(fault.schema, parameters);
      const aim = complaint(targetSchema, target);
      const isCount = (count: number): boolean => Number.isInteger(count) && count > 0;
      return [
        ...(refused === undefined ? [] : [`${place}.parameters are refused by schema: ${refused}`]),
        ...(aim === undefined ? [] : [`${place}.target: ${aim}`]),
        ...(isCount(weight) && isCount(copies)
          ? []
          : [`${place}: weight and copies are positive integers`]),
      ];
    }),
  ];
}

/** What `inject` resolves with decides whether a run counts as evidence, so a mistake in it must not go through as one. */
function strict(fault: Fault): Fault {
  const inject: Fault['inject'] = async (parameters, firing) => {
    const injected = await fault.inject(parameters, firing);
    const kind = get(injected, 'kind');
    if (kind === 'installed') return injected;
    if (kind === 'skipped' && typeof get(injected, 'reason') === 'string') return injected;
    throw new Error(
      `inject of ${fault.kind} resolved with ${JSON.stringify(injected) ?? 'nothing'}; allowed: {kind: 'installed', detail} or {kind: 'skipped', reason}`,
    );
  };
  return Object.create(fault, { inject: { value: inject, enumerable: true } }) as Fault;
}

/** The value as a fault. Throws BadInput that lists everything that keeps it from being one. */
export function userFault(value: unknown, source: string): Fault {
  const shape = shapeProblems(value);
  // Only what has the shape of a fault can be asked for its plans.
  const problems = shape.length > 0 ? shape : planProblems(value as Fault);
  if (problems.length === 0) return strict(value as Fault);
  const lines = problems.map((problem) => `  ${problem}`).join('\n');
  throw new BadInput(`${source} is not a fault:\n${lines}\nnext: see docs/write-a-fault.md`);
}
