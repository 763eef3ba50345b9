/** What the claims mean, taken literally: try all orders of the operations of a tiny history. Knows nothing of graphs. */

import { createKv } from '#src/consensus/state-machine/kv';
import type { History } from '#src/history/operation';
import { type Pair, pairs } from '#src/history/pairs';
import type { Workload } from '#workloads/workload';

/** Must `a` be before `b`? */
type Precedes = (a: Pair, b: Pair) => boolean;

export const realtime: Precedes = (a, b) =>
  a.completion?.type === 'ok' && a.completion.index < b.invoke.index;
export const sameProcess: Precedes = (a, b) =>
  a.invoke.process === b.invoke.process && a.invoke.index < b.invoke.index;
export const anyOrder: Precedes = () => false;

/** Whether some order of all of them, with the optional ones where it suits or never, makes every prefix acceptable. */
function someOrder(
  all: readonly Pair[],
  precedes: Precedes,
  accepts: (order: readonly Pair[]) => boolean,
): boolean {
  const extend = (order: readonly Pair[]): boolean => {
    const left = all.filter((pair) => !order.includes(pair));
    if (left.every(({ completion }) => completion?.type !== 'ok')) return true;
    return left.some((pair) => {
      const waits = left.some(
        (other) => other !== pair && other.completion?.type === 'ok' && precedes(other, pair),
      );
      return !waits && accepts([...order, pair]) && extend([...order, pair]);
    });
  };
  return extend([]);
}

const mayHaveHappened = (history: History): readonly Pair[] =>
  pairs(history).filter(({ completion }) => completion?.type !== 'fail');

/** Whether one store, asked one operation at a time in an order that respects real time, answers all of this. */
export function isLinearizable(history: History, workload: Workload): boolean {
  const all = mayHaveHappened(history);
  return someOrder(all, realtime, (order) => {
    const kv = createKv();
    for (const [i, { invoke, completion }] of order.entries()) {
      const call = workload.call(invoke);
      const answer = call.f === 'read' || call.f === 'read-many' ? kv.query(call) : kv.apply(call);
      if (i < order.length - 1 || completion?.type !== 'ok') continue;
      if (answer.kind !== 'ok') return false;
      const told = workload.completion(invoke, { kind: 'ok', result: answer.result });
      if (told.type !== 'ok' || JSON.stringify(told.value) !== JSON.stringify(completion.value)) {
        return false;
      }
    }
    return true;
  });
}

/** Whether what operations saw of things that only grow fits some order. `seen`: key to a number that never falls. */
export function onlyGrows(
  observed: readonly { readonly pair: Pair; readonly seen: Readonly<Record<string, number>> }[],
  precedes: Precedes,
): boolean {
  const seenBy = new Map(observed.map(({ pair, seen }) => [pair, seen]));
  const all = observed.map(({ pair }) => pair);
  return someOrder(all, precedes, (order) => {
    const last = order.at(-1);
    const seen = (last && seenBy.get(last)) ?? {};
    return order
      .slice(0, -1)
      .every((pair) =>
        Object.entries(seenBy.get(pair) ?? {}).every(
          ([key, value]) => seen[key] === undefined || value <= (seen[key] as number),
        ),
      );
  });
}

/** One access of a register: what it found and what it left, by key. */
export interface OracleAccess {
  readonly process: unknown;
  readonly key: string;
  readonly finds?: unknown;
  readonly leaves?: unknown;
}

/**
 * Causal convergence, by its definition: there is one order of everything that respects causality, such that each read finds what
 * the last write before it left, of those in its causal past.
 */
export function isCausal(accesses: readonly OracleAccess[]): boolean {
  const writerOf = (a: OracleAccess) =>
    accesses.find(
      (b) => b !== a && b.leaves !== undefined && b.key === a.key && b.leaves === a.finds,
    );
  const isRead = (a: OracleAccess) => a.finds !== undefined;
  if (accesses.some((a) => isRead(a) && a.finds !== null && writerOf(a) === undefined))
    return false;
  const pasts = accesses.map((a, i) => {
    const past = new Set<OracleAccess>();
    const add = (one: OracleAccess, at: number): void => {
      accesses.forEach((b, j) => {
        const isBefore =
          (b.process === one.process && j < at) || (isRead(one) && writerOf(one) === b);
        if (!isBefore || past.has(b)) return;
        past.add(b);
        add(b, j);
      });
    };
    add(a, i);
    return past;
  });
  const pastOf = (a: OracleAccess): ReadonlySet<OracleAccess> =>
    pasts[accesses.indexOf(a)] ?? new Set();
  if (accesses.some((a) => pastOf(a).has(a))) return false;
  const extend = (order: readonly OracleAccess[]): boolean => {
    const left = accesses.filter((a) => !order.includes(a));
    if (left.length === 0) return true;
    return left.some((a) => {
      if (left.some((b) => pastOf(a).has(b))) return false;
      const visible = order.findLast(
        (b) => b.key === a.key && b.leaves !== undefined && pastOf(a).has(b),
      );
      const isRight = !isRead(a) || (visible?.leaves ?? null) === a.finds;
      return isRight && extend([...order, a]);
    });
  };
  return extend([]);
}
