/**
 * The smallest part of a violation that is still one.
 *
 * Operations are left out only where leaving out cannot be the cause of the violation: whatever was called later, every
 * operation that changes nothing, and, of a register, changes whose values nothing that stays has observed. If a history is
 * linearizable then so is what is left of it, hence if what is left is not, neither was the history.
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
    let leaving = new Set([...chunk].filter((op) => this.#mayGo(op)));
    for (;;) {
      const rest = kept.filter((op) => !leaving.has(op));
      const observed = new Set(rest.flatMap((op) => this.#observes(op)));
      const still = new Set([...leaving].filter((op) => !this.#leaves(op, observed)));
      if (still.size === leaving.size) return rest;
      leaving = still;
    }
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

  #mayGo(op: AnyInterval): boolean {
    return this.#isRegister || this.#isReadonly(op);
  }

  #observes(op: AnyInterval): readonly string[] {
    const view = this.#view(op);
    if (view === undefined || view.kind === 'write') return [];
    return [JSON.stringify(view.kind === 'read' ? view.value : view.from)];
  }

  /** Whether it leaves one of these values in the register. */
  #leaves(op: AnyInterval, observed: ReadonlySet<string>): boolean {
    if (this.#isReadonly(op)) return false;
    const view = this.#view(op);
    if (view === undefined || view.kind === 'read') return false;
    return observed.has(JSON.stringify(view.kind === 'write' ? view.value : view.to));
  }
}

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
