/** Clients that increment counters and read all of them at once. */

import { z } from 'zod';
import { answers, notAnAnswer } from '#checkers/answers';
import { keyName } from '#checkers/identity';
import { invariants } from '#checkers/invariants';
import { logPattern } from '#checkers/log-pattern';
import { monotonic } from '#checkers/monotonic';
import { stats } from '#checkers/stats';
import type { Call, Outcome } from '#src/client/connection';
import { numbered } from '#src/generator/index';
import type { Completion, Invocation } from '#src/history/operation';
import { fraction, pick } from '#src/random/random';
import type { Workload, WorkloadKind } from './workload.ts';

const optionsSchema = z.strictObject({
  /** One can only be seen to go back; two can also be seen in opposite orders. */
  counters: z.number().int().min(1).max(1000).default(4),
  readShare: z.number().min(0).max(1).default(0.6),
});
type Options = z.infer<typeof optionsSchema>;

const call = ({ f, key }: Invocation, names: readonly string[]): Call =>
  f === 'read' ? { f: 'read-many', keys: names } : { f: 'add', key: keyName(key), delta: 1 };

function answered({ f }: Invocation, result: unknown, names: readonly string[]): Completion {
  if (f === 'inc') {
    return typeof result === 'number'
      ? { type: 'ok', value: result }
      : {
          type: 'info',
          value: null,
          error: `${notAnAnswer}${JSON.stringify(result)}, not a number`,
        };
  }
  const counts: readonly unknown[] = Array.isArray(result) ? result : [];
  return counts.length === names.length
    ? { type: 'ok', value: Object.fromEntries(names.map((name, i) => [name, counts[i] ?? null])) }
    : {
        type: 'fail',
        value: null,
        error: `${notAnAnswer}${JSON.stringify(result)}, not a count each`,
      };
}

function completion(op: Invocation, outcome: Outcome, names: readonly string[]): Completion {
  if (outcome.kind === 'ok') return answered(op, outcome.result, names);
  const type = outcome.kind === 'fail' || op.f === 'read' ? 'fail' : 'info';
  return { type, value: null, error: outcome.error };
}

export const monotonicWorkload: WorkloadKind<Options> = {
  name: 'monotonic',
  summary: 'increments of counters and reads of all of them; to nobody does a counter ever shrink',
  options: optionsSchema,
  create({ counters, readShare }): Workload {
    const names = Array.from({ length: counters }, (_, i) => `c${i}`);
    const read: Invocation = { f: 'read', value: null };
    return {
      name: 'monotonic',
      claim:
        'Counters that only grow never appear to shrink: what is seen of all of them fits one order, which respects each process and real time.',
      generator: numbered((_n, { random }) =>
        fraction(random) < readShare ? read : { f: 'inc', key: pick(random, names), value: null },
      ),
      probe: read,
      finalOperations: () => [read],
      call: (op) => call(op, names),
      completion: (op, outcome) => completion(op, outcome, names),
      checkers: [monotonic(), invariants(), answers(), stats(), logPattern()],
    };
  },
};
