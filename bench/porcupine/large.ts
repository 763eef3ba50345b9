/** Histories too large to keep in a file, and what they may cost. */

import {
  type RegisterHistory,
  registerHistory,
  type Shape,
} from '#checkers/porcupine-ts/test/support/generated';

/** Operations of so many keys. */
export interface LargeShape extends Shape {
  readonly keys: number;
}

export interface KeyedOperation {
  readonly key: number;
  readonly op: RegisterHistory[number];
}

const common = { read: 0.4, write: 0.4, keys: 1, seed: 11 } as const;

/** By name; those of a million operations may take 3 s and 1 GB, the others 1 s. */
export const large: Readonly<Record<string, LargeShape>> = {
  'one key, 1e6': { ...common, operations: 1e6, clients: 3, values: 5, think: 2 },
  'one key, 1e6, new values': { ...common, operations: 1e6, clients: 10, values: 0, think: 0.5 },
  '100 keys, 1e6': { ...common, operations: 1e6, clients: 5, values: 5, keys: 100, unknown: 2e-4 },
  '1e5': { ...common, operations: 1e5, clients: 5, values: 5 },
  '1e5, 4 % unknown': { ...common, operations: 1e5, clients: 5, values: 5, unknown: 0.04 },
  '1e5, 10 clients, 4 % unknown': {
    ...common,
    operations: 1e5,
    clients: 10,
    values: 5,
    unknown: 0.04,
  },
  '1e5, 20 clients': { ...common, operations: 1e5, clients: 20, values: 5 },
  '1e5, 50 clients': { ...common, operations: 1e5, clients: 50, values: 5 },
  '1e5, 50 clients, 4 % unknown': {
    ...common,
    operations: 1e5,
    clients: 50,
    values: 5,
    unknown: 0.04,
  },
  '1e5, 20 clients, 60 % cas': {
    ...common,
    operations: 1e5,
    clients: 20,
    values: 5,
    read: 0.2,
    write: 0.2,
  },
  '1e5, stale': { ...common, operations: 1e5, clients: 5, values: 5, fresh: 0.1, staleAt: 0.9 },
  '1e5, stale, 4 % unknown': {
    ...common,
    operations: 1e5,
    clients: 5,
    values: 5,
    fresh: 0.1,
    staleAt: 0.9,
    unknown: 0.04,
  },
};

/** The operations of all keys, merged in the order of their calls; each key has a seed of its own. */
export function generated({ keys, ...shape }: LargeShape): readonly KeyedOperation[] {
  const each = { ...shape, operations: Math.ceil(shape.operations / keys) };
  const all: KeyedOperation[] = [];
  for (let key = 0; key < keys; key += 1) {
    for (const op of registerHistory({ ...each, seed: shape.seed + key })) all.push({ key, op });
  }
  return keys === 1 ? all : all.sort((a, b) => a.op.call - b.op.call);
}
