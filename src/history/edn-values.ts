/** Between EDN values and the JSON values that operations hold. */

import { type Edn, EdnMap, EdnSet, EdnTagged } from './edn-parser.ts';

/**
 * As JSON would have it: keywords, symbols and characters become strings, lists arrays, sets sorted arrays (equal ones need not be
 * printed in the same order), maps objects, other tagged values what they tag, integers that a number would round strings of
 * digits. A map with keys that would fall together becomes an array of pairs, so that nothing is lost.
 */
export function plain(value: Edn): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof EdnTagged) return plain(value.value);
  if (value instanceof EdnMap) return plainMap(value);
  if (value instanceof EdnSet) return sorted(value.items.map(plain));
  if (isSequence(value)) return value.map(plain);
  return value;
}

const isNumbers = (values: readonly unknown[]): values is readonly number[] =>
  values.every((value) => typeof value === 'number');

/** In one order, whatever the order was. */
function sorted(values: readonly unknown[]): readonly unknown[] {
  if (isNumbers(values)) return values.toSorted((a, b) => a - b);
  const texts = values.map((value) => [JSON.stringify(value), value] as const);
  return texts.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}

function plainMap(map: EdnMap): unknown {
  const pairs = map.entries.map(([key, value]) => [plain(key), plain(value)] as const);
  const named = new Map(pairs.map(([key, value]) => [asName(key), value]));
  return named.size === pairs.length ? Object.fromEntries(named) : sorted(pairs);
}

const asName = (key: unknown): string => (typeof key === 'string' ? key : JSON.stringify(key));

export const isSequence = (value: Edn): value is readonly Edn[] => Array.isArray(value);

/** A tuple of jepsen.independent, however its namespace is spelled. */
const tupleTag = /\bindependent[./][\w.]*tuple$/i;

export interface Keyed {
  readonly key?: unknown;
  readonly value: unknown;
}

/**
 * The parts of `[key value]`, when it is marked as a tuple or `independent` says that all are; any other value as it is.
 * `undefined`: it should have been a tuple and is not.
 */
export function splitTuple(value: Edn, independent: boolean): Keyed | undefined {
  const isMarked = value instanceof EdnTagged && tupleTag.test(value.tag);
  const inside = isMarked ? value.value : value;
  if (!isMarked && !independent) return { value: plain(value) };
  if (inside === null) return { value: null };
  if (inside instanceof EdnMap) {
    const fields = new Map(inside.entries);
    if (!fields.has('key')) return undefined;
    return { key: plain(fields.get('key') ?? null), value: plain(fields.get('value') ?? null) };
  }
  if (!isSequence(inside) || inside.length !== 2) return undefined;
  return { key: plain(inside[0] ?? null), value: plain(inside[1] ?? null) };
}
