/** Guesses about models that promise nothing: they may cost the witness, never the verdict. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { check, illegal, type Model, type Operation } from '../../src/index.ts';
import { Guess } from '../../src/search/guess.ts';
import { Hunch } from '../../src/search/hunch.ts';
import { Portfolio } from '../../src/search/portfolio.ts';
import { type Problem, problem } from '../../src/search/problem.ts';
import { Search } from '../../src/search/search.ts';
import { generate, larger } from '../oracle/generate.ts';
import { demandAccepted } from '../oracle/judge.ts';
import { type Random, random, seedOf } from '../oracle/random.ts';
import { subjects } from '../oracle/subjects.ts';
import { endless, log } from '../support/endless.ts';

const factor = Number(process.env['DISSENT_FUZZ'] ?? 1);
const memoryLimitBytes = 2 ** 28;
const look = (): void => {};

/** The complete search makes so many steps before there is anything to guess from, then one for every ten of the other. */
const impatient = { hardAfterSteps: -Infinity, stepsPerStep: 0.1 };

function verdictOf<State, Input, Output>(
  p: Problem<State, Input, Output>,
): { readonly verdict: 'ok' | 'illegal'; readonly hunches: boolean } {
  const plain = new Search(p);
  let expected = plain.run(1e6, memoryLimitBytes);
  while (expected === 'paused') expected = plain.run(1e6, memoryLimitBytes);
  const portfolio = new Portfolio(p, impatient);
  let verdict = portfolio.run(3, memoryLimitBytes);
  while (verdict === 'paused') verdict = portfolio.run(3, memoryLimitBytes);
  assert.equal(verdict, expected);
  demandAccepted(p.model, portfolio.order());
  if (verdict === 'ok') {
    const placed = new Set(portfolio.order());
    assert.ok(p.operations.every((op) => op.kind === 'unknown' || placed.has(op)));
  }
  return { verdict, hunches: portfolio.steps < plain.steps };
}

/** As if it had promised nothing at all. */
const bare = <State, Input, Output>(
  model: Model<State, Input, Output>,
): Model<State, Input, Output> => ({
  init: () => model.init(),
  step: (state, input, output) => model.step(state, input, output),
  ...(model.equal === undefined ? {} : { equal: model.equal.bind(model) }),
  ...(model.hash === undefined ? {} : { hash: model.hash.bind(model) }),
});

/** As if it had not said what it is. */
const shapeless = <State, Input, Output>(
  model: Model<State, Input, Output>,
): Model<State, Input, Output> => ({
  ...bare(model),
  readonly: (input, output) => model.readonly?.(input, output) === true,
  blind: (input, output) => model.blind?.(input, output) === true,
  total: (input, output) => model.total?.(input, output) === true,
  ...(model.growth === undefined ? {} : { growth: model.growth }),
});

type TrapInput = { readonly kind: 'put' | 'append' | 'read'; readonly value: string };

/** Like a text, but in some states every operation may do something else. */
const trapped = (trap: number): Model<string, TrapInput, string> => ({
  init: () => '',
  step: (state, { kind, value }, output) => {
    const dice = (state.length * 7 + state.charCodeAt(0) * 3 + value.charCodeAt(0)) % 11;
    if (state !== '' && dice < trap) return dice % 2 === 0 ? illegal : `${value}${state}`;
    if (kind === 'read') return output === undefined || output === state ? state : illegal;
    return (kind === 'put' ? value : state + value).slice(0, 4);
  },
});

function trappedHistory(dice: Random, model: Model<string, TrapInput, string>) {
  const history: Operation<TrapInput, string>[] = [];
  let state = '';
  const count = 4 + dice.below(6);
  for (let n = 0; n < count; n += 1) {
    const kind = dice.pick(['put', 'append', 'append', 'read', 'read'] as const);
    const input = { kind, value: dice.pick(['a', 'b', 'c']) };
    const truth = kind === 'read' ? state : undefined;
    const after = model.step(state, input, truth);
    if (after === illegal) continue;
    const output = truth !== undefined && dice.oneIn(6) ? dice.pick(['', 'a', 'ab']) : truth;
    const call = n * 2 - dice.below(7);
    if (dice.oneIn(6)) history.push({ kind: 'unknown', input, call });
    else {
      state = after;
      history.push({ kind: 'completed', input, output, call, return: n * 2 + dice.below(7) });
    }
  }
  return history;
}

/** Appends of single letters by many clients, put off by no read until the end: only a look at what is read helps. */
const spelling = (letters: string, per: number): Operation<TrapInput, string>[] => {
  const history: Operation<TrapInput, string>[] = [];
  let text = '';
  for (let from = 0; from < letters.length; from += per) {
    const some = letters.slice(from, from + per).split('');
    text += some.toReversed().join('');
    for (const value of some) {
      const input = { kind: 'append' as const, value };
      history.push({
        kind: 'completed',
        input,
        output: undefined,
        call: from * 10,
        return: from * 10 + 5,
      });
    }
    const input = { kind: 'read' as const, value: '' };
    const call = from * 10 + 6;
    history.push({ kind: 'completed', input, output: text, call, return: call + 1 });
  }
  return history;
};

