/** Plays a repro on real processes, as often as it is asked to: no two runs are the same, so what counts is how many of them fail. */

import type { TestSpec } from '../run/spec.ts';
import { isSameFailure } from './judge.ts';
import { judgeReal, type RealJudged, type RealOptions } from './real-judge.ts';
import type { Repro } from './repro.ts';

export interface RealReplayed {
  /** Runs that came to an end, and how many of them failed in the same way. */
  readonly attempts: number;
  readonly failed: number;
  /** The first one that failed in the same way, else the last one; undefined when it was interrupted before there was any. */
  readonly shown: RealJudged | undefined;
}

export interface RealReplayOptions extends RealOptions {
  /** At least 1. */
  readonly attempts: number;
  readonly onAttempt?: (judged: RealJudged, isSame: boolean) => void;
}

/** How often to play a repro where nobody says: as often as it was run when it was found. */
export const attemptsOf = ({ again }: Repro): number => again?.runs ?? 1;

/** One run after the other; all run folders stay. Rejects with BadInput and HarnessFailure as `judgeReal` does. */
export async function replayReal(
  { spec, failure }: Pick<Repro, 'spec' | 'failure'>,
  options: RealReplayOptions,
): Promise<RealReplayed> {
  const { sim: _, ...rest } = spec;
  const test: TestSpec = { ...rest, world: 'real' };
  let [attempts, failed] = [0, 0];
  let shown: RealJudged | undefined;
  while (attempts < options.attempts && options.signal?.aborted !== true) {
    const judged = await judgeReal(test, options);
    if (judged === undefined) break;
    attempts += 1;
    const isSame = isSameFailure(judged.verdict, failure);
    if (failed === 0) shown = judged;
    if (isSame) failed += 1;
    options.onAttempt?.(judged, isSame);
  }
  return { attempts, failed, shown };
}

/** What came of it, in a sentence or two. */
export function describeRealReplay(
  { attempts, failed }: Pick<RealReplayed, 'attempts' | 'failed'>,
  { failure, again }: Pick<Repro, 'failure' | 'again'>,
): string {
  const before =
    again === undefined
      ? 'It was found in the simulated world.'
      : `When it was found, ${again.failed} of ${again.runs} did.`;
  return `${failed} of ${attempts} attempts on real processes failed in the same way (${failure.by} ${failure.name}). ${before}`;
}
