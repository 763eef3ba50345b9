/** Splits a history into the parts that are decided on their own, and refuses what is not a history. */

import type { Model, PartitionKey } from './model.ts';
import type { Operation } from './operation.ts';

export interface Part<Input, Output> {
  readonly key: PartitionKey | undefined;
  readonly operations: readonly Operation<Input, Output>[];
}

const operationsPerTick = 8192;

const nameOf = (op: Operation<unknown, unknown>, index: number): string =>
  op.id === undefined ? `operation ${index}` : `operation ${index} (id ${op.id})`;

function validate(op: Operation<unknown, unknown>, index: number): void {
  if (!Number.isFinite(op.call)) {
    throw new RangeError(`${nameOf(op, index)}: call is ${op.call}; it must be a finite number`);
  }
  if (op.kind === 'completed' && !(op.return >= op.call && Number.isFinite(op.return))) {
    throw new RangeError(
      `${nameOf(op, index)}: return is ${op.return} and call is ${op.call}; ` +
        'a return is a finite number and not before its call. An unknown outcome has the kind "unknown" and no return',
    );
  }
}

/**
 * Parts in the order in which their keys appear; one part without a key when the model has no partition, or when an
 * operation is about all keys.
 * Throws RangeError for an impossible interval, and whatever `tick` throws.
 */
export function partitions<State, Input, Output>(
  model: Model<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
  tick: () => void,
): readonly Part<Input, Output>[] {
  const parts = new Map<PartitionKey, Operation<Input, Output>[]>();
  if (history.length === 0) return [];
  if (!split(model, history, parts, tick)) return [{ key: undefined, operations: history }];
  return Array.from(parts, ([key, operations]) => ({ key, operations }));
}

/** Files every operation under its key; false if some operation has none. */
function split<State, Input, Output>(
  model: Model<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
  parts: Map<PartitionKey, Operation<Input, Output>[]>,
  tick: () => void,
): boolean {
  let isSplit = model.partition !== undefined;
  for (let i = 0; i < history.length; i += 1) {
    if (i % operationsPerTick === 0) tick();
    const op = history[i] as Operation<Input, Output>;
    validate(op, i);
    if (!isSplit) continue;
    const key = model.partition?.(op.input);
    if (key === undefined) {
      isSplit = false;
      continue;
    }
    const part = parts.get(key);
    if (part === undefined) parts.set(key, [op]);
    else part.push(op);
  }
  return isSplit;
}
