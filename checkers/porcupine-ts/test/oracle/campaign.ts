/** Many histories of one subject; on the first disagreement the smallest one that still shows it. */

import type { Operation } from '../../src/index.ts';
import { generate, larger, small } from './generate.ts';
import {
  againstDefinition,
  Disagreement,
  type FastCount,
  fastAgainstSearch,
  walkAgainstSearch,
} from './judge.ts';
import { random, seedOf } from './random.ts';
import { type Subject, subjects } from './subjects.ts';

export type CampaignKind = 'definition' | 'fast' | 'walk';

export interface Campaign {
  readonly kind: CampaignKind;
  /** A name of `subjects`. */
  readonly subject: string;
  readonly seed: number;
  /** Numbers of the histories: from .. to - 1. */
  readonly from: number;
  readonly to: number;
}

export type Counts = Record<FastCount, number>;

export interface Failure {
  readonly run: number;
  readonly message: string;
  /** The smallest history that shows it, as JSON. */
  readonly history: string;
}

export interface CampaignResult {
  readonly counts: Counts;
  readonly failure?: Failure;
}

type Judge<Input, Output> = (history: readonly Operation<Input, Output>[]) => readonly FastCount[];

/** What is wrong with it; undefined if nothing is. Whatever else is thrown is wrong, too. */
function complaint<Input, Output>(
  judge: Judge<Input, Output>,
  history: readonly Operation<Input, Output>[],
): string | undefined {
  try {
    judge(history);
    return undefined;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}

/** Leaves out operations, then makes times small, as long as something is wrong. */
export function shrunk<Input, Output>(
  judge: Judge<Input, Output>,
  history: readonly Operation<Input, Output>[],
): readonly Operation<Input, Output>[] {
  let kept = history;
  for (let i = 0; i < kept.length; ) {
    const fewer = kept.toSpliced(i, 1);
    if (complaint(judge, fewer) === undefined) i += 1;
    else {
      kept = fewer;
      i = 0;
    }
  }
  const times = [
    ...new Set(kept.flatMap((op) => [op.call, op.kind === 'completed' ? op.return : op.call])),
  ];
  const rank = new Map(times.sort((a, b) => a - b).map((time, k) => [time, k]));
  const of = (time: number): number => rank.get(time) ?? 0;
  const renamed = kept.map((op) =>
    op.kind === 'completed'
      ? { ...op, call: of(op.call), return: of(op.return) }
      : { ...op, call: of(op.call) },
  );
  return complaint(judge, renamed) === undefined ? kept : renamed;
}

function judgeOf<State, Whole, Input, Output>(
  kind: CampaignKind,
  subject: Subject<State, Whole, Input, Output>,
): Judge<Input, Output> {
  if (kind === 'fast') return (history) => fastAgainstSearch(subject, history);
  if (kind === 'walk') return (history) => walkAgainstSearch(subject, history);
  return (history) => [againstDefinition(subject, history) ? 'ok' : 'illegal'];
}

function run<State, Whole, Input, Output>(
  { kind, seed, from, to }: Campaign,
  subject: Subject<State, Whole, Input, Output>,
): CampaignResult {
  const counts: Counts = { ok: 0, illegal: 0, unsuited: 0 };
  const judge = judgeOf(kind, subject);
  for (let n = from; n < to; n += 1) {
    const dice = random(seedOf(seed, n));
    const shape = kind === 'definition' || dice.oneIn(2) ? small(dice) : larger(dice);
    const history = generate(subject, dice, shape);
    try {
      for (const counted of judge(history)) counts[counted] += 1;
    } catch {
      const smallest = shrunk(judge, history);
      const message = complaint(judge, smallest) ?? 'it cannot be repeated';
      const failure = { run: n, message, history: JSON.stringify(smallest, undefined, 1) };
      return { counts, failure };
    }
  }
  return { counts };
}

/** Throws RangeError for an unknown subject. */
export function campaign(what: Campaign): CampaignResult {
  const subject = subjects.get(what.subject);
  if (subject === undefined) {
    throw new RangeError(
      `subject ${JSON.stringify(what.subject)}. Allowed: ${[...subjects.keys()].join('; ')}`,
    );
  }
  return subject((one) => run(what, one));
}

/** For tests: throws Disagreement with the way back. */
export function mustAgree(what: Campaign): Counts {
  const { counts, failure } = campaign(what);
  if (failure === undefined) return counts;
  throw new Disagreement(
    `${what.subject}, seed ${what.seed}, history ${failure.run}: ${failure.message}\n${failure.history}`,
  );
}
