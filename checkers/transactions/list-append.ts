/**
 * Lists with append: a read shows all that was appended, in order, so the longest read of a key is its version order (Kingsbury
 * and Alvaro, "Elle", VLDB 2020, section 3). All other reads must be beginnings of it. What was appended and is not in it comes
 * after it.
 */

import { show } from '#src/history/source';
import type { Order } from './anomalies.ts';
import type { Budget } from './budget.ts';
import { none } from './elements.ts';
import { dependency, GraphBuilder } from './graph.ts';
import type { Inference, TransactionKind } from './inference.ts';
import { ListHistory } from './list-history.ts';
import { ListReads } from './list-reads.ts';
import { listWords } from './list-words.ts';
import { addProcessOrder, addRealtimeOrder } from './orders.ts';
import type { StepNames, Transaction } from './transactions.ts';

const names: StepNames = { reads: ['r', 'read'], writes: ['append'] };

/** Edges between writers: consecutive ones in the order, and from its end to all that is not in it. */
function addVersionOrder(history: ListHistory, reads: ListReads, graph: GraphBuilder): void {
  const { elements, order, isSeen, findings } = history;
  const unseen: number[][] = [];
  for (let element = 0; element < elements.count; element += 1) {
    if (isSeen[element] === 1 || !history.isReal(element)) continue;
    const key = elements.key[element] as number;
    unseen[key] ??= [];
    const last = unseen[key].at(-1) ?? none;
    // Of several of one transaction the first is enough.
    if (last === none || elements.writer[last] !== elements.writer[element]) {
      unseen[key].push(element);
    }
  }
  for (const [key, all] of order.entries()) {
    let before = none;
    let failed = none;
    for (const element of all) {
      if (history.hasFailed(element)) failed = element;
      if (!history.isReal(element)) continue;
      const writer = elements.writer[element] as number;
      if (failed !== none) {
        const dirty = failed;
        const words = (): string =>
          `T1 failed, so it did not append ${elements.show(dirty).value} to ${elements.show(dirty).key}; T2 appended ${elements.show(element).value} behind it, as a read of ${show(history.longest[key])} shows.`;
        findings.add('dirty-update', [elements.writer[dirty] as number, writer], words);
        failed = none;
      }
      if (before !== none)
        graph.add(elements.writer[before] as number, writer, dependency.ww, element);
      before = element;
    }
    const rest = unseen[key] ?? [];
    const writers = rest.map((element) => elements.writer[element] as number);
    if (before !== none)
      graph.addAll([elements.writer[before] as number], writers, dependency.ww, rest);
    graph.addAll(reads.ofWhole(key), writers, dependency.rw, rest);
  }
}

function infer(transactions: readonly Transaction[], order: Order, budget: Budget): Inference {
  const history = new ListHistory(transactions, budget);
  const graph = new GraphBuilder(transactions.length);
  const reads = new ListReads(history, graph, budget);
  addVersionOrder(history, reads, graph);
  if (order !== '') addProcessOrder(graph, transactions, history.isCommitted);
  if (order === '-realtime') addRealtimeOrder(graph, transactions, history.isCommitted);
  return {
    graph: graph.build(),
    findings: history.findings.kept,
    counts: history.findings.counts,
    committed: history.isCommitted.reduce((sum, one) => sum + one, 0),
    ...listWords(history),
  };
}

export const listAppendKind: TransactionKind = { names, infer };
