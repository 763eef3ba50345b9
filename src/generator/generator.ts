/** What to do next, as an immutable value. */

import type { Invocation, Operation, Process } from '../history/operation.ts';
import type { Random } from '../random/random.ts';

/** A worker of the interpreter: client threads are 0..concurrency-1. */
export type Thread = number | 'nemesis';

/** Read-only view of the interpreter at the moment a generator is asked. */
export interface Context {
  readonly timeNs: number;
  readonly random: Random;
  /** Client threads in all. */
  readonly concurrency: number;
  /** The threads that may be used here, in order, the nemesis last. A restriction such as `clients` narrows them. */
  readonly threads: readonly Thread[];
  /** How many of `threads` are free. */
  readonly freeCount: number;
  /** Whether the thread is one of `threads`. */
  has(thread: Thread): boolean;
  isFree(thread: Thread): boolean;
  /** A free thread that passes the filter, or undefined. Fair: not always the lowest. */
  someFree(filter?: (thread: Thread) => boolean): Thread | undefined;
  /** The process that a thread runs now. Changes after an `info`. */
  processOf(thread: Thread): Process;
  /** The same moment, seen by a generator that may use the selected threads only. */
  only(selection: Selection): Context;
}

/** A way to choose some of the threads. One object per use: what it chooses is remembered by its identity. */
export interface Selection {
  /** For messages: `clients`, `threads 0..4`. */
  readonly name: string;
  /** Pure: a part of `threads`, in the same order. */
  choose(threads: readonly Thread[]): readonly Thread[];
}

/** An operation that a generator wants done, by whom and not before when. */
export type Planned =
  | {
      readonly kind: 'invoke';
      readonly timeNs: number;
      /** When the schedule wanted it, where no thread was free by then. */
      readonly dueNs?: number;
      readonly thread: Thread;
      readonly op: Invocation;
    }
  /** Occupies the thread for a while; kept out of the history. */
  | {
      readonly kind: 'sleep';
      readonly timeNs: number;
      readonly thread: Thread;
      readonly forNs: number;
    }
  /** A line for the run's log; kept out of the history. */
  | {
      readonly kind: 'log';
      readonly timeNs: number;
      readonly thread: Thread;
      readonly message: string;
    };

export type Next =
  | { readonly kind: 'op'; readonly planned: Planned; readonly then: Generator }
  /** Nothing to do right now. `untilNs` where the generator knows when it will have something. */
  | { readonly kind: 'pending'; readonly then: Generator; readonly untilNs?: number }
  | { readonly kind: 'done' };

/**
 * Laws: both methods are pure (randomness comes from the context); `next` may be asked again with the same context, and
 * an answer counts only if its `then` is kept. A context is valid during the call: it is a view that changes afterwards.
 */
export interface Generator {
  next(context: Context): Next;
  /** Told of every invocation and completion, with the thread it happened on. */
  update(context: Context, event: Operation, thread: Thread): Generator;
}
