/** Numbers that are added to, up and down, and read. */

import { z } from 'zod';
import { answers } from '#checkers/answers';
import { counter as counterBounds } from '#checkers/counter';
import { keyName } from '#checkers/identity';
import { invariants } from '#checkers/invariants';
import { linearizable } from '#checkers/linearizable';
import { logPattern } from '#checkers/log-pattern';
import { stats } from '#checkers/stats';
import type { Call } from '#src/client/connection';
import type { Completion, Invocation } from '#src/history/operation';
import {
  completing,
  keyedGenerator,
  keyedOptions,
  newestKeys,
  noSuchOperation,
  notAnAnswer,
  type ObjectPlan,
} from './keyed.ts';
import type { Workload, WorkloadKind } from './workload.ts';

const options = keyedOptions(2, 150).extend({
  /** Amounts are drawn from 1 to this. Large ones tell apart which adds a read saw. */
  amountMax: z.number().int().min(1).max(1_000_000).default(1000),
  /** Share of the adds that take away. */
  negativeShare: z.number().min(0).max(1).default(0.3),
});
type Options = z.infer<typeof options>;

const planOf = ({ amountMax, negativeShare }: Options): ObjectPlan<null> => ({
  prefix: 'c',
  fresh: null,
  draw(random) {
    if (random.below(2) === 0) return { op: { f: 'read', value: null }, state: null };
    const amount = 1 + random.below(amountMax);
    const isNegative = random.below(1000) < negativeShare * 1000;
    return { op: { f: 'add', value: isNegative ? -amount : amount }, state: null };
  },
});

function call({ f, key, value }: Invocation): Call {
  if (f === 'add') return { f: 'add', key: keyName(key), delta: Number(value) };
  if (f === 'read') return { f: 'read', key: keyName(key) };
  throw noSuchOperation('counter', f);
}

/** A counter that nobody touched reads as null. What an add answers, the new sum, is left aside: not every counter tells. */
function answered(op: Invocation, result: unknown): Completion {
  const isAdd = op.f === 'add';
  const told = isAdd ? result : (result ?? 0);
  if (typeof told !== 'number') return notAnAnswer(op, result, isAdd ? 'info' : 'fail');
  return { type: 'ok', value: isAdd ? op.value : told };
}

export const counter: WorkloadKind<Options> = {
  name: 'counter',
  summary: 'amounts added, also negative ones, and reads; each counter is linearizable',
  options,
  create: (chosen): Workload => ({
    name: 'counter',
    claim: 'Every read of a counter returns the sum of the adds before it, each counted once.',
    generator: keyedGenerator(planOf(chosen), chosen),
    probe: { f: 'read', key: 'c0', value: null },
    finalOperations: (history) =>
      newestKeys(history, 2 * chosen.activeKeys).map((key) => ({ f: 'read', key, value: null })),
    call,
    completion: completing((f) => f === 'read', answered),
    checkers: [
      counterBounds(),
      linearizable({ model: 'counter' }),
      invariants(),
      answers(),
      stats(),
      logPattern(),
    ],
  }),
};
