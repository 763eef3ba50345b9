/** Locks that are taken and given back. Each grant has a fencing token, so that an old holder can be told from the new one. */

import { answers } from '#checkers/answers';
import { keyName } from '#checkers/identity';
import { invariants } from '#checkers/invariants';
import { lock } from '#checkers/lock';
import { logPattern } from '#checkers/log-pattern';
import { refusals } from '#checkers/refusals';
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

/** A lock, as far as the clients know. */
interface Known {
  /** Who holds it. */
  readonly by: Thread | undefined;
  /** The newest token that was given out; 0: none yet. */
  readonly token: number;
}

/**
 * A thread that holds a lock gives it back when it is next asked. One of six others shows a token that was given back before, its own or
 * somebody else's: such a holder comes too late, and has to be refused.
 */
const plan: ObjectPlan<Known> = {
  prefix: 'm',
  fresh: { by: undefined, token: 0 },
  draw: (random, known, thread) => {
    if (known.by === thread) return { op: { f: 'release', value: known.token }, state: known };
    const old = known.by === undefined ? known.token : known.token - 1;
    const isLate = random.below(6) === 0 && old > 0;
    // Mostly the one that was given back last.
    const value = isLate ? Math.max(1, old - random.below(2) * random.below(old)) : null;
    return { op: { f: isLate ? 'release' : 'acquire', value }, state: known };
  },
  isBound: ({ by }, thread) => by === thread,
  learn,
};

function learn(known: Known, { f, type, value }: Operation, thread: Thread): Known | 'worn' {
  // A release by another one than the holder is one that comes too late, and changes nothing.
  if (f === 'release' && known.by !== thread) return known;
  // Nobody may ever know whether somebody holds it now: it is left alone.
  if (type === 'info') return 'worn';
  if (type === 'fail') return known;
  if (f === 'release') return { ...known, by: undefined };
  return f === 'acquire' && typeof value === 'number' ? { by: thread, token: value } : known;
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
    checkers: [lock(), refusals(), invariants(), answers(), stats(), logPattern()],
  }),
};
