/** Transactions that write and read registers, a few keys at a time. */

import { answers } from '#checkers/answers';
import { invariants } from '#checkers/invariants';
import { logPattern } from '#checkers/log-pattern';
import { rwRegister } from '#checkers/rw-register';
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

export const rwRegisterWorkload: WorkloadKind<TransactionOptions> = {
  name: 'rw-register',
  summary: 'transactions that write and read registers; all together strictly serializable',
  options: transactionOptions,
  create(options): Workload {
    return {
      name: 'rw-register',
      claim:
        'Transactions take effect one at a time, each between its request and its answer: the history is strictly serializable.',
      generator: new TransactionGenerator(options, 'w'),
      probe: transactionProbe,
      finalOperations: (history) => finalTransactions(history, options.activeKeys),
      call: transactionCall,
      completion: transactionCompletion,
      checkers: [rwRegister(), invariants(), answers(), stats(), logPattern()],
    };
  },
};
