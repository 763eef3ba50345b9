/** Objects that may do one of several things, made into models by the power-set construction. */

import { canonical } from '../canonical.ts';
import { illegal, type Model, type PartitionKey } from '../model.ts';
import { textHash } from './hash.ts';
import { show } from './values.ts';

/** As a `Model`, but an operation may lead to any of several states. */
export interface NondeterministicModel<State, Input, Output> {
  readonly name?: string;
  /** The states that a fresh object may be in; at least one. */
  init(): readonly State[];
  /**
   * All states that the object may be in after `input` took effect in `state` and answered `output` (`undefined`: whatever
   * it could have answered); none if that cannot be. Must not change `state`.
   */
  step(state: State, input: Input, output: Output | undefined): readonly State[];
  partition?(input: Input): PartitionKey | undefined;
  /** Default: as plain data. */
  equal?(a: State, b: State): boolean;
  /** Equal states have equal hashes. Give it whenever you give `equal`, or states are compared one by one. */
  hash?(state: State): number | string;
  describe?(input: Input, output: Output | undefined): string;
  describeState?(state: State): string;
}

/** Keeps one of several equal states. */
class Distinct<State> {
  readonly #buckets = new Map<number | string, State[]>();
  readonly #equal: (a: State, b: State) => boolean;
  readonly #hash: (state: State) => number | string;

  constructor(model: Pick<NondeterministicModel<State, never, never>, 'equal' | 'hash'>) {
    const isPlain = model.equal === undefined && model.hash === undefined;
    this.#equal = model.equal?.bind(model) ?? ((a, b) => canonical(a) === canonical(b));
    // With `equal` alone nothing is known about hashes: one bucket for all.
    this.#hash = model.hash?.bind(model) ?? (isPlain ? canonical : () => 0);
  }

  of(states: Iterable<State>): readonly State[] {
    this.#buckets.clear();
    const distinct: State[] = [];
    for (const state of states) {
      const hash = this.#hash(state);
      const bucket = this.#buckets.get(hash);
      if (bucket?.some((known) => this.#equal(known, state)) === true) continue;
      if (bucket === undefined) this.#buckets.set(hash, [state]);
      else bucket.push(state);
      distinct.push(state);
    }
    return distinct;
  }

  /** Both without repetition. */
  same(a: readonly State[], b: readonly State[]): boolean {
    return a.length === b.length && this.of([...a, ...b]).length === a.length;
  }

  /** The same for every order. */
  hash(states: readonly State[]): number {
    let sum = states.length;
    for (const state of states) sum = (sum + textHash(String(this.#hash(state)))) | 0;
    return sum;
  }
}

/**
 * The deterministic model whose states are the sets of states that the object may be in. An operation is legal if it is
 * legal in one of them, and leads to all states that it may lead to from there. Some choice of moves explains an order of
 * operations iff that order is legal here, so verdicts are exact; a step costs as many steps as there are states.
 */
export function nondeterministic<State, Input, Output>(
  model: NondeterministicModel<State, Input, Output>,
): Model<readonly State[], Input, Output> {
  const distinct = new Distinct<State>({
    ...(model.equal === undefined ? {} : { equal: model.equal.bind(model) }),
    ...(model.hash === undefined ? {} : { hash: model.hash.bind(model) }),
  });
  const describeState = model.describeState?.bind(model) ?? show;
  return {
    ...(model.name === undefined ? {} : { name: model.name }),
    init: () => distinct.of(model.init()),
    step: (states, input, output) => {
      const after = distinct.of(states.flatMap((state) => model.step(state, input, output)));
      return after.length === 0 ? illegal : after;
    },
    ...(model.partition === undefined ? {} : { partition: model.partition.bind(model) }),
    equal: (a, b) => distinct.same(a, b),
    hash: (states) => distinct.hash(states),
    ...(model.describe === undefined ? {} : { describe: model.describe.bind(model) }),
    describeState: (states) => states.map(describeState).join(' or '),
  };
}
