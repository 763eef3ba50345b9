/** An illegal partition: what takes long to find out about it is found out when somebody reads it. */

import type { Explanation } from './explanation.ts';
import type { PartitionKey } from './model.ts';
import type { Operation } from './operation.ts';
import type { Part } from './partitions.ts';
import type { IllegalPartition } from './result.ts';

type Order<Input, Output> = readonly Operation<Input, Output>[];

/** Each is asked whenever the field is read. */
export interface Reasons<State, Input, Output> {
  readonly explanation: () => Explanation<State, Input, Output>;
  readonly orders: () => readonly Order<Input, Output>[];
}

/**
 * The late fields are its own, so that a copy has them, and all violations share their getters: objects with getters of their own
 * would each get a hidden class of its own, which takes the engine long to make, and longer to get rid of.
 */
export class Violation<State, Input, Output> implements IllegalPartition<State, Input, Output> {
  readonly verdict = 'illegal';
  declare readonly key?: PartitionKey;
  readonly operations: Order<Input, Output>;
  readonly steps: number;
  declare readonly partialLinearizations: readonly Order<Input, Output>[];
  declare readonly blocked: Operation<Input, Output>;
  declare readonly statesBefore: readonly State[];
  declare readonly conflict?: Order<Input, Output>;
  readonly #reasons: Reasons<State, Input, Output>;

  constructor(
    { key, operations }: Part<Input, Output>,
    steps: number,
    conflict: Order<Input, Output> | undefined,
    reasons: Reasons<State, Input, Output>,
  ) {
    if (key !== undefined) this.key = key;
    this.operations = operations;
    this.steps = steps;
    if (conflict !== undefined) this.conflict = conflict;
    this.#reasons = reasons;
    Object.defineProperty(this, 'partialLinearizations', Violation.#orders);
    Object.defineProperty(this, 'blocked', Violation.#blocked);
    Object.defineProperty(this, 'statesBefore', Violation.#states);
    // As plain as all other results: it is equal to a copy.
    Object.setPrototypeOf(this, Object.prototype);
  }

  static readonly #orders = {
    enumerable: true,
    get(this: Violation<unknown, unknown, unknown>) {
      return this.#reasons.orders();
    },
  };

  static readonly #blocked = {
    enumerable: true,
    get(this: Violation<unknown, unknown, unknown>) {
      return this.#reasons.explanation().blocked;
    },
  };

  static readonly #states = {
    enumerable: true,
    get(this: Violation<unknown, unknown, unknown>) {
      return this.#reasons.explanation().statesBefore;
    },
  };
}
