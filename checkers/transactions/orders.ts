/** Which transactions came first for everybody to see: in one process, and in real time. */

import { dependency, type GraphBuilder } from './graph.ts';
import type { Transaction } from './transactions.ts';

/** Edges from each committed transaction to the next one of its process. */
export function addProcessOrder(
  graph: GraphBuilder,
  transactions: readonly Transaction[],
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
 * Edges that lead from each answered transaction to all that were asked after its answer. One virtual node stands for each
 * moment at which answers turn into questions, and the moments form a chain: three edges for each transaction at most,
 * however many are open at once. The order of the lines of the history is the order of events.
 */
export function addRealtimeOrder(
  graph: GraphBuilder,
  transactions: readonly Transaction[],
  isCommitted: Uint8Array,
): void {
  const asked = [...transactions.keys()].filter((id) => isCommitted[id] === 1);
  const answered = Int32Array.from(asked.filter((id) => transactions[id]?.status === 'ok')).sort(
    (a, b) => answerOf(transactions[a]) - answerOf(transactions[b]),
  );
  let next = 0;
  let moment = -1;
  for (const id of asked) {
    const askedAt = transactions[id]?.invoke.index ?? 0;
    let isNew = false;
    for (; next < answered.length; next += 1) {
      const one = answered[next] as number;
      if (answerOf(transactions[one]) > askedAt) break;
      if (!isNew) {
        const before = moment;
        moment = graph.addVirtualNode();
        isNew = true;
        if (before >= 0) graph.add(before, moment, dependency.pass);
      }
      graph.add(one, moment, dependency.realtime);
    }
    if (moment >= 0) graph.add(moment, id, dependency.pass);
  }
}

const answerOf = (transaction: Transaction | undefined): number =>
  transaction?.completion?.index ?? Infinity;
