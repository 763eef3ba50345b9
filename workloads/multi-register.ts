/** Transactions on a few registers at a time, each group of registers one linearizable object. */

import { z } from 'zod';
import { answers, notAnAnswer } from '#checkers/answers';
import { keyName } from '#checkers/identity';
import { invariants } from '#checkers/invariants';
import { linearizable } from '#checkers/linearizable';
import { logPattern } from '#checkers/log-pattern';
import { stats } from '#checkers/stats';
import type { Call, Outcome } from '#src/client/connection';
import type { Completion, Invocation, Key } from '#src/history/operation';
import type { Random } from '#src/random/random';
import {
  type KeyedOptions,
  keyedGenerator,
  keyedOptions,
  newestKeys,
  type ObjectPlan,
} from './keyed.ts';
import type { Workload, WorkloadKind } from './workload.ts';

const optionsSchema = keyedOptions(3, 60).extend({
  /** Registers in a group. */
  registers: z.number().int().min(1).max(20).default(3),
  /** Steps of a transaction at most. */
  stepsMax: z.number().int().min(1).max(20).default(3),
});
type Options = KeyedOptions & { readonly registers: number; readonly stepsMax: number };

type Step = readonly ['r' | 'w', string, number | null];

/** Written values are 1, 2, 3, ... per group: a value that is read names its writer. */
const planOf = ({ registers, stepsMax }: Options): ObjectPlan<number> => ({
  prefix: 'm',
  fresh: 1,
  draw(random: Random, next: number) {
    let value = next;
    const steps = Array.from({ length: 1 + random.below(stepsMax) }, (): Step => {
      const name = `r${random.below(registers)}`;
      if (random.below(2) === 0) return ['r', name, null];
      value += 1;
      return ['w', name, value - 1];
    });
    return { op: { f: 'txn', value: steps }, state: value };
  },
});

const stepsOf = (op: Invocation): readonly Step[] => op.value as readonly Step[];
const onlyReads = (op: Invocation): boolean => stepsOf(op).every(([f]) => f === 'r');

/** Transactions that only read go the way of reads, which is where stale answers come from. */
function call(op: Invocation): Call {
  const inStore = (name: string): string => `${keyName(op.key)}.${name}`;
  const steps = stepsOf(op);
  return onlyReads(op)
    ? { f: 'read-many', keys: steps.map(([, name]) => inStore(name)) }
    : { f: 'txn', steps: steps.map(([f, name, value]) => [f, inStore(name), value]) };
}

function completion(op: Invocation, outcome: Outcome): Completion {
  const { value } = op;
  if (outcome.kind !== 'ok') {
    const type = outcome.kind === 'fail' || onlyReads(op) ? 'fail' : 'info';
    return { type, value, error: outcome.error };
  }
  const { result } = outcome;
  const steps = stepsOf(op);
  if (!Array.isArray(result) || result.length !== steps.length) {
    const error = `${notAnAnswer}${JSON.stringify(result)}`;
    return { type: onlyReads(op) ? 'fail' : 'info', value, error };
  }
  const answers: readonly unknown[] = onlyReads(op)
    ? result
    : result.map((step: unknown) => (Array.isArray(step) ? step[2] : undefined));
  return {
    type: 'ok',
    value: steps.map(([f, name, asked], i) => [f, name, f === 'r' ? (answers[i] ?? null) : asked]),
  };
}

/** One read of everything in the groups that were in use last. */
const finalRead = (key: Key, registers: number): Invocation => ({
  f: 'txn',
  key,
  value: Array.from({ length: registers }, (_, i): Step => ['r', `r${i}`, null]),
});

export const multiRegisterWorkload: WorkloadKind<Options> = {
  name: 'multi-register',
  summary: 'transactions on several registers; each group of registers is one linearizable object',
  options: optionsSchema,
  create(options): Workload {
    return {
      name: 'multi-register',
      claim:
        'Each group of registers behaves like one atomic object: a transaction reads and writes several of them at one moment.',
      generator: keyedGenerator(planOf(options), options),
      probe: finalRead('m0', options.registers),
      finalOperations: (history) =>
        newestKeys(history, options.activeKeys).map((key) => finalRead(key, options.registers)),
      call,
      completion,
      checkers: [
        linearizable({ model: 'multi-register' }),
        invariants(),
        answers(),
        stats(),
        logPattern(),
      ],
    };
  },
};
