/** Orders are proven by playing them through the model. */

import { type Illegal, illegal } from '../model.ts';
import type { Problem } from './problem.ts';

/** The state after an order of indices in `operations`; `illegal` if the model or real time refuses it. Throws what `tick` throws. */
export function replay<State, Input, Output>(
  { model, operations, tick }: Pick<Problem<State, Input, Output>, 'model' | 'operations' | 'tick'>,
  order: ArrayLike<number>,
): State | Illegal {
  let state = model.init();
  let lastCall = -Infinity;
  for (let i = 0; i < order.length; i += 1) {
    tick();
    const op = operations[order[i] as number];
    if (op === undefined) return illegal;
    const isDone = op.kind === 'completed';
    if (isDone && op.return < lastCall) return illegal;
    lastCall = Math.max(lastCall, op.call);
    const after = model.step(state, op.input, isDone ? op.output : undefined);
    if (after === illegal) return illegal;
    state = after;
  }
  return state;
}
