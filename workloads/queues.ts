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

/** The same, and one in eight asks for two or three at once. */
export const batchedQueuePlan = (prefix: string): ObjectPlan<number> => ({
  prefix,
  fresh: 0,
  draw: (random, newest) => {
    const drawn = random.below(8);
    if (drawn === 0) return { op: { f: 'take', value: 2 + random.below(2) }, state: newest };
    // More puts than takes, or there would hardly ever be several to take.
    return drawn < 3
      ? { op: { f: 'dequeue', value: null }, state: newest }
      : { op: { f: 'enqueue', value: newest + 1 }, state: newest + 1 };
  },
});

export function callOfQueue({ f, key, value }: Invocation): Call {
  switch (f) {
    case 'enqueue':
      return { f: 'append', key: keyName(key), value };
    case 'dequeue':
      return { f: 'dequeue', key: keyName(key), count: 1 };
    case 'take':
      return { f: 'dequeue', key: keyName(key), count: Number(value) };
    case 'drain':
      return { f: 'dequeue', key: keyName(key), count: drainMax };
    default:
      throw noSuchOperation('queue', f);
  }
}

/** `dequeue` answers a value, or null when the queue is empty; `take` a list, at most as long as asked; `drain` all that was in it. */
export function answeredOfQueue(op: Invocation, result: unknown): Completion {
  if (op.f === 'enqueue') {
    return typeof result === 'number'
      ? { type: 'ok', value: op.value }
      : notAnAnswer(op, result, 'info');
  }
  if (!Array.isArray(result)) return notAnAnswer(op, result, 'info');
  const taken: readonly unknown[] = result;
  if (op.f === 'drain') return { type: 'ok', value: taken };
  const asked = op.f === 'take' ? Number(op.value) : 1;
  if (taken.length > asked) return notAnAnswer(op, result, 'info');
  return { type: 'ok', value: op.f === 'take' ? taken : (taken[0] ?? null) };
}
