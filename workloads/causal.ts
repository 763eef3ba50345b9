/** Clients that read and write a few registers: who saw what came of what. */

import { z } from 'zod';
import { answers, notAnAnswer } from '#checkers/answers';
import { causal } from '#checkers/causal';
import { keyName } from '#checkers/identity';
import { invariants } from '#checkers/invariants';
import { logPattern } from '#checkers/log-pattern';
import { stats } from '#checkers/stats';
import type { Call, Outcome } from '#src/client/connection';
import { numbered } from '#src/generator/index';
import type { Completion, Invocation } from '#src/history/operation';
import { fraction } from '#src/random/random';
import type { Workload, WorkloadKind } from './workload.ts';

const optionsSchema = z.strictObject({
  registers: z.number().int().min(1).max(1000).default(5),
  readShare: z.number().min(0).max(1).default(0.6),
});
type Options = z.infer<typeof optionsSchema>;

const call = ({ f, key, value }: Invocation): Call =>
  f === 'read' ? { f, key: keyName(key) } : { f: 'write', key: keyName(key), value };

function completion({ f, value }: Invocation, outcome: Outcome): Completion {
  if (outcome.kind !== 'ok') {
    const type = outcome.kind === 'fail' || f === 'read' ? 'fail' : 'info';
    return { type, value, error: outcome.error };
  }
  if (f === 'write') return { type: 'ok', value };
  return outcome.result === undefined
    ? { type: 'fail', value, error: `${notAnAnswer}it has no value` }
    : { type: 'ok', value: outcome.result };
}

export const causalWorkload: WorkloadKind<Options> = {
  name: 'causal',
  summary: 'reads and writes of registers; who saw a write sees all that came before it',
  options: optionsSchema,
  create({ registers, readShare }): Workload {
    const keys = Array.from({ length: registers }, (_, i) => `r${i}`);
    return {
      name: 'causal',
      claim:
        'Whoever saw a write sees all that came causally before it, and all agree on one order of what did not.',
      // Written values count up, so that each names its write.
      generator: numbered((n, { random }): Invocation => {
        const key = keys[random.below(keys.length)] as string;
        return fraction(random) < readShare
          ? { f: 'read', key, value: null }
          : { f: 'write', key, value: n + 1 };
      }),
      probe: { f: 'read', key: 'r0', value: null },
      finalOperations: () => keys.map((key) => ({ f: 'read', key, value: null })),
      call,
      completion,
      checkers: [causal(), invariants(), answers(), stats(), logPattern()],
    };
  },
};
