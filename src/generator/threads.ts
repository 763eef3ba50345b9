/** Who: onThreads, clients, nemesis, eachThread, reserve, concurrencyLimit. */

import type { Operation } from '../history/operation.ts';
import { anyOf } from './choose.ts';
import { describeThreads } from './context.ts';
import type { Context, Generator, Next, Selection, Thread } from './generator.ts';
import { checkCount, done, emit, lift, nothing, pending, type Source, sooner } from './source.ts';
import { Vector } from './vector.ts';

/** Only the selected threads do `source`, and only their events reach it. When asked, throws RangeError if there are none. */
export const onThreads = (selection: Selection, source: Source): Generator =>
  new OnThreads(selection, lift(source));

const clientThreads = (threads: readonly Thread[]): readonly Thread[] =>
  threads.at(-1) === 'nemesis' ? threads.slice(0, -1) : threads;

const clientSelection: Selection = { name: 'clients', choose: clientThreads };
const nemesisSelection: Selection = {
  name: 'nemesis',
  choose: (threads) => threads.filter((thread) => thread === 'nemesis'),
};

/** Client threads only. */
export const clients = (source: Source): Generator => onThreads(clientSelection, source);

/** The nemesis thread only. When asked, throws RangeError in a run without one. */
export const nemesis = (source: Source): Generator => onThreads(nemesisSelection, source);

class OnThreads implements Generator {
  readonly #selection: Selection;
  readonly #inner: Generator;

  constructor(selection: Selection, inner: Generator) {
    this.#selection = selection;
    this.#inner = inner;
  }

  next(context: Context): Next {
    const next = this.#inner.next(context.only(this.#selection));
    if (next.kind === 'done') return done;
    const then = this.#with(next.then);
    return next.kind === 'op' ? emit(next.planned, then) : pending(then, next.untilNs);
  }

  update(context: Context, event: Operation, thread: Thread): Generator {
    const inside = context.only(this.#selection);
    return inside.has(thread) ? this.#with(this.#inner.update(inside, event, thread)) : this;
  }

  #with(inner: Generator): OnThreads {
    return inner === this.#inner ? this : new OnThreads(this.#selection, inner);
  }
}

/**
 * Client threads in fixed groups: the first `count` for the first generator, the next for the second, and so on; all that
 * remain for `rest`. Counted among the client threads visible here, so it may be nested. Throws RangeError for bad counts,
 * and, when first asked, if the counts do not fit the threads there are.
 */
export function reserve(
  ranges: readonly (readonly [count: number, source: Source])[],
  rest?: Source,
): Generator {
  let from = 0;
  const parts: Generator[] = [];
  for (const [count, source] of ranges) {
    checkCount('reserve', count, 1);
    parts.push(onThreads(range(from, from + count), source));
    from += count;
  }
  if (rest !== undefined) parts.push(onThreads(range(from, Number.POSITIVE_INFINITY), rest));
  return anyOf(...parts);
}

/** Client threads number `from` up to but not including `to`, in the order of the context. */
function range(from: number, to: number): Selection {
  const name =
    to === Number.POSITIVE_INFINITY ? `reserve: ${from}..` : `reserve: ${from}..${to - 1}`;
  return {
    name,
    choose(threads) {
      const all = clientThreads(threads);
      if (to !== Number.POSITIVE_INFINITY && to > all.length) {
        throw new RangeError(
          `${name} needs ${to} client threads, but here are ${all.length} (${describeThreads(all)})`,
        );
      }
      return all.slice(from, to);
    },
  };
}

const selections = new Map<Thread, Selection>();

/** One object per thread for the life of the program, because views are remembered by it. */
function just(thread: Thread): Selection {
  let selection = selections.get(thread);
  if (selection === undefined) {
    selection = { name: `thread ${thread}`, choose: () => [thread] };
    selections.set(thread, selection);
  }
  return selection;
}

/** Every thread does its own copy from start to end. Ends when all have ended. */
export function eachThread(source: Source): Generator {
  const start = lift(source);
  return start === nothing ? nothing : new EachThread(start, undefined, 0);
}

class EachThread implements Generator {
  readonly #start: Generator;
  /** By thread number, the nemesis after the clients; undefined as long as nobody has begun. */
  readonly #copies: Vector<Generator> | undefined;
  readonly #over: number;

  constructor(start: Generator, copies: Vector<Generator> | undefined, over: number) {
    this.#start = start;
    this.#copies = copies;
    this.#over = over;
  }

  next(context: Context): Next {
    if (this.#over >= context.threads.length) return done;
    const likely = context.someFree();
    if (likely === undefined) return pending(this);
    const first = this.#ask(context, likely);
    if (first.kind === 'op' && first.planned.timeNs <= context.timeNs) {
      return emit(first.planned, this.#with(context, likely, first.then));
    }
    return this.#askAll(context);
  }

  #askAll(context: Context): Next {
    let all = new EachThread(this.#start, this.#copies, this.#over);
    let best: (Next & { kind: 'op' }) | undefined;
    let untilNs: number | undefined;
    for (const thread of context.threads) {
      if (!context.isFree(thread) || all.#copy(context, thread) === nothing) continue;
      const next = this.#ask(context, thread);
      if (next.kind === 'done') all = all.#with(context, thread, nothing);
      else if (next.kind === 'pending') untilNs = sooner(untilNs, next.untilNs);
      else if (best === undefined || next.planned.timeNs < best.planned.timeNs) best = next;
    }
    if (best !== undefined) {
      return emit(best.planned, all.#with(context, best.planned.thread, best.then));
    }
    return all.#over >= context.threads.length ? done : pending(all, untilNs);
  }

  update(context: Context, event: Operation, thread: Thread): Generator {
    if (!context.has(thread)) return this;
    const copy = this.#copy(context, thread);
    return this.#with(context, thread, copy.update(context.only(just(thread)), event, thread));
  }

  #ask(context: Context, thread: Thread): Next {
    return this.#copy(context, thread).next(context.only(just(thread)));
  }

  #copy(context: Context, thread: Thread): Generator {
    return this.#copies?.at(thread === 'nemesis' ? context.concurrency : thread) ?? this.#start;
  }

  #with(context: Context, thread: Thread, copy: Generator): EachThread {
    if (copy === this.#copy(context, thread)) return this;
    const all = this.#copies ?? Vector.from(context.concurrency + 1, () => this.#start);
    const copies = all.with(thread === 'nemesis' ? context.concurrency : thread, copy);
    return new EachThread(this.#start, copies, this.#over + (copy === nothing ? 1 : 0));
  }
}

/** Pending while `count` of the threads are at work. Throws RangeError for a bad count. */
export function concurrencyLimit(count: number, source: Source): Generator {
  checkCount('concurrencyLimit', count, 1);
  return new ConcurrencyLimit(count, lift(source));
}

class ConcurrencyLimit implements Generator {
  readonly #limit: number;
  readonly #inner: Generator;

  constructor(count: number, inner: Generator) {
    this.#limit = count;
    this.#inner = inner;
  }

  next(context: Context): Next {
    if (context.threads.length - context.freeCount >= this.#limit) return pending(this);
    const next = this.#inner.next(context);
    if (next.kind === 'done') return done;
    const then = this.#with(next.then);
    return next.kind === 'op' ? emit(next.planned, then) : pending(then, next.untilNs);
  }

  update(context: Context, event: Operation, thread: Thread): Generator {
    return this.#with(this.#inner.update(context, event, thread));
  }

  #with(inner: Generator): ConcurrencyLimit {
    return inner === this.#inner ? this : new ConcurrencyLimit(this.#limit, inner);
  }
}
