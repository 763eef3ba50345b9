/**
 * The smallest part of a violation that is still one.
 *
 * Operations are left out only where leaving out cannot be the cause of the violation:
 * - whatever was called after the impossible operation returned (what was open then becomes an unknown outcome);
 * - operations that change nothing;
 * - of a register, changes that nothing left in can have observed: every operation that observed the same value was over
 *   before the change was called, or was called when some later change was already over.
 *
 *       write 7 |---|                                    may go
 *                     write 9 |---|  write 7 |---|
 *                                                  read -> 7 |---|
 *
 * Take a linearization and strike these out: whoever took effect while a struck change was the latest did not look at the
 * value, all others find what they found. So if the history is linearizable, what is left of it is; and if that is not,
 * neither was the history.
 */

import { check, type Model, type RegisterView } from 'porcupine-ts';
import { textOf } from '../identity.ts';
import { type AnyInterval, ByCall, returnOf } from './by-call.ts';

type AnyModel = Model<unknown, unknown, unknown>;

export interface Limits {
  /** For all attempts together. */
  readonly timeLimitMs: number;
}

/** What the checker said of it. */
export interface Violation {
  readonly blocked: AnyInterval;
  readonly statesBefore: readonly unknown[];
}

/** A single attempt may take this long, or half of what is left. */
const attemptMs = 50;

class Reduction {
  readonly #model: AnyModel;
  readonly #endMs: number;
  /** Everything is a read, a write or a successful cas, so that it is known who observes what. */
  readonly #isRegister: boolean;

  constructor(model: AnyModel, operations: readonly AnyInterval[], limits: Limits) {
    this.#model = model;
    this.#isRegister = operations.every((op) => this.#view(op) !== undefined);
    this.#endMs = performance.now() + limits.timeLimitMs;
  }

  get leftMs(): number {
    return this.#endMs - performance.now();
  }

