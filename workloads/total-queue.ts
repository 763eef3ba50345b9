/** Queues that are emptied at the end: does every value come out that went in? */

import { answers } from '#checkers/answers';
import { invariants } from '#checkers/invariants';
import { logPattern } from '#checkers/log-pattern';
import { stats } from '#checkers/stats';
import { totalQueue } from '#checkers/total-queue';
import {
  completing,
  type KeyedOptions,
  keyedGenerator,
  keyedOptions,
  newestKeys,
} from './keyed.ts';
import { answeredOfQueue, batchedQueuePlan, callOfQueue } from './queues.ts';
import type { Workload, WorkloadKind } from './workload.ts';

/** Queues that are emptied at the end: all of an ordinary run, and not hours of emptying after a long one. */
const drainsMax = 1000;

/** A queue that nothing is ever put into. */
const probed = 'probe';

export const totalQueueWorkload: WorkloadKind<KeyedOptions> = {
  name: 'total-queue',
  summary:
    'values put into queues, taken out, some at once, all drained at the end; each comes out once',
  options: keyedOptions(2, 300),
  create: (chosen): Workload => ({
    name: 'total-queue',
    claim:
      'Every value that was accepted comes out once, and nothing comes out that was not put in.',
    generator: keyedGenerator(batchedQueuePlan('t'), chosen),
    probe: { f: 'dequeue', key: probed, value: null },
    finalOperations: (history) =>
      newestKeys(history, drainsMax)
        .filter((key) => key !== probed)
        .map((key) => ({ f: 'drain', key, value: null })),
    call: callOfQueue,
    completion: completing(() => false, answeredOfQueue),
    checkers: [totalQueue(), invariants(), answers(), stats(), logPattern()],
  }),
};
