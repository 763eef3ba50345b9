/** How many: limit, once, repeat, cycle, processLimit. */

import type { Operation } from '../history/operation.ts';
import type { Context, Generator, Next, Thread } from './generator.ts';
import { checkCount, done, emit, lift, pending, type Source } from './source.ts';

/** At most `count` operations. Sleeps and log lines are not operations. Throws RangeError for a bad count. */
export function limit(count: number, source: Source): Generator {
  checkCount('limit', count);
  return new Limit(count, lift(source));
}

/** Just the first operation. */
export const once = (source: Source): Generator => limit(1, source);

class Limit implements Generator {
  readonly #left: number;
  readonly #inner: Generator;

  constructor(left: number, inner: Generator) {
    this.#left = left;
    this.#inner = inner;
  }

  next(context: Context): Next {
    if (this.#left === 0) return done;
    const next = this.#inner.next(context);
    if (next.kind === 'done') return done;
    if (next.kind === 'pending') return pending(this.#with(next.then), next.untilNs);
    const cost = next.planned.kind === 'invoke' ? 1 : 0;
    return emit(next.planned, new Limit(this.#left - cost, next.then));
  }

  update(context: Context, event: Operation, thread: Thread): Generator {
    return this.#with(this.#inner.update(context, event, thread));
  }

  #with(inner: Generator): Limit {
    return inner === this.#inner ? this : new Limit(this.#left, inner);
  }
}

/**
 * The same operation again and again: the source is asked, but never advances. `count` times in all, sleeps and log
 * lines included; by default for ever. Throws RangeError for a bad count.
 */
export function repeat(source: Source, count = Number.POSITIVE_INFINITY): Generator {
  checkCount('repeat', count);
  return new Repeat(lift(source), count);
}

class Repeat implements Generator {
  readonly #inner: Generator;
  readonly #left: number;

  constructor(inner: Generator, left: number) {
    this.#inner = inner;
    this.#left = left;
  }

  next(context: Context): Next {
    if (this.#left === 0) return done;
    const next = this.#inner.next(context);
    if (next.kind === 'done') return done;
    if (next.kind === 'pending') return pending(this.#with(next.then), next.untilNs);
    return emit(next.planned, new Repeat(this.#inner, this.#left - 1));
  }

  update(context: Context, event: Operation, thread: Thread): Generator {
    return this.#with(this.#inner.update(context, event, thread));
  }

  #with(inner: Generator): Repeat {
    return inner === this.#inner ? this : new Repeat(inner, this.#left);
  }
}

/** From the start again whenever it is exhausted: `count` rounds, by default for ever. Throws RangeError for a bad count. */
export function cycle(source: Source, count = Number.POSITIVE_INFINITY): Generator {
  checkCount('cycle', count);
  const start = lift(source);
  return new Cycle(start, start, count);
}

class Cycle implements Generator {
  readonly #start: Generator;
  readonly #now: Generator;
  /** Rounds left, this one included. */
  readonly #rounds: number;

  constructor(start: Generator, now: Generator, rounds: number) {
    this.#start = start;
    this.#now = now;
    this.#rounds = rounds;
  }

  next(context: Context): Next {
    if (this.#rounds === 0) return done;
    const next = this.#now.next(context);
    if (next.kind === 'op') return emit(next.planned, this.#with(next.then));
    if (next.kind === 'pending') return pending(this.#with(next.then), next.untilNs);
    // A round that is over before it began would be followed by such rounds for ever.
    if (this.#now === this.#start) return done;
    return new Cycle(this.#start, this.#start, this.#rounds - 1).next(context);
  }

  update(context: Context, event: Operation, thread: Thread): Generator {
    return this.#with(this.#now.update(context, event, thread));
  }

  #with(now: Generator): Cycle {
    return now === this.#now ? this : new Cycle(this.#start, now, this.#rounds);
  }
}

/**
 * Ends before more than `count` client processes could have taken part. Each `info` leaves an operation that may still
 * happen and brings a new process; checkers need time exponential in their number. Throws RangeError for a bad count,
 * and when first asked, if there are more client threads than that from the start.
 */
export function processLimit(count: number, source: Source): Generator {
  checkCount('processLimit', count, 1);
  return new ProcessLimit(count, lift(source), 0);
}

class ProcessLimit implements Generator {
  readonly #limit: number;
  readonly #inner: Generator;
  /** Processes that took the place of retired ones. */
  readonly #fresh: number;

  constructor(count: number, inner: Generator, fresh: number) {
    this.#limit = count;
    this.#inner = inner;
    this.#fresh = fresh;
  }

  next(context: Context): Next {
    const threads = context.threads.length - (context.has('nemesis') ? 1 : 0);
    if (threads > this.#limit) {
      throw new RangeError(`processLimit ${this.#limit} is less than the ${threads} threads here`);
    }
    if (threads + this.#fresh > this.#limit) return done;
    const next = this.#inner.next(context);
    if (next.kind === 'done') return done;
    const then = this.#with(next.then, this.#fresh);
    return next.kind === 'op' ? emit(next.planned, then) : pending(then, next.untilNs);
  }

  update(context: Context, event: Operation, thread: Thread): Generator {
    const retired = event.type === 'info' && thread !== 'nemesis' && context.has(thread);
    const inner = this.#inner.update(context, event, thread);
    return this.#with(inner, this.#fresh + (retired ? 1 : 0));
  }

  #with(inner: Generator, fresh: number): ProcessLimit {
    const same = inner === this.#inner && fresh === this.#fresh;
    return same ? this : new ProcessLimit(this.#limit, inner, fresh);
  }
}
