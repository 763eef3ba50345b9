/**
 * The phases of a run, for the interpreter:
 *
 *     main: workload at its rate while faults come and go | heal: all faults end | final: every client is served again
 *     0 ............................................. time   .......................  .... recovery deadline
 */

import type { Context, Generator, Next, Thread } from '../generator/generator.ts';
import { emit, pending } from '../generator/source.ts';
import type { Invocation, Operation } from '../history/operation.ts';

/** How often a gate looks whether it is open, ns. */
const gatePollNs = 5_000_000;

/** Pending until `isOpen`, then done. The one generator that looks outside: it waits for the nemesis to have healed. */
export function gate(isOpen: () => boolean): Generator {
  const self: Generator = {
    next: (context) => (isOpen() ? { kind: 'done' } : pending(self, context.timeNs + gatePollNs)),
    update: () => self,
  };
  return self;
}

/** Becomes what `make` returns when it is first asked: for what can be known only once the phases before are over. */
export function lazily(make: () => Generator): Generator {
  let made: Generator | undefined;
  const self: Generator = {
    next(context) {
      made ??= make();
      return made.next(context);
    },
    update: () => self,
  };
  return self;
}

/** How long a thread pauses between attempts to be served again, ns. */
const retryEveryNs = 50_000_000;

/** Where one client thread stands in the final phase. */
type Progress =
  | { readonly kind: 'probing'; readonly notBeforeNs: number }
  | { readonly kind: 'reading'; readonly done: number }
  /** Waits for the completion of what it invoked. */
  | { readonly kind: 'probe-open' }
  | { readonly kind: 'read-open'; readonly done: number };

/**
 * Each client thread asks `probe` until it succeeds once (so its node serves again), then each of `operations` once.
 * Ends when all threads are through, or at `deadlineNs` of the run's clock, whichever is first. A thread whose node `isLost` for the
 * rest of the run asks as long as the others are not through, and is not waited for.
 */
export function finalPhase(
  concurrency: number,
  probe: Invocation,
  operations: readonly Invocation[],
  deadlineNs: number,
  isLost: (thread: number) => boolean = () => false,
): Generator {
  const start: Progress = { kind: 'probing', notBeforeNs: 0 };
  return new FinalPhase(
    Array.from({ length: concurrency }, () => start),
    { probe, operations, deadlineNs, isLost },
  );
}

interface Plan {
  readonly probe: Invocation;
  readonly operations: readonly Invocation[];
  readonly deadlineNs: number;
  readonly isLost: (thread: number) => boolean;
}

class FinalPhase implements Generator {
  readonly #threads: readonly Progress[];
  readonly #plan: Plan;

  constructor(threads: readonly Progress[], plan: Plan) {
    this.#threads = threads;
    this.#plan = plan;
  }

  next(context: Context): Next {
    const { operations, isLost } = this.#plan;
    const through = this.#threads.every(
      (progress, thread) =>
        (progress.kind === 'reading' && progress.done === operations.length) || isLost(thread),
    );
    if (through || context.timeNs >= this.#plan.deadlineNs) return { kind: 'done' };
    for (let thread = 0; thread < this.#threads.length; thread += 1) {
      const step = context.isFree(thread) ? this.#step(thread, context.timeNs) : undefined;
      if (step === undefined) continue;
      const planned = { kind: 'invoke', timeNs: context.timeNs, thread, op: step.op } as const;
      return emit(planned, this.#with(thread, step.after));
    }
    return pending(this, context.timeNs + gatePollNs);
  }

  #step(thread: number, nowNs: number): { op: Invocation; after: Progress } | undefined {
    const progress = this.#threads[thread] as Progress;
    if (progress.kind === 'probing' && nowNs >= progress.notBeforeNs) {
      return { op: this.#plan.probe, after: { kind: 'probe-open' } };
    }
    if (progress.kind !== 'reading') return undefined;
    const op = this.#plan.operations[progress.done];
    return op === undefined ? undefined : { op, after: { kind: 'read-open', done: progress.done } };
  }

  update(context: Context, event: Operation, thread: Thread): Generator {
    if (event.type === 'invoke' || typeof thread !== 'number') return this;
    const progress = this.#threads[thread];
    if (progress?.kind === 'probe-open') {
      return this.#with(
        thread,
        event.type === 'ok'
          ? { kind: 'reading', done: 0 }
          : { kind: 'probing', notBeforeNs: context.timeNs + retryEveryNs },
      );
    }
    // A final read that fails is not asked again: that the node serves was shown by the probe.
    if (progress?.kind === 'read-open') {
      return this.#with(thread, { kind: 'reading', done: progress.done + 1 });
    }
    return this;
  }

  #with(thread: number, progress: Progress): FinalPhase {
    return new FinalPhase(this.#threads.with(thread, progress), this.#plan);
  }
}
