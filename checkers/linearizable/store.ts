/**
 * A small store of named values as one object: every answer to every command is judged, those that say no and those that say that a command
 * cannot be applied among them. What the store should answer is written down here once more, from the description of the commands
 * (src/consensus/state-machine/command.ts) and not from their code.
 */

import { type Illegal, illegal, type Model } from 'porcupine-ts';
import { BadInput } from '#src/errors';
import type { Pair } from '#src/history/pairs';
import { identity } from '../identity.ts';
import { learnt, type Subject, type SubjectKind, type Translated } from './subject.ts';

type Values = Readonly<Record<string, unknown>>;

interface Done {
  readonly values: Values;
  readonly answer: unknown;
}

/** What is asked, without the store's name: `name` and whatever the command needs. */
export interface StoreCommand {
  readonly f: string;
  readonly [argument: string]: unknown;
}

/** The answer to what cannot be applied: it changed nothing. */
export const cannotBeApplied = { refused: true } as const;

const refuse = (values: Values): Done => ({ values, answer: cannotBeApplied });

const at = (values: Values, name: unknown): unknown => values[String(name)] ?? null;

const put = (values: Values, name: unknown, value: unknown): Values => ({
  ...values,
  [String(name)]: value ?? null,
});

const listAt = (values: Values, name: unknown): readonly unknown[] | undefined => {
  const found = at(values, name) ?? [];
  return Array.isArray(found) ? found : undefined;
};

const isSame = (a: unknown, b: unknown): boolean => identity(a ?? null) === identity(b ?? null);

type Rule = (values: Values, command: StoreCommand) => Done;

/** Of those that need a list at their name. */
const onList =
  (rule: (list: readonly unknown[], command: StoreCommand) => { list: unknown; answer: unknown }) =>
  (values: Values, command: StoreCommand): Done => {
    const found = listAt(values, command['name']);
    if (found === undefined) return refuse(values);
    const { list, answer } = rule(found, command);
    return { values: list === found ? values : put(values, command['name'], list), answer };
  };

function onLock(values: Values, { f, name, token }: StoreCommand): Done {
  const [newest, isHeld] = (at(values, name) ?? [0, false]) as readonly [number, boolean];
  if (f === 'acquire') {
    if (isHeld) return { values, answer: null };
    return { values: put(values, name, [newest + 1, true]), answer: newest + 1 };
  }
  const fits = isHeld && token === newest;
  return { values: fits ? put(values, name, [newest, false]) : values, answer: fits };
}

function add(values: Values, { name, delta }: StoreCommand): Done {
  const found = at(values, name) ?? 0;
  if (typeof found !== 'number') return refuse(values);
  const sum = found + Number(delta);
  return { values: put(values, name, sum), answer: sum };
}

const steps: Readonly<Record<string, (values: Values, name: string, argument: unknown) => Done>> = {
  r: (values, name) => ({ values, answer: ['r', name, at(values, name)] }),
  w: (values, name, value) => ({ values: put(values, name, value), answer: ['w', name, value] }),
  append(values, name, value) {
    const list = listAt(values, name);
    if (list === undefined) return refuse(values);
    return { values: put(values, name, [...list, value]), answer: ['append', name, value] };
  },
  add(values, name, delta) {
    const done = add(values, { f: 'add', name, delta });
    return done.answer === cannotBeApplied ? done : { ...done, answer: ['add', name, done.answer] };
  },
  'at-least'(values, name, bound) {
    const found = at(values, name) ?? 0;
    if (typeof found !== 'number') return refuse(values);
    return { values, answer: found < Number(bound) ? null : ['at-least', name, bound] };
  },
};

/** All or nothing. */
function transaction(before: Values, { steps: asked }: StoreCommand): Done {
  let values = before;
  const answers: unknown[] = [];
  for (const [f, name, argument] of asked as readonly (readonly [string, string, unknown])[]) {
    const done = steps[f]?.(values, name, argument) ?? refuse(before);
    if (done.answer === cannotBeApplied) return refuse(before);
    if (done.answer === null) return { values: before, answer: null };
    values = done.values;
    answers.push(done.answer);
  }
  return { values, answer: answers };
}

const rules: Readonly<Record<string, Rule>> = {
  read: (values, { name }) => ({ values, answer: at(values, name) }),
  'read-many': (values, { names }) => ({
    values,
    answer: (names as readonly string[]).map((name) => at(values, name)),
  }),
  write: (values, { name, value }) => ({ values: put(values, name, value), answer: null }),
  cas(values, { name, from, to }) {
    const fits = isSame(at(values, name), from);
    return { values: fits ? put(values, name, to) : values, answer: fits };
  },
  decide(values, { name, value }) {
    const found = at(values, name);
    return found === null
      ? { values: put(values, name, value), answer: value }
      : { values, answer: found };
  },
  append: onList((list, { value }) => ({ list: [...list, value], answer: list.length + 1 })),
  insert: onList((list, { value }) => {
    const isThere = list.some((one) => isSame(one, value));
    return { list: isThere ? list : [...list, value], answer: !isThere };
  }),
  remove: onList((list, { value }) => {
    const left = list.filter((one) => !isSame(one, value));
    return { list: left.length < list.length ? left : list, answer: left.length < list.length };
  }),
  dequeue: onList((list, { count }) => ({
    list: list.length === 0 ? list : list.slice(Number(count)),
    answer: list.slice(0, Number(count)),
  })),
  acquire: onLock,
  release: onLock,
  add,
  txn: transaction,
};

/** States are texts, so that equal ones are found at once. */
const model: Model<string, StoreCommand, { readonly answer: unknown }> = {
  name: 'store',
  init: () => '{}',
  step(state, command, output): string | Illegal {
    const before = JSON.parse(state) as Values;
    const { values, answer } = (rules[command.f] as Rule)(before, command);
    if (output !== undefined && identity(answer) !== identity(output.answer)) return illegal;
    if (values === before) return state;
    const names = Object.keys(values).toSorted();
    return JSON.stringify(Object.fromEntries(names.map((name) => [name, values[name]])));
  },
  readonly: ({ f }) => f === 'read' || f === 'read-many',
  describe: (command, output) =>
    `${JSON.stringify(command)} -> ${output === undefined ? '?' : JSON.stringify(output.answer)}`,
};

function translate(pair: Pair): Translated {
  const { value, index, f } = pair.invoke;
  const isCommand = typeof value === 'object' && value !== null && 'f' in value;
  if (!isCommand || !Object.hasOwn(rules, String(value.f))) {
    throw new BadInput(
      `operation ${index}: ${f} ${JSON.stringify(value)} is nothing that a store does. Allowed: a value {"f": ${Object.keys(rules).join(' | ')}, ...}, and when it is over {..., "answer": what it was told}.`,
    );
  }
  const told = learnt(pair);
  const isTold = typeof told === 'object' && told !== null && 'answer' in told;
  const output = isTold ? { answer: told.answer } : undefined;
  const isRead = value.f === 'read' || value.f === 'read-many';
  return { input: value, output, idle: isRead && output === undefined };
}

export const storeKind: SubjectKind = {
  name: 'store',
  summary: 'everything that our own store does, on a few names at a time: every answer is judged',
  create(init): Subject {
    if (init !== undefined && init !== null) {
      throw new BadInput(
        `initial value ${JSON.stringify(init)} of a store. Allowed: none, it starts empty.`,
      );
    }
    return { model: model as Model<unknown, unknown, unknown>, keyOf: (op) => op.key, translate };
  },
};
