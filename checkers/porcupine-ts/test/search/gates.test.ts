/** Quiescent points: what a search remembers of them is enough, and sections can be decided one after the other. */

import assert from 'node:assert/strict';
import { canonical } from '../../src/canonical.ts';
import { check, illegal, type Model, type Operation } from '../../src/index.ts';
import { gates } from '../../src/search/gates.ts';
import { problem } from '../../src/search/problem.ts';
import { type Progress, Search } from '../../src/search/search.ts';
import { isLinearizable } from '../oracle/brute-force.ts';
import { generate, larger, small } from '../oracle/generate.ts';
import { bare } from '../oracle/judge.ts';
import { random, seedOf } from '../oracle/random.ts';
import { subjects } from '../oracle/subjects.ts';

const factor = Number(process.env['DISSENT_FUZZ'] ?? 1);
const runs = 60 * factor;
const look = (): void => {};

/** Verdict of a search that looks at its memory after every so many steps. */
function searched<State, Input, Output>(
  model: Model<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
  memoryLimitBytes: number,
  everySteps: number,
): { readonly verdict: Progress; readonly steps: number } {
  const search = new Search(problem(model, history, look), everySteps);
  let verdict = search.run(1000, memoryLimitBytes);
  while (verdict === 'paused') verdict = search.run(1000, memoryLimitBytes);
  return { verdict, steps: search.steps };
}

/** Every state in which these operations can leave the object, in every order that real time allows. By the definition. */
function endStates<State, Input, Output>(
  model: Model<State, Input, Output>,
  state: State,
  left: readonly Operation<Input, Output>[],
): readonly State[] {
  if (left.length === 0) return [state];
  const deadline = Math.min(...left.map((op) => (op.kind === 'completed' ? op.return : Infinity)));
  return left.flatMap((op, i) => {
    if (op.kind === 'unknown' || op.call > deadline) return [];
    const after = model.step(state, op.input, op.output);
    return after === illegal ? [] : endStates(model, after, left.toSpliced(i, 1));
  });
}

/** Section after section, with the set of states that can be reached. Only completed operations. */
function bySections<State, Input, Output>(
  model: Model<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
): { readonly verdict: 'ok' | 'illegal'; readonly sections: number } {
  const p = problem(model, history, look);
  const isGate = gates(p);
  let states: readonly State[] = [model.init()];
  let sections = 0;
  let section: Operation<Input, Output>[] = [];
  for (let j = 0; j < p.required.length; j += 1) {
    section.push(p.operations[p.required[j] ?? 0] as Operation<Input, Output>);
    if (isGate[j + 1] === 0) continue;
    const ends = states.flatMap((state) => endStates(model, state, section));
    states = [...new Map(ends.map((state) => [canonical(state), state])).values()];
    sections += 1;
    section = [];
  }
  return { verdict: states.length > 0 ? 'ok' : 'illegal', sections };
}

describe('quiescent points', function () {
  // Nothing is waited for: a limit would end nothing, and only fail on a slow machine.
  this.timeout(0);

  it('are where everything before has returned when anything after is called', () => {
    let found = 0;
    for (let n = 0; n < 4 * runs; n += 1) {
      subjects.get('counter')?.((subject) => {
        const dice = random(seedOf(5, n));
        const p = problem(bare(subject.model), generate(subject, dice, larger(dice)), look);
        const isGate = gates(p);
        const order = [...p.required.keys()];
        for (let j = 1; j < order.length; j += 1) {
          const isQuiet = order
            .slice(0, j)
            .every((i) => order.slice(j).every((k) => (p.return[i] ?? 0) < (p.call[k] ?? 0)));
          assert.equal(isGate[j] === 1, isQuiet);
          if (isQuiet) found += 1;
        }
      });
    }
    assert.ok(found > runs, `${found} found`);
  });

  for (const name of subjects.keys()) {
    it(`split the history of a ${name} into sections that can be decided one after the other`, () => {
      const counts = { ok: 0, illegal: 0, sections: 0 };
      for (let n = 0; n < runs; n += 1) {
        subjects.get(name)?.((subject) => {
          const dice = random(seedOf(6, n));
          const shape = { ...small(dice), operations: 9, spread: 3 };
          const history = generate(subject, dice, shape).filter((op) => op.kind === 'completed');
          const [part] = check(subject.model, history, { ignoreHints: true }).partitions;
          if (part === undefined) return;
          const model = bare(subject.model);
          const { verdict, sections } = bySections(model, part.operations);
          assert.equal(searched(model, part.operations, Infinity, 256).verdict, verdict);
          counts[verdict] += 1;
          if (sections > 1) counts.sections += 1;
        });
      }
      assert.ok(Math.min(...Object.values(counts)) > runs / 10, JSON.stringify(counts));
    });

    it(`and nothing else need be remembered of a ${name}, nor even they`, () => {
      for (let n = 0; n < runs; n += 1) {
        subjects.get(name)?.((subject) => {
          const dice = random(seedOf(7, n));
          const history = generate(subject, dice, small(dice));
          const expected = isLinearizable(subject.whole, history) ? 'ok' : 'illegal';
          const one = bare(subject.model);
          const parts = check(subject.model, history, { ignoreHints: true }).partitions;
          const verdicts = parts.map((part) => searched(one, part.operations, 0, 1).verdict);
          assert.equal(verdicts.includes('illegal') ? 'illegal' : 'ok', expected);
        });
      }
    });
  }

  it('keep a search with little memory from doing a section twice', () => {
    const sum: Model<number, number, number> = {
      init: () => 0,
      step: (state, delta, output) =>
        output === undefined || output === state ? state + delta : illegal,
    };
    const history: Operation<number, number>[] = [];
    for (let section = 0; section < 40; section += 1) {
      for (let bit = 0; bit < 7; bit += 1) {
        const call = section * 10;
        history.push({
          kind: 'completed',
          input: 2 ** bit,
          output: undefined,
          call,
          return: call + 5,
        });
      }
    }
    history.push({ kind: 'completed', input: 0, output: -1, call: 1000, return: 1001 });
    const all = searched(sum, history, Infinity, 256);
    assert.equal(all.verdict, 'illegal');
    // A third of what the search would like to have; enough for some sections.
    const few = new Search(problem(sum, history, look));
    assert.equal(few.run(3 * all.steps, 600_000), 'illegal', `in ${3 * all.steps} steps`);
  });
});
