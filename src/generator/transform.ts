/** What: map and fMap change operations on their way. */

import type { Invocation, Operation } from '../history/operation.ts';
import type { Context, Generator, Next, Thread } from './generator.ts';
import { done, emit, lift, pending, type Source } from './source.ts';

type Change = (op: Invocation, context: Context) => Invocation;

/** Every operation changed by a pure function. Sleeps and log lines pass unchanged. */
export const map = (change: Change, source: Source): Generator => new Mapped(change, lift(source));

/** Operations with other names: `{read: 'get'}`. Names that are not listed stay. */
export const fMap = (names: Readonly<Record<string, string>>, source: Source): Generator =>
  map((op) => ({ ...op, f: Object.hasOwn(names, op.f) ? (names[op.f] ?? op.f) : op.f }), source);

class Mapped implements Generator {
  readonly #change: Change;
  readonly #inner: Generator;

  constructor(change: Change, inner: Generator) {
    this.#change = change;
    this.#inner = inner;
  }

  next(context: Context): Next {
    const next = this.#inner.next(context);
    if (next.kind === 'done') return done;
    const then = this.#with(next.then);
    if (next.kind === 'pending') return pending(then, next.untilNs);
    const { planned } = next;
    if (planned.kind !== 'invoke') return emit(planned, then);
    return emit({ ...planned, op: this.#change(planned.op, context) }, then);
  }

  update(context: Context, event: Operation, thread: Thread): Generator {
    return this.#with(this.#inner.update(context, event, thread));
  }

  #with(inner: Generator): Mapped {
    return inner === this.#inner ? this : new Mapped(this.#change, inner);
  }
}
