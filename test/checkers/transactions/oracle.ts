/**
 * What a consistency model means, taken literally: try all ways in which the transactions of a tiny history can have happened.
 * Knows nothing of graphs, version orders or anomalies.
 */

import type { History } from '#src/history/operation';
import { type Pair, pairs } from '#src/history/pairs';

type Step = readonly [f: string, key: string, value: unknown];
type State = Readonly<Record<string, unknown>>;

/** Where transactions take effect at one moment, or read from a snapshot and commit later. */
export interface Semantics {
  readonly isolation: 'serializable' | 'snapshot';
  /** What an execution must respect besides. */
  readonly order: 'none' | 'process' | 'realtime';
}

interface Txn {
  readonly pair: Pair;
  readonly mustHappen: boolean;
  /** Reads have results. */
  readonly steps: readonly Step[];
  readonly isAnswered: boolean;
  readonly writes: ReadonlySet<string>;
}

function txnsOf(history: History): Txn[] {
  return pairs(history)
    .filter(({ completion }) => completion?.type !== 'fail')
    .map((pair) => {
      const ok = pair.completion?.type === 'ok';
      const isAnswered = ok && pair.completion?.value !== undefined;
      const steps = (isAnswered ? pair.completion?.value : pair.invoke.value) as readonly Step[];
      const writes = new Set(steps.filter(([f]) => f !== 'r').map(([, key]) => key));
      return { pair, mustHappen: ok, steps, isAnswered, writes };
    });
}

/** Whether `a` must be over before `b` begins. */
function precedes(a: Txn, b: Txn, order: Semantics['order']): boolean {
  if (order === 'none') return false;
  const answered = a.pair.completion?.type === 'ok' ? a.pair.completion.index : undefined;
  if (order === 'realtime') return answered !== undefined && answered < b.pair.invoke.index;
  return (
    a.pair.invoke.process === b.pair.invoke.process && a.pair.invoke.index < b.pair.invoke.index
  );
}

const same = (a: unknown, b: unknown): boolean =>
  JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** What the transaction makes of the state; undefined when it cannot have read what it says. */
function run(txn: Txn, state: State): State | undefined {
  const after: Record<string, unknown> = { ...state };
  for (const [f, key, value] of txn.steps) {
    if (f === 'append') after[key] = [...((after[key] as unknown[] | undefined) ?? []), value];
    else if (f === 'w') after[key] = value;
    else if (txn.isAnswered) {
      const seen = after[key];
      const isFine = Array.isArray(value) ? same(seen ?? [], value) : same(seen, value);
      if (!isFine) return undefined;
    }
  }
  return after;
}

interface Begun {
  readonly txn: Txn;
  /** What it will leave of the keys that it writes. */
  readonly after: State;
  /** Commits that had happened when it began. */
  readonly at: number;
}

class Execution {
  readonly #txns: readonly Txn[];
  readonly #semantics: Semantics;
  readonly #dead = new Set<string>();

  constructor(txns: readonly Txn[], semantics: Semantics) {
    this.#txns = txns;
    this.#semantics = semantics;
  }

  /** Whether some execution explains everything. */
  exists(): boolean {
    return this.#from({}, new Set(), [], []);
  }

  #from(
    state: State,
    done: ReadonlySet<Txn>,
    begun: readonly Begun[],
    commits: readonly Txn[],
  ): boolean {
    if (begun.length === 0 && this.#txns.every((txn) => done.has(txn) || !txn.mustHappen))
      return true;
    const id = (txn: Txn): number => this.#txns.indexOf(txn);
    const mark = JSON.stringify([commits.map(id), begun.map(({ txn, at }) => [id(txn), at])]);
    if (this.#dead.has(mark)) return false;
    for (const txn of this.#txns) {
      if (done.has(txn) || begun.some((one) => one.txn === txn)) continue;
      const waits = this.#txns.some(
        (other) =>
          !done.has(other) &&
          precedes(other, txn, this.#semantics.order) &&
          // What may not have happened keeps nobody waiting, unless it did and comes later.
          (other.mustHappen || begun.some((one) => one.txn === other)),
      );
      if (waits || this.#comesTooLate(txn, done, begun)) continue;
      const after = run(txn, state);
      if (after === undefined) continue;
      const one = { txn, after, at: commits.length };
      const found =
        this.#semantics.isolation === 'serializable'
          ? this.#commit(one, state, done, begun, commits)
          : this.#from(state, done, [...begun, one], commits);
      if (found) return true;
    }
    for (const one of begun) {
      const rest = begun.filter((other) => other !== one);
      if (this.#commit(one, state, done, rest, commits)) return true;
    }
    this.#dead.add(mark);
    return false;
  }

  /** An optional transaction may not happen after one that had to come after it. */
  #comesTooLate(txn: Txn, done: ReadonlySet<Txn>, begun: readonly Begun[]): boolean {
    return [...done, ...begun.map((one) => one.txn)].some((other) =>
      precedes(txn, other, this.#semantics.order),
    );
  }

  #commit(
    one: Begun,
    state: State,
    done: ReadonlySet<Txn>,
    begun: readonly Begun[],
    commits: readonly Txn[],
  ): boolean {
    const { txn, after, at } = one;
    const conflicts = commits.slice(at).some((other) => !other.writes.isDisjointFrom(txn.writes));
    if (conflicts) return false;
    const written = Object.fromEntries([...txn.writes].map((key) => [key, after[key]]));
    return this.#from({ ...state, ...written }, new Set([...done, txn]), begun, [...commits, txn]);
  }
}

/** Exponential: for histories of up to about six transactions. */
export const isPossible = (history: History, semantics: Semantics): boolean =>
  new Execution(txnsOf(history), semantics).exists();
