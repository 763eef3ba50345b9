/** Elements that are put into sets and taken out again, and questions about what is in them. */

import type { z } from 'zod';
import { answers } from '#checkers/answers';
import { keyName } from '#checkers/identity';
import { invariants } from '#checkers/invariants';
import { linearizable } from '#checkers/linearizable';
import { logPattern } from '#checkers/log-pattern';
import { stats } from '#checkers/stats';
import type { Call } from '#src/client/connection';
import type { Completion, Invocation } from '#src/history/operation';
import type { Random } from '#src/random/random';
import {
  completing,
  keyedGenerator,
  keyedOptions,
  newestKeys,
  noSuchOperation,
  notAnAnswer,
  type ObjectPlan,
} from './keyed.ts';
import type { Workload, WorkloadKind } from './workload.ts';

const options = keyedOptions(3, 100);
type Options = z.infer<typeof options>;

/** Elements of a set: few, so that they come and go. */
const elements = 8;

/** Of eight operations three add, two remove, two ask for an element and one for all. */
function drawOperation(random: Random): Invocation {
  const at = random.below(8);
  if (at === 7) return { f: 'read', value: null };
  const value = random.below(elements);
  if (at < 3) return { f: 'add', value };
  return { f: at < 5 ? 'remove' : 'contains', value };
}

const plan: ObjectPlan<null> = {
  prefix: 's',
  fresh: null,
  draw: (random) => ({ op: drawOperation(random), state: null }),
};

function call({ f, key, value }: Invocation): Call {
  switch (f) {
    case 'add':
      return { f: 'insert', key: keyName(key), value };
    case 'remove':
      return { f: 'remove', key: keyName(key), value };
    case 'contains':
    case 'read':
      return { f: 'read', key: keyName(key) };
    default:
      throw noSuchOperation('set', f);
  }
}

/** `contains` answers `[element, is it there]`. A set that nobody touched reads as null. */
function answered(op: Invocation, result: unknown): Completion {
  const { f, value } = op;
  if (f === 'add' || f === 'remove') {
    // Whether it made a difference: that says whether the element was there before.
    const isAnswer = typeof result === 'boolean';
    return isAnswer ? { type: 'ok', value: result } : notAnAnswer(op, result, 'info');
  }
  const all: unknown = result ?? [];
  if (!Array.isArray(all)) return notAnAnswer(op, result, 'fail');
  return { type: 'ok', value: f === 'read' ? all : [value, all.includes(value)] };
}

export const set: WorkloadKind<Options> = {
  name: 'set',
  summary: 'elements added, removed and looked for; each set is linearizable',
  options,
  create: (chosen): Workload => ({
    name: 'set',
    claim:
      'Each set holds exactly the elements that were added and not removed since: adds, removes and looks take effect one at a time.',
    generator: keyedGenerator(plan, chosen),
    probe: { f: 'read', key: 's0', value: null },
    finalOperations: (history) =>
      newestKeys(history, chosen.activeKeys).map((key) => ({ f: 'read', key, value: null })),
    call,
    completion: completing((f) => f === 'contains' || f === 'read', answered),
    checkers: [linearizable({ model: 'set' }), invariants(), answers(), stats(), logPattern()],
  }),
};
