/**
 * Is the history causally consistent: does everybody who saw a write also see what came before it, and do all agree on one order of
 * what did not? Judged on reads, writes and compare-and-sets of registers with distinct values, all keys together (CCv, `causal/order.ts`).
 */

import { BadInput } from '#src/errors';
import type { Operation } from '#src/history/operation';
import { show } from '#src/history/source';
import { type Accesses, accessesOf } from './causal/accesses.ts';
import { type CausalOrder, causalOrder, causes } from './causal/order.ts';
import type { CheckContext, Checker, CheckResult } from './checker.ts';
import { Found, verdict } from './found.ts';
import type { GrowthCycle } from './growth/order.ts';

/** `write k1 3 by process 2 (operation 17)`. */
function called({ invoke, completion }: { invoke: Operation; completion?: Operation | undefined }) {
  const key = invoke.key === undefined ? '' : ` ${String(invoke.key)}`;
  const isRead = invoke.f === 'read' || invoke.f === 'get';
  const value = isRead ? `-> ${show(completion?.value ?? null)}` : show(invoke.value);
  return `${invoke.f}${key} ${value} by process ${invoke.process} (operation ${invoke.index})`;
}

/** After the patterns of the paper. */
function nameOf(cycle: GrowthCycle): string {
  const conflicts = cycle.filter(({ kind }) => kind === causes.conflict).length;
  if (conflicts === 0) return 'cyclic-co';
  return conflicts === 1 ? 'write-co-read' : 'cyclic-cf';
}

const morals: Readonly<Record<string, string>> = {
  'cyclic-co': 'Each came before the other: nothing can be its own cause.',
  'write-co-read': 'So what was read had been overwritten, and the reader knew of that.',
  'cyclic-cf':
    'Each came before the other: there is no order of these writes that all can agree on.',
};

function tellCycle(cycle: GrowthCycle, { all }: Accesses, found: Found): void {
  const pairOf = (at: number) => (all[at] as Accesses['all'][number]).pair;
  const name = nameOf(cycle);
  found.add(name, () => {
    const lines = cycle.map(({ from, to, kind, about }) => {
      const [a, b] = [called(pairOf(from)), called(pairOf(to))];
      if (kind === causes.process) return `${a} came before ${b}: the same process.`;
      if (kind === causes.reads) return `${a} came before ${b}, which found it.`;
      return `${a} came before ${b}: ${called(pairOf(about))} had it in its past and found the latter.`;
    });
    const involved = cycle.flatMap(({ from, kind, about }) =>
      kind === causes.conflict ? [from, about] : [from],
    );
    return {
      operations: involved.flatMap((at) => [pairOf(at).invoke, pairOf(at).completion]),
      explanation: [...lines, morals[name] ?? ''].join('\n'),
    };
  });
}

function tellReads(accesses: Accesses, order: CausalOrder, found: Found): void {
  for (const { reader, failed } of accesses.thinAir) {
    const why = failed === undefined ? 'nobody wrote that' : 'the write of it had failed';
    found.add('thin-air-read', () => ({
      operations: [reader.invoke, reader.completion, failed?.invoke, failed?.completion],
      explanation: `${called(reader)}: ${why}.`,
      impossible: reader.completion?.index,
    }));
  }
  for (const { reader, write } of order.initialReads) {
    const [read, written] = [accesses.all[reader]?.pair, accesses.all[write]?.pair];
    if (read === undefined || written === undefined) continue;
    found.add('write-co-init-read', () => ({
      operations: [written.invoke, written.completion, read.invoke, read.completion],
      explanation: `${called(read)} found nothing, although ${called(written)} was in its past.`,
      impossible: read.completion?.index,
    }));
  }
}

function check({ history, timeLimitMs }: CheckContext): CheckResult {
  const endMs = performance.now() + timeLimitMs;
  const accesses = accessesOf(history, [null]);
  if ('kind' in accesses) {
    throw new BadInput(
      `a history of which causality cannot be told: ${accesses.reason}. Allowed: read, write and cas, with values that are written to a key once, on registers that start as nil.`,
    );
  }
  const found = new Found();
  const order = causalOrder(accesses, endMs);
  if ('kind' in order) {
    return {
      valid: 'unknown',
      reason: `checked up to operation 0: ${order.reason}`,
      anomalies: [],
    };
  }
  tellReads(accesses, order, found);
  for (const cycle of order.cycles) tellCycle(cycle, accesses, found);
  const checkedUpTo = order.exhausted && order.components > 0 ? 0 : history.length;
  return verdict(
    found,
    {
      history,
      checkedUpTo,
      answers: accesses.all.filter(({ source }) => source !== undefined).length,
    },
    { accesses: accesses.all.length, keys: accesses.keys },
  );
}

/** Judges `read`, `write` and `cas`. `check` throws BadInput for other operations and for values that are written twice. */
export const causal = (): Checker => ({
  name: 'causal',
  summary: 'whoever saw a write sees what came before it, and all agree on one order of the rest',
  check,
});
