/**
 * From a run on real processes that failed to a repro. No run is ever the same again, so a smaller test is run a few times, and counts
 * as failing when one of these runs fails in the same way. Every run takes seconds, so the first guesses are bold:
 *
 *     only the last seconds before the failure, and only the operations on its key   ->   then as in shrink.ts
 */

import { scriptOf } from '../generator/script.ts';
import type { History } from '../history/operation.ts';
import type { TestSpec } from '../run/spec.ts';
import { isSameFailure } from './judge.ts';
import {
  discard,
  type Evidence,
  judgeReal,
  type RealJudged,
  type RealOptions,
} from './real-judge.ts';
import type { Repro } from './repro.ts';
import { type ScriptedTest, shrink } from './shrink.ts';

export interface RealFindOptions extends RealOptions {
  /** How often a smaller test is run before it counts as one that passes. At least 1. */
  readonly runsPerCandidate: number;
  readonly budgetMs: number;
  /** Whether the folder of the run that failed first stays in any case. Left out: only as long as no smaller test fails. */
  readonly keepsFirst?: boolean;
  /** Told after every run. */
  readonly onRun?: (tried: number) => void;
}

/** What is run instead of `judgeReal` in tests of this file. */
export type RunReal = (spec: TestSpec, options: RealOptions) => Promise<RealJudged | undefined>;

/** A run that failed. */
export interface FailedRun {
  readonly spec: TestSpec;
  readonly judged: RealJudged;
}

/** Whatever runs are made meanwhile, one is made at a time, and the run folder of the repro's own last failure is what is left of them. */
export async function findReal(
  failed: FailedRun,
  options: RealFindOptions,
  run: RunReal = judgeReal,
): Promise<Repro> {
  const finder = new Finder(failed, options, run);
  return finder.find();
}

type Failure = Repro['failure'];

class Finder {
  readonly #origin: FailedRun;
  readonly #failure: Failure;
  readonly #options: RealFindOptions;
  readonly #run: RunReal;
  readonly #deadlineMs: number;
  /** The latest run that failed like the first one, and what was run. */
  #last: FailedRun;
  #tried = 0;

  constructor(failed: FailedRun, options: RealFindOptions, run: RunReal) {
    const { verdict } = failed.judged;
    if (verdict.kind !== 'failed') throw new TypeError('only a run that failed can be shrunk');
    this.#failure = verdict;
    this.#origin = failed;
    this.#last = failed;
    this.#options = options;
    this.#run = run;
    this.#deadlineMs = performance.now() + options.budgetMs;
  }

