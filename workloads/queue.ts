/** Queues that are written at one end and read at the other. */

import type { z } from 'zod';
import { answers } from '#checkers/answers';
import { invariants } from '#checkers/invariants';
import { linearizable } from '#checkers/linearizable';
import { logPattern } from '#checkers/log-pattern';
import { stats } from '#checkers/stats';
import type { Invocation } from '#src/history/operation';
import {
  completing,
  type KeyedOptions,
  keyedGenerator,
  keyedOptions,
  newestKeys,
} from './keyed.ts';
import { answeredOfQueue, callOfQueue, queuePlan } from './queues.ts';
import type { Workload, WorkloadKind } from './workload.ts';

const options: z.ZodType<KeyedOptions> = keyedOptions(3, 80);

const dequeue = (key: string | number): Invocation => ({ f: 'dequeue', key, value: null });

export const queue: WorkloadKind<KeyedOptions> = {
  name: 'queue',
  summary: 'values put into queues and taken out; each queue is first in, first out, linearizable',
  options,
  create: (chosen): Workload => ({
    name: 'queue',
    claim: 'Each queue gives back every value once, in the order in which they were put in.',
    generator: keyedGenerator(queuePlan('q'), chosen),
    // A queue that nothing is ever put into.
    probe: dequeue('probe'),
    finalOperations: (history) => newestKeys(history, 2 * chosen.activeKeys).map(dequeue),
    call: callOfQueue,
    completion: completing(() => false, answeredOfQueue),
    checkers: [linearizable({ model: 'queue' }), invariants(), answers(), stats(), logPattern()],
  }),
};