const text: Model<string, TrapInput, string> = {
  init: () => '',
  step: (state, { kind, value }, output) => {
    if (kind === 'read') return output === undefined || output === state ? state : illegal;
    return kind === 'put' ? value : state + value;
  },
};

const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

describe('a search that trusts guesses', function () {
  // Nothing is waited for: a limit would end nothing, and only fail on a slow machine.
  this.timeout(0);

  for (const name of subjects.keys()) {
    it(`changes no verdict about a ${name}`, () => {
      let ok = 0;
      for (let n = 0; n < 150 * factor; n += 1) {
        subjects.get(name)?.((subject) => {
          const dice = random(seedOf(77, n));
          const history = generate(subject, dice, larger(dice));
          const part = check(subject.model, history, { ignoreHints: true }).partitions[0];
          if (part === undefined) return;
          for (const model of [bare(subject.model), shapeless(subject.model)]) {
            if (verdictOf(problem(model, part.operations, look)).verdict === 'ok') ok += 1;
          }
        });
      }
      assert.ok(ok > 50 * factor, `${ok} ok`);
    });
  }

  it('changes no verdict about a model that is not what it seems to be', () => {
    const counts = { ok: 0, illegal: 0, hunches: 0 };
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 30 }),
        fc.integer({ min: 0, max: 4 }),
        (seed, trap) => {
          const model = trapped(trap);
          const { verdict, hunches } = verdictOf(
            problem(model, trappedHistory(random(seed), model), look),
          );
          counts[verdict] += 1;
          if (hunches) counts.hunches += 1;
        },
      ),
      { numRuns: 3000 * factor },
    );
    assert.ok(Math.min(counts.ok, counts.illegal) > 300 * factor, JSON.stringify(counts));
  });

  it('sees where a text must go, though nobody told what a text is', () => {
    const history = spelling(alphabet, 13);
    const { verdict, steps } = check(text, history);
    assert.equal(verdict, 'ok');
    assert.ok(steps < 5000, `${steps} steps`);
  });

  it('sees the same of lists', () => {
    const lists: Model<readonly string[], TrapInput, { readonly seen: readonly string[] }> = {
      init: () => [],
      step: (state, { kind, value }, output) => {
        if (kind === 'append') return [...state, value];
        return output === undefined || output.seen.join() === state.join() ? state : illegal;
      },
    };
    const history = spelling(alphabet, 13).flatMap((op) => {
      if (op.kind === 'unknown') return [];
      return [
        { ...op, output: op.output === undefined ? undefined : { seen: op.output.split('') } },
      ];
    });
    const { verdict, steps } = check(lists, history);
    assert.equal(verdict, 'ok');
    assert.ok(steps < 5000, `${steps} steps`);
  });

  it('leaves it to the complete search when the model throws at what it did not expect', () => {
    const p = problem({ ...log, init: () => '' }, endless('a', 6), look);
    const search = new Search(p);
    search.run(40, memoryLimitBytes);
    const throwing = { ...p, model: { ...p.model, step: () => assert.fail('never') } };
    assert.equal(new Hunch(throwing, search.transitions).run(1e4, memoryLimitBytes), 'failed');
  });

  it('gives up where no order is right', () => {
    const p = problem(log, endless('a', 7), look);
    const search = new Search(p);
    search.run(40, memoryLimitBytes);
    const hunch = new Hunch(p, search.transitions);
    let end = hunch.run(100, memoryLimitBytes);
    for (let i = 0; end === 'paused' && i < 1e4; i += 1) end = hunch.run(100, memoryLimitBytes);
    assert.equal(end, 'failed');
  });
});

describe('a guess', () => {
  it('says of every effect what it seems to be', () => {
    const history = spelling('abcdef', 3);
    const put = { kind: 'put' as const, value: 'x' };
    history.push({ kind: 'completed', input: put, output: undefined, call: 0, return: 1e9 });
    const p = problem(text, history, look);
    const search = new Search(p);
    search.run(30, memoryLimitBytes);
    const guess = new Guess(p, search.transitions);
    while (!guess.run(1));
    const seems = guess.problem();
    assert.ok(seems !== undefined);
    for (const [e, { kind }] of p.inputs.entries()) {
      assert.equal(seems.blind[e], kind === 'put' ? 1 : 0, kind);
      assert.equal(seems.total[e], kind === 'read' ? 0 : 1, kind);
      assert.equal(seems.readonly[e], kind === 'read' ? 1 : 0, kind);
      assert.equal(seems.growth?.jumps(e), kind === 'put');
    }
    const firstRead = p.inputs.findIndex(({ kind }) => kind === 'read');
    assert.equal(seems.growth?.leadsTo('c', firstRead), true);
    assert.equal(seems.growth?.leadsTo('b', firstRead), false);
  });
});
