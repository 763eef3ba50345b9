/** What the workloads on queues share: operations, what to ask, and what an answer means. */

import { keyName } from '#checkers/identity';
import type { Call } from '#src/client/connection';
import type { Completion, Invocation } from '#src/history/operation';
import { noSuchOperation, notAnAnswer, type ObjectPlan } from './keyed.ts';

/** A drain takes all that is there; no queue of a workload is longer. */
const drainMax = 1_000_000_000;

/** Puts and takes in equal parts. The state is the newest value: 1, 2, 3, ... per queue. */
export const queuePlan = (prefix: string): ObjectPlan<number> => ({
  prefix,
  fresh: 0,
  draw: (random, newest) =>
    random.below(2) === 0
      ? { op: { f: 'dequeue', value: null }, state: newest }
      : { op: { f: 'enqueue', value: newest + 1 }, state: newest + 1 },
});

export function callOfQueue({ f, key, value }: Invocation): Call {
  switch (f) {
    case 'enqueue':
      return { f: 'append', key: keyName(key), value };
    case 'dequeue':
      return { f: 'dequeue', key: keyName(key), count: 1 };
    case 'drain':
      return { f: 'dequeue', key: keyName(key), count: drainMax };
    default:
      throw noSuchOperation('queue', f);
  }
}

/** `dequeue` answers a value, or null when the queue is empty; `drain` the list of all that was in it. */
export function answeredOfQueue(op: Invocation, result: unknown): Completion {
  if (op.f === 'enqueue') {
    return typeof result === 'number'
      ? { type: 'ok', value: op.value }
      : notAnAnswer(op, result, 'info');
  }
  if (!Array.isArray(result)) return notAnAnswer(op, result, 'info');
  const taken: readonly unknown[] = result;
  if (op.f === 'drain') return { type: 'ok', value: taken };
  return taken.length > 1
    ? notAnAnswer(op, result, 'info')
    : { type: 'ok', value: taken[0] ?? null };
}