  isIllegal(operations: readonly AnyInterval[]): boolean {
    if (this.leftMs <= 0) return false;
    const timeLimitMs = Math.min(this.leftMs, Math.max(attemptMs, this.leftMs / 2));
    return check(this.#model, operations, { timeLimitMs }).verdict === 'illegal';
  }

  /** The history as it was when `blocked` returned: later operations are gone, open ones have unknown outcomes. */
  cutAfter(operations: readonly AnyInterval[], blocked: AnyInterval): readonly AnyInterval[] {
    const end = blocked.kind === 'completed' ? blocked.return : Infinity;
    const begun = operations.filter((op) => op.call <= end);
    const cut = begun.map((op): AnyInterval => {
      if (op.kind === 'unknown' || op.return <= end) return op;
      const { output: _, return: __, ...open } = op;
      return { ...open, kind: 'unknown' };
    });
    // Keeping the later answers of open operations instead would not do: what they saw may have been cut off.
    return this.isIllegal(cut) ? cut : operations;
  }

  /** Leaves out halves, quarters, ... down to single operations, until nothing more can go. */
  shrink(operations: readonly AnyInterval[]): readonly AnyInterval[] {
    let kept = operations;
    for (let size = Math.ceil(kept.length / 2); size >= 1; size = Math.floor(size / 2)) {
      for (let end = kept.length; end > 0 && this.leftMs > 0; end -= size) {
        const chunk = new Set(kept.slice(Math.max(0, end - size), end));
        const rest = this.#without(kept, chunk);
        if (rest.length < kept.length && this.isIllegal(rest)) kept = rest;
      }
    }
    return kept;
  }

  /** Until a whole pass over single operations finds nothing. */
  toTheEnd(operations: readonly AnyInterval[]): readonly AnyInterval[] {
    let kept = operations;
    for (;;) {
      const fewer = this.shrink(kept);
      if (fewer.length === kept.length || this.leftMs <= 0) return fewer;
      kept = fewer;
    }
  }

  /** Leaves out what may go of the chunk. */
  #without(kept: readonly AnyInterval[], chunk: ReadonlySet<AnyInterval>): readonly AnyInterval[] {
    let leaving = new Set([...chunk].filter((op) => this.#isRegister || this.#isReadonly(op)));
    for (;;) {
      const rest = kept.filter((op) => !leaving.has(op));
      if (!this.#isRegister) return rest;
      const observers = grouped(rest, (op) => this.#observed(op));
      const changes = new ByCall(rest.filter((op) => this.#left(op) !== undefined));
      const sources = this.#sources(kept, rest);
      const still = [...leaving].filter(
        (op) => !sources.has(op) && !this.#mayBeObserved(op, observers, changes),
      );
      if (still.length === leaving.size) return rest;
      leaving = new Set(still);
    }
  }

  /** Whether something overlaps with the time in which the change was the latest, and found its value. */
  #mayBeObserved(
    change: AnyInterval,
    observers: ReadonlyMap<string, ByCall>,
    changes: ByCall,
  ): boolean {
    const value = this.#left(change);
    if (value === undefined) return false;
    const replaced = changes.earliestReturnOfCalledAfter(returnOf(change));
    const latest = observers.get(value)?.latestReturnOfCalledBy(replaced) ?? -Infinity;
    return latest >= change.call;
  }

  /** For each observer the latest change to what it observed: a reader asks where the value came from, so these stay. */
  #sources(kept: readonly AnyInterval[], observers: readonly AnyInterval[]): Set<AnyInterval> {
    const changesTo = grouped(kept, (op) => this.#left(op));
    const found = observers.map((observer) => {
      const value = this.#observed(observer);
      if (value === undefined) return undefined;
      return changesTo.get(value)?.lastCalledBefore(returnOf(observer));
    });
    return new Set(found.filter((op) => op !== undefined));
  }

  /**
   * Guesses at what matters, which make quick work of long histories: what is about the value that the impossible operation
   * found or about values that could have been there instead; and what happened since that value was written.
   */
  guess(
    operations: readonly AnyInterval[],
    { blocked, statesBefore }: Violation,
  ): readonly AnyInterval[] {
    const value = this.#observed(blocked);
    if (!this.#isRegister || value === undefined) return operations;
    const values = new Set([value, ...statesBefore.map(text)]);
    const written = operations.filter((op) => this.#left(op) === value);
    const since = new ByCall(written).lastCalledBefore(returnOf(blocked))?.call ?? blocked.call;
    const touches = (op: AnyInterval) =>
      [this.#observed(op), this.#left(op)].some((one) => one !== undefined && values.has(one));
    const isRecent = (op: AnyInterval) => returnOf(op) >= since && op.call <= returnOf(blocked);
    for (const matters of [touches, (op: AnyInterval) => touches(op) || isRecent(op)]) {
      if (this.leftMs <= 0) break;
      const others = new Set(operations.filter((op) => op !== blocked && !matters(op)));
      const rest = this.#without(operations, others);
      if (this.isIllegal(rest)) return rest;
    }
    return operations;
  }

  #output(op: AnyInterval): unknown {
    return op.kind === 'completed' ? op.output : undefined;
  }

  #isReadonly(op: AnyInterval): boolean {
    return this.#model.readonly?.(op.input, this.#output(op)) === true;
  }

  #view(op: AnyInterval): RegisterView<unknown> | undefined {
    return this.#model.asRegister?.(op.input, this.#output(op), op.kind === 'unknown');
  }

  /** The value that the register must have held, as text; undefined for a write. */
  #observed(op: AnyInterval): string | undefined {
    const view = this.#view(op);
    if (view === undefined || view.kind === 'write') return undefined;
    return text(view.kind === 'read' ? view.value : view.from);
  }

  /** The value that it changes the register to, as text; undefined if it changes nothing. */
  #left(op: AnyInterval): string | undefined {
    const view = this.#view(op);
    if (view === undefined || view.kind === 'read' || this.#isReadonly(op)) return undefined;
    return text(view.kind === 'write' ? view.value : view.to);
  }
}

/** By a text that `keyOf` gives; without those that have none. */
function grouped(
  ops: readonly AnyInterval[],
  keyOf: (op: AnyInterval) => string | undefined,
): ReadonlyMap<string, ByCall> {
  const groups = new Map<string, AnyInterval[]>();
  for (const op of ops) {
    const key = keyOf(op);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [op]);
    else group.push(op);
  }
  return new Map([...groups].map(([key, group]) => [key, new ByCall(group)]));
}

const text = (value: unknown): string => `value ${textOf(value)}`;

/**
 * A part of `operations` that the model refuses too, as small as the time allows. `operations` is one partition that is not
 * linearizable. Never longer than `operations`; the same objects, or copies whose outcome was made unknown.
 */
export function reduce(
  model: AnyModel,
  operations: readonly AnyInterval[],
  violation: Violation,
  limits: Limits,
): readonly AnyInterval[] {
  const reduction = new Reduction(model, operations, limits);
  const cut = reduction.cutAfter(operations, violation.blocked);
  return reduction.toTheEnd(reduction.guess(cut, violation));
}
