/** Objects of few states: what is found out about them is so, and verdicts are those of the definition. */

import assert from 'node:assert/strict';
import {
  type CasRegisterInput,
  casRegister,
  check,
  illegal,
  type Model,
  type Operation,
  type RegisterOutput,
} from '../../src/index.ts';
import { partitions } from '../../src/partitions.ts';
import { explored } from '../../src/search/exploration.ts';
import { problem } from '../../src/search/problem.ts';
import { Search } from '../../src/search/search.ts';
import { isLinearizable, specification } from '../oracle/brute-force.ts';
import { generate, larger, small } from '../oracle/generate.ts';
import { bare } from '../oracle/judge.ts';
import { random, seedOf } from '../oracle/random.ts';
import { subjects } from '../oracle/subjects.ts';

const runs = 300 * Number(process.env['DISSENT_FUZZ'] ?? 1);
const memoryLimitBytes = 2 ** 28;
const look = (): void => {};

type Input = CasRegisterInput<number>;
const cas: Input = { kind: 'cas', from: 0, to: 1 };
const swapped: RegisterOutput<number> = { kind: 'swapped', swapped: true };

/** One after the other, each input with its output; without an output nobody knows what came of it. */
const inOrder = <In, Out>(
  ...all: readonly { readonly input: In; readonly output?: Out }[]
): Operation<In, Out>[] =>
  all.map(({ input, output }, i) =>
    output === undefined
      ? { kind: 'unknown', input, call: 2 * i }
      : { kind: 'completed', input, output, call: 2 * i, return: 2 * i + 1 },
  );

describe('an object of few states', () => {
  for (const [name, use] of subjects) {
    it(`gets the verdicts of the definition, and those of the search: ${name}`, () =>
      use((subject) => {
        let known = 0;
        let registers = 0;
        for (let run = 0; run < runs; run += 1) {
          const dice = random(seedOf(11, run));
          const isSmall = run % 2 === 0;
          const history = generate(subject, dice, isSmall ? small(dice) : larger(dice));
          for (const { operations } of partitions(subject.model, history, look)) {
            const plain = problem(bare(subject.model), operations, look);
            const p = explored(plain);
            if (p === undefined) continue;
            known += 1;
            if (p.register !== undefined) registers += 1;
            const verdict = new Search(p).run(Infinity, memoryLimitBytes);
            const expected = isSmall
              ? isLinearizable(specification(subject.model), operations)
              : new Search(plain).run(Infinity, memoryLimitBytes) === 'ok';
            assert.equal(verdict, expected ? 'ok' : 'illegal', `run ${run}`);
          }
        }
        if (!name.includes('register')) return;
        assert.ok(registers > runs / 20, `${registers} registers of ${known} known`);
      }));
  }

  it('is a register if that is what it does', () => {
    const history = inOrder<Input, RegisterOutput<number>>(
      { input: { kind: 'write', value: 2 }, output: swapped },
      { input: cas },
      { input: { kind: 'read' }, output: { kind: 'value', value: 0 } },
      { input: { kind: 'read' } },
      { input: { kind: 'cas', from: 2, to: 0 }, output: swapped },
    );
    const p = explored(problem(bare(casRegister(0)), history, look));
    const { from = [], to = [] } = p?.register ?? {};
    // The unknown read does nothing, the unknown cas what it does if it changes anything.
    assert.deepEqual(
      [...(p?.effectOf ?? [])].map((e) => [from[e], to[e]]),
      [
        [-1, 1],
        [0, 2],
        [0, -1],
        [-1, -1],
        [1, 0],
      ],
    );
    assert.deepEqual([p?.required.length, p?.optional.length], [3, 1]);
  });

  it('is no register if an operation is legal in two of three states', () => {
    const modulo: Model<number, 'next' | 'not 0', boolean> = {
      init: () => 0,
      step: (state, input) => {
        if (input === 'next') return (state + 1) % 3;
        return state === 0 ? illegal : state;
      },
    };
    const all = Array.from({ length: 4 }, (_, i) =>
      i % 2 === 0 ? ('next' as const) : ('not 0' as const),
    );
    const p = explored(
      problem(modulo, inOrder(...all.map((input) => ({ input, output: true }))), look),
    );
    assert.deepEqual(
      [p?.register, [...(p?.readonly ?? [])], [...(p?.total ?? [])]],
      [undefined, [0, 1], [1, 0]],
    );
  });

  it('is searched as it is if it cannot bear to be asked everything', () => {
    const careful: Model<number, 'open' | 'close', boolean> = {
      init: () => 0,
      step: (state, input) => {
        if (state > 0 && input === 'open') throw new Error('opened twice');
        return input === 'open' ? 1 : 0;
      },
    };
    const history = inOrder(
      { input: 'open' as const, output: true },
      { input: 'close' as const, output: true },
    );
    assert.equal(explored(problem(careful, history, look)), undefined);
    assert.equal(check(careful, history).verdict, 'ok');
  });

  it('is not gone through if its states are many', () => {
    let steps = 0;
    const sum: Model<number, number, boolean> = {
      init: () => 0,
      step: (state, input) => {
        steps += 1;
        return state + input;
      },
    };
    const history = inOrder(
      ...Array.from({ length: 100 }, (_, input) => ({ input, output: true })),
    );
    assert.equal(explored(problem(sum, history, look)), undefined);
    assert.ok(steps < 10, `${steps} steps`);
  });
});
