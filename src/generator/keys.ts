/**
 * Many independent objects: a generator lifted to keys. Checking one long history is exponential, checking many short
 * ones is not; so a workload works on a key for a while and then goes on to a fresh one.
 */

import type { Invocation, Key, Operation } from '../history/operation.ts';
import type { Context, Generator, Next, Planned, Selection, Thread } from './generator.ts';
import { checkCount, done, emit, lift, pending, type Source, show, sooner } from './source.ts';
import { Vector } from './vector.ts';

export interface KeysOptions {
  /** What is done with one key; its operations get the `key`. */
  readonly each: (key: Key) => Source;
  /** Keys in order of use, possibly without end. By default 0, 1, 2, ... */
  readonly keys?: Iterable<Key>;
  /**
   * Concurrent: client threads in groups of this size, each group at a key of its own. Without it: all threads at the
   * same key, one key after another.
   */
  readonly threadsPerKey?: number;
}

/**
 * A generator per key; a key that is exhausted gives way to the next. Ends when no keys are left. Throws RangeError for a
 * bad group size, and, when first asked, if the client threads here cannot be divided into such groups.
 */
export function independentKeys(options: KeysOptions): Generator {
  const keys = lazyList(options.keys ?? integers());
  const size = options.threadsPerKey;
  if (size !== undefined) checkCount('threadsPerKey', size, 1);
  return new KeyGroups({ each: options.each, keys, layoutOf: layouts(size) }, undefined, 0);
}

interface Plan {
  readonly each: (key: Key) => Source;
  readonly keys: (index: number) => Key | undefined;
  readonly layoutOf: (threads: readonly Thread[]) => Layout;
}

/** What one group of threads is at; undefined when no key was left for it. */
type AtKey = { readonly key: Key; readonly inner: Generator } | undefined;

/** What one group answers, with the state of all groups after it. */
type Asked =
  | { readonly kind: 'op'; readonly planned: Planned; readonly after: KeyGroups }
  | { readonly kind: 'pending'; readonly after: KeyGroups; readonly untilNs: number | undefined }
  | { readonly kind: 'done' };

class KeyGroups implements Generator {
  readonly #plan: Plan;
  /** By group; undefined as long as nobody has been asked. */
  readonly #groups: Vector<AtKey> | undefined;
  readonly #keysUsed: number;

  constructor(plan: Plan, groups: Vector<AtKey> | undefined, keysUsed: number) {
    this.#plan = plan;
    this.#groups = groups;
    this.#keysUsed = keysUsed;
  }

