/** Everything that `check` says, compared with the definition. The long form is `npm run test:oracle`. */

import assert from 'node:assert/strict';
import { mutex } from '../src/index.ts';
import { specification } from './oracle/brute-force.ts';
import { campaign, mustAgree, shrunk } from './oracle/campaign.ts';
import { generate, small } from './oracle/generate.ts';
import { againstDefinition, fastAgainstSearch } from './oracle/judge.ts';
import { random, seedOf } from './oracle/random.ts';
import { fastSubjects, subjects, walkSubjects } from './oracle/subjects.ts';

/** DISSENT_FUZZ multiplies the number of histories. */
const factor = Number(process.env['DISSENT_FUZZ'] ?? 1);
const runsPerModel = 20_000 * factor;
const fastRuns = 2000 * factor;
const seed = Number(process.env['DISSENT_SEED'] ?? 1);

/** Names of subjects by model: `set`, `set that grows`, ... are about one. */
const families = Map.groupBy(subjects.keys(), (name) => name.split(/,| with| that| by| down/)[0]);

describe('check agrees with the definition on small random histories', function () {
  // Nothing is waited for: a limit would end nothing, and only fail on a slow machine.
  this.timeout(0);

  for (const [family, names] of families) {
    it(`of a ${family}`, () => {
      const to = Math.ceil(runsPerModel / names.length);
      for (const subject of names) {
        const { ok, illegal } = mustAgree({ kind: 'definition', subject, seed, from: 0, to });
        // Both verdicts must be common, or the test tests little.
        assert.ok(Math.min(ok, illegal) > to / 8, `${subject}: ${ok} ok, ${illegal} illegal`);
      }
    });
  }
});

describe('the methods without search agree with the search', function () {
  this.timeout(0);

  for (const subject of fastSubjects) {
    it(`about a ${subject}`, () => {
      const { ok, illegal } = mustAgree({ kind: 'fast', subject, seed, from: 0, to: fastRuns });
      assert.ok(Math.min(ok, illegal) > fastRuns / 10, `${ok} ok, ${illegal} illegal`);
    });
  }
});

describe('a walk through the events of a register agrees with the search', function () {
  this.timeout(0);

  for (const subject of walkSubjects) {
    it(`about ${subject}`, () => {
      const what = { kind: 'walk', subject, seed, from: 0, to: fastRuns } as const;
      const { ok, illegal, unsuited } = mustAgree(what);
      assert.ok(Math.min(ok, illegal) > fastRuns / 10, `${ok} ok, ${illegal} illegal`);
      // Of histories this small it misses one in ten thousand, or it has become worse.
      assert.ok(unsuited * 1000 <= ok, `${unsuited} missed, ${ok} found`);
    });
  }
});

const acquire = (call: number) => ({
  kind: 'completed' as const,
  input: { kind: 'acquire' as const },
  output: undefined,
  call,
  return: call + 1,
});

const nobody = { input: acquire(0).input, answer: undefined };
const lock = mutex();
const about = {
  name: 'a lock',
  whole: specification(lock),
  input: () => nobody.input,
  answer: () => nobody.answer,
  anyAnswer: () => nobody.answer,
};

describe('the comparison itself', () => {
  it('finds a wrong verdict', () => {
    const model = { init: () => false, step: () => false };
    assert.throws(
      () => againstDefinition({ ...about, model }, [acquire(0), acquire(2)]),
      /ok, by definition illegal/,
    );
  });

  it('finds a method without search that is wrong', () => {
    const shape = {
      kind: 'toggle' as const,
      initial: false,
      view: () => ({ kind: 'flip' as const, to: true }),
    };
    const model = { init: () => 0, step: (held: number) => held + 1, shape };
    assert.throws(
      () => fastAgainstSearch({ ...about, model }, [acquire(0), acquire(2)]),
      /illegal without search, ok with/,
    );
  });

  it('says how to see a disagreement again, with the smallest history', () => {
    const judge = (history: readonly { readonly call: number }[]) => {
      if (history.filter(({ call }) => call > 3).length > 1) throw new Error('two late ones');
      return [];
    };
    const smallest = shrunk(judge, [0, 5, 1, 9, 7].map(acquire));
    assert.deepEqual(
      smallest.map(({ call }) => call),
      [9, 7],
    );
  });

  it('makes the same histories from the same seed', () => {
    const of = (seed: number): string =>
      subjects.get('queue')?.((subject) => {
        const dice = random(seedOf(seed, 0));
        return JSON.stringify(
          Array.from({ length: 9 }, () => generate(subject, dice, small(dice))),
        );
      }) ?? '';
    assert.equal(of(5), of(5));
    assert.notEqual(of(5), of(6));
  });

  it('refuses a subject that it does not have', () => {
    const what = { kind: 'fast' as const, subject: 'deque', seed: 5, from: 0, to: 1 };
    assert.throws(() => campaign(what), /Allowed: register/);
  });
});