  async find(): Promise<Repro> {
    const { spec, judged } = this.#origin;
    const written: ScriptedTest = {
      ...spec,
      operations: scriptOf(judged.history, spec.clients, spec.time * 1e9),
    };
    const start = await this.#firstFailing([...guesses(written, judged.evidence), written]);
    if (start !== undefined) {
      await shrink(start, {
        fails: (test) => this.#fails(test),
        budgetMs: this.#leftMs(),
        // An interrupted search is one without any time left.
        nowMs: () => (this.#isAborted() ? Number.POSITIVE_INFINITY : performance.now()),
        seeds: 1,
      });
    }
    const again = await this.#again();
    return this.#repro(again);
  }

  #repro(again: NonNullable<Repro['again']>): Repro {
    const { spec, judged } = this.#last;
    const { verdict } = judged;
    const { by, name } = this.#failure;
    const { explanation } = verdict.kind === 'failed' ? verdict : this.#failure;
    return {
      kind: 'dissent-repro',
      spec,
      failure: { by, name, explanation },
      again,
      operations: invocations(judged.history),
      origin: {
        seed: this.#origin.spec.seed,
        faults: this.#origin.spec.schedule.length,
        operations: invocations(this.#origin.judged.history),
        tried: this.#tried,
      },
    };
  }

  /** The first of these tests that fails. */
  async #firstFailing(tests: readonly ScriptedTest[]): Promise<ScriptedTest | undefined> {
    for (const test of tests) {
      if (await this.#fails(test)) return test;
    }
    return undefined;
  }

  /** Whether one of a few runs fails in the same way; no more are made than it takes, or than there is time for. */
  async #fails(test: TestSpec): Promise<boolean> {
    for (let i = 0; i < this.#options.runsPerCandidate; i += 1) {
      if (this.#leftMs() <= 0 || this.#isAborted()) return false;
      if (await this.#runsIntoIt(test)) return true;
    }
    return false;
  }

  /** How often the smallest test fails: what whoever replays it may expect. The run with the fewest operations is kept. */
  async #again(): Promise<NonNullable<Repro['again']>> {
    const { spec } = this.#last;
    const isFewer = (judged: RealJudged): boolean =>
      invocations(judged.history) <= invocations(this.#last.judged.history);
    let [runs, failed] = [0, 0];
    while (runs < this.#options.runsPerCandidate && !this.#isAborted()) {
      runs += 1;
      if (await this.#runsIntoIt(spec, isFewer)) failed += 1;
    }
    // Interrupted at once: the run that is already known is all there is.
    return runs === 0 ? { runs: 1, failed: 1 } : { runs, failed };
  }

  async #runsIntoIt(
    spec: TestSpec,
    isKept: (judged: RealJudged) => boolean = () => true,
  ): Promise<boolean> {
    const judged = await this.#run(spec, this.#options);
    if (judged === undefined) return false;
    this.#tried += 1;
    this.#options.onRun?.(this.#tried);
    const isSame = isSameFailure(judged.verdict, this.#failure);
    if (!isSame) {
      discard(judged);
      return false;
    }
    if (isKept(judged)) {
      const isFirst = this.#last === this.#origin;
      if (!(isFirst && this.#options.keepsFirst === true)) discard(this.#last.judged);
      this.#last = { spec, judged };
    } else discard(judged);
    return true;
  }

  #leftMs(): number {
    return this.#deadlineMs - performance.now();
  }

  #isAborted(): boolean {
    return this.#options.signal?.aborted === true;
  }
}

/** Room for the answer after the last operation of a failure, ms. */
const afterwardsMs = 200;

/** Where most failures have both their cause and their effect, ms. */
const nearMs = 3000;

/** Smaller tests that should fail too if the evidence, or the last seconds before it, are all that matters; the smallest first. */
export function guesses(test: ScriptedTest, evidence: Evidence | undefined): ScriptedTest[] {
  if (evidence === undefined) return [];
  const { key } = evidence;
  const endMs = evidence.untilMs + afterwardsMs;
  const sooner = endMs < test.time * 1000 ? until(test, endMs) : test;
  const bases = endMs > 1.5 * nearMs ? [since(sooner, endMs - nearMs), sooner] : [sooner];
  return bases
    .flatMap((base) => [...(key === undefined ? [] : [ofKey(base, key)]), base])
    .filter((one) => one.time < test.time || one.operations.length < test.operations.length);
}

/** What there is of a test until then. */
const until = (test: ScriptedTest, ms: number): ScriptedTest => ({
  ...test,
  time: ms / 1000,
  schedule: test.schedule.filter(({ at }) => at < ms),
  operations: test.operations.filter(({ at }) => at < ms),
});

/** What there is of a test from then on, faults that are in effect by then included. */
const since = (test: ScriptedTest, ms: number): ScriptedTest => ({
  ...test,
  time: test.time - ms / 1000,
  schedule: test.schedule
    .filter((entry) => entry.at + entry.for > ms)
    .map((entry) => ({
      ...entry,
      at: Math.max(0, entry.at - ms),
      for: entry.for - Math.max(0, ms - entry.at),
    })),
  operations: test.operations
    .filter(({ at }) => at >= ms)
    .map((one) => ({ ...one, at: one.at - ms })),
});

const ofKey = (test: ScriptedTest, key: string | number): ScriptedTest => ({
  ...test,
  operations: test.operations.filter((one) => one.key === key),
});

const invocations = (history: History): number =>
  history.filter(({ type, process }) => type === 'invoke' && process !== 'nemesis').length;
