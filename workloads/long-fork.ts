/** Clients that write each key once, a few keys at nearly the same moment, and read those keys together. */

import { z } from 'zod';
import { answers, notAnAnswer } from '#checkers/answers';
import { invariants } from '#checkers/invariants';
import { logPattern } from '#checkers/log-pattern';
import { longFork } from '#checkers/long-fork';
import { stats } from '#checkers/stats';
import type { Call, Outcome } from '#src/client/connection';
import { numbered } from '#src/generator/index';
import type { Completion, Invocation } from '#src/history/operation';
import type { Workload, WorkloadKind } from './workload.ts';

const optionsSchema = z.strictObject({
  /** Keys that are read together. */
  groupSize: z.number().int().min(2).max(100).default(2),
  /** Groups in use at the same time. */
  activeGroups: z.number().int().min(1).max(1000).default(3),
  /** Reads of a group for each of its keys. */
  readsPerKey: z.number().int().min(1).max(1000).default(3),
});
type Options = z.infer<typeof optionsSchema>;

type Step = readonly ['r' | 'w', string, number | null];

const keyOf = (group: number, i: number): string => `g${group}.${i}`;

const readOf = (group: number, size: number): Invocation => ({
  f: 'read',
  value: Array.from({ length: size }, (_, i): Step => ['r', keyOf(group, i), null]),
});

/** The `n`th operation: groups take turns; in each a read, then the writes, then reads. */
function operation(n: number, { groupSize, activeGroups, readsPerKey }: Options): Invocation {
  const perGroup = groupSize * (1 + readsPerKey);
  const turn = Math.floor(n / activeGroups);
  const group = Math.floor(turn / perGroup) * activeGroups + (n % activeGroups);
  const write = (turn % perGroup) - 1;
  if (write < 0 || write >= groupSize) return readOf(group, groupSize);
  return { f: 'write', value: [['w', keyOf(group, write), 1] satisfies Step] };
}

const stepsOf = (op: Invocation): readonly Step[] => op.value as readonly Step[];

const call = (op: Invocation): Call =>
  op.f === 'read'
    ? { f: 'read-many', keys: stepsOf(op).map(([, key]) => key) }
    : { f: 'txn', steps: stepsOf(op) };

function completion(op: Invocation, outcome: Outcome): Completion {
  const { f, value } = op;
  if (outcome.kind !== 'ok') {
    const type = outcome.kind === 'fail' || f === 'read' ? 'fail' : 'info';
    return { type, value, error: outcome.error };
  }
  const answers: readonly unknown[] = Array.isArray(outcome.result) ? outcome.result : [];
  const steps = stepsOf(op);
  if (answers.length !== steps.length) {
    const error = `${notAnAnswer}${JSON.stringify(outcome.result)}`;
    return { type: f === 'read' ? 'fail' : 'info', value, error };
  }
  if (f === 'write') return { type: 'ok', value };
  return { type: 'ok', value: steps.map(([r, key], i) => [r, key, answers[i] ?? null]) };
}

export const longForkWorkload: WorkloadKind<Options> = {
  name: 'long-fork',
  summary:
    'writes of single keys and reads of several; no two reads see two writes in opposite orders',
  options: optionsSchema,
  create(options): Workload {
    return {
      name: 'long-fork',
      claim:
        'There is one order of all writes: no two reads of several keys see two of them in opposite orders.',
      generator: numbered((n) => operation(n, options)),
      probe: readOf(0, options.groupSize),
      finalOperations: () => [],
      call,
      completion,
      checkers: [longFork(), invariants(), answers(), stats(), logPattern()],
    };
  },
};
