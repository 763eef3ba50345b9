/** Clients that append to logs and poll them, each from where it is. */

import { answers } from '#checkers/answers';
import { keyName } from '#checkers/identity';
import { invariants } from '#checkers/invariants';
import { log } from '#checkers/log';
import { logPattern } from '#checkers/log-pattern';
import { stats } from '#checkers/stats';
import type { Call } from '#src/client/connection';
import type { Thread } from '#src/generator/generator';
import type { Completion, Invocation, Operation } from '#src/history/operation';
import type { Random } from '#src/random/random';
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

/** What the generator remembers of one log. */
interface Progress {
  readonly next: number;
  /** By thread: the offset that it polls next. */
  readonly positions: ReadonlyMap<Thread, number>;
}

const plan: ObjectPlan<Progress> = {
  prefix: 'l',
  fresh: { next: 1, positions: new Map() },
  draw(random: Random, state, thread) {
    if (random.below(2) === 0) {
      return { op: { f: 'poll', value: state.positions.get(thread) ?? 0 }, state };
    }
    return { op: { f: 'send', value: state.next }, state: { ...state, next: state.next + 1 } };
  },
  learn(state, event: Operation, thread) {
    if (event.f !== 'poll' || event.type !== 'ok') return state;
    const last = (event.value as readonly (readonly [number, unknown])[]).at(-1);
    if (last === undefined) return state;
    return { ...state, positions: new Map(state.positions).set(thread, last[0] + 1) };
  },
};

function call(op: Invocation): Call {
  const key = keyName(op.key);
  if (op.f === 'send') return { f: 'append', key, value: op.value };
  if (op.f === 'poll') return { f: 'read', key };
  throw noSuchOperation('log', op.f);
}

function answered(op: Invocation, result: unknown): Completion {
  if (op.f === 'send') {
    // An append answers with the new length.
    return typeof result === 'number'
      ? { type: 'ok', value: [result - 1, op.value] }
      : notAnAnswer(op, result, 'info');
  }
  const all: unknown = result ?? [];
  if (!Array.isArray(all)) return notAnAnswer(op, result, 'fail');
  const from = Number(op.value);
  return { type: 'ok', value: all.slice(from).map((value: unknown, i) => [from + i, value]) };
}

export const logWorkload: WorkloadKind<KeyedOptions> = {
  name: 'log',
  summary: 'sends to logs and polls of them; no message is lost, doubled or left out',
  options: keyedOptions(3, 120),
  create(options): Workload {
    return {
      name: 'log',
      claim:
        'Each log keeps every acknowledged message at its offset for ever, and a poll returns all that was there from its offset on.',
      generator: keyedGenerator(plan, options),
      probe: { f: 'poll', key: 'l0', value: 0 },
      finalOperations: (history) =>
        newestKeys(history, options.activeKeys).map((key) => ({ f: 'poll', key, value: 0 })),
      call,
      completion: completing((f) => f === 'poll', answered),
      checkers: [log(), invariants(), answers(), stats(), logPattern()],
    };
  },
};
