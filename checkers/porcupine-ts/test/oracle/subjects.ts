/** What the campaigns are about: a model, what clients ask of it, and how it would answer. */

import {
  type CasRegisterInput,
  type CounterInput,
  casRegister,
  counter,
  illegal,
  type KvInput,
  type KvOutput,
  kv,
  type Model,
  type MultiRegisterStep,
  type MultiRegisterTransaction,
  type MutexInput,
  multiRegister,
  mutex,
  nondeterministic,
  type QueueInput,
  type QueueState,
  queue,
  type RegisterOutput,
  register,
  type SetInput,
  type SetOutput,
  type SetState,
  type StackInput,
  type StackState,
  set,
  stack,
  type TakeOutput,
} from '../../src/index.ts';
import { type Specification, specification } from './brute-force.ts';
import type { Random } from './random.ts';

export interface Subject<State, Whole, Input, Output> {
  readonly name: string;
  readonly model: Model<State, Input, Output>;
  /** The same object with all keys in one state, for those who know no partitions. */
  readonly whole: Specification<Whole, Input, Output>;
  /** What the n-th client asks. */
  input(random: Random, n: number): Input;
  /** What the object answers; undefined where an operation has no answer. */
  answer(state: Whole, input: Input): Output | undefined;
  /** Any answer, right or wrong. */
  anyAnswer(random: Random, input: Input): Output | undefined;
}

/** Runs something with a subject whose types only it knows. */
export type AnySubject = <Result>(use: UseSubject<Result>) => Result;
export type UseSubject<Result> = <State, Whole, Input, Output>(
  subject: Subject<State, Whole, Input, Output>,
) => Result;

const erased =
  <State, Whole, Input, Output>(subject: Subject<State, Whole, Input, Output>): AnySubject =>
  (use) =>
    use(subject);

/** Mostly new values, now and then one that others use as well. */
const newValue = (random: Random, n: number): number => (random.oneIn(6) ? random.below(3) : n + 1);
const seenValue = (random: Random): number => random.below(7);

const valueOutput = (value: number): RegisterOutput<number> => ({ kind: 'value', value });

const casSubject = (
  name: string,
  model: Model<number, CasRegisterInput<number>, RegisterOutput<number>>,
  hasCas: boolean,
  values?: number,
): AnySubject =>
  erased<number, number, CasRegisterInput<number>, RegisterOutput<number>>({
    name,
    model,
    whole: specification(model),
    input: (random, n) => {
      const dice = random.below(hasCas ? 6 : 4);
      if (dice < 2) return { kind: 'read' };
      const isOld = values !== undefined || random.oneIn(2);
      const to = isOld ? random.below(values ?? 3) : n + 1;
      return dice < 4 ? { kind: 'write', value: to } : { kind: 'cas', from: random.below(4), to };
    },
    answer: (state, input) => {
      if (input.kind === 'write') return undefined;
      return input.kind === 'read'
        ? valueOutput(state)
        : { kind: 'swapped', swapped: state === input.from };
    },
    anyAnswer: (random, input) => {
      if (input.kind === 'write') return undefined;
      return input.kind === 'read'
        ? valueOutput(seenValue(random))
        : { kind: 'swapped', swapped: random.oneIn(2) };
    },
  });

type Texts = Readonly<Record<string, string>>;

const aStore = kv();
const kvSubject = erased<string, Texts, KvInput, KvOutput>({
  name: 'kv',
  model: aStore,
  whole: {
    init: () => [{}],
    step: (state, input, output) => {
      const after = aStore.step(state[input.key] ?? '', input, output);
      return after === illegal ? [] : [{ ...state, [input.key]: after }];
    },
  },
  input: (random) => {
    const key = random.pick(['x', 'y']);
    const value = random.pick(['a', 'b', 'ab']);
    const dice = random.below(6);
    if (dice < 2) return { kind: 'get', key };
    if (dice < 5) return { kind: dice < 3 ? 'put' : 'append', key, value };
    return { kind: 'cas', key, from: random.pick(['', 'a', 'b']), to: value };
  },
  answer: (state, input) => {
    const held = state[input.key] ?? '';
    if (input.kind === 'get') return { kind: 'value', value: held };
    return input.kind === 'cas' ? { kind: 'swapped', swapped: held === input.from } : undefined;
  },
  anyAnswer: (random, input) => {
    if (input.kind === 'get') {
      return { kind: 'value', value: random.pick(['', 'a', 'b', 'ab', 'aa', 'ba']) };
    }
    return input.kind === 'cas' ? { kind: 'swapped', swapped: random.oneIn(2) } : undefined;
  },
});

