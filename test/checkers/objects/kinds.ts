/** The objects under test: what clients do with each, and who judges it. */

import type { Checker } from '#checkers/checker';
import { counter } from '#checkers/counter';
import { lock } from '#checkers/lock';
import { setFull } from '#checkers/set-full';
import { totalQueue } from '#checkers/total-queue';
import { uniqueIds } from '#checkers/unique-ids';
import { counter as counterWorkload } from '#workloads/counter';
import { lockWorkload } from '#workloads/lock';
import { setFullWorkload } from '#workloads/set-full';
import { totalQueueWorkload } from '#workloads/total-queue';
import { uniqueIdsWorkload } from '#workloads/unique-ids';
import type { WorkloadKind } from '#workloads/workload';
import type { Kind } from './simulate.ts';

export interface Subject extends Kind {
  readonly name: string;
  readonly checker: Checker;
}

const settings = { concurrency: 5, nodes: ['n1'] };

const workloadOf = <Options>(kind: WorkloadKind<Options>) =>
  kind.create(kind.options.parse({}), settings);

export const setFullSubject: Subject = {
  name: 'set-full',
  checker: setFull(),
  workload: workloadOf(setFullWorkload),
  draw: (random, _key, next) =>
    random.below(2) === 0 ? { f: 'read', value: null } : { f: 'add', value: next() },
  final: { f: 'read', value: null },
};

export const counterSubject: Subject = {
  name: 'counter',
  checker: counter(),
  workload: workloadOf(counterWorkload),
  draw: (random) =>
    random.below(2) === 0 ? { f: 'read', value: null } : { f: 'add', value: random.below(20) - 8 },
};

export const totalQueueSubject: Subject = {
  name: 'total-queue',
  checker: totalQueue(),
  workload: workloadOf(totalQueueWorkload),
  draw: (random, _key, next) =>
    random.below(2) === 0 ? { f: 'dequeue', value: null } : { f: 'enqueue', value: next() },
  final: { f: 'drain', value: null },
};

export const lockSubject: Subject = {
  name: 'lock',
  checker: lock(),
  workload: workloadOf(lockWorkload),
  draw: (_random, _key, _next, held) =>
    held === undefined
      ? { f: 'acquire', value: null }
      : { f: 'release', key: held.key, value: held.token },
};

export const uniqueIdsSubject: Subject = {
  name: 'unique-ids',
  checker: uniqueIds(),
  workload: workloadOf(uniqueIdsWorkload),
  draw: () => ({ f: 'generate', value: null }),
};

export const subjects: readonly Subject[] = [
  setFullSubject,
  counterSubject,
  totalQueueSubject,
  lockSubject,
  uniqueIdsSubject,
];
