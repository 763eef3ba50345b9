/** The methods that need no search, one after the other: sound always, complete on their classes. */

import { decideShape } from './collections/decide.ts';
import type { Operation } from './operation.ts';
import { decideRegister } from './register/register.ts';
import { withIdle } from './search/idle.ts';
import type { Problem } from './search/problem.ts';

export type FastVerdict<State, Input, Output> =
  | { readonly kind: 'ok'; readonly linearization: readonly Operation<Input, Output>[] }
  | FastViolation<State, Input, Output>
  /** Not in the class of any method. */
  | { readonly kind: 'unsuited' };

export interface FastViolation<State, Input, Output> {
  readonly kind: 'illegal';
  /** No order can hold it together with all that returned before it. */
  readonly blocked: Operation<Input, Output>;
  /** A linearization of what returned before `blocked`, with the state at its end, where it is known. */
  readonly before?:
    | {
        readonly order: readonly Operation<Input, Output>[];
        readonly state: State;
      }
    | undefined;
  /** A few operations that cannot be held together, whatever else happened. */
  readonly conflict?: readonly Operation<Input, Output>[];
  /** `blocked` is the first such operation by return, and `before` is there: a search could explain no better. */
  readonly isExact?: true | undefined;
  /** All but `kind` and `conflict` is worked out when it is read. */
  readonly isLate?: true;
}

/**
 * Decides a partition without search, if it can. What is `easy` for a search anyhow is not looked at where it could at best be refused.
 * Throws what `tick`, called now and then, throws.
 */
export function decideFast<State, Input, Output>(
  p: Problem<State, Input, Output>,
  tick: () => void,
  easy = false,
): FastVerdict<State, Input, Output> {
  const verdict = decideShape(p);
  const last = verdict.kind === 'unsuited' ? decideRegister(p, tick, easy) : verdict;
  if (last.kind !== 'ok' || p.idle.length === 0) return last;
  return { kind: 'ok', linearization: withIdle(p, last.linearization, true) };
}