/** Parts that are no beginnings of each other, most of them used once; every unknown outcome can still be said. */
const spelledSubject = (name: string, init: string): AnySubject => {
  const model = kv(init);
  const letter = (random: Random): string => random.pick(['a', 'b', 'c', 'd', 'e', 'f']);
  return erased<string, Texts, KvInput, KvOutput>({
    name,
    model,
    whole: {
      init: () => [{}],
      step: (state, input, output) => {
        const after = model.step(state[input.key] ?? init, input, output);
        return after === illegal ? [] : [{ ...state, [input.key]: after }];
      },
    },
    input: (random, n) => {
      const key = random.oneIn(6) ? 'y' : 'x';
      const value = random.oneIn(5) ? letter(random) : String.fromCharCode(97 + (n % 26));
      const dice = random.below(6);
      if (dice < 3) return { kind: 'get', key };
      return { kind: dice < 4 ? 'put' : 'append', key, value };
    },
    answer: (state, input) =>
      input.kind === 'get' ? { kind: 'value', value: state[input.key] ?? init } : undefined,
    anyAnswer: (random, input) => {
      if (input.kind !== 'get') return undefined;
      const parts = Array.from({ length: random.below(4) }, () => letter(random));
      return { kind: 'value', value: (random.oneIn(2) ? init : '') + parts.join('') };
    },
  });
};

type Step = MultiRegisterStep<number>;
type Transaction = MultiRegisterTransaction<number>;
const registers = multiRegister({ x: 0 }, 0);

function run(held: Readonly<Record<string, number>>, steps: Transaction): Transaction {
  const now = new Map(Object.entries(held));
  return steps.map((step): Step => {
    if (step.kind === 'read') return { ...step, value: now.get(step.name) ?? 0 };
    now.set(step.name, step.value);
    return step;
  });
}

const multiRegisterSubject = erased<
  Readonly<Record<string, number>>,
  Readonly<Record<string, number>>,
  Transaction,
  Transaction
>({
  name: 'multi-register',
  model: registers,
  whole: specification(registers),
  input: (random) =>
    Array.from({ length: 1 + random.below(3) }, (): Step => {
      const name = random.pick(['x', 'y']);
      return random.oneIn(2)
        ? { kind: 'read', name }
        : { kind: 'write', name, value: random.below(3) };
    }),
  answer: run,
  anyAnswer: (random, steps) =>
    steps.map((step) => (step.kind === 'read' ? { ...step, value: random.below(3) } : step)),
});

const lock = mutex();
const mutexSubject = erased<boolean, boolean, MutexInput, undefined>({
  name: 'mutex',
  model: lock,
  whole: specification(lock),
  input: (random) => ({ kind: random.pick(['acquire', 'release']) }),
  answer: () => undefined,
  anyAnswer: () => undefined,
});

const elements = set<number>([7]);
type Elements = SetState<number>;

/** `told`: in how many of 8 cases an add or a remove says whether it made a difference. */
const setSubject = (
  name: string,
  kinds: readonly SetInput<number>['kind'][],
  told: number,
): AnySubject =>
  erased<Elements, Elements, SetInput<number>, SetOutput<number>>({
    name,
    model: elements,
    whole: specification(elements),
    input: (random) => {
      const kind = random.pick(kinds);
      return kind === 'read' ? { kind } : { kind, value: random.pick([1, 2, 2, 7]) };
    },
    answer: (state, input) => {
      if (input.kind === 'read') return { kind: 'elements', elements: state.values() };
      const contains = state.has(input.value);
      if (input.kind === 'contains') return { kind: 'contains', contains };
      const isTold = (state.size + input.value) % 8 < told;
      return isTold ? { kind: 'changed', changed: contains !== (input.kind === 'add') } : undefined;
    },
    anyAnswer: (random, input) => {
      if (input.kind === 'read') {
        const some = [1, 2, 7].filter(() => random.oneIn(2));
        return { kind: 'elements', elements: some };
      }
      if (input.kind === 'contains') return { kind: 'contains', contains: random.oneIn(2) };
      return random.below(8) < told ? { kind: 'changed', changed: random.oneIn(2) } : undefined;
    },
  });

const counterSubject = (name: string, amounts: readonly number[]): AnySubject => {
  const model = counter(1);
  return erased<number, number, CounterInput, number>({
    name,
    model,
    whole: specification(model),
    input: (random) =>
      random.oneIn(2) ? { kind: 'read' } : { kind: 'add', delta: random.pick(amounts) },
    answer: (state, input) => (input.kind === 'read' ? state : undefined),
    anyAnswer: (random, input) => (input.kind === 'read' ? 1 + random.below(6) - 2 : undefined),
  });
};

