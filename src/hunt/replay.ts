/** Plays a repro again: in the simulated world it must fail in the same way, to the last event. */

import { judge, type Verdict } from './judge.ts';
import type { Repro } from './repro.ts';

export type Replayed =
  /** The same failure by the same events. */
  | { readonly kind: 'same'; readonly traceHash: string }
  /** The same failure, but other events led to it: the code has changed since. */
  | { readonly kind: 'same-failure'; readonly traceHash: string }
  | { readonly kind: 'other'; readonly traceHash: string; readonly verdict: Verdict };

/** Rejects with HarnessFailure when the simulation itself fails. */
export async function replayRepro({ spec, failure, traceHash: before }: Repro): Promise<Replayed> {
  const { verdict, traceHash = '' } = await judge(spec, { hash: true });
  const isSame =
    verdict.kind === 'failed' && verdict.by === failure.by && verdict.name === failure.name;
  if (!isSame) return { kind: 'other', traceHash, verdict };
  return { kind: traceHash === before ? 'same' : 'same-failure', traceHash };
}

/** What came of it, in a sentence. */
export function describeReplay(replayed: Replayed, { failure }: Repro): string {
  switch (replayed.kind) {
    case 'same':
      return `Same outcome, same events (trace hash ${replayed.traceHash}): ${failure.by} ${failure.name}.`;
    case 'same-failure':
      return `Same outcome, other events (trace hash ${replayed.traceHash}): the code has changed since this was found.`;
    case 'other':
      return replayed.verdict.kind === 'failed'
        ? `Another outcome: recorded ${failure.by} ${failure.name}, now ${replayed.verdict.by} ${replayed.verdict.name}.`
        : `Another outcome: recorded ${failure.by} ${failure.name}, now nothing fails.`;
  }
}
