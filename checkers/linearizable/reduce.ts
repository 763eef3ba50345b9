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

import { check, type Operation as Interval, type Model, type RegisterView } from 'porcupine-ts';

type AnyModel = Model<unknown, unknown, unknown>;
export type AnyInterval = Interval<unknown, unknown>;

export interface Limits {
  /** For all attempts together. */
  readonly timeLimitMs: number;
}

/** Attempts per ms are many; a single one may not eat all the time there is. */
const attemptMs = 200;

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
    const timeLimitMs = Math.min(attemptMs, this.leftMs);
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
      const observers = Map.groupBy(rest, (op) => this.#observed(op));
      const changes = new Changes(rest.filter((op) => this.#left(op) !== undefined));
      const sources = this.#sources(kept, rest);
      const still = [...leaving].filter((op) => {
        const value = this.#left(op);
        if (sources.has(op)) return false;
        const seenBy = value === undefined ? [] : (observers.get(value) ?? []);
        return seenBy.every((other) => isApart(op, other, changes));
      });
      if (still.length === leaving.size) return rest;
      leaving = new Set(still);
    }
  }

  /** For each observer the latest change to what it observed: a reader asks where the value came from, so these stay. */
  #sources(kept: readonly AnyInterval[], observers: readonly AnyInterval[]): Set<AnyInterval> {
    const changesTo = Map.groupBy(kept, (op) => this.#left(op));
    const sources = new Set<AnyInterval>();
    for (const observer of observers) {
      const value = this.#observed(observer);
      if (value === undefined) continue;
      const source = (changesTo.get(value) ?? [])
        .filter((op) => op.call < returnOf(observer))
        .reduce<AnyInterval | undefined>((a, b) => (a && a.call > b.call ? a : b), undefined);
      if (source !== undefined) sources.add(source);
    }
    return sources;
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

/** Values that differ may have the same text (NaN and null): then fewer operations go, never more. */
const text = (value: unknown): string => `value ${JSON.stringify(value)}`;

const returnOf = (op: AnyInterval): number => (op.kind === 'completed' ? op.return : Infinity);

/** Completed changes, to ask when the first of those called after some time is over. */
class Changes {
  readonly #calls: readonly number[];
  /** Per change in the order of calls: the earliest return of it and all later ones. */
  readonly #over: number[];

  constructor(changes: readonly AnyInterval[]) {
    const byCall = [...changes].sort((a, b) => a.call - b.call);
    this.#calls = byCall.map((op) => op.call);
    this.#over = byCall.map(returnOf);
    for (let i = this.#over.length - 2; i >= 0; i -= 1) {
      this.#over[i] = Math.min(this.#over[i] ?? Infinity, this.#over[i + 1] ?? Infinity);
    }
  }

  /** The earliest return among those called after `time`; Infinity if there are none. */
  firstOverAfter(time: number): number {
    let low = 0;
    let high = this.#calls.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#calls[middle] ?? Infinity) > time) high = middle;
      else low = middle + 1;
    }
    return this.#over[low] ?? Infinity;
  }
}

/** Whether `observer` cannot have observed what `change` left. */
const isApart = (change: AnyInterval, observer: AnyInterval, changes: Changes): boolean =>
  returnOf(observer) < change.call || observer.call > changes.firstOverAfter(returnOf(change));

/**
 * A part of `operations` that the model refuses too, as small as the time allows. `operations` is one partition that is not
 * linearizable, `blocked` what the checker named. Never longer than `operations`; the same objects, or copies whose outcome
 * was made unknown.
 */
export function reduce(
  model: AnyModel,
  operations: readonly AnyInterval[],
  blocked: AnyInterval,
  limits: Limits,
): readonly AnyInterval[] {
  const reduction = new Reduction(model, operations, limits);
  return reduction.toTheEnd(reduction.cutAfter(operations, blocked));
}
