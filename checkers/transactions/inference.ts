/** What a kind of transactions makes of a history: a graph, what is wrong without any cycle, and words for its edges. */

import type { AnomalyName, Order } from './anomalies.ts';
import type { Budget } from './budget.ts';
import type { Finding } from './findings.ts';
import type { Graph } from './graph.ts';
import type { CycleStep } from './search.ts';
import type { StepNames, Transaction } from './transactions.ts';

export interface Inference {
  readonly graph: Graph;
  readonly findings: readonly Finding[];
  /** All, also those that were not kept. */
  readonly counts: ReadonlyMap<AnomalyName, number>;
  /** Transactions that count: successes, and unknown outcomes that somebody saw. */
  readonly committed: number;
  /** Why the first comes before the second, in a sentence without its full stop. */
  explain(step: CycleStep, nameOf: (transaction: number) => string): string;
  /** The same in a few words, for a drawing. */
  label(step: CycleStep): string;
}

export interface TransactionKind {
  readonly names: StepNames;
  /** `order` is the strongest order that the wanted models respect. Throws OutOfTime, and BadInput for what cannot be judged. */
  infer(transactions: readonly Transaction[], order: Order, budget: Budget): Inference;
}
