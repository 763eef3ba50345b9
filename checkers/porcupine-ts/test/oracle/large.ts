/** Long histories that are linearizable because they were made so, and the same with one thing that cannot be. */

import {
  type CounterInput,
  counter,
  type Model,
  type MutexInput,
  mutex,
  type Operation,
  type QueueInput,
  queue,
  type SetInput,
  type SetOutput,
  type StackInput,
  set,
  stack,
  type TakeOutput,
} from '../../src/index.ts';
import type { Random } from './random.ts';

/** A model with its histories, whatever their types. */
export interface Large {
  readonly model: Model<unknown, unknown, unknown>;
  readonly valid: readonly Operation<unknown, unknown>[];
  readonly broken: readonly Operation<unknown, unknown>[];
}

interface Clients {
  /** Operations that overlap at any time. */
  readonly clients: number;
  /** One of so many has an unknown outcome. */
  readonly unknownIn: number;
}

const clients: Clients = { clients: 10, unknownIn: 200 };

interface Done<Input, Output> {
  readonly input: Input;
  readonly output: Output | undefined;
  /** It may become one of unknown outcome. */
  readonly mayBeUnknown?: boolean;
}

/** Gives each of these, which took effect in this order, an interval around its moment. */
function intervals<Input, Output>(
  random: Random,
  steps: readonly Done<Input, Output>[],
): Operation<Input, Output>[] {
  const lasts = clients.clients * 2;
  return steps.map(({ input, output, mayBeUnknown }, n): Operation<Input, Output> => {
    const moment = n * 4;
    const call = moment - random.below(lasts);
    const client = n % clients.clients;
    if (mayBeUnknown === true && random.oneIn(clients.unknownIn)) {
      return { kind: 'unknown', client, input, call };
    }
    return { kind: 'completed', client, input, output, call, return: moment + random.below(lasts) };
  });
}

/** The same with another answer at the operation nearest to the middle for which there is one that is wrong. */
function spoil<Input, Output>(
  history: readonly Operation<Input, Output>[],
  wrong: (op: Operation<Input, Output>, n: number) => Output | undefined,
): Operation<Input, Output>[] {
  const middle = history.length >> 1;
  for (let n = middle; n < history.length; n += 1) {
    const op = history[n];
    if (op === undefined || op.kind === 'unknown') continue;
    const output = wrong(op, n);
    if (output !== undefined) return history.with(n, { ...op, output });
  }
  throw new Error('nothing to spoil');
}

const outputOf = <Output>(op: Operation<unknown, Output>): Output | undefined =>
  op.kind === 'completed' ? op.output : undefined;

/** Puts and takes about `depth` deep; `takesLast` for a stack. */
function buffer<Input>(
  random: Random,
  count: number,
  takesLast: boolean,
  put: (value: number) => Input,
  take: Input,
): Done<Input, TakeOutput<number>>[] {
  const depth = 50;
  let held: number[] = [];
  let next = 1;
  let from = 0;
  return Array.from({ length: count }, () => {
    const size = held.length - from;
    if (random.below(2 * depth) >= size && !random.oneIn(4)) {
      held.push(next);
      next += 1;
      return { input: put(next - 1), output: undefined, mayBeUnknown: random.oneIn(8) };
    }
    if (size === 0) return { input: take, output: { kind: 'empty' } };
    const value = takesLast ? (held.pop() ?? 0) : (held[from] ?? 0);
    if (!takesLast) from += 1;
    if (from > 1000) {
      held = held.slice(from);
      from = 0;
    }
    return { input: take, output: { kind: 'value', value } };
  });
}

/** A value that comes much later. */
const early = (op: Operation<unknown, TakeOutput<number>>): TakeOutput<number> | undefined =>
  op.kind === 'completed' && op.output?.kind === 'value'
    ? { kind: 'value', value: op.output.value + 1000 }
    : undefined;

const emptyTooSoon = (
  op: Operation<unknown, TakeOutput<number>>,
): TakeOutput<number> | undefined =>
  op.kind === 'completed' && op.output?.kind === 'value' ? { kind: 'empty' } : undefined;

const erased = <State, Input, Output>(
  model: Model<State, Input, Output>,
  valid: readonly Operation<Input, Output>[],
  broken: readonly Operation<Input, Output>[],
): Large => {
  const untyped: Model<never, never, never> = model as Model<never, never, never>;
  return { model: untyped as Model<unknown, unknown, unknown>, valid, broken };
};