const empty: TakeOutput<number> = { kind: 'empty' };
const taken = (value: number | undefined): TakeOutput<number> =>
  value === undefined ? empty : { kind: 'value', value };
const anyTaken = (random: Random): TakeOutput<number> =>
  random.oneIn(4) ? empty : taken(random.oneIn(5) ? 9 : 1 + random.below(6));

const queueSubject = (name: string, init: readonly number[]): AnySubject => {
  const model = queue<number>(init);
  return erased<QueueState<number>, QueueState<number>, QueueInput<number>, TakeOutput<number>>({
    name,
    model,
    whole: specification(model),
    input: (random, n) =>
      random.oneIn(2) ? { kind: 'enqueue', value: newValue(random, n) } : { kind: 'dequeue' },
    answer: (state, input) => (input.kind === 'dequeue' ? taken(state.first) : undefined),
    anyAnswer: (random, input) => (input.kind === 'dequeue' ? anyTaken(random) : undefined),
  });
};

const stackSubject = (name: string, init: readonly number[]): AnySubject => {
  const model = stack<number>(init);
  return erased<StackState<number>, StackState<number>, StackInput<number>, TakeOutput<number>>({
    name,
    model,
    whole: specification(model),
    input: (random, n) =>
      random.oneIn(2) ? { kind: 'push', value: newValue(random, n) } : { kind: 'pop' },
    answer: (state, input) => (input.kind === 'pop' ? taken(state.top?.value) : undefined),
    anyAnswer: (random, input) => (input.kind === 'pop' ? anyTaken(random) : undefined),
  });
};

/** A register that may lose a write: what a step leads to is not one state. */
const forgetful: Specification<number, CasRegisterInput<number>, RegisterOutput<number>> = {
  init: () => [0, 1],
  step: (state, input, output) => {
    if (input.kind === 'write') return [state, input.value];
    if (input.kind === 'cas') return state === input.from ? [input.to] : [];
    return output?.kind !== 'value' || output.value === state ? [state] : [];
  },
};

const forgetfulSubject = erased<
  readonly number[],
  number,
  CasRegisterInput<number>,
  RegisterOutput<number>
>({
  name: 'nondeterministic',
  model: nondeterministic(forgetful),
  whole: forgetful,
  input: (random) => {
    const dice = random.below(5);
    if (dice < 2) return { kind: 'read' };
    const value = random.below(4);
    return dice < 4 ? { kind: 'write', value } : { kind: 'cas', from: random.below(4), to: value };
  },
  answer: (state, input) => (input.kind === 'read' ? valueOutput(state) : undefined),
  anyAnswer: (random, input) => (input.kind === 'read' ? valueOutput(random.below(4)) : undefined),
});

/** By name. */
export const subjects: ReadonlyMap<string, AnySubject> = new Map(
  [
    casSubject('register', register(0), false),
    casSubject('cas-register', casRegister(0), true),
    casSubject('registers in use', casRegister(0), true, 4),
    multiRegisterSubject,
    kvSubject,
    spelledSubject('kv, one spelling', ''),
    spelledSubject('kv, one spelling, not empty at first', 'z'),
    mutexSubject,
    setSubject('set', ['add', 'remove', 'contains'], 6),
    setSubject('set, every change told', ['add', 'remove', 'contains'], 8),
    setSubject('set with reads', ['add', 'add', 'read', 'read', 'remove'], 0),
    setSubject('set that grows', ['add', 'read'], 0),
    counterSubject('counter', [1, 2, -1]),
    counterSubject('counter by one', [1]),
    counterSubject('counter down by two', [-2]),
    queueSubject('queue', []),
    queueSubject('queue, not empty at first', [5, 6]),
    stackSubject('stack', []),
    stackSubject('stack, not empty at first', [5, 6]),
    forgetfulSubject,
  ].map((subject) => [subject(({ name }) => name), subject]),
);

/** Those with a method that needs no search. */
export const fastSubjects: readonly string[] = [...subjects.keys()].filter(
  (name) =>
    !['multi-register', 'kv', 'counter', 'set with reads', 'nondeterministic'].includes(name),
);

/** Registers: what a walk is for. Those `in use` write few values again and again. */
export const walkSubjects: readonly string[] = ['register', 'cas-register', 'registers in use'];
