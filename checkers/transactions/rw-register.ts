/**
 * Registers with distinct values: a read tells its writer, but not what was there before. The order of versions is pieced
 * together: nil comes first; what a transaction read comes before what it wrote; and processes and clocks tell more
 * where the model, or an assumption about keys, respects them.
 */

import type { Order } from './anomalies.ts';
import type { Budget } from './budget.ts';
import { none } from './elements.ts';
import { dependency, GraphBuilder } from './graph.ts';
import type { Inference, TransactionKind } from './inference.ts';
import { addProcessOrder, addRealtimeOrder } from './orders.ts';
import { initial, RegisterHistory } from './register-history.ts';
import { registerWords } from './register-words.ts';
import type { StepNames, Transaction } from './transactions.ts';
import { type KeyAssumptions, VersionOrder, type VersionPair } from './version-order.ts';

const { ww, wr, rw } = dependency;

const names: StepNames = { reads: ['r', 'read'], writes: ['w', 'write'] };

/** Numbers in lists by number. */
type Lists = (number[] | undefined)[];

function push(lists: Lists, at: number, value: number): void {
  const list = lists[at];
  if (list === undefined) lists[at] = [value];
  else list.push(value);
}

interface Access {
  /** By element. */
  readonly readers: Lists;
  /** By element: what transactions wrote that had read it. */
  readonly overwriters: Lists;
  /** By key. */
  readonly readersOfNil: Lists;
  readonly versions: Lists;
}

function addReads(history: RegisterHistory, graph: GraphBuilder): Access {
  const access: Access = { readers: [], overwriters: [], readersOfNil: [], versions: [] };
  for (const [id, touches] of history.touches.entries()) {
    for (const { key, read, write } of touches) {
      if (write !== none) push(access.versions, key, write);
      if (read === initial) push(access.readersOfNil, key, id);
      if (read < 0) continue;
      graph.add(history.writerOf(read), id, wr, read);
      if (!history.isVersion(read)) continue;
      push(access.readers, read, id);
      // Its writer comes before the overwriter as well, but a wr edge says so already.
      if (write !== none) push(access.overwriters, read, write);
    }
  }
  return access;
}

function addVersions(history: RegisterHistory, access: Access, graph: GraphBuilder): void {
  const writers = (elements: readonly number[]): number[] =>
    elements.map((element) => history.writerOf(element));
  for (const [key, readers] of access.readersOfNil.entries()) {
    const versions = access.versions[key] ?? [];
    graph.addAll(readers ?? [], writers(versions), rw, versions);
  }
  for (const [element, overwriters] of access.overwriters.entries()) {
    if (overwriters === undefined) continue;
    graph.addAll(access.readers[element] ?? [], writers(overwriters), rw, overwriters);
  }
}

/** Pairs by what they begin with. */
function addPairs(
  history: RegisterHistory,
  pairs: readonly VersionPair[],
  { readers }: Access,
  graph: GraphBuilder,
): void {
  const sorted = pairs.toSorted((a, b) => a.before - b.before || a.source - b.source);
  for (let i = 0; i < sorted.length; ) {
    const { before, source } = sorted[i] as VersionPair;
    const after = new Set<number>();
    for (; sorted[i]?.before === before && sorted[i]?.source === source; i += 1) {
      after.add(sorted[i]?.after as number);
    }
    const elements = [...after];
    const writers = elements.map((element) => history.writerOf(element));
    graph.addAll([history.writerOf(before)], writers, ww | source, elements);
    graph.addAll(readers[before] ?? [], writers, rw | source, elements);
  }
}

function infer(
  transactions: readonly Transaction[],
  order: Order,
  budget: Budget,
  assumptions: KeyAssumptions,
): Inference {
  const history = new RegisterHistory(transactions, budget);
  const graph = new GraphBuilder(transactions.length);
  const access = addReads(history, graph);
  addVersions(history, access, graph);
  const versions = new VersionOrder(history, order, assumptions);
  addPairs(history, versions.pairs, access, graph);
  if (order !== '') addProcessOrder(graph, transactions, history.isCommitted);
  if (order === '-realtime') addRealtimeOrder(graph, transactions, history.isCommitted);
  return {
    graph: graph.build(),
    findings: history.findings.kept,
    counts: history.findings.counts,
    committed: history.isCommitted.reduce((sum, one) => sum + one, 0),
    ...registerWords(history),
  };
}

export const rwRegisterKind = (assumptions: KeyAssumptions): TransactionKind => ({
  names,
  infer: (transactions, order, budget) => infer(transactions, order, budget, assumptions),
});
