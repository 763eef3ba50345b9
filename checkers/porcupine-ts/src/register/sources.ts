/** Who wrote what was observed. */

import { at, ints } from '../search/ints.ts';
import { isCas, isRead, none, operationsPerLook, type RegisterHistory } from './view.ts';

/** Several operations could have written it. */
export const several = -2;

/** The part of a history up to a return: what returned by then is required, what else was called by then is optional. */
export interface Prefix {
  readonly h: RegisterHistory;
  /** Required operations 0 .. required - 1 of `h` are still required. */
  readonly required: number;
  /** Operations called later are not there. */
  readonly end: number;
}

export const prefix = (h: RegisterHistory, required: number): Prefix => ({
  h,
  required,
  end: required < h.required ? (required === 0 ? -1 : at(h.return, required - 1)) : Infinity,
});

export interface Sources {
  /** Per value: the only operation that can have written it, `none`, or `several`. */
  readonly source: Int32Array;
  /** Per value: 1 if it must have been held at some time. */
  readonly needed: Int32Array;
  /** Per value: the earliest return and the latest call of those that read it (a cas counts as a write). */
  readonly firstReturn: Int32Array;
  readonly lastCall: Int32Array;
}

const endless = 0x7fffffff;

/** Sources of all values and what is needed; `undefined` when something needed cannot have been there: illegal. */
export function sources(p: Prefix): Sources | undefined {
  const { h, required, end } = p;
  const source = ints(h.values).fill(none);
  const needed = ints(h.values);
  const firstReturn = ints(h.values).fill(endless);
  const lastCall = ints(h.values).fill(-1);
  const open: number[] = [];
  const need = (value: number): void => {
    if (at(needed, value) === 1) return;
    needed[value] = 1;
    open.push(value);
  };
  for (let i = 0; i <= h.count; i += 1) {
    if (i % operationsPerLook === 0) h.look();
    if (at(h.call, i) > end) continue;
    const from = at(h.from, i);
    if (at(h.kind, i) === isRead) {
      if (i >= required) continue;
      need(from);
      firstReturn[from] = Math.min(at(firstReturn, from), at(h.return, i));
      lastCall[from] = Math.max(at(lastCall, from), at(h.call, i));
      continue;
    }
    if (from !== none && i < required) need(from);
    const to = at(h.to, i);
    source[to] = at(source, to) === none ? i : several;
  }
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    const i = at(source, value);
    if (i === none) return undefined;
    // If the only source is a cas, then what it replaced was there, too.
    if (i >= 0 && at(h.kind, i) === isCas) need(at(h.from, i));
  }
  return { source, needed, firstReturn, lastCall };
}
