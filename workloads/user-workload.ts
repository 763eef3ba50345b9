/** Workloads that users bring: checked for what can be checked without a cluster, and all breaks are told at once. */

import { BadInput } from '#src/errors';
import type { WorkloadKind } from './workload.ts';

const get = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

const isFunction = (value: unknown): boolean => typeof value === 'function';
const isText = (value: unknown): boolean => typeof value === 'string' && value.length > 0;

function kindProblems(kind: unknown): string[] {
  const name = get(kind, 'name');
  return [
    ...(typeof name === 'string' && /^[a-z][a-z0-9-]*$/.test(name)
      ? []
      : [
          `name is ${JSON.stringify(name) ?? 'missing'}; allowed: lower case letters, digits and dashes`,
        ]),
    ...(isText(get(kind, 'summary')) ? [] : ['summary is not a line of text']),
    ...(isFunction(get(get(kind, 'options'), 'safeParse')) ? [] : ['options is not a zod schema']),
    ...(isFunction(get(kind, 'create')) ? [] : ['create is not a function']),
  ];
}

/** What `create` gives with every option left out. */
function createdProblems(kind: WorkloadKind): string[] {
  const parsed = kind.options.safeParse({});
  if (!parsed.success) {
    return ['options refuses {}.\n      next: give every option a default'];
  }
  let made: unknown;
  try {
    made = kind.create(parsed.data, { concurrency: 10, nodes: ['n1', 'n2', 'n3'] });
  } catch (error) {
    return [`create throws: ${String(error)}`];
  }
  const generator = get(made, 'generator');
  const final = get(made, 'finalOperations');
  const checkers: unknown = get(made, 'checkers');
  const all: readonly unknown[] = Array.isArray(checkers) ? checkers : [];
  return [
    ...(get(made, 'name') === kind.name ? [] : [`create(...).name is not "${kind.name}"`]),
    ...(isText(get(made, 'claim')) ? [] : ['create(...).claim is not a sentence']),
    ...(isFunction(get(generator, 'next')) && isFunction(get(generator, 'update'))
      ? []
      : ['create(...).generator is not a generator.\n      next: see dissent/generator']),
    ...(isText(get(get(made, 'probe'), 'f')) ? [] : ['create(...).probe is not an operation {f}']),
    ...['call', 'completion'].flatMap((name) =>
      isFunction(get(made, name)) ? [] : [`create(...).${name} is not a function`],
    ),
    ...(final === undefined || isFunction(final)
      ? []
      : ['create(...).finalOperations is not a function']),
    ...(all.length > 0 &&
    all.every((one) => isText(get(one, 'name')) && isFunction(get(one, 'check')))
      ? []
      : ['create(...).checkers is not a list of {name, summary, check}, at least one']),
  ];
}

/** The value as a workload. Throws BadInput that lists everything that keeps it from being one. */
export function userWorkload(value: unknown, source: string): WorkloadKind {
  const shape = kindProblems(value);
  const problems = shape.length > 0 ? shape : createdProblems(value as WorkloadKind);
  if (problems.length === 0) return value as WorkloadKind;
  const lines = problems.map((problem) => `  ${problem}`).join('\n');
  throw new BadInput(`${source} is not a workload:\n${lines}\nnext: see docs/write-a-workload.md`);
}