  next(context: Context): Next {
    const layout = this.#plan.layoutOf(context.threads);
    if (this.#groups === undefined) return this.#begin(layout.groups.length).next(context);
    const likely = context.someFree(layout.filter);
    const group = likely === undefined ? undefined : layout.groupOf(likely);
    if (group !== undefined) {
      const next = this.#ask(context, layout, group);
      if (next.kind === 'op' && next.planned.timeNs <= context.timeNs) {
        return emit(next.planned, next.after);
      }
    }
    return this.#askAll(context, layout);
  }

  /** Gives each group its first key. */
  #begin(count: number): KeyGroups {
    const groups = Vector.from(count, (i) => this.#at(this.#keysUsed + i));
    return new KeyGroups(this.#plan, groups, this.#keysUsed + count);
  }

  #at(index: number): AtKey {
    const key = this.#plan.keys(index);
    return key === undefined ? undefined : { key, inner: lift(this.#plan.each(key)) };
  }

  /** What one group would do, moved on to fresh keys as long as its key is exhausted. */
  #ask(context: Context, layout: Layout, group: number): Asked {
    const here = context.only(layout.groups[group] as Selection);
    let at = this.#groups?.at(group);
    let keysUsed = this.#keysUsed;
    for (let tries = 0; at !== undefined; tries += 1) {
      const next = at.inner.next(here);
      if (next.kind !== 'done') {
        const then = this.#with(group, { key: at.key, inner: next.then }, keysUsed);
        return next.kind === 'pending'
          ? { kind: 'pending', after: then, untilNs: next.untilNs }
          : { kind: 'op', planned: withKey(next.planned, at.key), after: then };
      }
      if (tries === emptyKeysMax) throw emptyKeys(at.key);
      at = this.#at(keysUsed);
      keysUsed += 1;
    }
    return { kind: 'done' };
  }

  #askAll(context: Context, layout: Layout): Next {
    let best: (Asked & { kind: 'op' }) | undefined;
    let untilNs: number | undefined;
    // What pending groups have moved on to stays so; an operation that is not chosen changes nothing.
    let state = new KeyGroups(this.#plan, this.#groups, this.#keysUsed);
    let over = 0;
    for (let group = 0; group < layout.groups.length; group += 1) {
      const next = state.#ask(context, layout, group);
      if (next.kind === 'done') {
        over += 1;
        state = state.#with(group, undefined, state.#keysUsed);
      } else if (next.kind === 'pending') {
        untilNs = sooner(untilNs, next.untilNs);
        state = next.after;
      } else if (best === undefined || next.planned.timeNs < best.planned.timeNs) best = next;
    }
    if (best !== undefined) return emit(best.planned, best.after);
    return over === layout.groups.length ? done : pending(state, untilNs);
  }

  /** Events of a key that its group has left behind are nobody's any more. */
  update(context: Context, event: Operation, thread: Thread): Generator {
    const layout = this.#plan.layoutOf(context.threads);
    const group = layout.groupOf(thread);
    const at = group === undefined ? undefined : this.#groups?.at(group);
    if (group === undefined || at === undefined || at.key !== event.key) return this;
    const inside = context.only(layout.groups[group] as Selection);
    const inner = at.inner.update(inside, event, thread);
    return this.#with(group, { key: at.key, inner }, this.#keysUsed);
  }

  #with(group: number, at: AtKey, keysUsed: number): KeyGroups {
    const old = this.#groups?.at(group);
    const same = old === at || (old?.inner === at?.inner && old?.key === at?.key);
    if (same && keysUsed === this.#keysUsed) return this;
    return new KeyGroups(this.#plan, this.#groups?.with(group, at), keysUsed);
  }
}

/** So many keys in a row without a single operation are a mistake in `each`, not a workload. */
const emptyKeysMax = 10_000;

const emptyKeys = (key: Key): RangeError =>
  new RangeError(
    `independentKeys: ${emptyKeysMax} keys in a row, up to ${show(key)}, had no operation; let each(key) return some`,
  );

function withKey(planned: Planned, key: Key): Planned {
  if (planned.kind !== 'invoke') return planned;
  const { f, value, key: own } = planned.op;
  if (own !== undefined && own !== key) {
    throw new RangeError(
      `independentKeys: each(${show(key)}) returned an operation with another key: ${show(planned.op)}`,
    );
  }
  const op: Invocation = value === undefined ? { f, key } : { f, key, value };
  return { kind: 'invoke', timeNs: planned.timeNs, thread: planned.thread, op };
}

/** Which threads work together. */
interface Layout {
  readonly groups: readonly Selection[];
  groupOf(thread: Thread): number | undefined;
  /** Absent where every thread belongs to a group. */
  readonly filter: ((thread: Thread) => boolean) | undefined;
}

/** The layout for the threads of a context, computed once. */
function layouts(size: number | undefined): (threads: readonly Thread[]) => Layout {
  const known = new WeakMap<readonly Thread[], Layout>();
  return (threads) => {
    let layout = known.get(threads);
    if (layout === undefined) {
      layout = layoutOf(threads, size);
      known.set(threads, layout);
    }
    return layout;
  };
}

function layoutOf(threads: readonly Thread[], size: number | undefined): Layout {
  const clientThreads = threads.filter((thread) => thread !== 'nemesis');
  const count = clientThreads.length;
  const perKey = size ?? count;
  if (count === 0 || count % perKey !== 0) {
    throw new RangeError(
      `independentKeys: ${count} client threads cannot be divided into groups of ${perKey}; take a multiple of ${perKey}`,
    );
  }
  const groups = Array.from({ length: count / perKey }, (_, i): Selection => {
    const members = clientThreads.slice(i * perKey, (i + 1) * perKey);
    return { name: `key group ${i}`, choose: () => members };
  });
  const groupOfThread = new Map(clientThreads.map((thread, i) => [thread, Math.floor(i / perKey)]));
  return {
    groups,
    groupOf: (thread) => (thread === 'nemesis' ? undefined : groupOfThread.get(thread)),
    filter: count === threads.length ? undefined : (thread) => thread !== 'nemesis',
  };
}

function* integers(): IterableIterator<number> {
  for (let n = 0; ; n += 1) yield n;
}

/** An iterable as a list that is as long as it has been asked for: reading it twice gives the same. */
function lazyList<T>(items: Iterable<T>): (index: number) => T | undefined {
  const seen: T[] = [];
  const iterator = items[Symbol.iterator]();
  return (index) => {
    while (seen.length <= index) {
      const step = iterator.next();
      if (step.done === true) return undefined;
      seen.push(step.value);
    }
    return seen[index];
  };
}
