/** When: timeLimit, stagger, delay, sleep, log. Arguments are milliseconds; fractions are fine. */

import type { Operation } from '../history/operation.ts';
import { fraction } from '../random/random.ts';
import type { Context, Generator, Next, Planned, Thread } from './generator.ts';
import { at, done, emit, lift, nothing, nsOf, pending, type Source, sooner } from './source.ts';

/**
 * Ends `ms` after its first operation was planned. Operations already running may go on for longer; an operation that
 * would begin at the end or later is not done. Throws RangeError for a bad time.
 */
export const timeLimit = (ms: number, source: Source): Generator =>
  new TimeLimit(nsOf('timeLimit', ms), lift(source), undefined);

class TimeLimit implements Generator {
  readonly #limitNs: number;
  readonly #inner: Generator;
  readonly #endNs: number | undefined;

  constructor(limitNs: number, inner: Generator, endNs: number | undefined) {
    this.#limitNs = limitNs;
    this.#inner = inner;
    this.#endNs = endNs;
  }

  next(context: Context): Next {
    if (this.#endNs !== undefined && context.timeNs >= this.#endNs) return done;
    const next = this.#inner.next(context);
    if (next.kind === 'done') return done;
    if (next.kind === 'pending') {
      return pending(this.#with(next.then), sooner(next.untilNs, this.#endNs));
    }
    const timeNs = Math.max(next.planned.timeNs, context.timeNs);
    const endNs = this.#endNs ?? timeNs + this.#limitNs;
    // Too late, but something else may come sooner: it is not over before its time.
    if (timeNs >= endNs) return this.#endNs === undefined ? done : pending(this, endNs);
    return emit(next.planned, new TimeLimit(this.#limitNs, next.then, endNs));
  }

  update(context: Context, event: Operation, thread: Thread): Generator {
    return this.#with(this.#inner.update(context, event, thread));
  }

  #with(inner: Generator): TimeLimit {
    return inner === this.#inner ? this : new TimeLimit(this.#limitNs, inner, this.#endNs);
  }
}

/** How far the schedule of `stagger` may lag behind, in mean intervals, and at least in ns. */
const staggerLag = { intervals: 2, ns: 10_000_000 } as const;

/**
 * Operations at random intervals of 0 to 2 x `ms`: one per `ms` on average over all threads together, not per thread.
 * The schedule does not slip because a timer was late or all threads were busy for a moment; but after a longer time
 * without free threads it begins anew instead of flooding a system that has just come back. Throws RangeError for a bad time.
 */
export const stagger = (ms: number, source: Source): Generator =>
  new Spaced(spacing(nsOf('stagger', ms), true), lift(source), undefined);

/**
 * Operations `ms` apart. When it is late it catches up, however much there is to do. Throws RangeError for a bad time.
 */
export const delay = (ms: number, source: Source): Generator =>
  new Spaced(spacing(nsOf('delay', ms), false), lift(source), undefined);

/** How the time of the next operation follows from the time that this one was due. */
interface Spacing {
  readonly intervalNs: number;
  readonly random: boolean;
  readonly lagNs: number;
}

const spacing = (intervalNs: number, random: boolean): Spacing => ({
  intervalNs,
  random,
  lagNs: random ? lagOfStagger(intervalNs) : Number.POSITIVE_INFINITY,
});

const lagOfStagger = (intervalNs: number): number =>
  Math.max(staggerLag.intervals * intervalNs, staggerLag.ns);

/** What `stagger(ms)` makes of time, in ms: the mean interval, and how far it may lag behind without leaving anything out. */
export const paceOfStagger = (
  ms: number,
): { readonly intervalMs: number; readonly lagMs: number } => ({
  intervalMs: ms,
  lagMs: lagOfStagger(ms * 1e6) / 1e6,
});

class Spaced implements Generator {
  readonly #spacing: Spacing;
  readonly #inner: Generator;
  /** When the next operation is due; undefined before the first, which is due at once. */
  readonly #dueNs: number | undefined;

  constructor(spaced: Spacing, inner: Generator, dueNs: number | undefined) {
    this.#spacing = spaced;
    this.#inner = inner;
    this.#dueNs = dueNs;
  }

  next(context: Context): Next {
    const next = this.#inner.next(context);
    if (next.kind === 'done') return done;
    if (next.kind === 'pending') return pending(this.#with(next.then), next.untilNs);
    const possibleNs = Math.max(next.planned.timeNs, context.timeNs);
    const dueNs = this.#dueNs ?? possibleNs;
    const timeNs = Math.max(possibleNs, dueNs);
    const { intervalNs, random, lagNs } = this.#spacing;
    const gapNs = random ? Math.round(2 * intervalNs * fraction(context.random)) : intervalNs;
    const nextDueNs = Math.max(dueNs, timeNs - lagNs) + gapNs;
    const planned = random ? overdue(at(next.planned, timeNs), dueNs) : at(next.planned, timeNs);
    return emit(planned, new Spaced(this.#spacing, next.then, nextDueNs));
  }

  update(context: Context, event: Operation, thread: Thread): Generator {
    return this.#with(this.#inner.update(context, event, thread));
  }

  #with(inner: Generator): Spaced {
    return inner === this.#inner ? this : new Spaced(this.#spacing, inner, this.#dueNs);
  }
}

/** Says when it was due, if that is over. */
const overdue = (planned: Planned, dueNs: number): Planned =>
  planned.kind === 'invoke' && planned.timeNs > dueNs ? { ...planned, dueNs } : planned;

/** Keeps one thread busy for `ms`. For a pause of all threads use it inside `phases`. Throws RangeError for a bad time. */
export function sleep(ms: number): Generator {
  const forNs = nsOf('sleep', ms);
  return special((timeNs, thread) => ({ kind: 'sleep', timeNs, thread, forNs }));
}

/** A line for the run's log. */
export const log = (message: string): Generator =>
  special((timeNs, thread) => ({ kind: 'log', timeNs, thread, message }));

function special(plan: (timeNs: number, thread: Thread) => Planned): Generator {
  const self: Generator = {
    next(context) {
      const thread = context.someFree();
      if (thread === undefined) return pending(self);
      return emit(plan(context.timeNs, thread), nothing);
    },
    update: () => self,
  };
  return self;
}
