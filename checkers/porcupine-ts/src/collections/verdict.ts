/** What a method for one shape says, in numbers of a timeline, and how that becomes a proof. */

import type { FastVerdict } from '../fast-path.ts';
import { illegal } from '../model.ts';
import type { Problem } from '../search/problem.ts';
import { isWhole, operation, operations, replay, type Timeline } from './timeline.ts';

export type ShapeVerdict =
  | { readonly kind: 'ok'; readonly order: readonly number[] }
  | {
      readonly kind: 'illegal';
      readonly blocked: number;
      /** Holds all that returned before `blocked`, which is the first, by return, that cannot be held as well. */
      readonly before?: readonly number[];
      readonly conflict?: readonly number[];
    }
  | { readonly kind: 'unsuited' };

/** Checks the orders by replaying them. What the model does not confirm is no verdict: then there will be a search. */
export function proven<State, Input, Output>(
  p: Problem<State, Input, Output>,
  t: Timeline,
  verdict: ShapeVerdict,
): FastVerdict<State, Input, Output> {
  switch (verdict.kind) {
    case 'unsuited':
      return verdict;
    case 'ok': {
      const { order } = verdict;
      const confirmed = isWhole(t, order) && replay(p, t, order) !== illegal;
      return confirmed
        ? { kind: 'ok', linearization: operations(p, t, order) }
        : { kind: 'unsuited' };
    }
    case 'illegal': {
      const { before, conflict } = verdict;
      const about = {
        kind: verdict.kind,
        blocked: operation(p, verdict.blocked),
        ...(conflict === undefined ? {} : { conflict: operations(p, t, conflict) }),
      };
      const state = before === undefined ? illegal : replay(p, t, before);
      if (before === undefined || state === illegal) return about;
      return { ...about, isExact: true, before: { order: operations(p, t, before), state } };
    }
  }
}
