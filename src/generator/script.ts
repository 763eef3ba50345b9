/** Operations at fixed times on fixed threads: what a run did, to be done again, also with some of it left out. */

import { z } from 'zod';
import type { History, Invocation } from '../history/operation.ts';
import type { Context, Generator, Next } from './generator.ts';
import { done, emit, pending } from './source.ts';

export const scriptedOperationSchema = z.strictObject({
  /** ms after the start of the workload; later when its thread is still at work. */
  at: z.number().min(0),
  thread: z.number().int().min(0),
  f: z.string().min(1),
  key: z.union([z.string(), z.number()]).optional(),
  value: z.unknown().optional(),
});
export type ScriptedOperation = z.infer<typeof scriptedOperationSchema>;

const invocationOf = ({ f, key, value }: ScriptedOperation): Invocation => ({
  f,
  ...(key === undefined ? {} : { key }),
  ...(value === undefined ? {} : { value }),
});

/** The operations of each thread, in order of time; how many of each are done. */
class Script implements Generator {
  readonly #queues: readonly (readonly ScriptedOperation[])[];
  readonly #done: readonly number[];

  constructor(queues: readonly (readonly ScriptedOperation[])[], doneOf: readonly number[]) {
    this.#queues = queues;
    this.#done = doneOf;
  }

  next(context: Context): Next {
    let soonest: ScriptedOperation | undefined;
    let left = false;
    for (const [thread, queue] of this.#queues.entries()) {
      const operation = queue[this.#done[thread] as number];
      if (operation === undefined) continue;
      left = true;
      if (context.isFree(thread) && (soonest === undefined || operation.at < soonest.at)) {
        soonest = operation;
      }
    }
    if (soonest === undefined) return left ? pending(this) : done;
    const { thread, at } = soonest;
    const timeNs = Math.max(context.timeNs, at * 1e6);
    const after = new Script(
      this.#queues,
      this.#done.with(thread, (this.#done[thread] as number) + 1),
    );
    return emit({ kind: 'invoke', timeNs, thread, op: invocationOf(soonest) }, after);
  }

  update(): Generator {
    return this;
  }
}

/** Does each operation once, on its thread, at its time or as soon afterwards as the thread is free. */
export function scripted(operations: readonly ScriptedOperation[]): Generator {
  const threads = operations.reduce((most, { thread }) => Math.max(most, thread + 1), 0);
  const queues = Array.from({ length: threads }, (_, thread) =>
    operations.filter((one) => one.thread === thread).toSorted((a, b) => a.at - b.at),
  );
  return new Script(
    queues,
    queues.map(() => 0),
  );
}

/** What clients invoked before `untilNs`, as a script; processes are taken back to their threads. */
export function scriptOf(
  history: History,
  concurrency: number,
  untilNs: number = Number.POSITIVE_INFINITY,
): ScriptedOperation[] {
  return history.flatMap(({ type, process, time, f, key, value }) =>
    type === 'invoke' && process !== 'nemesis' && time < untilNs
      ? [
          {
            at: time / 1e6,
            thread: process % concurrency,
            f,
            ...(key === undefined ? {} : { key }),
            ...(value === undefined ? {} : { value }),
          },
        ]
      : [],
  );
}