function aQueue(random: Random, count: number): Large {
  const put = (value: number): QueueInput<number> => ({ kind: 'enqueue', value });
  const done = buffer<QueueInput<number>>(random, count, false, put, { kind: 'dequeue' });
  const valid = intervals(random, done);
  return erased(queue<number>(), valid, spoil(valid, early));
}

function aStack(random: Random, count: number): Large {
  const put = (value: number): StackInput<number> => ({ kind: 'push', value });
  const done = buffer<StackInput<number>>(random, count, true, put, { kind: 'pop' });
  const valid = intervals(random, done);
  return erased(stack<number>(), valid, spoil(valid, emptyTooSoon));
}

function aSet(random: Random, count: number): Large {
  const held = new Set<number>();
  const done = Array.from({ length: count }, (): Done<SetInput<number>, SetOutput<number>> => {
    const value = random.below(count / 20);
    const isThere = held.has(value);
    const kind = random.pick(['add', 'remove', 'contains'] as const);
    const input = { kind, value };
    if (kind === 'contains') return { input, output: { kind, contains: isThere } };
    const changed = isThere !== (kind === 'add');
    if (kind === 'add') held.add(value);
    else held.delete(value);
    return { input, output: { kind: 'changed', changed }, mayBeUnknown: changed };
  });
  const valid = intervals(random, done);
  const wrong = (op: Operation<unknown, SetOutput<number>>): SetOutput<number> | undefined => {
    const output = outputOf(op);
    return output?.kind === 'contains' ? { ...output, contains: !output.contains } : undefined;
  };
  return erased(set<number>(), valid, spoil(valid, wrong));
}

/** Adds, and now and then a read of everything. */
function growingSet(random: Random, count: number): Large {
  const held: number[] = [];
  const done = Array.from({ length: count }, (_, n): Done<SetInput<number>, SetOutput<number>> => {
    if (n % (count >> 4) === (count >> 4) - 1) {
      return { input: { kind: 'read' }, output: { kind: 'elements', elements: [...held] } };
    }
    held.push(n);
    return { input: { kind: 'add', value: n }, output: undefined, mayBeUnknown: true };
  });
  const valid = intervals(random, done);
  const wrong = (op: Operation<unknown, SetOutput<number>>): SetOutput<number> | undefined => {
    const output = outputOf(op);
    return output?.kind === 'elements'
      ? { ...output, elements: output.elements.slice(1) }
      : undefined;
  };
  return erased(set<number>(), valid, spoil(valid, wrong));
}

function aCounter(random: Random, count: number): Large {
  let value = 0;
  const done = Array.from({ length: count }, (): Done<CounterInput, number> => {
    if (random.oneIn(3)) return { input: { kind: 'read' }, output: value };
    value += 1;
    return { input: { kind: 'add', delta: 1 }, output: undefined, mayBeUnknown: true };
  });
  const valid = intervals(random, done);
  const wrong = (op: Operation<unknown, number>): number | undefined => {
    const output = outputOf(op);
    return output === undefined ? undefined : output - 1000;
  };
  return erased(counter(), valid, spoil(valid, wrong));
}

function aMutex(random: Random, count: number): Large {
  const kinds = ['acquire', 'release'] as const;
  // Broken: nobody releases it for a while, and yet one after the other gets it. Before, nobody may have released it twice.
  const from = count >> 1;
  const gap = 60;
  const done = Array.from({ length: count }, (_, n): Done<MutexInput, undefined> => {
    const input = { kind: kinds[n % 2] ?? 'acquire' };
    return { input, output: undefined, mayBeUnknown: n > from + gap };
  });
  const valid = intervals(random, done);
  const broken = valid.filter((op, n) => op.input.kind === 'acquire' || n < from || n >= from + 60);
  return erased(mutex(), valid, broken);
}

/** By name: makes histories of `count` operations. */
export const large: ReadonlyMap<string, (random: Random, count: number) => Large> = new Map(
  Object.entries({
    queue: aQueue,
    stack: aStack,
    set: aSet,
    'set that grows': growingSet,
    counter: aCounter,
    mutex: aMutex,
  }),
);
