/** In which order: synchronize, phases, untilOk. */

import type { Operation } from '../history/operation.ts';
import type { Context, Generator, Next, Thread } from './generator.ts';
import { done, emit, lift, pending, type Source, sequence } from './source.ts';

/** Waits until all threads here are free at the same time, then becomes `source`. */
export const synchronize = (source: Source): Generator => new Synchronize(lift(source));

/** One after another; each begins when every thread is done with the one before. */
export const phases = (...sources: readonly Source[]): Generator =>
  sequence(...sources.map(synchronize));

class Synchronize implements Generator {
  readonly #inner: Generator;

  constructor(inner: Generator) {
    this.#inner = inner;
  }

  next(context: Context): Next {
    return context.freeCount === context.threads.length ? this.#inner.next(context) : pending(this);
  }

  update(context: Context, event: Operation, thread: Thread): Generator {
    const inner = this.#inner.update(context, event, thread);
    return inner === this.#inner ? this : new Synchronize(inner);
  }
}

/** Goes on until one of its own operations is ok, or it is exhausted. What others do does not count. */
export const untilOk = (source: Source): Generator => new UntilOk(lift(source), 0n, false);

class UntilOk implements Generator {
  readonly #inner: Generator;
  /** Threads that are at work for us, as bits. A thread has one operation at a time, so its next completion is ours. */
  readonly #working: bigint;
  readonly #over: boolean;

  constructor(inner: Generator, working: bigint, over: boolean) {
    this.#inner = inner;
    this.#working = working;
    this.#over = over;
  }

  next(context: Context): Next {
    if (this.#over) return done;
    const next = this.#inner.next(context);
    // Its last operation may still come back: then it is over either way.
    if (next.kind === 'done') return done;
    if (next.kind === 'pending') return pending(this.#with(next.then, this.#working), next.untilNs);
    const { kind, thread } = next.planned;
    const working = kind === 'invoke' ? this.#working | bit(thread) : this.#working;
    return emit(next.planned, this.#with(next.then, working));
  }

  update(context: Context, event: Operation, thread: Thread): Generator {
    const inner = this.#inner.update(context, event, thread);
    const ours = event.type !== 'invoke' && (this.#working & bit(thread)) !== 0n;
    if (!ours) return this.#with(inner, this.#working);
    return new UntilOk(inner, this.#working & ~bit(thread), this.#over || event.type === 'ok');
  }

  #with(inner: Generator, working: bigint): UntilOk {
    const same = inner === this.#inner && working === this.#working;
    return same ? this : new UntilOk(inner, working, this.#over);
  }
}

const bit = (thread: Thread): bigint => 1n << BigInt(thread === 'nemesis' ? 0 : thread + 1);
