/** Elements that are added once each, and reads of all of them: where is each, from when on? */

import type { z } from 'zod';
import { answers } from '#checkers/answers';
import { keyName } from '#checkers/identity';
import { invariants } from '#checkers/invariants';
import { logPattern } from '#checkers/log-pattern';
import { setFull } from '#checkers/set-full';
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

const options = keyedOptions(3, 200);
type Options = z.infer<typeof options>;

/** Sets that are read at the end: all of an ordinary run, and not hours of reading after a long one. */
const finalReadsMax = 100;

/** The state is the newest element: 1, 2, 3, ... per set. */
const plan: ObjectPlan<number> = {
  prefix: 'f',
  fresh: 0,
  draw: (random, newest) =>
    random.below(2) === 0
      ? { op: { f: 'read', value: null }, state: newest }
      : { op: { f: 'add', value: newest + 1 }, state: newest + 1 },
};

/** Lists take what is appended as often as it is appended, so that an add that happened twice shows. */
function call({ f, key, value }: Invocation): Call {
  if (f === 'add') return { f: 'append', key: keyName(key), value };
  if (f === 'read') return { f: 'read', key: keyName(key) };
  throw noSuchOperation('set-full', f);
}

function answered(op: Invocation, result: unknown): Completion {
  if (op.f === 'add') {
    return typeof result === 'number'
      ? { type: 'ok', value: op.value }
      : notAnAnswer(op, result, 'info');
  }
  const all: unknown = result ?? [];
  return Array.isArray(all) ? { type: 'ok', value: all } : notAnAnswer(op, result, 'fail');
}

export const setFullWorkload: WorkloadKind<Options> = {
  name: 'set-full',
  summary: 'elements added once each and reads of all; none is lost, late, or there twice',
  options,
  create: (chosen): Workload => ({
    name: 'set-full',
    claim: 'An element that was added is in every read from then on, once.',
    generator: keyedGenerator(plan, chosen),
    probe: { f: 'read', key: 'f0', value: null },
    finalOperations: (history) =>
      newestKeys(history, finalReadsMax).map((key) => ({ f: 'read', key, value: null })),
    call,
    completion: completing((f) => f === 'read', answered),
    checkers: [setFull(), invariants(), answers(), stats(), logPattern()],
  }),
};
