/** What may be left out of a history without being the cause of what is left, checker by checker; see `reduce.ts`. */

import type { Pair } from '#src/history/pairs';
import type { Checker } from './checker.ts';
import { keyName, textOf } from './identity.ts';
import { stepsOf } from './log/steps.ts';
import { explainedByReduction } from './reduce.ts';
import type { ReductionRule } from './reduction.ts';

const tag = (key: unknown, value: unknown): string => `${keyName(key)}=${textOf(value)}`;

const isOk = ({ completion }: Pair): boolean => completion?.type === 'ok';

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const isReadStep = (f: unknown): boolean => f === 'r' || f === 'read';

/** Nothing that is done depends on what others did: whatever is left out, the rest may be as it is. */
const independent: ReductionRule = { leaves: () => [], observes: () => [] };

/** Transactions of `[f, key, value]`; a list that was read shows each of its elements. */
const transactions: ReductionRule = {
  leaves: ({ invoke }) =>
    asList(invoke.value).flatMap((step) => {
      const [f, key, value] = asList(step);
      return isReadStep(f) ? [] : [tag(key, value)];
    }),
  observes: (pair) =>
    (isOk(pair) ? asList(pair.completion?.value) : []).flatMap((step) => {
      const [f, key, value] = asList(step);
      if (!isReadStep(f) || value === null || value === undefined) return [];
      return (Array.isArray(value) ? value : [value]).map((one: unknown) => tag(key, one));
    }),
};

/** The same, for checkers that know of transactions whose answer is not known. */
const answeredTransactions: ReductionRule = {
  ...transactions,
  about: ({ invoke }) => asList(invoke.value).map((step) => String(asList(step)[1])),
  unread({ invoke, completion }) {
    if (completion?.type !== 'ok' || completion.value === undefined) return undefined;
    const { value: _, ...unread } = completion;
    return { invoke, completion: unread };
  },
};

const registers: ReductionRule = {
  leaves: ({ invoke: { f, key, value } }) =>
    f === 'read' ? [] : [tag(key, f === 'cas' ? asList(value)[1] : value)],
  observes(pair) {
    const { f, key, value } = pair.invoke;
    if (f === 'cas') return [tag(key, asList(value)[0])];
    return f === 'read' && isOk(pair) ? [tag(key, pair.completion?.value)] : [];
  },
};

const logs: ReductionRule = {
  leaves: (pair) =>
    stepsOf(pair).flatMap((step) => (step.kind === 'send' ? [tag(step.key, step.value)] : [])),
  observes: (pair) =>
    stepsOf(pair).flatMap((step) =>
      step.kind === 'poll' ? step.messages.map(([, value]) => tag(step.key, value)) : [],
    ),
};

/** A balance is the sum of all transfers of its account, so all of them have to stay. */
const transfers: ReductionRule = {
  leaves({ invoke: { f, value } }) {
    if (f !== 'transfer' || typeof value !== 'object' || value === null) return [];
    return ['from', 'to'].map((side) => String(Reflect.get(value, side)));
  },
  observes: (pair) =>
    pair.invoke.f === 'read' && isOk(pair) ? Object.keys(Object(pair.completion?.value)) : [],
};

/** By the name of the checker. Linearizability has a reduction of its own. */
export const reductionRules: ReadonlyMap<string, ReductionRule> = new Map([
  ['list-append', answeredTransactions],
  ['rw-register', answeredTransactions],
  ['long-fork', transactions],
  ['monotonic', independent],
  ['unique-ids', independent],
  ['causal', registers],
  ['log', logs],
  ['bank', transfers],
]);

/** The checker, explained by reduction where it is known what may be left out. */
export function withReduction(checker: Checker): Checker {
  const rule = reductionRules.get(checker.name);
  return rule === undefined ? checker : explainedByReduction(checker, rule);
}
