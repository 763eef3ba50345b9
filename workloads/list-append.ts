/** Transactions that append to lists and read them, a few keys at a time. */

import { answers } from '#checkers/answers';
import { invariants } from '#checkers/invariants';
import { listAppend } from '#checkers/list-append';
import { logPattern } from '#checkers/log-pattern';
import { stats } from '#checkers/stats';
import {
  finalTransactions,
  TransactionGenerator,
  type TransactionOptions,
  transactionCall,
  transactionCompletion,
  transactionOptions,
  transactionProbe,
} from './transactions.ts';
import type { Workload, WorkloadKind } from './workload.ts';

export const listAppendWorkload: WorkloadKind<TransactionOptions> = {
  name: 'list-append',
  summary: 'transactions that append to lists and read them; all together strictly serializable',
  options: transactionOptions,
  create(options): Workload {
    return {
      name: 'list-append',
      claim:
        'Transactions take effect one at a time, each between its request and its answer: the history is strictly serializable.',
      generator: new TransactionGenerator(options, 'append'),
      probe: transactionProbe,
      finalOperations: (history) => finalTransactions(history, options.activeKeys),
      call: transactionCall,
      completion: transactionCompletion,
      checkers: [listAppend(), invariants(), answers(), stats(), logPattern()],
    };
  },
};
