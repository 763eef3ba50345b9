/** From a seed that fails to a repro: the same failure with as few faults and operations as can be found. */

import { BadInput } from '../errors.ts';
import { scriptOf } from '../generator/script.ts';
import type { History } from '../history/operation.ts';
import { phaseStartNs } from '../run/phase-marks.ts';
import type { TestSpec } from '../run/spec.ts';
import type { Found } from './jobs.ts';
import { type FoundBy, isSameFailure, type Judged, judge, type Verdict } from './judge.ts';
import type { Repro } from './repro.ts';
import { type ScriptedTest, shrink } from './shrink.ts';
import type { HuntSubject } from './subject.ts';
import { drawTest } from './swarm.ts';

type Failure = Extract<Verdict, { readonly kind: 'failed' }>;

/** How many seeds a smaller test may try to fail with: at first, and where what is left is still large. */
const seedsPerCandidate = 2;
const seedsPerCandidateMax = 32;

/** A smaller test that takes longer to check is not a simpler one, ms. */
const candidateCheckMs = 5_000;

/** Who is asked before whom about one run. */
const inOrder: readonly FoundBy[] = ['invariant', 'crash', 'checker', 'liveness'];

/** Who ends a run as soon as they have found something, where nobody else is asked. */
const endsTheRun: ReadonlySet<FoundBy> = new Set<FoundBy>(['invariant', 'crash']);

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
  // Whoever would have found something before, and nobody after: the rest of a run that has shown it is of no use.
  const by = inOrder.slice(0, inOrder.indexOf(failure.by) + 1);
  const run = (test: ScriptedTest): Promise<Judged> => {
    const checkTimeoutMs = Math.min(test.checkTimeoutMs, candidateCheckMs);
    return judge({ ...test, checkTimeoutMs }, { by });
  };
  const fails = async (test: ScriptedTest): Promise<boolean> =>
    isSameFailure((await run(test)).verdict, failure);
  const written: ScriptedTest = {
    ...spec,
    operations: scriptOf(judged.history, spec.clients, spec.time * 1e9),
  };
  const again = await run(written);
  if (!isSameFailure(again.verdict, failure)) return { test: spec, tried: 1 };
  const nowMs = (): number => performance.now();
  const endMs = nowMs() + budgetMs;
  const shown = endsTheRun.has(failure.by) ? { shownMs: again.endNs / 1e6 } : {};
  let best: ScriptedTest = written;
  let tried = 1;
  for (let seeds = seedsPerCandidate; seeds <= seedsPerCandidateMax; seeds *= 2) {
    const leftMs = endMs - nowMs();
    if (leftMs <= 0) break;
    const shrunk = await shrink(best, { fails, budgetMs: leftMs, nowMs, seeds, ...shown });
    best = shrunk.test;
    tried += shrunk.tried;
    if (isReadable(best)) break;
  }
  return { test: best, tried };
}

/** Small enough to be followed by eye. What is larger is tried again, with other delays, as long as there is time. */
const isReadable = ({ schedule, operations }: ScriptedTest): boolean =>
  schedule.length <= 5 && operations.length <= 20;

/** What clients asked; in the final phase, what is asked of a node again and again until it is served counts once. */
function invocations(history: History): number {
  const finalNs = phaseStartNs(history, 'final') ?? Number.POSITIVE_INFINITY;
  let count = 0;
  const last = new Set<string>();
  for (const { type, process, time, node, f, key, value } of history) {
    if (type !== 'invoke' || process === 'nemesis') continue;
    if (time < finalNs) count += 1;
    else last.add(JSON.stringify([node, f, key, value]));
  }
  return count + last.size;
}

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
