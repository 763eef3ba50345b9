/** Numbers that are given out, each to one client only. */

import { z } from 'zod';
import { answers } from '#checkers/answers';
import { invariants } from '#checkers/invariants';
import { logPattern } from '#checkers/log-pattern';
import { stats } from '#checkers/stats';
import { uniqueIds } from '#checkers/unique-ids';
import type { Generator } from '#src/generator/generator';
import { emit, pending } from '#src/generator/source';
import type { Completion, Invocation } from '#src/history/operation';
import { completing, notAnAnswer } from './keyed.ts';
import type { Workload, WorkloadKind } from './workload.ts';

/** There is nothing to choose: everybody asks the same source of numbers. */
const options = z.strictObject({});

const generate: Invocation = { f: 'generate', value: null };

/** Endless. */
const generator: Generator = {
  next(context) {
    const thread = context.someFree((candidate) => candidate !== 'nemesis');
    if (thread === undefined) return pending(generator);
    return emit({ kind: 'invoke', timeNs: context.timeNs, thread, op: generate }, generator);
  },
  update: () => generator,
};

/** An id that got lost on the way was given to nobody, so it is the same as one that was not asked for: `info`, to be honest. */
const answered = (op: Invocation, result: unknown): Completion =>
  typeof result === 'number' ? { type: 'ok', value: result } : notAnAnswer(op, result, 'info');

export const uniqueIdsWorkload: WorkloadKind<z.infer<typeof options>> = {
  name: 'unique-ids',
  summary: 'ids given out on request; no id twice',
  options,
  create: (): Workload => ({
    name: 'unique-ids',
    claim: 'No id is given out twice.',
    generator,
    probe: generate,
    call: () => ({ f: 'add', key: 'ids', delta: 1 }),
    completion: completing(() => false, answered),
    checkers: [uniqueIds(), invariants(), answers(), stats(), logPattern()],
  }),
};
