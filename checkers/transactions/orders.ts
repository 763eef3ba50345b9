/** Which transactions came first for everybody to see: in one process, and in real time. */

import { dependency, type GraphBuilder } from './graph.ts';
import type { Transaction } from './transactions.ts';

type Transactions = readonly Transaction[];

/** Edges from each committed transaction to the next one of its process. */
export function addProcessOrder(
  graph: GraphBuilder,
  transactions: Transactions,
  isCommitted: Uint8Array,
): void {
  const last = new Map<unknown, number>();
  for (const [id, { invoke }] of transactions.entries()) {
    if (isCommitted[id] === 0) continue;
    const before = last.get(invoke.process);
    if (before !== undefined) graph.add(before, id, dependency.process);
    last.set(invoke.process, id);
  }
}

/**
 * Tells of committed transactions in the order of the lines of the history: `asked` for each, `answered` for those that succeeded.
 */
export function inTimeOrder(
  transactions: Transactions,
  isCommitted: Uint8Array,
  listener: { asked(id: number): void; answered(id: number): void },
): void {
  const asked = [...transactions.keys()].filter((id) => isCommitted[id] === 1);
  const answered = Int32Array.from(asked.filter((id) => transactions[id]?.status === 'ok')).sort(
    (a, b) => answerOf(transactions[a]) - answerOf(transactions[b]),
  );
  let next = 0;
  for (const id of asked) {
    const askedAt = transactions[id]?.invoke.index ?? 0;
    for (; next < answered.length; next += 1) {
      const one = answered[next] as number;
      if (answerOf(transactions[one]) > askedAt) break;
      listener.answered(one);
    }
    listener.asked(id);
  }
  // Nobody was asked after the remaining answers.
}

const answerOf = (transaction: Transaction | undefined): number =>
  transaction?.completion?.index ?? Infinity;

/**
 * Edges that lead from each answered transaction to all that were asked after its answer. One virtual node stands for each
 * moment at which answers turn into questions, and the moments form a chain: three edges for each transaction at most,
 * however many are open at once.
 */
export function addRealtimeOrder(
  graph: GraphBuilder,
  transactions: Transactions,
  isCommitted: Uint8Array,
): void {
  let moment = -1;
  let isFresh = false;
  inTimeOrder(transactions, isCommitted, {
    answered(id) {
      if (!isFresh) {
        const before = moment;
        moment = graph.addVirtualNode();
        if (before >= 0) graph.add(before, moment, dependency.pass);
        isFresh = true;
      }
      graph.add(id, moment, dependency.realtime);
    },
    asked(id) {
      isFresh = false;
      if (moment >= 0) graph.add(moment, id, dependency.pass);
    },
  });
}
