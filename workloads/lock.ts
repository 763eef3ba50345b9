/** Locks that are taken and given back. Each grant has a fencing token, so that an old holder can be told from the new one. */

import { keyName } from '#checkers/identity';
import { invariants } from '#checkers/invariants';
import { lock } from '#checkers/lock';
import { logPattern } from '#checkers/log-pattern';
import { stats } from '#checkers/stats';
import type { Call } from '#src/client/connection';
import type { Thread } from '#src/generator/generator';
import type { Completion, Invocation, Operation } from '#src/history/operation';
import {
  completing,
  type KeyedOptions,
  keyedGenerator,
  keyedOptions,
  newestKeys,
  noSuchOperation,
  notAnAnswer,
  type ObjectPlan,
} from './keyed.ts';
import type { Workload, WorkloadKind } from './workload.ts';

/** Who holds the lock, as far as the clients know. */
type Held = { readonly by: Thread; readonly token: number } | null;

/** A thread that holds a lock gives it back when it is next asked. */
const plan: ObjectPlan<Held> = {
  prefix: 'm',
  fresh: null,
  draw: (_random, held, thread) =>
    held?.by === thread
      ? { op: { f: 'release', value: held.token }, state: held }
      : { op: { f: 'acquire', value: null }, state: held },
  isBound: (held, thread) => held?.by === thread,
  learn,
};

function learn(held: Held, { f, type, value }: Operation, thread: Thread): Held | 'worn' {
  // Nobody may ever know whether somebody holds it now: it is left alone.
  if (type === 'info') return 'worn';
  if (type === 'fail') return held;
  if (f === 'release') return held?.by === thread ? null : held;
  return f === 'acquire' && typeof value === 'number' ? { by: thread, token: value } : held;
}

function call({ f, key, value }: Invocation): Call {
  switch (f) {
    case 'acquire':
      return { f: 'acquire', key: keyName(key) };
    case 'release':
      return { f: 'release', key: keyName(key), token: Number(value) };
    case 'look':
      return { f: 'read', key: keyName(key) };
    default:
      throw noSuchOperation('lock', f);
  }
}

function answered(op: Invocation, result: unknown): Completion {
  const { f, value } = op;
  switch (f) {
    case 'acquire':
      if (result === null)
        return { type: 'fail', value, error: 'precondition: somebody has the lock' };
      return typeof result === 'number'
        ? { type: 'ok', value: result }
        : notAnAnswer(op, result, 'info');
    case 'release':
      // A refusal is an answer: it says that the lock was not held with this token.
      return typeof result === 'boolean'
        ? { type: 'ok', value: result }
        : notAnAnswer(op, result, 'info');
    default:
      return { type: 'ok', value: result };
  }
}

export const lockWorkload: WorkloadKind<KeyedOptions> = {
  name: 'lock',
  summary: 'locks taken and given back, with fencing tokens; one holds each at a time',
  options: keyedOptions(3, 60),
  create: (chosen): Workload => ({
    name: 'lock',
    claim:
      'One client at a time holds each lock, and each grant has a higher token than all before.',
    generator: keyedGenerator(plan, chosen),
    probe: { f: 'look', key: 'm0', value: null },
    finalOperations: (history) =>
      newestKeys(history, 2 * chosen.activeKeys).map((key) => ({ f: 'acquire', key, value: null })),
    call,
    completion: completing((f) => f === 'look', answered),
    checkers: [lock(), invariants(), stats(), logPattern()],
  }),
};
