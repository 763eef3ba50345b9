/** Everything that the store does, on a few names at a time, each answer judged: also the refusals, and what cannot be applied. */

import type { z } from 'zod';
import { answers } from '#checkers/answers';
import { keyName } from '#checkers/identity';
import { invariants } from '#checkers/invariants';
import { linearizable } from '#checkers/linearizable';
import { cannotBeApplied, type StoreCommand } from '#checkers/linearizable/store';
import { logPattern } from '#checkers/log-pattern';
import { stats } from '#checkers/stats';
import type { Call, Outcome } from '#src/client/connection';
import type { Completion, Invocation } from '#src/history/operation';
import { pick, type Random, shuffle } from '#src/random/random';
import { keyedGenerator, keyedOptions, newestKeys, type ObjectPlan } from './keyed.ts';
import type { Workload, WorkloadKind } from './workload.ts';

const options = keyedOptions(3, 25);
type Options = z.infer<typeof options>;

/** What the names of a store hold; each is used with commands of its kind, and now and then with another. */
const names = ['register', 'number', 'list', 'set', 'queue', 'lock', 'choice'] as const;

/** Values in all shapes, some of them easily taken for nothing; most of them name their writer. */
function drawValue(random: Random, number: number): unknown {
  return pick(random, [number, { n: number, of: [1, 2] }, [number], 0, '', false]);
}

/** The same value, its properties in another order. */
const respelt = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toReversed())
    : value;

const element = (random: Random): unknown => pick(random, [0, 1, { e: 1 }, [0]]);

interface State {
  readonly next: number;
  /** Written to the register not long ago. */
  readonly written: readonly unknown[];
}

type Draw = (random: Random, state: State) => StoreCommand;

const count = (random: Random): number => 1 + random.below(3);

const drawDelta = (random: Random): number => random.below(9) - 4;

function drawStep(random: Random, { next }: State): readonly [string, string, unknown] {
  switch (random.below(6)) {
    case 0:
      return ['r', pick(random, ['register', 'number', 'list']), null];
    case 1:
      return ['w', 'register', drawValue(random, next)];
    case 2:
      return ['append', 'list', next];
    case 3:
      return ['at-least', 'number', random.below(7) - 3];
    default:
      return ['add', 'number', drawDelta(random)];
  }
}

const draws: readonly Draw[] = [
  (random) => ({ f: 'read', name: pick(random, names) }),
  (random) => ({ f: 'read-many', names: shuffle(random, names).slice(0, 3) }),
  (random, { next }) => ({ f: 'write', name: 'register', value: drawValue(random, next) }),
  (random, { next, written }) => ({
    f: 'cas',
    name: 'register',
    from: respelt(pick(random, written)),
    to: drawValue(random, next),
  }),
  (_, { next }) => ({ f: 'append', name: 'list', value: next }),
  (random) => ({ f: 'add', name: 'number', delta: drawDelta(random) }),
  (random) => ({ f: 'insert', name: 'set', value: element(random) }),
  (random) => ({ f: 'remove', name: 'set', value: element(random) }),
  (_, { next }) => ({ f: 'append', name: 'queue', value: next }),
  (random) => ({ f: 'dequeue', name: 'queue', count: count(random) }),
  () => ({ f: 'acquire', name: 'lock' }),
  (random) => ({ f: 'release', name: 'lock', token: count(random) }),
  (random, { next }) => ({ f: 'decide', name: 'choice', value: drawValue(random, next) }),
  (random, state) => ({
    f: 'txn',
    steps: Array.from({ length: count(random) + 1 }, () => drawStep(random, state)),
  }),
  // What cannot be applied where it is asked for.
  (_, { next }) => ({ f: 'append', name: 'number', value: next }),
  (random) => ({ f: 'add', name: 'list', delta: drawDelta(random) }),
];

const written = 3;

const plan: ObjectPlan<State> = {
  prefix: 'o',
  fresh: { next: 1, written: [null] },
  draw(random, state) {
    const command = pick(random, draws)(random, state);
    const { f, name } = command;
    const isNews = name === 'register' && (f === 'write' || f === 'cas');
    const value = f === 'cas' ? command['to'] : command['value'];
    return {
      op: { f: f === 'read' || f === 'read-many' ? 'read' : 'apply', value: command },
      state: {
        next: state.next + 1,
        written: isNews ? [...state.written, value].slice(-written) : state.written,
      },
    };
  },
};

const commandOf = (op: Invocation): StoreCommand => op.value as StoreCommand;

/** A store is a part of the one store of the system: its names begin with its key. */
function call(op: Invocation): Call {
  const inStore = (name: unknown): string => `${keyName(op.key)}.${String(name)}`;
  const { name, names: many, steps, ...rest } = commandOf(op);
  return {
    ...rest,
    ...(name === undefined ? {} : { key: inStore(name) }),
    ...(Array.isArray(many) ? { keys: many.map(inStore) } : {}),
    ...(Array.isArray(steps)
      ? { steps: steps.map(([f, of, argument]) => [f, inStore(of), argument]) }
      : {}),
  } as Call;
}

/** Steps of a transaction come back with the keys that they were asked of. */
function answerOf(op: Invocation, result: unknown): unknown {
  const { f } = commandOf(op);
  if (f !== 'txn' || !Array.isArray(result)) return result;
  const prefix = `${keyName(op.key)}.`;
  return result.map((step: unknown) =>
    Array.isArray(step) && typeof step[1] === 'string' && step[1].startsWith(prefix)
      ? [step[0], step[1].slice(prefix.length), step[2]]
      : step,
  );
}

function completion(op: Invocation, outcome: Outcome): Completion {
  const command = commandOf(op);
  const told = (answer: unknown): Completion => ({ type: 'ok', value: { ...command, answer } });
  switch (outcome.kind) {
    case 'ok':
      return told(answerOf(op, outcome.result));
    case 'fail':
      if (outcome.error.startsWith('bad-command')) return told(cannotBeApplied);
      return { type: 'fail', value: command, error: outcome.error };
    case 'unknown':
      return { type: op.f === 'read' ? 'fail' : 'info', value: command, error: outcome.error };
  }
}

/** One read of everything in a store. */
const finalRead = (key: string | number): Invocation => ({
  f: 'read',
  key,
  value: { f: 'read-many', names },
});

export const storeWorkload: WorkloadKind<Options> = {
  name: 'store',
  summary: 'everything that our own store does, on a few names at a time; every answer is judged',
  options,
  create(chosen): Workload {
    return {
      name: 'store',
      claim:
        'Each group of names behaves like one atomic store: every command is answered by what all before it left there, and changes just what it should.',
      generator: keyedGenerator(plan, chosen),
      probe: finalRead('o0'),
      finalOperations: (history) =>
        newestKeys(history, chosen.activeKeys).map((key) => finalRead(String(key))),
      call,
      completion,
      checkers: [linearizable({ model: 'store' }), invariants(), answers(), stats(), logPattern()],
    };
  },
};
