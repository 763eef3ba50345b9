/** Words for the edges that come from processes and clocks. */

import { dependency } from './graph.ts';
import type { CycleStep } from './search.ts';
import type { Transaction } from './transactions.ts';

type Transactions = readonly Transaction[];

export function orderWords(
  { from, to, kind }: CycleStep,
  nameOf: (transaction: number) => string,
  transactions: Transactions,
): string {
  const [earlier, later] = [transactions[from], transactions[to]];
  if ((kind & dependency.process) !== 0) {
    return `process ${earlier?.invoke.process} was done with ${nameOf(from)} before it asked for ${nameOf(to)}`;
  }
  const answered = earlier?.completion?.index;
  return `${nameOf(from)} was answered (operation ${answered}) before ${nameOf(to)} was asked (operation ${later?.invoke.index})`;
}

export const orderLabel = ({ from, kind }: CycleStep, transactions: Transactions): string =>
  (kind & dependency.process) !== 0
    ? `process ${transactions[from]?.invoke.process} did it first`
    : 'answered before';
