/** Small random histories, and what to run on them. */

import fc from 'fast-check';
import {
  type CasRegisterInput,
  casRegister,
  illegal,
  type KvInput,
  type KvOutput,
  kv,
  type Model,
  type MultiRegisterTransaction,
  type MutexInput,
  multiRegister,
  mutex,
  type Operation,
  type RegisterInput,
  type RegisterOutput,
  register,
} from '../../src/index.ts';

export type Done<Input, Output> = readonly [input: Input, output: Output | undefined];

/** Intervals over few moments, so that touching and equal ones are common; a quarter have unknown outcomes. */
export function histories<Input, Output>(
  done: fc.Arbitrary<Done<Input, Output>>,
  maxLength = 6,
): fc.Arbitrary<Operation<Input, Output>[]> {
  const operation = fc
    .tuple(done, fc.nat(9), fc.nat(4), fc.nat(3))
    .map(
      ([[input, output], call, lasts, dice]): Operation<Input, Output> =>
        dice === 0
          ? { kind: 'unknown', input, call }
          : { kind: 'completed', input, output, call, return: call + lasts },
    );
  return fc.array(operation, { minLength: 1, maxLength });
}

const value = fc.integer({ min: 0, max: 2 });
const swapped = fc.option(
  fc
    .boolean()
    .map((yes): { kind: 'swapped'; swapped: boolean } => ({ kind: 'swapped', swapped: yes })),
  { nil: undefined, freq: 4 },
);

const read: fc.Arbitrary<Done<RegisterInput<number>, RegisterOutput<number>>> = fc
  .option(value, { nil: undefined, freq: 6 })
  .map((v) => [{ kind: 'read' }, v === undefined ? undefined : { kind: 'value', value: v }]);
const write: fc.Arbitrary<Done<RegisterInput<number>, RegisterOutput<number>>> = value.map((v) => [
  { kind: 'write', value: v },
  undefined,
]);
const cas: fc.Arbitrary<Done<CasRegisterInput<number>, RegisterOutput<number>>> = fc
  .tuple(value, value, swapped)
  .map(([from, to, output]) => [{ kind: 'cas', from, to }, output]);

const text = fc.constantFrom('a', 'b', 'ab');
const key = fc.constantFrom('x', 'y');
const kvRead = fc.tuple(key, fc.constantFrom('', 'a', 'b', 'ab', 'aa', 'ba')).map(
  ([k, v]): Done<KvInput, KvOutput> => [
    { kind: 'get', key: k },
    { kind: 'value', value: v },
  ],
);
const kvChange = fc
  .tuple(key, text, text, fc.constantFrom('put', 'append', 'cas'), swapped)
  .map(([k, from, to, f, output]): Done<KvInput, KvOutput> => {
    if (f === 'cas') return [{ kind: 'cas', key: k, from, to }, output];
    return [{ kind: f === 'put' ? 'put' : 'append', key: k, value: to }, undefined];
  });

const name = fc.constantFrom('x', 'y');
const steps = fc.array(
  fc.oneof(
    fc.tuple(name, value).map(([n, v]) => ({ kind: 'read' as const, name: n, value: v })),
    fc.tuple(name, value).map(([n, v]) => ({ kind: 'write' as const, name: n, value: v })),
  ),
  { minLength: 1, maxLength: 3 },
);

/** The kv model with all keys in one state, for the oracle. */
export const wholeKv: Model<Readonly<Record<string, string>>, KvInput, KvOutput> = {
  init: () => ({}),
  step: (state, input, output) => {
    const after = kv().step(state[input.key] ?? '', input, output);
    return after === illegal ? illegal : { ...state, [input.key]: after };
  },
};

/** A counter behind a class with its own equality, without any hint: what an opaque model of a user looks like. */
class Count {
  readonly n: number;
  constructor(n: number) {
    this.n = n;
  }
}
export const opaqueCounter: Model<Count, 'add' | 'get', number> = {
  init: () => new Count(0),
  step: (state, input, output) => {
    if (input === 'add') return new Count(state.n + 1);
    return output === undefined || output === state.n ? state : illegal;
  },
  equal: (a, b) => a.n === b.n,
  hash: (state) => state.n % 3,
};

export const subjects = {
  register: {
    model: register(0),
    histories: histories(fc.oneof(read, write)),
  },
  'cas-register': {
    model: casRegister(0),
    histories: histories<CasRegisterInput<number>, RegisterOutput<number>>(
      fc.oneof(read, write, cas),
    ),
  },
  'multi-register': {
    model: multiRegister({ x: 0 }, 0),
    histories: histories<MultiRegisterTransaction<number>, MultiRegisterTransaction<number>>(
      steps.map((s) => [s, s]),
      5,
    ),
  },
  kv: { model: kv(), histories: histories(fc.oneof(kvRead, kvChange)) },
  mutex: {
    model: mutex(),
    histories: histories<MutexInput, undefined>(
      fc.constantFrom('acquire' as const, 'release' as const).map((kind) => [{ kind }, undefined]),
    ),
  },
  'opaque counter': {
    model: opaqueCounter,
    histories: histories<'add' | 'get', number>(
      fc.oneof(
        fc.constant<Done<'add', number>>(['add', undefined]),
        fc.nat(3).map((n): Done<'get', number> => ['get', n]),
      ),
    ),
  },
};
