/**
 * What still holds of registers that are not linearizable: which of the weaker models the history, all keys together, may be of. Asked
 * only where written values are distinct; then all but sequential consistency take polynomial time.
 *
 *     linearizable -> sequential -> causal -> read-your-writes, monotonic-reads, monotonic-writes
 */

import type { History } from '#src/history/operation';
import { type Accesses, accessesOf } from './causal/accesses.ts';
import { causalOrder, isConvergent } from './causal/order.ts';
import { isSequential } from './weaker/sequential.ts';
import { holdsGuarantee, sessionGuarantees } from './weaker/sessions.ts';

export const weakerModels = ['sequential', 'causal', ...sessionGuarantees, 'eventual'] as const;
export type WeakerModel = (typeof weakerModels)[number];

export interface Weaker {
  readonly stillHolds: readonly WeakerModel[];
  readonly ruledOut: readonly WeakerModel[];
  /** Neither: too little was known, or there was no time. */
  readonly undecided: readonly WeakerModel[];
  /** Why nothing could be asked. */
  readonly undecidedBecause?: string;
}

/** Yes, no, or not known. */
type Answer = boolean | undefined;

/**
 * Whether, after the last change of a key, everybody who still read it read the same. A finite history cannot show that this will never come
 * true, so there is no no.
 */
function converged({ all, keys }: Accesses): Answer {
  const lastChange = new Int32Array(keys).fill(-1);
  for (const { pair, key, writes } of all) {
    if (writes)
      lastChange[key] = Math.max(
        lastChange[key] as number,
        pair.completion?.index ?? pair.invoke.index,
      );
  }
  const lastRead = new Map<string, { readonly key: number; readonly source: number }>();
  for (const { pair, key, source, writes, process } of all) {
    if (writes || source === undefined || pair.invoke.index < (lastChange[key] as number)) continue;
    lastRead.set(`${process} ${key}`, { key, source });
  }
  const sources = new Map<number, number>();
  for (const { key, source } of lastRead.values()) {
    if (sources.has(key) && sources.get(key) !== source) return undefined;
    sources.set(key, source);
  }
  return sources.size === keys ? true : undefined;
}

function answers(accesses: Accesses, endMs: number): ReadonlyMap<WeakerModel, Answer> {
  const answered = new Map<WeakerModel, Answer>();
  // What nobody wrote is in no model.
  if (accesses.thinAir.length > 0) return new Map(weakerModels.map((model) => [model, false]));
  const order = causalOrder(accesses, endMs);
  const isCausal = 'kind' in order ? undefined : isConvergent(accesses, order);
  answered.set('causal', isCausal);
  for (const guarantee of sessionGuarantees) {
    answered.set(guarantee, isCausal === true ? true : holdsGuarantee(accesses, guarantee, endMs));
  }
  answered.set('eventual', converged(accesses));
  answered.set('sequential', isCausal === false ? false : isSequential(accesses, endMs));
  return answered;
}

/** `initials`: what reads find at first. Past the budget, in ms, models are undecided. */
export function weakerThanLinearizable(
  history: History,
  initials: readonly unknown[],
  timeLimitMs: number,
): Weaker {
  const accesses = accessesOf(history, initials);
  if ('kind' in accesses) {
    const undecidedBecause = accesses.reason;
    return { stillHolds: [], ruledOut: [], undecided: weakerModels, undecidedBecause };
  }
  const answered = answers(accesses, performance.now() + timeLimitMs);
  const those = (answer: Answer) => weakerModels.filter((model) => answered.get(model) === answer);
  return { stillHolds: those(true), ruledOut: those(false), undecided: those(undefined) };
}

const inWords: Readonly<Record<WeakerModel, string>> = {
  sequential: 'sequential consistency',
  causal: 'causal consistency',
  'read-your-writes': 'read your writes',
  'monotonic-reads': 'monotonic reads',
  'monotonic-writes': 'monotonic writes',
  eventual: 'eventual agreement',
};

/** One sentence; empty when there is nothing to say. */
export function weakerSentence({ stillHolds, ruledOut, undecided }: Weaker): string {
  const list = (models: readonly WeakerModel[]) => models.map((model) => inWords[model]).join(', ');
  const parts = [
    ...(stillHolds.length === 0 ? [] : [`what still holds is ${list(stillHolds)}`]),
    ...(ruledOut.length === 0 ? [] : [`ruled out as well: ${list(ruledOut)}`]),
    ...(undecided.length === 0 ? [] : [`not decided: ${list(undecided)}`]),
  ];
  if (stillHolds.length + ruledOut.length === 0) return '';
  return `Of all keys together ${parts.join('; ')}.`;
}
