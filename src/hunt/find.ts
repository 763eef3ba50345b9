/** From a seed that fails to a repro: the same failure with as few faults and operations as can be found. */

import { BadInput } from '../errors.ts';
import { scriptOf } from '../generator/script.ts';
import type { History } from '../history/operation.ts';
import type { TestSpec } from '../run/spec.ts';
import type { Found, HuntSubject } from './jobs.ts';
import { type Judged, judge, type Verdict } from './judge.ts';
import type { Repro } from './repro.ts';
import { type ScriptedTest, shrink } from './shrink.ts';
import { drawTest } from './swarm.ts';

type Failure = Extract<Verdict, { readonly kind: 'failed' }>;

/** How many seeds a smaller test may try to fail with. */
const seedsPerCandidate = 2;

/** Throws BadInput for a seed that does not fail. Takes at most about `budgetMs` longer than running the test a few times. */
export async function find(subject: HuntSubject, seed: number, budgetMs: number): Promise<Found> {
  const startedMs = performance.now();
  const spec = drawTest(subject, seed);
  const judged = await judge(spec);
  const { verdict } = judged;
  if (verdict.kind !== 'failed')
    throw new BadInput(`seed ${seed} of ${subject.system} does not fail`);
  const { test, tried } = await smallest(spec, judged, verdict, budgetMs);
  const repro = await reproOf(test, {
    seed,
    faults: spec.schedule.length,
    operations: invocations(judged.history),
    tried,
  });
  return { repro, seconds: (performance.now() - startedMs) / 1000 };
}

/** Shrinks the test with its operations written down; the test itself where that does not fail in the same way. */
async function smallest(
  spec: TestSpec,
  judged: Judged,
  failure: Failure,
  budgetMs: number,
): Promise<{ readonly test: TestSpec; readonly tried: number }> {
  const fails = async (test: ScriptedTest): Promise<boolean> => {
    const { verdict } = await judge(test);
    return verdict.kind === 'failed' && verdict.by === failure.by && verdict.name === failure.name;
  };
  const written: ScriptedTest = {
    ...spec,
    operations: scriptOf(judged.history, spec.clients, spec.time * 1e9),
  };
  if (!(await fails(written))) return { test: spec, tried: 1 };
  const nowMs = (): number => performance.now();
  const { test, tried } = await shrink(written, {
    fails,
    budgetMs,
    nowMs,
    seeds: seedsPerCandidate,
  });
  return { test, tried: tried + 1 };
}

const invocations = (history: History): number =>
  history.filter(({ type, process }) => type === 'invoke' && process !== 'nemesis').length;

/** Runs the test once more, with everything hashed. */
export async function reproOf(spec: TestSpec, origin: Repro['origin']): Promise<Repro> {
  const { verdict, history, traceHash } = await judge(spec, { hash: true });
  if (verdict.kind !== 'failed' || traceHash === undefined) {
    throw new Error(`a failing test passes when it is run again: ${JSON.stringify(spec)}`);
  }
  const { by, name, explanation } = verdict;
  return {
    kind: 'dissent-repro',
    spec,
    failure: { by, name, explanation },
    traceHash,
    operations: invocations(history),
    origin,
  };
}
