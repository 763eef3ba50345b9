/** Recognises histories over many independent objects that do not mark their tuples. */

import type { History } from './operation.ts';

const isPair = (value: unknown): value is readonly [unknown, unknown] =>
  Array.isArray(value) && value.length === 2;

/**
 * Whether the values of this history are plain `[key value]` tuples: it asks `read [key nil]`, which makes no sense
 * otherwise, and every value of every client is a pair. Judging such a history as one object would invent violations.
 */
export function looksIndependent(history: History): boolean {
  let isAskedByKey = false;
  for (const { process, type, f, key, value } of history) {
    if (process === 'nemesis') continue;
    if (key !== undefined) return false;
    if (value === undefined || value === null) {
      if (type === 'invoke') return false;
      continue;
    }
    if (!isPair(value)) return false;
    if (type === 'invoke' && f === 'read') {
      if (value[1] !== null) return false;
      isAskedByKey = true;
    }
  }
  return isAskedByKey;
}
