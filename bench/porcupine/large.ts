/** Histories too large to keep in a file. */

import {
  type RegisterHistory,
  registerHistory,
  type Shape,
} from '#checkers/porcupine-ts/test/support/generated';

export interface KeyedOperation {
  readonly key: number;
  readonly op: RegisterHistory[number];
}

/** The operations of so many keys, merged in the order of their calls; each key has a seed of its own. */
export function generated(shape: Shape, keys: number): readonly KeyedOperation[] {
  const each = { ...shape, operations: Math.ceil(shape.operations / keys) };
  const all: KeyedOperation[] = [];
  for (let key = 0; key < keys; key += 1) {
    for (const op of registerHistory({ ...each, seed: shape.seed + key })) all.push({ key, op });
  }
  return keys === 1 ? all : all.sort((a, b) => a.op.call - b.op.call);
}
