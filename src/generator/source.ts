/** Where operations come from: single values, functions, numbered functions, and one generator after another. */

import type { Invocation, Operation } from '../history/operation.ts';
import type { Context, Generator, Next, Planned, Thread } from './generator.ts';

/**
 * What every combinator takes. An invocation is done once. A function is called again for each operation, until it
 * returns undefined; it may return anything that is a source itself. A list is done in turn.
 */
export type Source = Generator | Invocation | SourceFunction | readonly Source[];
/** Pure but for `context.random`. Called only while a thread is free. */
export type SourceFunction = (context: Context) => Source | undefined;

/** The generator that a source stands for. Throws TypeError for anything else, with the value. */
export function lift(source: Source): Generator {
  if (typeof source === 'function') return new FromFunction(source);
  if (isList(source)) return sequence(...source);
  if (typeof source === 'object' && source !== null) {
    if (isGenerator(source)) return source;
    if ('f' in source) return new One(source);
  }
  throw new TypeError(
    `not a source of operations: ${show(source)}; allowed: {f, key?, value?}, a function, a generator, or a list of these`,
  );
}

// Array.isArray does not narrow readonly arrays.
const isList = (source: Source): source is readonly Source[] => Array.isArray(source);

const isGenerator = (source: Generator | Invocation): source is Generator =>
  'next' in source && typeof source.next === 'function';

/** A value for an error message, never longer than a line. */
export function show(value: unknown): string {
  // Of what JSON cannot express (functions, cycles, NaN), the type says enough.
  if (typeof value === 'number') return String(value);
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    text = undefined;
  }
  text ??= value === undefined ? 'undefined' : `a ${typeof value} that is not JSON`;
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}

export const done: Next = { kind: 'done' };

/** Never does anything, and is over. */
export const nothing: Generator = { next: () => done, update: () => nothing };

// `then` is a generator, never a function: nothing can mistake an answer for a promise.
/* oxlint-disable unicorn/no-thenable */
export const pending = (then: Generator, untilNs?: number): Next =>
  untilNs === undefined ? { kind: 'pending', then } : { kind: 'pending', then, untilNs };

export const emit = (planned: Planned, then: Generator): Next => ({ kind: 'op', planned, then });
/* oxlint-enable unicorn/no-thenable */

/** The earlier of two moments of which either may be unknown. */
export function sooner(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined || a < b ? a : b;
}

/** The same plan at another time. */
export const at = (planned: Planned, timeNs: number): Planned =>
  planned.timeNs === timeNs ? planned : { ...planned, timeNs };

/** Throws RangeError unless `count` is a whole number from `min`, or infinite. */
export function checkCount(what: string, count: number, min = 0): void {
  const whole = Number.isSafeInteger(count) || count === Number.POSITIVE_INFINITY;
  if (!whole || count < min) {
    throw new RangeError(`${what} must be a whole number from ${min}, not ${count}`);
  }
}

/** Nanoseconds of `ms`. Throws RangeError unless it is a number from 0. */
export function nsOf(what: string, ms: number): number {
  if (!(ms >= 0) || ms === Number.POSITIVE_INFINITY) {
    throw new RangeError(`${what} must be milliseconds, 0 or more, not ${ms}`);
  }
  return Math.round(ms * 1e6);
}

class One implements Generator {
  readonly #op: Invocation;

  constructor(op: Invocation) {
    this.#op = op;
  }

  next(context: Context): Next {
    const thread = context.someFree();
    if (thread === undefined) return pending(this);
    return emit({ kind: 'invoke', timeNs: context.timeNs, thread, op: this.#op }, nothing);
  }

  update(): Generator {
    return this;
  }
}

class FromFunction implements Generator {
  readonly #make: SourceFunction;

  constructor(make: SourceFunction) {
    this.#make = make;
  }

  next(context: Context): Next {
    const thread = context.someFree();
    if (thread === undefined) return pending(this);
    const made = this.#make(context);
    if (made === undefined) return done;
    if (typeof made === 'object' && 'f' in made) {
      return emit({ kind: 'invoke', timeNs: context.timeNs, thread, op: made }, this);
    }
    const inner = lift(made).next(context);
    // A function whose generators are empty is over: asking it again and again would never end.
    if (inner.kind === 'done') return done;
    const then = new Sequence([inner.then, this], 0);
    return inner.kind === 'op' ? emit(inner.planned, then) : pending(then, inner.untilNs);
  }

  update(): Generator {
    return this;
  }
}

/**
 * Calls `make` with 0, 1, 2, ... for each operation, until it returns undefined. A number that was not used is given
 * again, so they have no gaps: the way to write unique values.
 */
export const numbered = (
  make: (n: number, context: Context) => Invocation | undefined,
): Generator => new Numbered(make, 0);

class Numbered implements Generator {
  readonly #make: (n: number, context: Context) => Invocation | undefined;
  readonly #n: number;

  constructor(make: (n: number, context: Context) => Invocation | undefined, n: number) {
    this.#make = make;
    this.#n = n;
  }

  next(context: Context): Next {
    const thread = context.someFree();
    if (thread === undefined) return pending(this);
    const op = this.#make(this.#n, context);
    if (op === undefined) return done;
    const then = new Numbered(this.#make, this.#n + 1);
    return emit({ kind: 'invoke', timeNs: context.timeNs, thread, op }, then);
  }

  update(): Generator {
    return this;
  }
}

/** One after another, without waiting in between for what is still running (see `phases`). */
export function sequence(...sources: readonly Source[]): Generator {
  return sources.length === 0 ? nothing : new Sequence(sources.map(lift), 0);
}

class Sequence implements Generator {
  readonly #parts: readonly Generator[];
  readonly #at: number;

  constructor(parts: readonly Generator[], position: number) {
    this.#parts = parts;
    this.#at = position;
  }

  next(context: Context): Next {
    for (let i = this.#at; i < this.#parts.length; i += 1) {
      const next = (this.#parts[i] as Generator).next(context);
      if (next.kind === 'done') continue;
      const then = this.#with(i, next.then);
      return next.kind === 'op' ? emit(next.planned, then) : pending(then, next.untilNs);
    }
    return done;
  }

  /** The parts to come have not begun, and hear nothing yet. */
  update(context: Context, event: Operation, thread: Thread): Generator {
    const part = this.#parts[this.#at] as Generator;
    return this.#with(this.#at, part.update(context, event, thread));
  }

  #with(position: number, part: Generator): Generator {
    if (position === this.#at && part === this.#parts[position]) return this;
    // The last part needs no sequence around it; a function that returns lists would grow one per list.
    if (position === this.#parts.length - 1) return part;
    const rest = this.#parts.slice(position);
    rest[0] = part;
    return new Sequence(rest, 0);
  }
}
